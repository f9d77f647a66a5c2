"""A strategy's own record: half of its last twenty must win, and its last thirty must not lose."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from math import inf, isnan, nan

import pytest

from tomking.backtest.operator import REVIEW_DAYS, SimulatedOperator
from tomking.core.calendar import CLOSE, new_york
from tomking.core.facts import CampaignClosed, Considered, Fact
from tomking.core.order import Purpose, Structure
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.restraints import Resumed
from tomking.risk.expectancy import NOT_ASKED, mean_r, outcomes, paused, thin, wins
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.risk.sizing import sized
from tomking.risk.standing import Standing, apply, start
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import FRIDAY, board
from worlds.gates import scene, standing
from worlds.orders import order, preview, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

LIMITS = Limits()
NOON = new_york(FRIDAY, CLOSE)
NAME = "friday_0dte"


def sent(campaign: str, risk: float) -> Considered:
    """A slot from which an opening went, with what its stops would lose."""
    told = Reading("loss at the stops", Stage.MARGIN, Sense.AT_MOST, risk, inf, "", "R-SIZ-07")
    return Considered(NOON, NAME, campaign, "sent", (told,))


def over(pnl: float, campaign: str = "x", strategy: str = NAME) -> CampaignClosed:
    """A campaign that ended, with $5 of fees."""
    return CampaignClosed(NOON, campaign, strategy, NOON, Decimal(str(pnl)), Decimal(5))


def folded(*facts: Fact) -> Standing:
    """The standing after some facts."""
    return reduce(lambda s, f: apply(s, f, LIMITS), facts, start(Decimal(100_000), LIMITS))


def record(*pnl: float, risk: float = 100.0) -> Standing:
    """A standing after so many campaigns, each of which risked as much."""
    facts: list[Fact] = []
    for row, dollars in enumerate(pnl):
        facts += [sent(f"{NAME}/{row}", risk), over(dollars, f"{NAME}/{row}")]
    return folded(*facts)


@pytest.mark.rule("R-EXP-01")
@pytest.mark.parametrize(
    ("won", "lost", "passes"), [(10, 10, True), (9, 11, False), (0, 19, True), (0, 20, False)]
)
def test_under_half_of_twenty_pauses_and_fewer_are_not_asked(
    won: int, lost: int, passes: bool
) -> None:
    known = record(*[50.0] * won, *[-50.0] * lost)
    reading = wins(NAME, known, LIMITS)
    assert reading.passed is passes
    assert (reading.observed == NOT_ASKED) is (won + lost < 20)
    assert NAME in reading.name


@pytest.mark.rule("R-EXP-01")
def test_scratches_neither_win_nor_lose_and_only_the_last_twenty_count() -> None:
    assert wins(NAME, record(*[-50.0] * 19, 5.0, -5.0), LIMITS).observed == NOT_ASKED
    assert wins(NAME, record(*[-50.0] * 20, *[50.0] * 10), LIMITS).observed == 0.5


@pytest.mark.rule("R-EXP-02")
@pytest.mark.parametrize(("last", "passes"), [(29.0, True), (28.9, False)])
def test_thirty_that_lose_on_average_pause(last: float, passes: bool) -> None:
    """Each in units of what it risked: a loss of 29 R is made good by 29 R and no less."""
    known = record(*[-100.0] * 29, last * 100.0)
    assert mean_r(NAME, known, LIMITS).passed is passes


@pytest.mark.rule("R-EXP-02")
def test_r_is_what_the_stops_of_that_campaign_would_have_lost() -> None:
    known = folded(sent("a", 200.0), sent("b", 50.0), over(100.0, "a"), over(-25.0, "b"))
    assert [one.risk for one in outcomes(NAME, known)] == [200.0, 50.0]
    assert known.risks == ()


@pytest.mark.rule("R-EXP-02")
def test_a_mean_with_a_risk_nobody_told_is_not_asked() -> None:
    known = folded(*(over(-50.0) for _ in range(30)))
    assert mean_r(NAME, known, LIMITS).observed == NOT_ASKED
    assert "0 of 30" in mean_r(NAME, known, LIMITS).name
    assert folded(replace(sent("a", 100.0), outcome="refused: VIX")).risks == ()


@pytest.mark.rule("R-EXP-03")
def test_under_a_twentieth_of_r_somebody_should_look() -> None:
    known = record(*[4.0 + 5.0] * 30, risk=200.0)
    assert mean_r(NAME, known, LIMITS).passed
    assert not thin(NAME, known, LIMITS).passed
    assert thin(NAME, record(*[10.0] * 30, risk=200.0), LIMITS).passed


def test_the_records_of_strategies_are_apart() -> None:
    known = folded(*(over(-50.0) for _ in range(20)), *(over(50.0, strategy="lt112"),) * 20)
    assert [name for name, _ in paused(known, LIMITS)] == [NAME]


@pytest.mark.rule("R-EXP-01")
def test_a_pause_begins_when_the_last_campaign_ended() -> None:
    ends = [NOON + timedelta(days=row) for row in range(20)]
    known = folded(*(replace(over(-50.0), at=at) for at in ends))
    assert list(paused(known, LIMITS)) == [(NAME, ends[-1])]


@pytest.mark.rule("R-EXP-01")
def test_a_pause_is_lifted_by_its_name_and_the_strategy_begins_anew() -> None:
    known = record(*[-50.0] * 20)
    after = apply(known, Resumed(NOON, f"expectancy of {NAME}", "looked at"), LIMITS)
    assert outcomes(NAME, after) == ()
    assert wins(NAME, after, LIMITS).passed


def test_the_imagined_operator_lifts_a_pause_after_a_month() -> None:
    known = record(*[-50.0] * 20)
    someone = SimulatedOperator(REVIEW_DAYS, LIMITS)
    assert list(someone.take(NOON + timedelta(days=30), known)) == []
    (lifted,) = someone.take(NOON + timedelta(days=31), known)
    assert isinstance(lifted, Resumed)
    assert lifted.reason == f"expectancy of {NAME}"


@pytest.mark.rule("R-EXP-01")
def test_a_pause_refuses_what_is_new_and_lets_a_roll_through() -> None:
    losing = standing(recent=record(*[-50.0] * 20).recent)
    seen = view(board(price=6042.0, vol=0.2), standing=losing)
    for purpose, passes in ((Purpose.OPEN, False), (Purpose.ROLL, True)):
        wanted = replace(order("-1 6090 C, +1 6120 C", "2.00"), purpose=purpose)
        asked = {r.rule: r for r in judge(wanted, seen, preview()).readings}
        assert asked["R-EXP-01"].passed is passes


@pytest.mark.rule("R-SIZ-07")
def test_what_an_opening_risked_is_remembered_until_its_campaign_ends() -> None:
    first = folded(sent("a", 100.0), sent("b", 50.0))
    assert dict(first.risks) == {"a": 100.0, "b": 50.0}
    assert dict(folded(sent("a", 100.0), sent("a", 80.0)).risks) == {"a": 80.0}
    silent = replace(sent("a", 100.0), readings=())
    assert folded(replace(sent("a", 100.0), outcome="refused")).risks == folded(silent).risks == ()
    after = folded(sent("a", 100.0), sent("b", 50.0), over(-95.0, "a"), over(5.0, "c"))
    assert dict(after.risks) == {"b": 50.0}
    lost, scratch = dict(after.recent)[NAME]
    assert (lost.pnl, lost.scratch, lost.risk) == (-95, False, 100.0)
    assert (scratch.pnl, scratch.scratch, scratch.risk) == (5, True, None)


@pytest.mark.rule("R-SIZ-07")
def test_a_size_says_what_its_stops_would_lose() -> None:
    seen = scene(market={"price": 6042.0, "vol": 0.6})
    plan = replace(FRIDAY_0DTE, enter_when=())
    wanted = plan.enter(seen, "MES")
    assert isinstance(wanted, Structure), wanted
    found = sized(wanted, seen, NAME)
    told = {r.rule: r for r in found.readings}["R-SIZ-07"]
    each = wanted.stop_loss * 5.0
    assert told.observed == pytest.approx(found.units * each, abs=0.01)
    assert told.passed
    assert told.bound == round(seen.limits.stop_risk_max * seen.capital, 2)
    assert found.units > 1


@pytest.mark.rule("R-SIZ-07")
@pytest.mark.parametrize(
    ("stop_loss", "told"), [(1.23456, [(6.17, 246.91)]), (0.0, []), (inf, []), (nan, [])]
)
def test_what_the_stops_would_lose_is_told_to_the_cent_where_there_are_stops(
    stop_loss: float, told: list[tuple[float, float]]
) -> None:
    market = {"price": 6042.0, "vol": 0.6}
    seen = scene(market=market, memory={"peak": 10_000}, net_liq=12_345.678)
    wanted = replace(FRIDAY_0DTE, enter_when=()).enter(seen, "MES")
    assert isinstance(wanted, Structure), wanted
    found = sized(replace(wanted, stop_loss=stop_loss, units_max=1), seen, NAME)
    said = [(r.observed, r.bound) for r in found.readings if r.rule == "R-SIZ-07"]
    assert said == ([] if found.units == 0 else told)
    assert found.units == (0 if isnan(stop_loss) or stop_loss == inf else 1)
