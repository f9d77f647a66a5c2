"""No hindsight: a fill is a function of the quotes after the order arrived and up to the fill."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.facts import Fact, LegFilled
from tomking.core.order import Leg, Order, TimeInForce
from tomking.core.value import value
from tomking.exchange.fills import (
    GRADED,
    MID,
    NAMED,
    NATURAL,
    FillModel,
    in_lots,
    patient,
    spread_fraction,
)
from tomking.exchange.patience import Patience
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import CASH, MONDAY, Quotes, market, order, put

pytestmark = pytest.mark.unit

SHORT, LONG = put(5900, expiry=MONDAY), put(5850, expiry=MONDAY)
#: A patient model whose die nearly always falls well, so that limits better than its price are met.
EAGER = replace(NATURAL, name="eager", patience=Patience(at_mid=1.0 - 1e-9))
MODELS = (
    NATURAL, MID, spread_fraction(0.3), spread_fraction(0.5), GRADED, patient(MID), patient(NATURAL),
    patient(spread_fraction(0.5)), EAGER, in_lots(EAGER, 1), in_lots(GRADED, 1), in_lots(NATURAL, 2),
)  # fmt: skip
#: Seconds between looks; the order is sent at the third.
EVERY_S, SENT = 20.0, 2

#: The spread, a put sold and a put bought, each with its limits from least to most, in nickels.
WANTED = (
    (((-1, SHORT), (1, LONG)), 28, 56),
    (((-1, SHORT),), 58, 85),
    (((1, SHORT),), -90, -60),
)

Path = tuple[Quotes, ...]


@value
class Sending:
    """An order, when it goes, and how long it is on its way."""

    order: Order
    latency_s: float
    model: FillModel
    seed: int


#: How far the ask stands above the bid, in nickels; below nought is crossed.
WIDTHS = (0, 1, 2, 4, 8, 16, 40, -2)
#: Bids of a leg, counted from its least; and one look in so many at which the short has no bid.
BIDS, BARE = 16, 10


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
    legs, least, most = draw(st.sampled_from(WANTED))
    limit = Decimal(draw(st.integers(least, most))) / 20
    rests = draw(st.booleans())
    sent = order(str(limit), *legs, units=1 if rests else draw(st.integers(1, 4)), rests=rests)
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


def share_of(model: FillModel, legs: int) -> Fraction:
    """What each leg gives up of its half-width in these markets: by the table of legs, or one figure."""
    if not model.slippage:
        return Fraction(str(model.spread_fraction))
    return Fraction(str(model.slippage[0].by_legs[legs - 1]))


def leg_at(share: Fraction, bid: Fraction, ask: Fraction, quantity: int) -> Fraction | None:
    """A leg's price worked out exactly, or nothing where nobody is on the other side."""
    if bid > ask or (quantity < 0 and bid == 0):
        return None
    mid, half = (bid + ask) / 2, (ask - bid) / 2
    if quantity > 0 and bid == 0:
        return ask
    if share == 0:
        return mid
    price = mid + share * half * (1 if quantity > 0 else -1)
    tick = Fraction(1, 20) if price < 5 else Fraction(1, 4)
    if quantity > 0:
        return min(ask, ceil(price / tick) * tick)
    return max(bid, floor(price / tick) * tick)


def exact(seen: Quotes, leg: Leg) -> tuple[Fraction, Fraction]:
    """Both sides of a leg, which are whole nickels."""
    bid, ask = (Fraction(round(20 * side), 20) for side in seen[leg.contract])
    return bid, ask


def allowed(sending: Sending, seen: Quotes, stood: bool) -> Fraction | None:
    """The one price a unit may trade at by the model at a look; nothing if it may not at all.

    That of the model if the order has just come and asks for no more, its limit if it had stood there.
    """
    legs = sending.order.legs
    share = share_of(sending.model, len(legs))
    prices = [leg_at(share, *exact(seen, leg), leg.quantity) for leg in legs]
    net, limit = Fraction(0), Fraction(sending.order.limit or 0)
    for leg, price in zip(legs, prices, strict=True):
        if price is None:
            return None
        net -= leg.quantity * price
    if net < limit:
        return None
    return limit if stood or sending.order.rests else net


