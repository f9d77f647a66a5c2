"""Statistics of a strategy, and how far they could be off."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.analysis.attribution import attribution
from tomking.analysis.intervals import DRAWS, ENOUGH, of_mean
from tomking.analysis.tallies import Asked, Block, tally
from tomking.analysis.trades import Held, Trade, trades
from unit.analysis.journals import MONDAY, at, entered, left, opening

pytestmark = pytest.mark.unit

ASKED = Asked("friday_0dte", "Friday 0DTE", ("ES",), Block.WEEK, same_day=True)


def week_by_week(*paid: str) -> tuple[Trade, ...]:
    """A trade a week, each closed at a cost; a cost of ``open`` leaves it open with $10 made."""
    facts, held = [], {}
    for row, cost in enumerate(paid):
        day = MONDAY + timedelta(weeks=row)
        order = opening("friday_0dte", day)
        facts += entered(order, at(day))
        if cost == "open":
            held[order.campaign] = Held(Decimal(10), Decimal(4))
        else:
            facts += left(order, at(day, 12), cost, "half")
    return trades(facts, held)


def test_scratches_stay_out_of_the_win_rate() -> None:
    found = tally(ASKED, 9, week_by_week("1.00", "1.00", "2.00", "4.00"), 1)
    assert (found.wins, found.losses, found.scratches, found.closed) == (2, 1, 1, 4)
    assert found.win_rate == pytest.approx(2 / 3)


def test_payoff_ratio_and_profit_factor_are_different_things() -> None:
    found = tally(ASKED, 9, week_by_week("1.00", "1.00", "4.00"), 1)
    assert (found.average_win, found.average_loss) == (42.0, 108.0)
    assert found.payoff == pytest.approx(42 / 108)
    assert found.profit_factor == pytest.approx(84 / 108)


def test_profit_counts_what_is_still_open() -> None:
    found = tally(ASKED, 9, week_by_week("1.00", "open"), 1)
    assert (found.pnl, found.entered, found.closed, found.open) == (Decimal(52), 2, 1, 1)
    assert found.expectancy == 42.0


def test_nothing_traded_has_no_ratios() -> None:
    found = tally(ASKED, 9, (), 1)
    assert (found.pnl, found.win_rate, found.payoff, found.expectancy) == (0, None, None, None)


def test_under_twenty_trades_there_is_no_interval() -> None:
    nineteen = tally(ASKED, 30, week_by_week(*["1.00"] * 18, "4.00"), 1)
    twenty = tally(ASKED, 30, week_by_week(*["1.00"] * 19, "4.00"), 1)
    assert nineteen.expectancy_interval is None
    assert twenty.expectancy_interval is not None
    assert twenty.expectancy_interval.blocks == 20


@pytest.mark.parametrize(("cost", "other"), [("1.00", "4.00"), ("4.00", "1.00")])
def test_where_all_went_one_way_there_is_no_interval(cost: str, other: str) -> None:
    """Forty-five winners of forty-five say nothing about the loss that has not come."""
    alone = tally(ASKED, 30, week_by_week(*[cost] * 20), 1)
    both = tally(ASKED, 30, week_by_week(*[cost] * 20, other), 1)
    assert (alone.one_kind, alone.win_rate_interval, alone.expectancy_interval) == (
        True,
        None,
        None,
    )
    assert not both.one_kind
    assert None not in (both.win_rate_interval, both.expectancy_interval)
    assert not tally(ASKED, 30, week_by_week(cost), 1).one_kind  # too few says enough


def test_a_month_is_one_block_for_a_monthly_strategy() -> None:
    monthly = Asked("friday_0dte", "x", ("ES",), Block.MONTH)
    found = tally(monthly, 30, week_by_week(*["1.00"] * 19, "4.00"), 1).expectancy_interval
    assert found is not None
    assert found.blocks == 5


def test_intervals_are_resampled_two_thousand_times_or_more() -> None:
    assert DRAWS >= 2000


@given(st.lists(st.floats(-100, 100), min_size=ENOUGH, max_size=60), st.integers(0, 2**31))
def test_an_interval_holds_the_mean_nearly_always_and_is_the_same_again(
    figures: list[float], seed: int
) -> None:
    blocks = [row // 2 for row in range(len(figures))]
    found = of_mean(figures, blocks, seed)
    assert found is not None
    assert found == of_mean(figures, blocks, seed)
    assert min(figures) - 1e-9 <= found.low <= found.high <= max(figures) + 1e-9


def test_trades_of_one_block_are_drawn_together() -> None:
    figures = [1.0] * 20 + [-1.0] * 20
    apart = of_mean(figures, list(range(40)), 1)
    together = of_mean(figures, [0] * 20 + [1] * 20, 1)
    assert apart is not None
    assert together is not None
    assert (together.low, together.high) == (-1.0, 1.0)
    assert apart.low > -0.5


def test_slices_of_one_kind_add_up_to_the_strategy() -> None:
    done = week_by_week("1.00", "2.00", "4.00")
    total = sum(trade.pnl for trade in done)
    sums: dict[str, Decimal] = {}
    for part in attribution(done):
        sums[part.by] = sums.get(part.by, Decimal(0)) + part.pnl
    assert set(sums.values()) == {total}
    assert len(sums) == 4
