"""The scan of futures and their options: published arrays, every range, what the parts do."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import ConfigError
from tomking.core.product import PRODUCTS
from tomking.portfolio.margin.ranges import FACTORS, RANGES, factor_of, range_of
from tomking.portfolio.margin.scan import scanned
from tomking.portfolio.margin.useful import Risks
from tomking.portfolio.margin.worlds import SCENARIOS, arrays
from unit.portfolio.scans import CALL, ES, FUTURE, PUT, SIZE, One, future, held, put, scan
from unit.pricing.plain import black76 as plain_black76

pytestmark = [pytest.mark.unit, pytest.mark.risk]

SPAN: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "margin" / "span.json").read_text(encoding="utf-8")
)
FUTURES = sorted(root for root, one in PRODUCTS.items() if one.is_future)


@pytest.mark.parametrize("case", SPAN["cases"], ids=lambda case: " and ".join(case["position"]))
def test_a_published_array_needs_what_the_book_prints(case: dict[str, Any]) -> None:
    rows = {name: np.array(row) for name, row in SPAN["arrays"].items()}
    held = case["position"]
    gains = np.array([rows[name] * n for name, n in held.items()], dtype=float).T
    one_month, nothing = np.ones((1, len(held))), np.zeros(len(held))
    losses, at = Risks(gains, one_month, nothing, 0.0, ES.credit, 1.0).losses(np.ones(len(held)))
    assert losses == [case["requirement"]] * 2
    assert SCENARIOS[at[0]] == case["scenario"]


def test_the_scenarios_are_sixteen_in_the_order_exchanges_print_them() -> None:
    one = held(future(1))
    gains = arrays(one, replace(ES, price=0.01, extreme=2.0, cover=0.35))[:, 0]
    printed = np.array(SPAN["arrays"]["long future"]) / 10_000.0
    assert len(SCENARIOS) == len(set(SCENARIOS)) == 16
    assert gains == pytest.approx(printed * 60.0, abs=0.03)  # printed to ten dollars


def test_an_option_is_repriced_in_every_scenario() -> None:
    """By a formula in plain Python, row by row."""
    gains = arrays(held((1, PUT, 5600.0, "ESZ25", 0.3)), ES)[:, 0]
    moves = [third / 3.0 for third in (0, 1, -1, 2, -2, 3, -3) for _ in range(2)] + [3.0, -3.0]
    vols = [0.26, 0.14] * 7 + [0.2, 0.2]
    today = plain_black76(6000.0, 5600.0, 0.3, 0.2, PUT, 0.0)[0]
    for row, (move, vol) in enumerate(zip(moves, vols, strict=True)):
        there = plain_black76(6000.0 * (1.0 + move * ES.price), 5600.0, 0.3, vol, PUT, 0.0)[0]
        counted = 0.33 if row > 13 else 1.0
        assert gains[row] == pytest.approx((there - today) * counted, abs=1e-9), SCENARIOS[row]


@pytest.mark.parametrize("root", FUTURES)
def test_every_future_has_a_range_with_a_day_and_a_source(root: str) -> None:
    row = range_of(root)
    assert 0.01 < row.price < 0.20
    assert date(2020, 1, 1) < row.since < date(2027, 1, 1)
    assert len(row.source) > 10
    assert row.extreme * row.price < 1.0


@pytest.mark.parametrize("root", sorted(RANGES))
def test_one_future_needs_the_maintenance_margin_its_range_comes_from(root: str) -> None:
    """Within one per cent, which is how the shares are rounded."""
    row, size = RANGES[root], float(PRODUCTS[root].multiplier)
    if isnan(row.dollars):
        assert "share of their value" in row.source
        return
    found = scanned(held(future(1, root), forward=row.at), row, size, 1.0)
    assert float(found.requirement) == pytest.approx(row.dollars, rel=0.01)


#: The same margins published at another time, at the price of that day: the broker's table of 22
#: February 2021, the planning figures of rulebook 1.1 (September 2025), and an undated list of about the
#: turn of 2022.
ELSEWHERE = [
    ("ES", 11_000, 3873.0), ("NQ", 16_000, 13_220.0), ("RTY", 6_500, 2250.0), ("ZC", 1_500, 550.0),
    ("ZS", 3_000, 1387.0), ("ZW", 1_900, 667.0), ("ZB", 3_000, 116.0), ("ZN", 2_400, 113.0),
    ("CL", 7_000, 78.0), ("6E", 2_650, 1.06), ("6B", 2_800, 1.21),
]  # fmt: skip


@pytest.mark.parametrize(("root", "dollars", "price"), ELSEWHERE)
def test_a_share_of_the_price_holds_at_other_times_within_two_fifths(
    root: str, dollars: float, price: float
) -> None:
    size = float(PRODUCTS[root].multiplier)
    found = scanned(held(future(1, root), forward=price), RANGES[root], size, 1.0)
    assert float(found.requirement) == pytest.approx(dollars, rel=0.4)


@pytest.mark.parametrize("root", [root for root in FUTURES if PRODUCTS[root].micro_of])
def test_a_micro_needs_a_tenth_of_the_large_one(root: str) -> None:
    large = PRODUCTS[root].micro_of
    book = held(future(1), put(-2, 5600.0), forward=6000.0)
    small, whole = (
        scanned(book, range_of(name), float(PRODUCTS[name].multiplier), 1.25) for name in (root, large)
    )  # fmt: skip
    assert float(small.requirement) * 10 == pytest.approx(float(whole.requirement), abs=0.06)


def test_a_future_without_a_row_and_an_unknown_house_are_said() -> None:
    with pytest.raises(ConfigError, match="SPX"):
        range_of("SPX")
    with pytest.raises(ConfigError, match="tastytrade"):
        factor_of("nobody")


def test_the_house_asks_a_quarter_more_for_what_can_be_lost() -> None:
    plain, house = (scan(future(2), factor=FACTORS[name]) for name in ("exchange", "tastytrade"))
    assert house.requirement == plain.requirement * Decimal("1.25")


@pytest.mark.parametrize("strike", [5000.0, 5600.0, 6000.0, 6600.0])
@pytest.mark.parametrize("sign", [CALL, PUT])
@pytest.mark.parametrize("years", [0.001, 0.3, 2.0])
def test_a_long_option_needs_nothing_beyond_its_price(
    strike: float, sign: float, years: float
) -> None:
    found = scan((3, sign, strike, "ESZ25", years), factor=1.25)
    assert found.requirement == 0
    assert float(found.bp_effect) == pytest.approx(found.option_value, abs=0.01)


def test_a_short_option_s_own_price_is_inside_once() -> None:
    found = scan(put(-1, 5600.0), factor=1.25)
    price = held(put(-1, 5600.0)).price[0] * SIZE
    assert float(found.requirement) == pytest.approx(1.25 * found.loss + price, abs=0.01)
    assert float(found.bp_effect) == pytest.approx(1.25 * found.loss, abs=0.02)
    assert (found.scenario, found.method) == ("-3/3 vol up", "estimate")


def test_a_short_option_far_away_needs_the_minimum() -> None:
    found = scan(put(-4, 1500.0, years=0.01))
    assert found.loss == pytest.approx(0.0, abs=1e-6)
    assert float(found.requirement) == pytest.approx(4 * 0.01 * ES.price * 6000.0 * SIZE, abs=0.01)


def test_a_put_spread_bought_needs_nothing_and_one_sold_less_than_a_naked_put() -> None:
    bought, sold = scan(put(1, 5700.0), put(-1, 5650.0)), scan(put(-1, 5700.0), put(1, 5650.0))
    assert bought.requirement == 0
    assert 0 < sold.requirement < scan(put(-1, 5700.0)).requirement
    assert sold.requirement <= 50 * SIZE


def test_a_future_does_not_cover_another_month_but_saves_a_share_of_both() -> None:
    one = float(scan(future(1)).requirement)
    pair = scan(future(1), future(-1, "ESH26"))
    assert [month.loss for month in pair.months] == pytest.approx([one, one], abs=0.01)
    assert pair.credit == pytest.approx(ES.credit * 2.0 * one, abs=0.01)
    assert float(pair.requirement) == pytest.approx((1.0 - ES.credit) * 2.0 * one, abs=0.02)


def test_months_that_lose_together_save_nothing() -> None:
    both = scan(put(-1, 5600.0), put(-1, 5600.0, "ESH26", 0.55))
    assert both.credit == pytest.approx(0.0, abs=1e-6)
    assert both.loss == pytest.approx(sum(month.loss for month in both.months))


@pytest.mark.parametrize("share", [0.0, 0.8, 1.0])
def test_a_share_counts_of_what_months_save_when_they_move_together(share: float) -> None:
    """A put of another month gains where the short one loses, but not as much."""
    book = (put(-1, 5900.0), put(1, 5200.0, "ESH26", 0.55))
    found = scanned(held(*book), replace(ES, credit=share), SIZE, 1.0)
    gains = arrays(held(*book), ES) * (np.array([-1.0, 1.0]) * SIZE)
    apart = -gains.min(axis=0).sum()
    assert found.loss == pytest.approx(apart)
    assert found.credit == pytest.approx(share * (apart + gains.sum(axis=1).min()))


def test_an_option_is_covered_by_its_own_future() -> None:
    alone, covered = scan((-1, CALL, 6000.0, "ESZ25", 0.3)), scan(
        (-1, CALL, 6000.0, "ESZ25", 0.3), future(1)
    )  # fmt: skip
    assert covered.loss < alone.loss
    assert [month.future for month in covered.months] == ["ESZ25"]


ONES = st.tuples(
    st.integers(-3, 3).filter(bool),
    st.sampled_from([CALL, PUT, FUTURE]),
    st.sampled_from([4800.0, 5600.0, 5950.0, 6000.0, 6100.0, 6600.0]),
    st.sampled_from(["ESZ25", "ESH26"]),
    st.sampled_from([0.002, 0.1, 0.4]),
)
BOOKS = st.lists(ONES, min_size=1, max_size=6)


@given(BOOKS, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_twice_as_much_needs_twice_as_much(
    book: list[One], rng: Any
) -> None:
    first = float(scan(*book).requirement)
    mixed = list(book)
    rng.shuffle(mixed)
    assert float(scan(*mixed).requirement) == pytest.approx(first, abs=0.02)
    twice = [(2 * n, *rest) for n, *rest in book]
    assert float(scan(*twice).requirement) == pytest.approx(2.0 * first, abs=0.03)


@given(BOOKS)
def test_no_less_is_asked_than_is_lost_in_any_scenario_at_the_full_price(book: list[One]) -> None:
    """Requirement plus the options' value pays for the worst the whole set does together."""
    found = scan(*book)
    gains = arrays(held(*book), ES) @ (np.array([n for n, *_ in book]) * SIZE)
    assert float(found.requirement) + found.option_value >= -float(gains.min()) - 0.02


def test_a_contract_on_its_last_minute_is_worth_its_intrinsic_value() -> None:
    found = scan((-1, PUT, 6100.0, "ESZ25", 0.0))
    assert found.option_value == pytest.approx(-100.0 * SIZE)
    assert found.loss == pytest.approx(ES.price * 6000.0 * SIZE)


def test_what_a_scan_assumes_is_stated_once_and_for_every_future() -> None:
    """A third of volatility, a hundredth at least, two more moves of three ranges at 33 %, 80 %."""
    assert {
        (row.vol, row.minimum, row.extreme, row.cover, row.credit) for row in RANGES.values()
    } == {(0.30, 0.01, 3.0, 0.33, 0.80)}
    assert dict(FACTORS) == {"exchange": 1.0, "tastytrade": 1.25}
