"""Shares beside options, by the names of the rule books: bought and held, in the money and out."""

from dataclasses import replace
from datetime import date

import pytest

from tomking.core.contract import Right, Settles
from tomking.core.errors import ConfigError
from tomking.core.product import Kind
from tomking.portfolio.margin.house import House, house_for
from tomking.portfolio.margin.leg import Margin, MarginLeg, Underlying
from tomking.portfolio.margin.rule import requirement
from tomking.portfolio.margin.shares import bought_usd, held_usd

pytestmark = [pytest.mark.unit, pytest.mark.risk]

CALL, PUT = Right.CALL, Right.PUT
JUNE, JULY = date(2026, 6, 19), date(2026, 7, 17)
RULES, TASTY = house_for(Kind.EQUITY, "exchange"), house_for(Kind.EQUITY)


def call(strike: float, quantity: int, price: float, day: date = JUNE) -> MarginLeg:
    return MarginLeg(CALL, strike, day, quantity, price)


def put(strike: float, quantity: int, price: float, day: date = JUNE) -> MarginLeg:
    return MarginLeg(PUT, strike, day, quantity, price)


def asked(
    shares: int,
    *legs: MarginLeg,
    price: float = 100.0,
    house: House = RULES,
    kind: Kind = Kind.EQUITY,
) -> Margin:
    stock = MarginLeg(None, 0.0, date.max, shares, price)
    return requirement([stock, *legs], Underlying("ACME", price, kind), house)


def figures(margin: Margin) -> tuple[float, float]:
    return float(margin.requirement), float(margin.maintenance)


@pytest.mark.parametrize(
    ("shares", "legs", "house", "opened", "kept"),
    [
        # by themselves: 50 % and then 25 % long, 30 % short
        (100, (), RULES, 5000, 2500),
        (-100, (), RULES, 5000, 3000),
        # a call on long shares: out of the money nothing; in the money shares count at the strike
        (100, (call(105, -1, 2),), RULES, 5000, 2500),
        (100, (call(90, -1, 12),), TASTY, 1000 + 4500, 1000 + 2250),
        (100, (call(90, -1, 12),), RULES, 1000 + 5000, 1000 + 2250),
        # the call's mark, if it is more than what the shares need
        (100, (call(105, -1, 40),), RULES, 5000, 4000),
        # a put on shares sold short: what it is in the money on top, then and later
        (-100, (put(95, -1, 2),), RULES, 5000, 3000),
        (-100, (put(110, -1, 12),), RULES, 6000, 4000),
        # protected: a tenth of the strike and the way to it, if that is less
        (100, (put(95, 1, 2),), RULES, 5000, 950 + 500),
        (100, (put(80, 1, 1),), RULES, 5000, 2500),
        (100, (put(120, 1, 21),), RULES, 5000, 1200),
        (-100, (call(105, 1, 2),), RULES, 5000, 1050 + 500),
        (-100, (call(130, 1, 1),), RULES, 5000, 3000),
        # a put below and a call above, at one strike, and the reverse
        (100, (put(95, 1, 2), call(105, -1, 2)), RULES, 5000, 1450),
        (100, (put(98, 1, 3), call(98, -1, 5)), RULES, 5200, 980 + 200),
        (-100, (call(102, 1, 1), put(102, -1, 3)), RULES, 5200, 1020 + 200),
        # under a call it is enough to have what shares at its strike need, 26.25 and not 46
        (100, (put(60, 1, 1), call(105, -1, 40)), RULES, 5000, 2625),
        (100, (put(60, 1, 1), call(95, -1, 40)), RULES, 5500, 2375 + 500),
    ],
)  # fmt: skip
def test_shares_and_options_need_what_the_rule_books_say(
    shares: int, legs: tuple[MarginLeg, ...], house: House, opened: float, kept: float
) -> None:
    margin = asked(shares, *legs, house=house)
    assert figures(margin) == (opened, kept)
    assert margin.uncovered == ()
    assert margin.method == "universal"


def test_a_deep_call_on_shares_frees_no_more_than_its_premium() -> None:
    """Shares at 110 under a 10 call can be worth 10 at most: what is paid for them is needed."""
    margin = asked(100, call(10, -1, 100.0), price=110.0, house=TASTY)
    assert figures(margin) == (10_000 + 500, 10_000 + 250)
    assert float(margin.bp_effect) == 500.0


