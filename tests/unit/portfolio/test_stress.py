"""Margin at stress: scenarios as data, an account revalued in them, and 5 August 2024."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Stamped
from tomking.core.reading import Skip, Stage, skip
from tomking.market.snapshot import NO_SHOCK, Legs, Shock
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.account import Terms, asked
from tomking.portfolio.scenarios import (
    AUG5_LOW,
    AUG5_TERM,
    HISTORY,
    SCENARIOS,
    Scenario,
    multipliers,
    term,
)
from tomking.portfolio.stress import Replay, grid, money, replayed, valued, world
from tomking.risk import exposure
from worlds.board import FRIDAY, board
from worlds.orders import book_with, legs_of, option, order

pytestmark = [pytest.mark.unit, pytest.mark.risk]

LATE = date(2026, 3, 20)
AT = board(half_width=0.25)
#: Without widths and, under a shock, without ticks: what is lost is smooth in the book.
SMOOTH = board()
LT112 = "+1 5700 P, -1 5650 P, -2 5000 P"


def held(text: str, units: int = 1, root: str = "ES", expiry: date = LATE) -> Legs:
    return columns([(leg, n * units) for n, leg in legs_of(text, expiry, root)])


@pytest.mark.parametrize(
    ("name", "spot", "month", "quarter", "wing", "margin", "spread", "loss", "most"),
    [
        ("AUG5_LOW", -0.073, 2.8, 1.6, 0.08, 2.5, 5.0, 0.20, 1.00),
        ("AUG5_CLOSE", -0.061, 1.65, 1.25, 0.03, 1.5, 3.0, 0.12, 0.85),
        ("AUG5_GAP", -0.037, 2.0, 1.4, 0.05, 2.0, 5.0, inf, inf),
        ("COVID_2018_2015", -0.12, 2.5, 2.5, 0.08, 2.5, 5.0, 0.30, inf),
    ],
)
def test_the_rows_of_the_rulebook(
    name: str, spot: float, month: float, quarter: float, wing: float, margin: float,
    spread: float, loss: float, most: float,
) -> None:  # fmt: skip
    row = SCENARIOS[name]
    days, factors = np.array(row.shock.vol).T
    assert np.interp([30.0, 90.0], days, factors) == pytest.approx([month, quarter], rel=0.03)
    assert (row.shock.spot, row.shock.wing, row.shock.spread) == (spot, wing, spread)
    assert (row.margin_factor, row.loss_max, row.margin_max) == (margin, loss, most)


def test_the_gates_use_the_same_row() -> None:
    assert exposure.AUG5_LOW is AUG5_LOW.shock
    assert exposure.AUG5_MARGIN_FACTOR == 2.5


@pytest.mark.parametrize(("factor", "expected"), [(1.0, 1.0), (2.8, 1.9), (7.84, 3.61)])
def test_terms_move_together_in_logarithms(factor: float, expected: float) -> None:
    moved = dict(term(factor))
    assert moved[30.0] == pytest.approx(factor)
    assert moved[60.0] == pytest.approx(expected)
    assert [days for days, _ in term(factor)] == [days for days, _ in AUG5_TERM]


def test_an_account_is_cash_and_legs_at_mid_and_margin_by_the_engine() -> None:
    legs = held("-2 5600 P")
    marks = AT.marks(legs)
    found = valued(legs, 50_000.0, AT)
    assert found.net_liq == pytest.approx(50_000.0 - 2 * 50 * marks.table[2, 0])
    assert found.at_exit == pytest.approx(50_000.0 - 2 * 50 * marks.table[1, 0])
    assert found.requirement == asked("ES", legs, marks, 6000.0, AT.at, Terms()).requirement
    assert found.buying_power == pytest.approx(50_000.0 - float(found.requirement))


def test_margin_is_worked_out_at_the_shocked_prices_and_not_scaled() -> None:
    legs = held("-2 5600 P")
    calm, stressed = (valued(legs, 50_000.0, AT, shock) for shock in (NO_SHOCK, AUG5_LOW.shock))
    marks = AT.marks(legs, AUG5_LOW.shock)
    assert (
        stressed.requirement == asked("ES", legs, marks, 6000.0 * 0.927, AT.at, Terms()).requirement
    )
    assert stressed.requirement > calm.requirement
    assert stressed.at_exit < stressed.net_liq < calm.net_liq


def test_every_root_is_needed_for_by_itself_and_futures_cost_no_cash() -> None:
    roots = [held("-1 5600 P", root=root) for root in ("ES", "MES", "SPX")]
    together = columns([(leg, -1) for legs in roots for leg in legs.contracts])
    apart = [valued(legs, 0.0, AT) for legs in roots]
    whole = valued(together, 0.0, AT)
    assert whole.requirement == sum(one.requirement for one in apart)
    assert whole.net_liq == pytest.approx(sum(one.net_liq for one in apart))


def test_an_empty_account_needs_nothing_in_any_world() -> None:
    for row in SCENARIOS.values():
        found = valued(columns(()), 1000.0, AT, row.shock)
        assert (found.net_liq, found.requirement) == (1000.0, 0)


def test_a_holding_without_a_mark_is_said() -> None:
    gone = replace(AT, quotes={option("5600 P", LATE): (float("nan"), float("nan"))})
    with pytest.raises(QuoteMissing):
        valued(held("-2 5600 P"), 0.0, gone)


def test_an_index_without_a_price_is_said() -> None:
    class Silent:
        at, vix, marks = AT.at, AT.vix, AT.marks

        def spot(self, root: str) -> Stamped | Skip:
            return skip(f"{root} data", Stage.DATA, "no price", "a price")

    assert valued(held("-1 5600 P"), 0.0, Silent()).requirement > 0
    with pytest.raises(QuoteMissing, match="SPX"):
        valued(held("-1 5600 P", root="SPX"), 0.0, Silent())


def test_money_is_cash_and_the_futures_basis() -> None:
    book = book_with(AT.at, (order("-1 5600 P", expiry=LATE), ("20.00",)))
    assert money(book) == float(book.cash)
    assert valued(book.legs, money(book), AT).net_liq == pytest.approx(
        float(book.cash) - 50 * AT.marks(book.legs).table[2, 0]
    )


def test_a_grid_is_the_account_at_every_pair_of_moves() -> None:
    legs, spots, vols = held(LT112), (-0.05, 0.0, 0.05), (1.0, 2.0)
    worlds = [[world(spot, vol) for vol in vols] for spot in spots]
    table = grid(legs, 80_000.0, AT, worlds)
    assert [len(row) for row in table] == [2, 2, 2]
    assert table[0][1] == replayed(legs, 80_000.0, AT, world(-0.05, 2.0))
    assert all(row[1].after.net_liq < row[0].after.net_liq for row in table)


def test_a_world_of_a_table_widens_spreads_and_multiplies_margin_with_volatility() -> None:
    wild, calm = world(-0.05, 2.8, 7.0, 0.2), world(0.05, 0.8)
    assert wild.shock == Shock(-0.05, term(2.8), spread=5.0, minutes=7 * 1440.0)
    assert (wild.margin_factor, wild.loss_max, wild.margin_max) == (2.5, 0.2, inf)
    assert (calm.shock.spread, calm.margin_factor, calm.shock.minutes) == (1.0, 1.0, 0.0)


@given(st.floats(0.1, 6.0), st.floats(0.1, 6.0))
def test_multipliers_never_fall_as_volatility_rises(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert multipliers(low) <= multipliers(high)
    assert multipliers(low) >= (1.0, 1.0)
    assert multipliers(high) <= (5.0, 2.5)


def test_a_world_says_whether_a_limit_is_passed_and_whether_the_house_calls() -> None:
    legs = held(LT112)
    rich, poor = (replayed(legs, cash, AT, world(-0.2, 2.8, 0, 0.2)) for cash in (1e6, 3e4))
    assert (rich.beyond, rich.called) == (False, False)
    assert (poor.beyond, poor.called) == (True, True)
    assert poor.buying_power == pytest.approx(poor.after.net_liq - poor.after.options - poor.margin)


def test_an_option_that_is_over_by_then_pays_out_and_needs_nothing() -> None:
    both = columns([(leg, -1) for leg in (option("6100 P"), option("5600 P", LATE))])
    then = Shock(spot=-0.05, minutes=2 * 1440.0)
    found = valued(both, 90_000.0, AT, then)
    late = valued(held("-1 5600 P"), 90_000.0, AT, then)
    assert found.net_liq == pytest.approx(late.net_liq - 50 * (6100.0 - 5700.0))
    assert found.requirement == late.requirement
    gone = valued(both.where(np.array([True, False])), 9_000.0, AT, then)
    assert (gone.requirement, gone.options) == (0, 0.0)


def test_every_row_of_the_history_says_its_source_and_moves_as_its_closes_did() -> None:
    closes = {
        "OCT_1987": (224.84 / 282.70, 150.19 / 36.37), "OCT_2008": (899.22 / 1056.89, 76.94 / 52.05),
        "AUG_2015": (1867.61 / 2079.61, 53.29 / 15.25), "FEB_2018": (2648.94 / 2762.13, 38.80 / 17.31),
        "MAR_2020": (2386.13 / 2711.02, 83.56 / 57.83), "AUG_2024": (5186.33 / 5346.56, 65.73 / 23.39),
        "APR_2025": (4982.77 / 5670.97, 60.13 / 21.51),
    }  # fmt: skip
    assert list(HISTORY) == list(closes)
    for name, (spot, vol) in closes.items():
        row = HISTORY[name]
        assert row.shock.spot == pytest.approx(spot - 1.0)
        assert dict(row.shock.vol)[30.0] == pytest.approx(vol)
        assert (row.shock.wing, row.shock.spread, row.margin_factor) == (0.08, 5.0, 2.5)
        assert "S&P 500 at" in row.source
        assert "the harshest of rulebook 21.3" in row.source
        assert row.evidence in {"verified", "known"}
    assert [name for name, row in HISTORY.items() if row.loss_max == 0.30] == [
        "AUG_2015", "FEB_2018", "MAR_2020",
    ]  # fmt: skip
    assert all(row.source and row.evidence for row in SCENARIOS.values())


ALL = st.sampled_from([*SCENARIOS.values(), *HISTORY.values()])
BOOK = st.lists(st.integers(-3, 3), min_size=3, max_size=3)


def of(counts: list[int], times: int = 1) -> Legs:
    return columns(
        [(leg, n * times) for n, (_, leg) in zip(counts, legs_of(LT112, LATE), strict=True)]
    )


@given(ALL, BOOK, st.integers(2, 5))
def test_an_empty_book_loses_nothing_and_a_doubled_one_double(
    row: Scenario, counts: list[int], times: int
) -> None:
    assert replayed(columns(()), 50_000.0, AT, row).loss == 0.0
    one, more = (replayed(of(counts, k), 1e6, SMOOTH, row).loss for k in (1, times))
    assert more == pytest.approx(times * one, abs=1e-4)


@given(ALL, st.integers(5200, 6000), st.integers(1, 9))
def test_long_puts_gain_in_every_crash(row: Scenario, strike: int, count: int) -> None:
    assert replayed(held(f"+{count} {strike} P"), 1e6, SMOOTH, row).loss < 0.0


@given(ALL, st.integers(4500, 6400), st.integers(1, 9))
def test_moving_one_strike_changes_the_figure(row: Scenario, strike: int, steps: int) -> None:
    here, there = (
        replayed(held(f"-1 5600 P, -1 {k} P"), 1e6, SMOOTH, row).loss
        for k in (strike, strike + 5 * steps)
    )
    assert here != there


@given(ALL, st.decimals(1, 90, places=2), st.decimals(1, 90, places=2))
def test_the_entry_price_changes_nothing(row: Scenario, one: Decimal, other: Decimal) -> None:
    """What was received is cash, and cash is worth the same in every world."""
    books = [
        book_with(AT.at, (order("-2 5000 P", expiry=LATE), (str(price),))) for price in (one, other)
    ]
    first, second = (replayed(book.legs, money(book), AT, row).loss for book in books)
    assert first == pytest.approx(second, abs=1e-6)


def readings(replay: Replay) -> tuple[bool, bool]:
    loss, margin = replay.readings
    return loss.passed, margin.passed


def test_six_short_put_structures_on_127_per_cent_of_the_account_fail_the_low() -> None:
    """Rulebook 27.19."""
    legs = held(LT112, units=6)
    need = float(valued(legs, 0.0, AT).requirement)
    cash = need / 1.27 - valued(legs, 0.0, AT).net_liq
    replay = replayed(legs, cash, AT, AUG5_LOW)
    assert float(replay.before.requirement) / replay.before.net_liq == pytest.approx(1.27, abs=1e-3)
    assert readings(replay) == (False, False)


def test_one_micro_structure_in_a_small_account_passes_the_low() -> None:
    """Rulebook 27.19: the framework's book, as far as there is a price for it."""
    replay = replayed(held(LT112, root="MES"), 44_500.0, AT, AUG5_LOW)
    assert readings(replay) == (True, True)
    assert 0.0 < replay.loss < 0.20 * 44_500.0


