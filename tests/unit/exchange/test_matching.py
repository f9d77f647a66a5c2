from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import session
from tomking.core.contract import Contract
from tomking.core.order import Order
from tomking.exchange.fills import GRADED, MID, NATURAL, FillModel, spread_fraction
from tomking.exchange.looks import Look
from tomking.exchange.matching import at_mid, model_prices, overclosed, stood_min
from tomking.exchange.prices import fill_prices, net_of
from tomking.exchange.working import is_matchable, working
from tomking.market.snapshot import AGE, ASK, BID, DELTA
from unit.exchange.fakes import FRIDAY, call, closing, market, order, put

pytestmark = pytest.mark.unit

TODAY = session(FRIDAY)
SHORT, LONG = put(5900), put(5850)


def net(sent: Order, prices: tuple[Decimal, ...]) -> Decimal:
    return -sum(
        (leg.quantity * price for leg, price in zip(sent.legs, prices, strict=True)), Decimal(0)
    )


@pytest.mark.parametrize(
    ("seconds", "latency_s", "matchable"),
    [(0, 0.0, False), (0, 1.0, False), (1, 1.0, True), (1, 2.0, False), (60, 1.0, True)],
)
def test_an_order_trades_strictly_after_it_was_sent_and_not_before_its_latency(
    seconds: int, latency_s: float, matchable: bool
) -> None:
    entry = working(order("1", (-1, SHORT)), market(60).at, TODAY, latency_s)
    assert is_matchable(entry, market(60 + seconds / 60).at) is matchable


def test_a_day_order_is_dead_tomorrow_and_a_resting_one_is_not() -> None:
    tomorrow = market(10, day=FRIDAY.replace(day=8)).at
    for rests in (False, True):
        sent = order("1", (-1, SHORT), rests=rests)
        assert is_matchable(working(sent, market(60).at, TODAY, 1.0), tomorrow) is rests


def test_an_order_that_does_not_rest_takes_the_better_price() -> None:
    sent = order("1.00", (-1, SHORT), (1, LONG))
    assert fill_prices(sent, (3.0, 1.5), stood=False) == (Decimal("3.0000"), Decimal("1.5000"))


def test_a_resting_order_never_does_better_than_its_limit() -> None:
    sent = order("-1.00", (1, SHORT), (-1, LONG), rests=True)
    prices = fill_prices(sent, (0.5, 0.2), stood=True)
    assert prices == (Decimal("1.2000"), Decimal("0.2000"))
    assert net(sent, prices) == Decimal("-1.00")


def test_the_leg_with_the_smallest_quantity_carries_the_difference() -> None:
    sent = order("10.00", (1, put(6000)), (-1, put(5950)), (-2, put(5700)), rests=True)
    assert fill_prices(sent, (40.0, 32.0, 12.0), stood=True) == (
        Decimal(46),
        Decimal(32),
        Decimal(12),
    )


def test_a_sale_never_goes_below_zero_and_hands_the_rest_on() -> None:
    sent = order("1.00", (-1, SHORT), (-1, call(6100)), (-2, LONG), rests=True)
    prices = fill_prices(sent, (0.5, 0.7, 4.0), stood=True)
    assert prices == (Decimal(0), Decimal(0), Decimal("0.5"))
    assert net(sent, prices) == 1


def test_a_package_worse_than_its_limit_by_a_tick_does_not_fill() -> None:
    assert fill_prices(order("1.55", (-1, SHORT), (1, LONG)), (3.0, 1.5), stood=False) is None


Quantity = st.sampled_from([-4, -2, -1, 1, 2])


@given(
    st.lists(st.tuples(Quantity, st.integers(1, 400)), min_size=1, max_size=4),
    st.integers(0, 200),
)
def test_a_resting_fill_adds_up_to_the_limit_exactly(
    legs: list[tuple[int, int]], give_ticks: int
) -> None:
    wanted = [(quantity, put(5000 + 10 * row)) for row, (quantity, _) in enumerate(legs)]
    prices = tuple(0.05 * ticks for _, ticks in legs)
    model = -sum((quantity * Decimal(ticks) / 20 for quantity, ticks in legs), Decimal(0))
    limit = model - Decimal(give_ticks) / 20
    if all(quantity < 0 for quantity, _ in legs) and limit < 0:
        return  # a sale of nothing but sold legs for a debit is not an order anybody sends
    sent = order(str(limit), *wanted, rests=True)
    filled = fill_prices(sent, prices, stood=True)
    assert filled is not None
    assert net(sent, filled) == limit
    assert all(price >= 0 for price in filled)


@pytest.mark.parametrize(
    ("held", "first"),
    [
        ({SHORT: -2}, None),
        ({SHORT: -3}, None),
        ({SHORT: -1}, SHORT),
        ({}, SHORT),
        ({SHORT: 2}, SHORT),
    ],
)
def test_a_closing_order_never_closes_more_than_is_held(
    held: dict[Contract, int], first: Contract | None
) -> None:
    assert overclosed(closing("-1", (1, SHORT), units=2), held) == first


def test_an_opening_order_closes_nothing() -> None:
    assert overclosed(order("1", (-1, SHORT)), {}) is None


QUOTE = st.tuples(st.integers(0, 400), st.integers(0, 60))


@given(
    st.sampled_from([MID, NATURAL, GRADED, spread_fraction(0.3)]),
    st.lists(QUOTE, min_size=2, max_size=2),
    st.sampled_from([(-1, 1), (1, -1), (-2, 1), (1, 2), (-1, -3)]),
    st.sampled_from([order, closing]),
)
def test_no_model_gives_a_better_price_than_mid(
    model: FillModel,
    quotes: list[tuple[int, int]],
    sides: tuple[int, int],
    made: Callable[..., Order],
) -> None:
    """What is refused at mid is refused at every price, so nothing more is asked of it."""
    rows = [[0.0, 0.0] for _ in range(9)]
    for column, (bid, width) in enumerate(quotes):
        rows[BID][column], rows[ASK][column] = 0.05 * bid, 0.05 * (bid + width)
        rows[AGE][column], rows[DELTA][column] = 0.0, -0.2
    sent = made("1.00", (sides[0], SHORT), (sides[1], LONG))
    now = market(60)
    look = Look(now.at, TODAY, rows, {sent.id: (0, 1)})
    entry = working(sent, now.at, TODAY, 0.0)
    prices = model_prices(entry, look, (0, 1), model)
    if prices is not None:
        assert net_of(entry.quantities, prices) <= at_mid(entry, look, (0, 1)) + 1e-9


@pytest.mark.parametrize(
    ("sent", "seen", "at", "stood"),
    [
        (60.0, None, 75.0, 15.0),  # since it went live
        (60.0, 70.0, 75.0, 5.0),  # since the look that did not fill it
        (-90.0, None, 30.0, 30.0),  # sent before the open: nobody came to meet it until then
        (-90.0, -80.0, 30.0, 30.0),
    ],
)
def test_an_order_stands_from_when_it_can_be_met(
    sent: float, seen: float | None, at: float, stood: float
) -> None:
    entry = working(order("1.00", (-1, SHORT)), TODAY.at(sent), TODAY, 0.0)
    look = Look(TODAY.at(at), TODAY, [], {})
    assert stood_min(entry, look, None if seen is None else TODAY.at(seen)) == pytest.approx(stood)