def mid_of(sending: Sending, seen: Quotes) -> Fraction:
    """The package in the middle of its quotes."""
    sides = [(leg.quantity, *exact(seen, leg)) for leg in sending.order.legs]
    return sum((-quantity * (bid + ask) / 2 for quantity, bid, ask in sides), Fraction(0))


def trades(sending: Sending, path: Path) -> dict[int, tuple[int, Fraction]]:
    """The looks at which an order traded: how many units, and at what net price."""
    found: dict[int, tuple[int, Fraction]] = {}
    for fill in fills(play(sending, path)):
        look = round((fill.at - market(60).at).total_seconds() / EVERY_S)
        (leg,) = (leg for leg in sending.order.legs if leg.contract == fill.contract)
        units, net = fill.quantity // leg.quantity, found.get(look, (0, Fraction(0)))[1]
        found[look] = units, net - leg.quantity * Fraction(fill.price)
    return found


def legs_at(sending: Sending, path: Path, look: int) -> list[tuple[Leg, Fraction]]:
    """The legs of an order and what each traded at, at a look."""
    at, legs = market(minute(look)).at, sending.order.legs
    traded = {fill.leg: fill.price for fill in fills(play(sending, path)) if fill.at == at}
    return [(legs[row], Fraction(price)) for row, price in traded.items()]


def test_every_model_with_a_name_is_tried() -> None:
    assert set(NAMED.values()) <= set(MODELS)


@given(sendings(), paths())
def test_no_fill_is_earlier_than_the_latency(sending: Sending, path: Path) -> None:
    sent_at = market(minute(SENT)).at
    for fill in fills(play(sending, path)):
        assert fill.at > sent_at
        assert (fill.at - sent_at).total_seconds() >= sending.latency_s - 1e-6


@given(sendings(), paths())
def test_no_fill_is_at_a_price_the_quotes_did_not_allow(sending: Sending, path: Path) -> None:
    """Of the look it happened at: the model's price or, when the order stood there, its limit.

    A patient model may also meet a limit that is no better than mid, on two-sided quotes.
    """
    first = arrives(sending)
    for look, (_, net) in trades(sending, path).items():
        assert look >= first
        by_model = allowed(sending, path[look], stood=look > first)
        if by_model is not None:
            assert net == by_model
            continue
        assert sending.model.patience is not None
        assert net == Fraction(sending.order.limit or 0) <= mid_of(sending, path[look])
        for leg, price in legs_at(sending, path, look):
            bid, ask = exact(path[look], leg)
            assert bid <= price <= ask
            assert bid > 0 or leg.quantity > 0


@given(sendings(), paths())
def test_no_leg_trades_beyond_its_quote_unless_its_order_stood_there(
    sending: Sending, path: Path
) -> None:
    """One that stood may trade at a limit worse than the quotes, and no leg of it at a better price."""
    first = arrives(sending)
    for look in trades(sending, path):
        for leg, price in legs_at(sending, path, look):
            bid, ask = exact(path[look], leg)
            stood = look > first or sending.order.rests
            assert price <= ask or (stood and leg.quantity > 0)
            assert price >= bid or (stood and leg.quantity < 0)


@given(sendings(), paths())
def test_what_the_quotes_allow_is_filled_at_the_first_look_and_a_lot_at_a_time(
    sending: Sending, path: Path
) -> None:
    """Patience adds fills and takes none away."""
    first, traded = arrives(sending), trades(sending, path)
    left = sending.order.units
    for look in range(first, len(path)):
        units, _ = traded.get(look, (0, Fraction(0)))
        if allowed(sending, path[look], stood=look > first) is not None and left:
            assert units == min(left, sending.model.lot or left)
        left -= units


@given(sendings(), paths())
def test_an_order_never_trades_more_than_it_is_for_and_ends_once(
    sending: Sending, path: Path
) -> None:
    facts = play(sending, path)
    sold = sum(abs(fill.quantity) for fill in fills(facts) if fill.contract == SHORT)
    ended = [fact for fact in facts if not isinstance(fact, LegFilled)]
    assert sold <= sending.order.units
    assert len(ended) == (1 if sold == sending.order.units else 0)
