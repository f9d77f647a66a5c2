"""No hindsight: a fill is a function of the quotes after the order arrived and up to the fill."""

from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from tomking.core.facts import Fact, LegFilled
from tomking.core.order import Order, TimeInForce
from tomking.core.value import value
from tomking.exchange.fills import (
    GRADED,
    MID,
    NATURAL,
    FillModel,
    in_lots,
    patient,
    spread_fraction,
)
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import CASH, MONDAY, Quotes, market, order, put

SHORT, LONG = put(5900, expiry=MONDAY), put(5850, expiry=MONDAY)
MODELS = (
    NATURAL, MID, spread_fraction(0.5), GRADED, patient(spread_fraction(0.5)), in_lots(GRADED, 1),
    in_lots(NATURAL, 2),
)  # fmt: skip
#: Seconds between looks; the order is sent at the third.
EVERY_S, SENT = 20.0, 2

Path = tuple[Quotes, ...]


@value
class Sending:
    """An order, when it goes, and how long it is on its way."""

    order: Order
    latency_s: float
    model: FillModel
    seed: int


#: How far the ask stands above the bid, in nickels; below nought is crossed.
WIDTHS = (0, 1, 2, 4, 8, 8, 16, -2)
#: Bids of a leg, counted from its least; and one look in so many at which the short has no bid.
BIDS, BARE = 31, 10


def quotes(number: int) -> Quotes:
    """The two legs, sometimes crossed or without a bid, as a number names them: drawn in one draw."""
    found: Quotes = {}
    for contract, least in ((SHORT, 60), (LONG, 20)):
        number, bid = divmod(number, BIDS)
        number, width = divmod(number, len(WIDTHS))
        nickels = least + bid
        found = {**found, contract: (0.05 * nickels, 0.05 * (nickels + WIDTHS[width]))}
    return {**found, SHORT: (0.0, found[SHORT][1])} if number == BARE - 1 else found


def paths(length: int = 10) -> st.SearchStrategy[Path]:
    every = BARE * (BIDS * len(WIDTHS)) ** 2
    looks = st.lists(st.integers(0, every - 1), min_size=length, max_size=length)
    return looks.map(lambda numbers: tuple(map(quotes, numbers)))


@st.composite
def sendings(draw: st.DrawFn) -> Sending:
    limit = Decimal(draw(st.integers(20, 60))) / 20
    sent = order(str(limit), (-1, SHORT), (1, LONG), units=draw(st.integers(1, 4)))
    if draw(st.booleans()):
        sent = order(str(limit), (-1, SHORT), (1, LONG), rests=True)
    assert sent.tif in (TimeInForce.DAY, TimeInForce.GTC)
    return Sending(
        sent, draw(st.sampled_from([0.0, 1.0, 20.0, 30.0, 65.0])), draw(st.sampled_from(MODELS)),
        draw(st.integers(0, 3)),
    )  # fmt: skip


def minute(look: int) -> float:
    return 60.0 + look * EVERY_S / 60.0


def play(sending: Sending, path: Path) -> list[Fact]:
    """Everything that happens while a market goes along a path."""
    exchange = Exchange(
        10 * CASH, TASTYTRADE, sending.model, "tastytrade", sending.latency_s, sending.seed
    )
    facts: list[Fact] = []
    for look, seen in enumerate(path):
        facts += exchange.step(market(minute(look), seen))
        if look == SENT:
            exchange.submit(sending.order, market(minute(look), CALM))
    return facts


#: What the dry run is asked with, so that margin is never the question here.
CALM: Quotes = {SHORT: (4.00, 4.40), LONG: (2.00, 2.20)}


def arrives(sending: Sending) -> int:
    """The first look at which an order may trade."""
    return next(
        look for look in range(SENT + 1, 99) if (look - SENT) * EVERY_S >= sending.latency_s
    )


def fills(facts: list[Fact]) -> list[LegFilled]:
    return [fact for fact in facts if isinstance(fact, LegFilled)]


@given(sendings(), paths(), paths())
def test_quotes_before_an_order_arrived_change_nothing(
    sending: Sending, path: Path, other: Path
) -> None:
    first = arrives(sending)
    assert play(sending, path) == play(sending, other[:first] + path[first:])


@given(sendings(), paths(), paths())
def test_quotes_after_a_fill_do_not_change_it(sending: Sending, path: Path, other: Path) -> None:
    facts = play(sending, path)
    for at in sorted({fill.at for fill in fills(facts)}):
        look = round((at - market(60).at).total_seconds() / EVERY_S)
        again = play(sending, path[: look + 1] + other[look + 1 :])
        assert [f for f in again if f.at <= at] == [f for f in facts if f.at <= at]


@given(sendings(), paths())
def test_no_fill_is_earlier_than_the_latency_or_beyond_the_quotes(
    sending: Sending, path: Path
) -> None:
    sent_at = market(minute(SENT)).at
    for fill in fills(play(sending, path)):
        waited = (fill.at - sent_at).total_seconds()
        assert waited >= max(sending.latency_s, EVERY_S) - 1e-6
        look = round((fill.at - market(60).at).total_seconds() / EVERY_S)
        for bid, ask in path[look].values():
            assert bid <= ask


@given(sendings(), paths())
def test_a_package_trades_within_its_limit_and_within_what_was_quoted(
    sending: Sending, path: Path
) -> None:
    """Between mid and the far side of the look it traded at, and never worse than the limit."""
    by_look: dict[int, list[LegFilled]] = {}
    for fill in fills(play(sending, path)):
        look = round((fill.at - market(60).at).total_seconds() / EVERY_S)
        by_look.setdefault(look, []).append(fill)
    assume(by_look)
    for look, legs in by_look.items():
        traded = abs(legs[0].quantity)
        net = -sum(leg.quantity * leg.price for leg in legs) / traded
        assert net >= (sending.order.limit or 0)
        (short_bid, short_ask), (long_bid, long_ask) = path[look][SHORT], path[look][LONG]
        mid = 0.5 * (short_bid + short_ask - long_bid - long_ask)
        assert float(net) <= max(mid, float(sending.order.limit or 0)) + 1e-6
        assert len({leg.quantity for leg in legs}) == 2


@given(sendings(), paths())
def test_an_order_never_trades_more_than_it_is_for_and_ends_once(
    sending: Sending, path: Path
) -> None:
    facts = play(sending, path)
    sold = -sum(fill.quantity for fill in fills(facts) if fill.contract == SHORT)
    ended = [fact for fact in facts if not isinstance(fact, LegFilled)]
    assert sold <= sending.order.units
    assert len(ended) == (1 if sold == sending.order.units else 0)
