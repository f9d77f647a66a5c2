"""JSON: its keys are a promise, its figures are numbers, its sums hold."""

import json

import pytest

from tomking.core.reading import STAGES
from tomking.report.checks import verdicts
from tomking.report.payload import contract, payload
from unit.report.reports import report

pytestmark = pytest.mark.unit

PROMISED = {
    "run_hash", "data_class", "sessions", "elapsed_s", "capital", "final_net_liq", "evidence",
    "scale", "strategies", "rejections", "checks", "trades",
}  # fmt: skip
COUNTS = {"considered", "entered", "closed", "wins", "losses", "scratches", "pnl"}


def test_the_promised_keys_are_there_and_the_sums_hold() -> None:
    made = report()
    said = json.loads(json.dumps(contract(made, made.accounts[0], verdicts(made)), allow_nan=False))
    assert set(said) >= PROMISED
    assert all(set(found) == COUNTS for found in said["strategies"].values())
    total = sum(found["pnl"] for found in said["strategies"].values())
    assert total == pytest.approx(said["final_net_liq"] - said["capital"], abs=1e-6)
    assert said["data_class"] == "MODEL"
    assert said["evidence"] == {"close": "RECORDED", "options": "MODEL"}
    assert said["scale"] == {"mode": "rebase", "factor": 2.0}
    assert said["trades"] == sum(found["entered"] for found in said["strategies"].values())


def test_rejections_name_every_stage_and_add_up() -> None:
    made = report()
    said = contract(made, made.accounts[0], {})["rejections"]
    assert isinstance(said, dict)
    assert list(said) == [stage.value for stage in STAGES]
    assert sum(int(str(count)) for count in said.values()) == 5


def test_the_whole_report_is_plain_json() -> None:
    said = json.loads(json.dumps(payload(report()), allow_nan=False))
    assert [one["capital"] for one in said["accounts"]] == [44500.0, 100000.0]
    first = said["accounts"][0]["columns"][0]
    assert first["strategies"]["lt112"]["win_rate_interval"] == "too few"
    assert first["trades"][0]["reason_in"] == "fade, credit 2.00 at VIX 11.00"
    assert first["trades"][1]["reason_out"] == ["spread: half"]


def test_rejections_and_results_by_everything_stand_beside_the_promised_keys() -> None:
    made = report()
    said = json.loads(json.dumps(contract(made, made.accounts[0], {}), allow_nan=False))
    days = said["rejections_by"]["friday_0dte"]["weekday"]
    assert days == {"Monday": {"considered": 25, "refused": 5, "stages": {"VIX": 5}}}
    hours = said["results_by"]["friday_0dte"]["hour"]
    assert hours["11:00"] == {
        "closed": 20, "wins": 15, "losses": 5, "win_rate": 0.75, "pnl": 340.0, "mean": 17.0
    }  # fmt: skip
