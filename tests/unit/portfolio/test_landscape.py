"""A table of worlds priced in one call is the same as every world priced by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract, Right, Settles
from tomking.core.product import PRODUCTS, Kind, Product
from tomking.market.carry import Dividend
from tomking.market.landscape import factors
from tomking.market.moves import LOWEST, move_of, moves_over, vol_30
from tomking.market.quoted import Quoted, Underlying, quoted
from tomking.market.snapshot import Legs, Shock
from tomking.portfolio import marks as worth
from tomking.portfolio.columns import columns
from tomking.portfolio.landscape import axes, worth_over
from tomking.portfolio.scenarios import AUG5_TERM, term
from tomking.pricing.black import PRICE, black76
from tomking.pricing.landscape import landscape_into

pytestmark = [pytest.mark.unit, pytest.mark.risk]

AT = datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)
NEAR, LATE = date(2026, 6, 19), date(2026, 9, 18)
OVER = axes((-0.2, -0.05, 0.0, 0.04), (0.8, 1.0, 2.8), (0.0, 3.0, 9.5))
UXYZ = Product(
    "UXYZ", "a fund of volatility", Kind.VOLATILITY, 100, PRODUCTS["SPY"].ticks,
    PRODUCTS["SPY"].delivers, True, Decimal("0.01"),
)  # fmt: skip
#: Root, price, dividend yield, and the future its options are on.
WRITTEN_ON = {"SPX": (6000.0, 0.012, ""), "ES": (6010.0, 0.0, "ESU26"), "CL": (70.0, 0.0, "CLU26")}


def option(root: str, strike: float, right: str, expiry: date = LATE) -> Contract:
    side = Right.PUT if right == "P" else Right.CALL
    future = WRITTEN_ON.get(root, (0, 0, ""))[2]
    return Contract(root, expiry, side, Decimal(repr(strike)), future)


def market(
    held: dict[Contract, float], *more: Underlying, rate: float = 0.04, vix: float = 17.0
) -> Quoted:
    usual = [
        Underlying(PRODUCTS[root], price, pays) for root, (price, pays, _) in WRITTEN_ON.items()
    ]
    return quoted(AT, [*usual, *more], held, rate, vix)


def one_by_one(legs: Legs, at: Quoted, spot: int, vol: int, day: int) -> float:
    """The old path: every leg marked under the shock."""
    return worth.total(legs, at.marks(legs, OVER.shock(spot, vol, day)))


def agrees(legs: Legs, at: Quoted, tolerance: float) -> None:
    table = worth_over(legs, at, OVER)
    assert table.shape == OVER.shape == (4, 3, 3)
    size = np.abs(legs.quantity * legs.multiplier).sum()
    for place in np.ndindex(*table.shape):
        assert table[place] == pytest.approx(one_by_one(legs, at, *place), abs=tolerance * size)


INDEX_OPTIONS = {
    option("SPX", 5700, "P"): 75.0, option("SPX", 6300, "C"): 60.0, option("SPX", 6000, "P"): 180.0,
    option("ES", 5000, "P"): 18.0, option("ES", 5700, "P", date(2026, 6, 30)): 30.0,
}  # fmt: skip
QUANTITIES = st.lists(st.integers(-5, 5), min_size=5, max_size=5)


def book(quantities: Sequence[int]) -> Legs:
    return columns(list(zip(INDEX_OPTIONS, quantities, strict=True)))


@given(QUANTITIES)
def test_european_legs_of_two_roots_are_worth_what_each_is_by_itself(counts: list[int]) -> None:
    agrees(book(counts), market(INDEX_OPTIONS), 1e-11)


@given(QUANTITIES, st.integers(2, 7))
def test_a_book_twice_as_large_is_worth_twice_as_much_everywhere(
    counts: list[int], times: int
) -> None:
    at = market(INDEX_OPTIONS)
    one, more = (worth_over(book([n * k for n in counts]), at, OVER) for k in (1, times))
    assert more == pytest.approx(times * one, rel=1e-12, abs=1e-6)


@given(QUANTITIES)
def test_where_nothing_moves_the_table_has_the_marks(counts: list[int]) -> None:
    legs, at = book(counts), market(INDEX_OPTIONS)
    still = worth_over(legs, at, axes((0.0,), (1.0,)))[0, 0, 0]
    assert still == pytest.approx(worth.total(legs, at.marks(legs)), abs=1e-6)


@given(st.integers(1, 5), st.sampled_from([5000.0, 5700.0, 6000.0]))
def test_long_puts_gain_in_a_fall_and_in_a_rise_of_volatility(count: int, strike: float) -> None:
    held = {option("SPX", strike, "P"): 180.0 * (strike / 6000.0) ** 12}
    table = worth_over(columns([(one, count) for one in held]), market(held), OVER)
    assert (np.diff(table, axis=0) < 0.0).all()
    assert (np.diff(table, axis=1) > 0.0).all()


def at_vol(contract: Contract, vol: float = 0.2) -> float:
    """A price that implies a volatility, near enough."""
    strike = float(contract.strike or 0)
    return float(black76(6045.0, strike, 105 / 365, vol, -1.0, 0.04)[PRICE][0])


@given(st.integers(5000, 6400), st.integers(1, 5))
def test_moving_one_strike_changes_every_figure(strike: int, steps: int) -> None:
    puts = [option("SPX", float(k), "P") for k in (strike, strike + 5 * steps)]
    held = {one: at_vol(one) for one in puts}
    one, other = (worth_over(columns([(c, 1)]), market(held), OVER) for c in puts)
    assert (other > one).all()


def test_an_empty_book_is_worth_nothing_in_every_world() -> None:
    assert (worth_over(columns(()), market({}), OVER) == 0.0).all()


def test_futures_and_shares_are_worth_their_price_and_do_not_age() -> None:
    future = Contract("ES", date(2026, 9, 18), None, None, "ESU26")
    legs, at = columns([(future, 2)]), market({})
    agrees(legs, at, 1e-11)
    assert worth_over(legs, at, OVER)[1, 0].tolist() == pytest.approx([2 * 50 * 6010.0 * 0.95] * 3)


def test_american_options_on_futures_and_shares_agree_too() -> None:
    held = {option("CL", 65, "P"): 1.9, option("CL", 80, "C"): 1.1}
    shares = {option("QQQ", 500, "P"): 12.0, option("QQQ", 540, "C"): 15.0}
    legs = columns([(one, n) for one, n in zip(held | shares, (2, -1, 3, -2), strict=True)])
    agrees(legs, market(held | shares, Underlying(PRODUCTS["QQQ"], 530.0, 0.006)), 2e-4)


def test_a_share_that_pays_cash_is_priced_with_its_dividends() -> None:
    paid = (Dividend(date(2026, 6, 12), Decimal("1.80")), Dividend(date(2026, 9, 11), Decimal(2)))
    held = {option("SPY", 600, "C"): 18.0, option("SPY", 560, "P"): 5.0}
    legs = columns([(one, n) for one, n in zip(held, (-3, 2), strict=True)])
    at = market(held, Underlying(PRODUCTS["SPY"], 601.0, 0.012, paid))
    agrees(legs, at, 1e-9)
    without = market(held, Underlying(PRODUCTS["SPY"], 601.0, 0.012))
    assert not np.allclose(worth_over(legs, at, OVER), worth_over(legs, without, OVER))


def test_a_fund_of_volatility_stands_where_volatility_puts_it() -> None:
    call = option("UXYZ", 30, "C")
    legs = replace(columns([(option("QQQ", 30, "C"), -1)]), contracts=(call,))
    at = market({call: 2.0}, Underlying(UXYZ, 28.0))
    agrees(legs, at, 2e-4)
    table = worth_over(legs, at, OVER)
    assert table[:, 2, 0].tolist() == pytest.approx([table[0, 2, 0]] * 4)


def test_an_option_that_is_over_by_then_is_worth_what_it_is_exercised_for() -> None:
    held = {option("SPX", 5900, "P", NEAR): 25.0, option("QQQ", 520, "P", NEAR): 5.0}
    legs = columns([(one, 1) for one in held])
    at = market(held, Underlying(PRODUCTS["QQQ"], 530.0))
    table = worth_over(legs, at, axes((-0.05, 0.0), (1.0, 3.0), (20.0,)))
    assert table[0, :, 0].tolist() == pytest.approx([100 * (200.0 + 520.0 - 503.5)] * 2)
    assert table[1, :, 0].tolist() == pytest.approx([0.0, 0.0])


def test_a_leg_that_nobody_quotes_makes_the_table_unknown() -> None:
    known, unknown = option("SPX", 5700, "P"), option("SPX", 5600, "P")
    at = market({known: 75.0})
    assert not np.isnan(worth_over(columns([(known, 1)]), at, OVER)).any()
    assert np.isnan(worth_over(columns([(known, 1), (unknown, 1)]), at, OVER)).all()
    assert np.isnan(worth_over(columns([(option("NDX", 20000, "P"), 1)]), at, OVER)).all()


def test_the_kernel_answers_black_76_cell_by_cell() -> None:
    level = np.array([[[80.0, 100.0, 125.0], [90.0, 100.0, 110.0]]])
    growth, discount, root = np.array([[1.01]]), np.array([[0.98]]), np.array([[0.5]])
    vol, factor = np.array([[[0.2, 0.25, 0.3]]]), np.array([[[1.0, 2.0]]])
    for strike, sign in ((100.0, -1.0), (101.0, 1.0), (70.0, 1.0), (160.0, -1.0)):
        out = np.zeros((1, 2, 3))
        landscape_into(
            level, np.zeros(1, dtype=np.int64), growth, discount, root, vol, factor,
            np.array([strike]), np.array([sign]), np.array([10.0]), out,
        )  # fmt: skip
        rate = -np.log(0.98) / 0.25
        total = (vol[0, 0] * factor[0, 0][:, None]).ravel()
        price = black76((level[0] * 1.01).ravel(), strike, 0.25, total, sign, rate)[PRICE]
        assert out.ravel() == pytest.approx(10.0 * price, rel=1e-11, abs=1e-9)


@pytest.mark.parametrize("gap", ["level", "vol", "strike", "root"])
def test_nan_in_nan_out(gap: str) -> None:
    given_ = {
        "level": np.full((1, 1, 1), 100.0), "of": np.zeros(1, dtype=np.int64),
        "growth": np.ones((1, 1)), "discount": np.ones((1, 1)), "root": np.full((1, 1), 0.5),
        "vol": np.full((1, 1, 1), 0.2), "factor": np.ones((1, 1, 1)), "strike": np.array([90.0]),
        "sign": np.array([-1.0]), "dollars": np.ones(1),
    }  # fmt: skip
    given_[gap] = np.full_like(given_[gap], np.nan)
    out = np.zeros((1, 1, 1))
    landscape_into(*given_.values(), out)
    assert np.isnan(out).all()


@given(st.floats(-0.9, 2.0), st.floats(0.1, 5.0), st.sampled_from([1.0, 3.0, -2.0]))
def test_a_move_over_many_worlds_is_the_move_in_each(spot: float, vol: float, times: float) -> None:
    for on in (PRODUCTS["SPX"], PRODUCTS["SPY"], PRODUCTS["VIX"], UXYZ):
        shock = Shock(spot, term(vol))
        table = moves_over(on, np.array([spot, 0.0]), np.array([vol_30(shock), 1.0]), times)
        assert table[0, 0] == move_of(on, shock, times)
        assert table[1, 1] == 0.0
        assert table.min() >= LOWEST


def test_factors_are_read_at_the_days_that_are_left_then_as_a_shock_reads_them() -> None:
    days = np.array([[5.0, 0.0], [75.0, 30.0], [400.0, 365.0]])
    found = factors(days, (AUG5_TERM, ()))
    assert found[..., 0].ravel().tolist() == pytest.approx([2.8, 2.8, 1.75, 2.8, 1.15, 1.15])
    assert found[..., 1].ravel().tolist() == [1.0] * 6


def test_a_morning_fixing_is_over_at_the_open() -> None:
    am = Contract("SPX", NEAR, Right.PUT, Decimal(5900), "", Settles.AM)
    at = market({am: 25.0})
    days = partial(axes, (0.0,), (1.0,))
    late, over = (worth_over(columns([(am, 1)]), at, days((d,)))[0, 0, 0] for d in (13.9, 14.0))
    assert late > over == 0.0
