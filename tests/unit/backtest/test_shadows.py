"""Shadows: on a planted market a harmful gate and a useful one get their signs, others no figure."""

from dataclasses import fields, replace
from functools import cache

import pytest

from tomking.analysis.gate_value import GateValue, Refuser, gate_ledger
from tomking.analysis.shadows import Shadow
from tomking.analysis.trades import entered
from tomking.backtest.shadows import carried, refused
from tomking.backtest.unlimited import BY_SHADOW, KEPT, OPENED, unlimited
from tomking.core.facts import CampaignClosed, Considered, Sent
from tomking.report.ledger import worth
from tomking.report.words import TOO_FEW, UNMEASURABLE
from tomking.risk.limits import Limits
from tomking.strategies.entry import NoEvent, VixAtLeast
from tomking.strategies.worth import CreditAtLeast
from worlds.planted import LOSER, WINNER, mark_of, seller, shadows_of, traded, with_limits

pytestmark = pytest.mark.unit

#: Rules of the planted plans: what they refuse is known, so their sign is too.
HARMFUL, USEFUL = "planted harm", "planted use"
WEEKS = 69
PLAN = seller(NoEvent((WINNER,), HARMFUL), NoEvent((LOSER,), USEFUL))


@cache
def planted() -> tuple[Shadow, ...]:
    return shadows_of(PLAN, WEEKS)


def gate(shadows: tuple[Shadow, ...], rule: str, refuser: Refuser = Refuser.ONLY) -> GateValue:
    (found,) = (one for one in gate_ledger(shadows, 1).of(refuser) if one.rule == rule)
    return found


@pytest.mark.parametrize("refuser", Refuser)
def test_a_gate_that_refuses_the_days_that_win_costs_money(refuser: Refuser) -> None:
    harmful = gate(planted(), HARMFUL, refuser)
    assert harmful.days >= 20
    assert harmful.value is not None
    assert harmful.interval is not None
    assert harmful.value < 0
    assert harmful.interval.high < 0
    assert worth(harmful).startswith("cost $")


@pytest.mark.parametrize("refuser", Refuser)
def test_a_gate_that_refuses_the_days_that_lose_saves_money(refuser: Refuser) -> None:
    useful = gate(planted(), USEFUL, refuser)
    assert useful.days >= 20
    assert useful.value is not None
    assert useful.interval is not None
    assert useful.value > 0
    assert useful.interval.low > 0
    assert worth(useful).startswith("saved $")


def test_a_limit_is_a_gate_like_the_rules_of_a_plan() -> None:
    limits = with_limits(events_blocked=(LOSER,))
    blocked = gate(shadows_of(seller(), WEEKS, limits), "R-EVT-01")
    assert blocked.stage == "MARKET"
    assert blocked.interval is not None
    assert blocked.interval.low > 0


def test_no_room_for_a_unit_is_a_gate_too() -> None:
    limits = with_limits(contracts_by_gbp=(("friday_0dte", ((0.0, 0.0),)),))
    room = gate(shadows_of(seller(), 30, limits), "R-SIZ-03")
    assert (room.gate, room.trades) == ("contracts for the account's size", room.refused)
    assert room.value is not None


def test_under_twenty_days_a_gate_has_too_few_and_no_figure() -> None:
    few = shadows_of(PLAN, 3 * 19)
    assert gate(few, HARMFUL).days == 19
    assert gate(few, HARMFUL).value is None
    assert gate(few, HARMFUL).interval is None
    assert worth(gate(few, HARMFUL)) == TOO_FEW


@pytest.mark.parametrize("rule", ["R-0DTE-06", "R-112-05"])
def test_a_floor_on_the_credit_is_not_measurable_on_modelled_quotes(rule: str) -> None:
    floored = gate(shadows_of(seller(take_when=(CreditAtLeast(50.0, rule),)), 30), rule)
    assert floored.days >= 20
    assert floored.trades == floored.refused
    assert floored.value is None
    assert worth(floored) == UNMEASURABLE


def test_nor_is_a_band_of_vix() -> None:
    band = gate(shadows_of(seller(VixAtLeast(30.0, "planted storm")), 30), "planted storm")
    assert band.days >= 20
    assert worth(band) == UNMEASURABLE


