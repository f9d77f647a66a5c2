"""The judge: every gate is asked, and the first stage that failed names the refusal."""

from dataclasses import replace

import pytest

from tomking.core.order import Purpose
from tomking.core.reading import STAGES, Stage
from tomking.risk.judge import EXPOSURE, SANITY, judge
from tomking.risk.verdict import Approved, Refused
from worlds.board import FRIDAY
from worlds.gates import SPREAD, exit_of, held_spread, scene
from worlds.orders import order, preview

pytestmark = [pytest.mark.unit, pytest.mark.risk]


def test_the_stage_of_a_refusal_is_the_first_that_failed() -> None:
    seen = scene(market={"vix_points": 40.0}, memory={"phase": 0}, limits={"delta_share_max": 0.0})
    verdict = judge(order(SPREAD, "2.00"), seen, preview())
    assert isinstance(verdict, Refused)
    failed = {reading.stage for reading in verdict.readings if not reading.passed}
    assert verdict.named.stage is min(failed, key=STAGES.index)
    assert {Stage.VIX, Stage.GREEKS, Stage.POSITION_LIMIT} <= failed


def test_every_gate_is_asked_though_one_refuses() -> None:
    seen = scene(memory={"reasons": frozenset({"operator"})})
    verdict = judge(order(SPREAD, "2.00"), seen, preview())
    assert len(verdict.readings) == len(SANITY + EXPOSURE)


def test_a_calm_day_lets_one_mes_spread_through() -> None:
    verdict = judge(order(SPREAD, "2.00", root="MES"), scene(), preview())
    assert isinstance(verdict, Approved), [str(r) for r in verdict.readings if not r.passed]
    assert verdict.order.legs[0].contract.expiry == FRIDAY


@pytest.mark.rule("R-VEN-04")
@pytest.mark.parametrize(
    ("purpose", "named"),
    [(Purpose.CLOSE, {"R-BRK-06", "R-VEN-04"}), (Purpose.REDUCE, {"R-RED-02"})],
)
def test_an_order_that_opens_is_held_to_more_whatever_it_calls_itself(
    purpose: Purpose, named: set[str]
) -> None:
    seen = scene(memory={"reasons": frozenset({"day loss"})})
    asked = replace(
        order("-1 6090 C, +1 6120 C", "2.00", campaign="friday_0dte/new"), purpose=purpose
    )
    verdict = judge(asked, seen, preview())
    assert isinstance(verdict, Refused)
    assert named <= {reading.rule for reading in verdict.readings if not reading.passed}


@pytest.mark.parametrize("limit", ["NaN", "sNaN", "Infinity", "-Infinity", "1e400"])
def test_a_limit_that_is_no_price_is_refused_and_nothing_breaks(limit: str) -> None:
    seen = scene(holding=held_spread())
    for wanted in (order(SPREAD, limit, root="MES"), exit_of(limit=limit)):
        verdict = judge(wanted, seen, preview())
        assert isinstance(verdict, Refused)
        failed = {reading.rule for reading in verdict.readings if not reading.passed}
        assert {"R-VEN-01", "R-VEN-02", "R-VEN-03"} <= failed
