"""Alarms and scores on the page and in JSON."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.analysis.alarms import Raised, Shown
from tomking.core.contract import Contract, Right
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.rung import AlarmLevel, Rung
from tomking.engine.scores import Scores
from tomking.report import alarms, records, scores
from tomking.report.page import page
from tomking.risk.expectancy import NOT_ASKED
from tomking.risk.health import health
from unit.analysis.journals import MONDAY, at, closing, opening
from unit.report.reports import report, summary

pytestmark = pytest.mark.unit

VIX = Reading("VIX (ORANGE)", Stage.DATA, Sense.AT_MOST, 36.0, 35.0, "points", "R-ALM-02")
ORDER = closing(opening("lt112", MONDAY), "REDUCE: VIX")
LOUD = Raised(
    at(MONDAY), AlarmLevel.ORANGE, (VIX,), ("move of the index",), Decimal(98_000), 0.31, 2,
    Rung.CLOSE_ONLY, (Shown("REDUCE", (ORDER,), ()), Shown("HEDGE", (), ("none is listed",))),
)  # fmt: skip
QUIET = Raised(at(MONDAY), AlarmLevel.YELLOW, (VIX,), (), None, 0.0, 0)


def test_a_run_without_an_alarm_says_so_in_a_sentence() -> None:
    assert alarms.said(summary(44_500)).startswith("None: ")
    assert alarms.NO_ALARM in page(report())


def test_an_alarm_is_told_with_its_figures_the_account_and_what_was_done() -> None:
    made = replace(summary(44_500), alarms=(LOUD, QUIET))
    assert alarms.said(made) == "1 ORANGE and 1 YELLOW."
    (row,) = alarms.table(made, loud=True).rows
    assert row[1:3] == (
        "ORANGE",
        "VIX (ORANGE): 36 points, must be at most 35; not known: move of the index",
    )
    assert row[3] == "$98,000, 2 campaigns, margin 31 % at the last close"
    assert row[4].startswith("to CLOSE_ONLY; REDUCE: 1 order shown, none sent (lt112/")
    assert row[4].endswith("HEDGE: nothing, for none is listed")
    (quiet,) = alarms.table(made, loud=False).rows
    assert quiet[3].startswith("net liq unknown")
    assert quiet[4] == "–"


def test_what_was_sent_is_counted() -> None:
    sent = replace(LOUD, shown=(Shown("REDUCE", (ORDER,), ("x: no quote",), (ORDER,)),))
    assert "1 order shown, 1 sent, 1 position left out" in alarms.done(sent)


def test_alarms_are_plain_in_json() -> None:
    (told,) = records.alarms(replace(summary(44_500), alarms=(LOUD,)))  # type: ignore[misc,union-attr]
    assert isinstance(told, dict)
    assert (told["level"], told["moved_to"], told["net_liq"]) == ("ORANGE", "CLOSE_ONLY", 98_000.0)


def asked(name: str, seen: float | str, bound: float | str) -> Reading:
    sense = Sense.IS if isinstance(seen, str) else Sense.AT_LEAST
    return Reading(name, Stage.DATA, sense, seen, bound, "", "R-EXP-01")


def found() -> Scores:
    few = asked("wins of lt112 (3 of 20 closed)", NOT_ASKED, NOT_ASKED)
    put = Contract("SPY", date(2018, 2, 16), Right.PUT, Decimal(260))
    one = health(15, at_stop=True, group_share=0.5, power_share=0.2)
    return Scores(
        (("lt112/a:trap", one), ("lt112/b:trap", None)), ((put, 65),),
        (("lt112", (few, asked("mean R", -0.1, 0.0), asked("mean R", 0.2, 0.05))),),
    )  # fmt: skip


def test_health_is_told_with_its_parts_and_unknown_as_unknown() -> None:
    whole, blind = scores.health(found()).rows
    assert whole == ("lt112/a:trap", "32", "−20", "−30", "−12", "−5")
    assert blind[1] == "unknown"


def test_assignment_and_expectancy_say_what_they_ask_for() -> None:
    assert scores.assignment(found()).rows[0][1:] == ("65", "close today")
    (record,) = scores.expectancy(found()).rows
    assert record[1:] == (
        "not asked (3 of 20 closed)", "−0.1 of at least 0: below", "0.2 of at least 0.05"
    )  # fmt: skip


def test_scores_stand_on_the_page_and_in_json() -> None:
    made = report()
    first = made.accounts[0]
    with_scores = replace(first, base=replace(first.base, scores=found()))
    text = page(replace(made, accounts=(with_scores, *made.accounts[1:])))
    assert "At the last close: health, assignment, expectancy" in text
    assert "lt112/a:trap" in text
    said = records.scores(found())
    assert said["health"]["lt112/b:trap"] is None  # type: ignore[index,call-overload]
