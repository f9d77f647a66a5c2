"""Put ratios held through a crash, whatever happens: what is proposed, and sent where told to."""

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from tomking.analysis.summary import summarise
from tomking.app.backtesting import asked, still_open
from tomking.backtest.run import Run, RunSpec, run
from tomking.core.facts import Fact, LegFilled, OrderEnded, Sent
from tomking.core.order import Order, Purpose
from tomking.core.restraints import Halted, Proposed
from tomking.engine.emergency import HEDGE
from tomking.report.payload import hedged
from tomking.risk.limits import Limits
from tomking.strategies.plan import Plan
from tomking.strategies.put_ratio import PUT_RATIO
from tomking.strategies.stay import DteAbove, LossBelow, ProfitBelow
from worlds.seeded import history

pytestmark = [pytest.mark.scenario, pytest.mark.emergency, pytest.mark.rule("R-RNG-09")]


def held_on() -> Plan:
    """Put ratios with a stop out of reach, so that there is something left to hedge."""
    (shape,) = PUT_RATIO.shapes
    (tranche,) = shape.tranches
    kept = [rule for rule in tranche.stay_while if isinstance(rule, ProfitBelow | DteAbove)]
    held = replace(tranche, stay_while=(*kept, LossBelow(1_000.0)))
    return replace(PUT_RATIO, shapes=(replace(shape, tranches=(held,)),))


@cache
def crashed(how: str) -> Run:
    limits = Limits(emergency_hedge=how, stop_risk_max=1_000.0)
    return run(RunSpec((held_on(),), Decimal(200_000), limits=limits), history=history("crash"))


def shown(made: Run) -> list[Proposed]:
    return [f for f in made.facts if isinstance(f, Proposed) and f.what == HEDGE]


def sent(made: Run) -> list[Order]:
    found = [f.order for f in made.facts if isinstance(f, Sent)]
    return [order for order in found if order.purpose is Purpose.REDUCE]


def test_a_hedge_is_only_proposed_unless_a_setting_says_more() -> None:
    made = crashed("propose")
    proposals = shown(made)
    assert any(one.orders for one in proposals)
    assert sent(made) == []
    assert not any("hedge" in contract_of(fact) for fact in made.facts)


def contract_of(fact: Fact) -> str:
    return fact.order if isinstance(fact, LegFilled) else ""


@pytest.mark.rule("R-HDG-01")
def test_the_cheapest_hedge_is_sent_where_a_setting_says_so_and_held() -> None:
    made = crashed("auto")
    orders = sent(made)
    proposed = [order for one in shown(made) for order in one.orders]
    assert orders
    assert set(orders) <= set(proposed)
    first = orders[0]
    assert (first.strategy, first.legs[0].opens) == ("hedge", True)
    assert "must be at most 1" in first.why  # margin under AUG5_LOW was beyond what is left
    ended = {f.order: f.how for f in made.facts if isinstance(f, OrderEnded)}
    assert ended[first.id] == "filled"


@pytest.mark.rule("R-BRK-09")
def test_in_manual_mode_a_hedge_is_proposed_and_left_to_a_person() -> None:
    made = crashed("auto")
    manual = next(f.at for f in made.facts if isinstance(f, Halted) and f.reason == "manual mode")
    later = [one for one in shown(made) if one.at.date() > manual.date() and one.orders]
    assert later
    assert not {o for one in later for o in one.orders} & set(sent(made))


def test_where_no_hedge_brings_it_back_the_proposal_has_the_figures() -> None:
    left = [one.left_out for made in map(crashed, ("propose", "auto")) for one in shown(made)]
    assert any("margin under AUG5_LOW" in why for names in left for why in names)


def test_what_a_hedge_made_is_part_of_what_the_account_gained() -> None:
    made = crashed("auto")
    plans = [asked(one) for one in made.spec.strategies]
    open_ = still_open(made, {})
    found = summarise(made.facts, plans, made.spec.capital, made.final_net_liq, open_, 1)
    assert found.hedges
    assert {one.strategy for one in found.hedges} == {"hedge"}
    total = sum(one.pnl for one in (*found.trades, *found.hedges))
    assert total == found.pnl
    assert hedged(found)["hedge"]["entered"] == len(found.hedges)  # type: ignore[index,call-overload]
