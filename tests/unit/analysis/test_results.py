"""Closed trades by hour, weekday, pattern and regime, as written when they were entered."""

from datetime import timedelta

import pytest

from tomking.analysis.results import KEYS, Result, results
from tomking.analysis.trades import Held, trades
from tomking.analysis.trades import entered as traded
from tomking.core.facts import Fact
from tomking.core.money import ZERO
from unit.analysis.journals import MONDAY, at, entered, left, opening

pytestmark = pytest.mark.unit


def journal() -> list[Fact]:
    """Won on Monday at eleven, lost on Tuesday at twelve, still open from Wednesday on."""
    tuesday, wednesday = (MONDAY + timedelta(days=days) for days in (1, 2))
    won, lost, held = (opening("lt112", day) for day in (MONDAY, tuesday, wednesday))
    return [
        *entered(won, at(MONDAY, 11)), *left(won, at(MONDAY, 15), "1.00", "half"),
        *entered(lost, at(tuesday, 12)), *left(lost, at(tuesday, 15), "3.00", "loss"),
        *entered(held, at(wednesday, 12)),
    ]  # fmt: skip


def found() -> tuple[Result, ...]:
    facts = journal()
    (campaign,) = set(traded(facts)) - {f"lt112/{MONDAY}", f"lt112/{MONDAY + timedelta(days=1)}"}
    return results(trades(facts, {campaign: Held(ZERO, ZERO)}))


def of(by: str) -> dict[str, Result]:
    return {row.label: row for row in found() if row.by == by}


def test_trades_are_told_by_the_hour_and_weekday_they_were_entered() -> None:
    hours, days = of("hour"), of("weekday")
    assert {label: float(row.pnl) for label, row in hours.items()} == {"11:00": 42, "12:00": -58}
    assert {label: (row.wins, row.losses) for label, row in days.items()} == {
        "Monday": (1, 0),
        "Tuesday": (0, 1),
    }


def test_a_result_knows_its_win_rate_and_its_mean() -> None:
    row = of("regime")["LOW"]
    assert (row.closed, row.win_rate, float(row.mean)) == (2, 0.5, -8.0)


def test_what_is_still_open_is_no_result_and_every_key_adds_up() -> None:
    for by, _ in KEYS:
        assert sum(row.closed for row in of(by).values()) == 2


def test_a_pattern_that_nobody_wrote_down_is_told_as_such() -> None:
    assert list(of("pattern")) == ["not recorded"]


def test_scratches_alone_have_no_win_rate() -> None:
    assert Result("lt112", "hour", "10:00", 1, 0, 0, ZERO).win_rate is None


def test_the_root_of_a_campaign_is_that_of_its_first_order_with_a_fill() -> None:
    order = opening("lt112", MONDAY, "MES")
    assert traded(entered(order, at(MONDAY))[:3]) == {}
    assert traded(entered(order, at(MONDAY))) == {order.campaign: "MES"}