def test_the_margin_of_a_replay_is_the_harsher_of_repricing_and_the_factor() -> None:
    replay = replayed(held(LT112), 100_000.0, AT, AUG5_LOW)
    tame = replace(AUG5_LOW, margin_factor=0.0)
    wild = replace(AUG5_LOW, margin_factor=50.0)
    assert replace(replay, scenario=tame).margin == float(replay.after.requirement)
    assert replace(replay, scenario=wild).margin == 50.0 * float(replay.before.requirement)


def test_an_account_with_nothing_left_is_unknown_and_does_not_pass() -> None:
    ruined = replayed(held(LT112, units=9), 2_000.0, AT, AUG5_LOW)
    assert ruined.after.at_exit < 0.0
    assert readings(ruined) == (False, False)


def test_a_row_without_bounds_only_informs() -> None:
    row = Scenario("QUIET", NO_SHOCK, 1.0)
    assert readings(replayed(held(LT112), 100_000.0, AT, row)) == (True, True)


def test_time_that_goes_by_is_part_of_a_shock() -> None:
    legs = held("-1 5950 P", expiry=FRIDAY)
    now, later = valued(legs, 9_000.0, AT), valued(legs, 9_000.0, AT, Shock(minutes=240.0))
    assert later.net_liq > now.net_liq
    assert isinstance(later.requirement, Decimal)