@pytest.mark.parametrize(
    ("shares", "carried", "left"), [(99, 0, 2), (100, 1, 1), (199, 1, 1), (200, 2, 0), (300, 2, 0)]
)
def test_a_hundred_shares_carry_one_call(shares: int, carried: int, left: int) -> None:
    margin = asked(shares, call(105, -2, 2.0))
    naked = float(asked(0, call(105, -1, 2.0)).requirement)
    assert float(margin.requirement) == 50.0 * shares + left * naked
    assert sum(one.count for one in margin.uncovered) == left == 2 - carried


def test_shares_carry_the_short_that_is_dearest_by_itself() -> None:
    """The 105 call needs 1,700 alone and the 120 call 1,010."""
    margin = asked(100, call(105, -1, 2.0), call(120, -1, 0.1))
    assert [one.strike for one in margin.uncovered] == [120.0]


def test_long_shares_carry_no_put_and_short_shares_no_call() -> None:
    for shares, leg in ((100, put(95, -1, 2.0)), (-100, call(105, -1, 2.0))):
        margin = asked(shares, leg)
        assert float(margin.requirement) == 5000.0 + 1700.0
        assert len(margin.uncovered) == 1


def test_a_long_that_covers_a_short_protects_no_lot_as_well() -> None:
    """The put is worth more to the short put, 1,650, than to the lot, 1,050."""
    spread = (put(98, -1, 3.0), put(95, 1, 2.0))
    margin = asked(100, *spread)
    assert figures(margin) == (5000 + 300, 2500 + 300)
    two = asked(100, spread[0], replace(spread[1], quantity=2))
    assert figures(two) == (5000 + 300, 1450 + 300)


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (put(95, 1, 2.0), True),
        (put(95, 1, 2.0, JULY), False),
        (replace(put(95, 1, 2.0), settles=Settles.AM), False),
        (put(106, 1, 8.0), False),
    ],
)
def test_a_call_and_a_put_share_a_lot_if_they_end_together_the_call_not_below_the_put(
    other: MarginLeg, together: bool
) -> None:
    """Else the lot is either under the call or protected, and the call uncovered costs more."""
    margin = asked(100, call(105, -1, 2.0), other)
    assert float(margin.maintenance) == (1450.0 if together else 2500.0)


def test_shares_cover_whatever_the_fixing_and_the_expiry() -> None:
    for day, settles in ((JUNE, Settles.AM), (JULY, Settles.PM)):
        assert asked(100, replace(call(105, -1, 2.0), expiry=day, settles=settles)).uncovered == ()


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("ACME", Kind.INDEX), ("SPX", Kind.BROAD_INDEX), ("VIX", Kind.VOLATILITY),
        ("VIXW", Kind.VOLATILITY),
    ],
)  # fmt: skip
@pytest.mark.parametrize("house", ["exchange", "tastytrade", "cash"])
def test_an_index_pays_cash_and_has_no_shares_that_could_cover(
    symbol: str, kind: Kind, house: str
) -> None:
    rates, index = house_for(kind, house, symbol), Underlying(symbol, 18.0, kind)
    stock = MarginLeg(None, 0.0, date.max, 100, 18.0)
    with pytest.raises(ConfigError, match=f"100 of {symbol} cannot be held, .* pays cash"):
        requirement([stock, call(20, -1, 1.0)], index, rates)
    bare = requirement([put(20, -1, 2.5)], index, rates)
    assert bare.requirement > 0


def test_a_fund_of_volatility_delivers_shares_which_cover() -> None:
    """At this house they are paid in full: 1,800."""
    fund, rates = Underlying("UVXY", 18.0, Kind.VOLATILITY), house_for(Kind.VOLATILITY)
    stock = MarginLeg(None, 0.0, date.max, 100, 18.0)
    margin = requirement([stock, call(20, -1, 1.0)], fund, rates)
    assert (figures(margin), margin.uncovered) == ((1_800, 1_800), ())


def test_shares_bought_and_sold_are_counted_together() -> None:
    stock = [MarginLeg(None, 0.0, date.max, count, 100.0) for count in (300, -200)]
    book = [*stock, call(105, -1, 2.0)]
    margin = requirement(book, Underlying("ACME", 100.0, Kind.EQUITY), RULES)
    assert figures(margin) == (5000, 2500)


