import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract
from tomking.core.errors import ConfigError
from tomking.core.facts import LegFilled
from tomking.core.order import Order
from tomking.core.product import product
from tomking.exchange.fills import (
    BY,
    FORMS,
    FORMS_LIST,
    MID,
    NAMED,
    NATURAL,
    PATIENT,
    FillModel,
    leg_price,
    model_named,
    spread_fraction,
    steps,
    tradable,
)
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import CASH, MONDAY, Quotes, market, order, put

pytestmark = pytest.mark.unit

ES = steps(product("ES").ticks)
SPX = steps(product("SPX").ticks)


@pytest.mark.parametrize(
    ("model", "quantity", "price"),
    [
        (NATURAL, 1, 2.40),
        (NATURAL, -1, 2.00),
        (MID, 1, 2.20),
        (MID, -1, 2.20),
        (spread_fraction(0.25), 1, 2.25),
        (spread_fraction(0.25), -1, 2.15),
        (spread_fraction(0.30), 1, 2.30),  # 2.26 is no tick: the next one against the buyer
        (spread_fraction(0.30), -1, 2.10),
        (spread_fraction(1.0), 1, 2.40),
    ],
)
def test_a_model_gives_up_its_share_of_the_spread_and_rounds_against_the_trader(
    model: FillModel, quantity: int, price: float
) -> None:
    assert leg_price(model, 2.00, 2.40, quantity, ES) == pytest.approx(price, abs=1e-12)


def test_the_tick_is_the_larger_one_above_the_switch() -> None:
    assert leg_price(spread_fraction(0.1), 10.0, 12.0, 1, ES) == pytest.approx(11.25)
    assert leg_price(spread_fraction(0.1), 10.0, 12.0, -1, ES) == pytest.approx(10.75)
    assert leg_price(spread_fraction(0.1), 4.0, 4.4, 1, SPX) == pytest.approx(4.3)


@given(
    st.integers(0, 4000),
    st.integers(1, 400),
    st.floats(0.0, 1.0),
    st.sampled_from([-2, -1, 1, 2]),
    st.floats(0.0, 0.05),
)
def test_a_fill_never_leaves_the_quote_and_never_beats_mid(
    bid_ticks: int, width_ticks: int, share: float, quantity: int, off_tick: float
) -> None:
    bid = 0.05 * bid_ticks + off_tick
    ask = bid + 0.05 * width_ticks
    price = leg_price(spread_fraction(share), bid, ask, quantity, ES)
    mid = 0.5 * (bid + ask)
    assert bid <= price <= ask
    assert (price - mid) * quantity >= -1e-6