def test_two_refusers_of_one_day_leave_it_without_an_only_one() -> None:
    both = seller(NoEvent((WINNER,), HARMFUL), VixAtLeast(30.0, "planted storm"))
    ledger = gate_ledger(shadows_of(both, 12), 1)
    only = {one.rule: one.refused for one in ledger.of(Refuser.ONLY)}
    first = {one.rule: one.refused for one in ledger.of(Refuser.FIRST)}
    assert only == {"planted storm": 8}
    assert first == {HARMFUL: 4, "planted storm": 8}


def test_what_a_plan_would_have_asked_next_refuses_too() -> None:
    plan = seller(NoEvent((WINNER,), HARMFUL), take_when=(CreditAtLeast(50.0, "R-112-05"),))
    shadows = shadows_of(plan, 12)
    refusers = {tuple(r.rule for r in one.candidate.failed) for one in shadows}
    assert refusers == {("R-112-05",), (HARMFUL, "R-112-05")}


def test_a_shadow_is_carried_for_every_refused_slot_and_for_no_other() -> None:
    facts, _ = traded(PLAN, WEEKS)
    slots = {one.candidate.slot for one in planted()}
    assert not slots & set(entered(facts))
    assert {mark_of(one.candidate.at.date()) for one in planted()} == {WINNER, LOSER}


def test_a_shadow_makes_what_the_trade_itself_makes_where_nobody_refuses() -> None:
    facts, _ = traded(seller(), 12)
    made = {fact.campaign: fact.pnl for fact in facts if isinstance(fact, CampaignClosed)}
    units = {f.order.campaign: f.order.units for f in facts if isinstance(f, Sent)}
    assert set(units.values()) == {1}
    for shadow in shadows_of(PLAN, 12):
        assert shadow.pnl == made[shadow.candidate.slot], "one unit, the same fills, fees and exits"


def test_a_refusal_that_names_no_root_has_no_shadow_and_is_counted() -> None:
    facts, world = traded(PLAN, 6)
    found = [
        replace(
            fact,
            readings=tuple(replace(r, name=r.name.removeprefix("ES: ")) for r in fact.readings),
        )
        if isinstance(fact, Considered)
        else fact
        for fact in facts
    ]
    shadows = carried(refused(found), (PLAN,), world)
    assert {(one.pnl, one.note) for one in shadows} == {(None, "no root of it could be priced")}
    ledger = gate_ledger(shadows, 1)
    assert (ledger.refused, ledger.carried) == (4, 0)
    assert {one.days for one in ledger.values} == {0}


def test_an_entry_of_which_no_form_fits_has_no_shadow() -> None:
    (shape,) = PLAN.shapes
    never = replace(PLAN, shapes=(replace(shape, when=(VixAtLeast(99.0, "planted storm"),)),))
    assert {one.pnl for one in shadows_of(never, 6)} == {None}
    assert all("VIX" in one.note for one in shadows_of(never, 6))


def test_who_asks_for_progress_hears_of_every_candidate() -> None:
    facts, world = traded(PLAN, 6)
    heard: list[tuple[int, int]] = []
    carried(refused(facts), (PLAN,), world, lambda done, whole: heard.append((done, whole)))
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_every_limit_is_opened_or_named_as_one_that_refuses_nothing() -> None:
    named = set(OPENED) | BY_SHADOW | KEPT
    assert named == {field.name for field in fields(Limits)}, (
        "a new limit must be opened for shadows in backtest/unlimited.py, or kept there on purpose"
    )
    assert len(named) == len(OPENED) + len(BY_SHADOW) + len(KEPT)


@pytest.mark.parametrize(("root", "contracts"), [("ES", 1.0), ("MES", 0.1)])
def test_a_shadow_has_one_unit_of_its_root_whatever_the_account(
    root: str, contracts: float
) -> None:
    limits = unlimited(Limits(), "lt112", root)
    assert dict(limits.contracts_by_gbp)["lt112"][0][1] == pytest.approx(contracts)
    assert limits.walk_mode == Limits().walk_mode