@pytest.mark.parametrize(
    ("price", "is_long", "house", "opened", "kept"),
    [
        (2.99, True, TASTY, 2.99, 2.99),
        (3.00, True, TASTY, 1.50, 0.75),
        (2.99, True, RULES, 1.495, 0.7475),
        (2.00, False, RULES, 2.50, 2.50),
        (4.99, False, RULES, 4.99, 4.99),
        (5.00, False, RULES, 5.00, 5.00),
        (5.50, False, RULES, 5.00, 5.00),
        (2.50, False, RULES, 2.50, 2.50),
        (2.51, False, RULES, 2.51, 2.51),
        (10.00, False, RULES, 5.00, 5.00),
        (10.02, False, RULES, 5.01, 5.00),
        (16.70, False, RULES, 8.35, 5.01),
    ],
)
def test_cheap_shares_need_a_minimum(
    price: float, is_long: bool, house: House, opened: float, kept: float
) -> None:
    acme = Underlying("ACME", price, Kind.EQUITY)
    assert bought_usd(price, is_long, acme, house) == pytest.approx(opened)
    assert held_usd(price, is_long, acme, house) == pytest.approx(kept)


@pytest.mark.parametrize(
    ("leverage", "opened", "kept"), [(1, 50, 25), (2, 50, 50), (-3, 75, 75), (5, 100, 100)]
)
def test_shares_of_a_leveraged_fund_need_their_leverage(
    leverage: float, opened: float, kept: float
) -> None:
    fund = Underlying("TQQQ", 100.0, Kind.LEVERAGED_ETF, leverage=leverage)
    assert bought_usd(100.0, True, fund, RULES) == opened
    assert held_usd(100.0, True, fund, RULES) == kept


CASH, IRA = house_for(Kind.EQUITY, "cash"), house_for(Kind.EQUITY, "ira")


@pytest.mark.parametrize(
    ("shares", "legs", "need"),
    [
        (0, (put(95, -2, 2.0),), 19_000),
        (100, (call(105, -1, 2.0),), 10_000),
        (100, (call(90, -1, 12.0), put(95, -1, 2.0)), 10_000 + 9_500),
        (0, (put(95, -1, 2.0), put(90, 1, 1.0)), 9_500),
        (0, (call(105, 3, 2.0),), 0),
    ],
)
def test_a_cash_account_secures_everything_in_full(
    shares: int, legs: tuple[MarginLeg, ...], need: float
) -> None:
    margin = asked(shares, *legs, house=CASH)
    assert figures(margin) == (need, need)
    premium = sum(100 * leg.quantity * leg.price for leg in legs)
    assert float(margin.bp_effect) == need + premium
    assert (margin.method, margin.uncovered) == ("secured", ())


@pytest.mark.parametrize(
    ("shares", "legs", "said"),
    [
        (0, (call(105, -1, 2.0),), "1 calls of ACME with 0 shares"),
        (199, (call(105, -2, 2.0),), "2 calls of ACME with 199 shares"),
        (0, (call(105, -1, 2.0), call(110, 1, 1.0)), "1 calls"),
        (-100, (), "short 100 shares"),
    ],
)  # fmt: skip
def test_what_a_cash_account_cannot_secure_it_cannot_hold(
    shares: int, legs: tuple[MarginLeg, ...], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        asked(shares, *legs, house=CASH)


def test_a_retirement_account_pairs_options_and_borrows_nothing() -> None:
    assert float(asked(0, call(105, -1, 2.0), house=IRA).requirement) == 9_500 + 200
    assert float(asked(0, call(190, -1, 2.0), house=IRA).requirement) == 5_000 + 200
    assert float(asked(0, put(95, -1, 2.0), house=IRA).requirement) == 9_500
    assert float(asked(0, put(95, -1, 2.0), put(90, 1, 1.0), house=IRA).requirement) == 500
    assert figures(asked(100, call(105, -1, 2.0), house=IRA)) == (10_000, 10_000)
    assert figures(asked(100, put(95, 1, 2.0), house=IRA)) == (10_000, 10_000)
    with pytest.raises(ConfigError, match="may not borrow"):
        asked(-100, house=IRA)