@given(st.integers(1, 100), st.integers(1, 40), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_giving_up_more_of_the_spread_never_helps(
    bid_ticks: int, width_ticks: int, one: float, other: float
) -> None:
    bid, ask = 0.05 * bid_ticks, 0.05 * (bid_ticks + width_ticks)
    small, large = sorted((one, other))
    for quantity in (1, -1):
        near = leg_price(spread_fraction(small), bid, ask, quantity, ES)
        far = leg_price(spread_fraction(large), bid, ask, quantity, ES)
        assert (far - near) * quantity >= -1e-9


@pytest.mark.parametrize(
    ("bid", "ask", "age_s", "quantity", "fills"),
    [
        (1.0, 1.2, 0.0, 1, True),
        (1.0, 1.2, 60.0, 1, True),
        (1.0, 1.2, 60.1, 1, False),  # stale
        (1.3, 1.2, 0.0, 1, False),  # crossed
        (1.2, 1.2, 0.0, 1, True),  # locked
        (0.0, 0.1, 0.0, -1, False),  # nobody bids
        (0.0, 0.1, 0.0, 1, True),
        (0.0, 0.0, 0.0, 1, False),  # nobody offers
        (1.0, math.inf, 0.0, 1, False),
        (1.0, math.inf, 0.0, -1, False),
        (math.nan, 1.2, 0.0, 1, False),
        (1.0, math.nan, 0.0, -1, False),
        (1.0, 1.2, math.inf, 1, False),
        (1.0, 1.2, math.nan, 1, False),
    ],
)
def test_only_a_fresh_two_sided_uncrossed_quote_fills(
    bid: float, ask: float, age_s: float, quantity: int, fills: bool
) -> None:
    assert tradable(NATURAL, bid, ask, age_s, quantity) is fills


INNER = ("natural", "mid", "graded", "spread_fraction(0.4)")


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("form", ["{}", "patient {}", "{} by 2", "patient {} by 12"])
def test_a_model_is_found_by_the_name_it_prints(inner: str, form: str) -> None:
    name = form.format(inner)
    assert model_named(name).name == name


@pytest.mark.parametrize(
    "name",
    [
        "", "best", "spread_fraction(x)", "spread_fraction(1.5)", "spread_fraction(nan)",
        "spread_fraction(0.5", "0.5", "patient", "patient ", "patient best", "patient patient mid",
        "mid by", "mid by two", "mid by 1.5", "mid by 2 by 3", "by 2", " mid", "MID",
    ],
)  # fmt: skip
def test_an_unknown_model_says_what_is_allowed(name: str) -> None:
    with pytest.raises(ConfigError, match="natural"):
        model_named(name)


#: Nobody bids; somebody bids; both on the tick and off it.
BARE, BID = (0.0, 0.10), (0.05, 0.10)
WING, SHORT = put(5700, expiry=MONDAY), put(5900, expiry=MONDAY)


@pytest.mark.parametrize(
    ("quote", "quantity", "price"),
    [
        (BARE, 1, 0.10),  # no mid without a bid: the offer is paid
        (BID, 1, 0.075),
        (BID, -1, 0.075),
        ((0.0, 2.00), 3, 2.00),
        ((0.05, 2.00), 3, 1.025),
    ],
)
def test_mid_pays_the_offer_where_nobody_bids_and_mid_where_somebody_does(
    quote: tuple[float, float], quantity: int, price: float
) -> None:
    assert leg_price(MID, *quote, quantity, ES) == pytest.approx(price, abs=1e-12)


@given(st.integers(1, 400), st.floats(0.0, 1.0), st.integers(1, 9), st.floats(0.0, 0.05))
def test_a_purchase_nobody_bids_against_pays_the_offer_under_every_model(
    ask_ticks: int, share: float, quantity: int, off_tick: float
) -> None:
    ask = 0.05 * ask_ticks + off_tick
    assert leg_price(spread_fraction(share), 0.0, ask, quantity, ES) == ask


def bought(sent: Order, quotes: Quotes, fill: FillModel = MID) -> dict[Contract, LegFilled]:
    """What an order trades at a minute after it was sent, by contract."""
    exchange = Exchange(10 * CASH, TASTYTRADE, fill, "tastytrade")
    exchange.submit(sent, market(60, quotes))
    facts = exchange.step(market(61, quotes))
    return {fact.contract: fact for fact in facts if isinstance(fact, LegFilled)}


@pytest.mark.parametrize(("quote", "price", "slippage"), [(BARE, "0.10", 2.5), (BID, "0.075", 0.0)])
def test_at_the_venue_a_purchase_at_mid_needs_a_bid(
    quote: tuple[float, float], price: str, slippage: float
) -> None:
    """A nickel beyond the middle of nothing and a dime costs 2.50 and is called slippage."""
    fill = bought(order("-0.10", (1, WING)), {WING: quote})[WING]
    assert fill.price == Decimal(price)
    assert fill.slippage == pytest.approx(slippage)


@pytest.mark.parametrize(("quote", "credit"), [(BARE, "4.10"), (BID, "4.125")])
def test_the_wing_of_a_spread_costs_the_offer_where_nobody_bids_for_it(
    quote: tuple[float, float], credit: str
) -> None:
    fills = bought(order("4.00", (-1, SHORT), (1, WING)), {SHORT: (4.00, 4.40), WING: quote})
    assert fills[SHORT].price == Decimal("4.20")
    assert fills[SHORT].price - fills[WING].price == Decimal(credit)


@pytest.mark.parametrize(("limit", "quote"), [("-0.05", BARE), ("-0.05", BID)])
def test_a_limit_below_the_model_s_price_does_not_buy(
    limit: str, quote: tuple[float, float]
) -> None:
    assert bought(order(limit, (1, WING)), {WING: quote}) == {}


def test_nobody_sells_to_an_empty_bid_whatever_the_model() -> None:
    for fill in (MID, NATURAL, spread_fraction(0.5)):
        assert bought(order("0.05", (-1, WING)), {WING: BARE}, fill) == {}


@pytest.mark.parametrize("name", ["mid by 0", "mid by -1"])
def test_a_lot_is_one_at_least(name: str) -> None:
    with pytest.raises(ConfigError, match="never fills anything; give 1 or more"):
        model_named(name)


def test_the_forms_that_are_printed_are_those_that_are_read() -> None:
    for word in (*NAMED, "spread_fraction(", PATIENT.strip(), BY.strip()):
        assert word in FORMS
        assert word in FORMS_LIST
    with pytest.raises(ConfigError) as refused:
        model_named("best")
    assert FORMS in str(refused.value)


def test_the_models_that_have_a_name_give_up_what_it_says() -> None:
    shares = {name: model.spread_fraction for name, model in NAMED.items()}
    assert shares == {"natural": 1.0, "mid": 0.0, "graded": 0.5}
    assert {(model.age_max_s, model.lot) for model in NAMED.values()} == {(60.0, 0)}
