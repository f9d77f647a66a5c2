"""The decision ledger on the page and in JSON: signs in words, and words where no figure may be told."""

import json
from dataclasses import replace

import pytest

from tomking.analysis.gate_value import GateLedger, GateValue, Refuser
from tomking.analysis.intervals import Interval
from tomking.report import ledger
from tomking.report.contents import Report
from tomking.report.page import page
from tomking.report.payload import contract, gate_value, payload
from tomking.report.words import TOO_FEW, UNMEASURABLE
from unit.report.reports import report, summary

pytestmark = pytest.mark.unit


def gate(
    value: float | None, interval: tuple[float, float] | None = None, **more: str
) -> GateValue:
    known = None if interval is None else Interval(*interval, 30)
    return GateValue(
        Refuser.ONLY, "lt112", "MES", "R-COR-01", "CORRELATION", "campaigns in group A1",
        31, 30, 30, value, known, **more,
    )  # fmt: skip


SAVED = gate(31.4, (5.0, 60.0))
COST = gate(-12.2, (-40.0, 10.0))
FEW = gate(None)
BLIND = gate(None, selects="asks what the structure brings")
FOUND = GateLedger(40, 30, (SAVED, COST, FEW, BLIND, replace(SAVED, refuser=Refuser.FIRST)))


def told() -> Report:
    made = report()
    first = made.accounts[0]
    return replace(
        made, accounts=(replace(first, base=replace(first.base, gates=FOUND)), *made.accounts[1:])
    )


@pytest.mark.parametrize(
    ("each", "words"),
    [
        (SAVED, "saved $31 a trade"), (COST, "cost $12 a trade"), (FEW, TOO_FEW),
        (BLIND, UNMEASURABLE),
    ],
)  # fmt: skip
def test_a_value_is_told_with_its_sign_in_words(each: GateValue, words: str) -> None:
    assert ledger.worth(each) == words


def test_both_tables_stand_on_the_page_with_what_a_shadow_ignores() -> None:
    text = page(told())
    assert text.count("What each gate was worth") == 1, "only the account that was asked has it"
    for words in (
        "lt112 MES: campaigns in group A1 (CORRELATION)", "saved $31 a trade", "+$5 to +$60",
        "it asks what the structure brings", "40 entries refused, 30 shadows carried",
        "takes no buying power", "Only refuser", "First refuser",
    ):  # fmt: skip
        assert words in text
    assert "+$10, holds nought" in text.replace("\u2060", "")


def test_the_json_holds_a_figure_or_the_word_why_there_is_none() -> None:
    said = json.loads(json.dumps(gate_value(FOUND), allow_nan=False))
    assert [one["value"] for one in said["only_refuser"]] == [31.4, -12.2, TOO_FEW, UNMEASURABLE]
    assert [one["interval"] for one in said["only_refuser"]][2:] == [None, None]
    assert len(said["first_refuser"]) == 1
    assert (said["refused"], said["carried"], said["coverage"]) == (40, 30, 0.9)


def test_a_run_that_was_not_asked_says_so() -> None:
    made = report()
    assert contract(made, made.accounts[0], {})["gate_value"] is None
    whole = json.loads(json.dumps(payload(told()), allow_nan=False))
    first, second = (one["columns"][0]["gate_value"] for one in whole["accounts"])
    assert first["refused"] == 40
    assert second is None


def test_rejections_and_results_are_grouped_under_what_they_are_told_by() -> None:
    made = ledger.rejections(summary(44_500), "friday_0dte")
    groups = [row[0] for row in made.rows if not any(row[1:])]
    assert groups == ["by hour", "by weekday", "by pattern"]
    assert ("Monday", "25", "5", "20 %", "VIX 5") in made.rows
    earned = ledger.results(summary(44_500), "friday_0dte")
    assert ("Monday", "20", "15", "75 %", "+$340", "+$17") in earned.rows
