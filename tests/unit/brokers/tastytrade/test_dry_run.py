"""The broker's dry run read into a preview: its own worked example, its objections, its silences."""

from decimal import Decimal

import pytest

from tomking.brokers.tastytrade.dry_run import preview_of
from tomking.core.errors import Transient
from tomking.core.money import ZERO
from tomking.core.venue import Code
from tomking.wire.line import Answer

pytestmark = pytest.mark.unit

#: The sample of the broker's documentation: three points wide, sold at 2.00.
EFFECT = {
    "change-in-margin-requirement": "300.0", "change-in-margin-requirement-effect": "Debit",
    "change-in-buying-power": "102.302", "change-in-buying-power-effect": "Debit",
    "current-buying-power": "5000.0", "current-buying-power-effect": "Credit",
    "isolated-order-margin-requirement": "300.0",
    "isolated-order-margin-requirement-effect": "Debit",
}  # fmt: skip
FEES = {"total-fees": "2.302", "total-fees-effect": "Debit"}
DATA = {"buying-power-effect": EFFECT, "fee-calculation": FEES}


def read(status: int = 201, data: object = DATA, error: object = None):
    return preview_of(Answer(status, data or {}, error or {}), Decimal(1000))


def test_the_documented_example():
    seen = read()
    assert (seen.before, seen.after, seen.alone) == (1000, 1300, 300)
    assert seen.fees == Decimal("2.302")
    assert seen.premium == 200
    assert seen.impact == Decimal("102.302")
    assert seen.buying_power_after == Decimal("4897.698")
    assert seen.source == "broker"
    assert seen.refusals == ()


def objection(code: str) -> dict[str, object]:
    return {
        "code": "preflight_check_failure", "message": "One or more preflight checks failed",
        "errors": [{"code": code, "message": "no margin"}],
    }  # fmt: skip


def test_an_objection_is_a_refusal_in_the_broker_s_words():
    seen = read(422, DATA, objection("margin_check_failed"))
    (refusal,) = seen.refusals
    assert (refusal.code, refusal.note) == (Code.MARGIN, "no margin")
    assert seen.after == 1300


def test_a_code_nobody_knows_is_still_a_refusal():
    (refusal,) = read(422, {}, objection("moon_phase")).refusals
    assert refusal.code is Code.VALIDATION


def test_a_refusal_without_parts_has_the_whole_message():
    (refusal,) = read(422, {}, {"code": "cannot_update_order", "message": "closed"}).refusals
    assert refusal.note == "closed"


@pytest.mark.parametrize("errors", [[], ["no margin"], "no margin", None])
@pytest.mark.parametrize("data", [DATA, {}])
def test_a_no_is_never_lost_whatever_its_parts_are(errors, data):
    said = {"code": "preflight_check_failure", "message": "failed", "errors": errors}
    (refusal,) = read(422, data, said).refusals
    assert (refusal.code, refusal.note) == (Code.VALIDATION, "failed")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 429])
@pytest.mark.parametrize("data", [DATA, {}])
def test_a_door_that_is_closed_says_nothing_about_an_order(status, data):
    with pytest.raises(Transient, match=f"{status}.*not here"):
        read(status, data, {"code": "not_permitted", "message": "not here"})


def test_a_check_that_failed_is_a_verdict_whatever_its_status():
    (refusal,) = read(400, {}, objection("margin_check_failed")).refusals
    assert refusal.code is Code.MARGIN


@pytest.mark.parametrize(
    "data",
    [
        {}, {"buying-power-effect": EFFECT}, {"buying-power-effect": {}, "fee-calculation": FEES},
        {"buying-power-effect": EFFECT | {"change-in-buying-power": "NaN"}, "fee-calculation": FEES},
        {"buying-power-effect": EFFECT, "fee-calculation": None},
    ],
)  # fmt: skip
def test_without_figures_nothing_is_judged(data):
    with pytest.raises(Transient):
        read(201, data)


def test_a_refusal_without_figures_changes_nothing():
    seen = read(422, {}, objection("invalid_option_level"))
    assert (seen.before, seen.after, seen.fees) == (1000, 1000, ZERO)
