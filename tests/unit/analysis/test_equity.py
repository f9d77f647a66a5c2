"""The account from close to close."""

from datetime import date
from decimal import Decimal
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.analysis.equity import curve, deepest, months, window
from tomking.analysis.performance import performance, sharpe
from unit.analysis.journals import MONDAY, at, closed, entered, opening, weekdays

pytestmark = pytest.mark.unit

CAPITAL = Decimal(1000)


def test_a_curve_starts_with_the_capital() -> None:
    path = curve(closed(weekdays(2), [1010, 990]), CAPITAL)
    assert path.net_liq.tolist() == [1000, 1010, 990]
    assert path.returns[0] == pytest.approx(0.01)


def test_the_deepest_fall_has_its_days_and_its_recovery() -> None:
    days = weekdays(5)
    fall = deepest(curve(closed(days, [1100, 990, 880, 1000, 1100]), CAPITAL))
    assert fall.depth == pytest.approx(0.2)
    assert (fall.peak, fall.trough, fall.recovered) == (days[0], days[2], days[4])


def test_a_fall_that_was_not_made_good_says_so() -> None:
    assert deepest(curve(closed(weekdays(2), [900, 950]), CAPITAL)).recovered is None


def test_a_run_without_movement_has_no_fall_and_no_sharpe_ratio() -> None:
    path = curve(closed(weekdays(3), [1000, 1000, 1000]), CAPITAL)
    figures = performance(path)
    assert (figures.fall.depth, figures.sharpe, figures.gain) == (0.0, None, 0.0)
    assert sharpe(path.returns[:1]) is None


@given(st.lists(st.floats(500, 2000), min_size=1, max_size=90))
def test_months_multiply_up_to_the_whole(worth: list[float]) -> None:
    path = curve(closed(weekdays(len(worth)), worth), CAPITAL)
    whole = prod(1 + month.gain for month in months(path))
    assert whole == pytest.approx(path.net_liq[-1] / 1000)


@given(st.lists(st.floats(1, 2000), min_size=1, max_size=40))
def test_a_drawdown_is_a_fraction(worth: list[float]) -> None:
    fall = curve(closed(weekdays(len(worth)), worth), CAPITAL).drawdown
    assert ((fall >= 0) & (fall < 1)).all()


def test_margin_of_a_trade_that_is_over_by_the_close_is_seen_at_its_entry() -> None:
    order = opening("friday_0dte", MONDAY)
    facts = [*entered(order, at(MONDAY), margin=0.31), *closed(weekdays(2), [1000, 1000], 50)]
    assert curve(facts, CAPITAL).utilisation.tolist() == pytest.approx([0.0, 0.31, 0.05])


def test_margin_of_an_order_that_never_traded_is_not_counted() -> None:
    order = opening("friday_0dte", MONDAY)
    facts = [*entered(order, at(MONDAY), margin=0.31)[:3], *closed(weekdays(1), [1000])]
    assert curve(facts, CAPITAL).utilisation.tolist() == [0.0, 0.0]


def test_a_window_counts_from_the_close_before_it() -> None:
    days = weekdays(25)
    path = curve(closed(days, [1000 + row for row in range(25)], 10), CAPITAL)
    found = window(path, "a week", date(2018, 1, 15), date(2018, 1, 19))
    assert (found.pnl, found.drawdown, found.vix_peak) == (5.0, 0.0, 11.0)


def test_a_window_the_run_does_not_cover_has_no_figures() -> None:
    path = curve(closed(weekdays(5), [1000] * 5), CAPITAL)
    for first, last in ((date(2017, 1, 1), MONDAY), (MONDAY, date(2018, 2, 1))):
        assert window(path, "too long", first, last).pnl is None
