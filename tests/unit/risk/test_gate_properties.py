"""Three properties of all gates: tightening never helps, exits meet no limit, order does not matter."""

from dataclasses import fields, replace
from decimal import Decimal
from itertools import permutations
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.order import Purpose
from tomking.core.reading import Stage, first_failure
from tomking.portfolio.columns import columns_of
from tomking.portfolio.package import package_mid
from tomking.risk.case import open_case
from tomking.risk.gates.reduce import REDUCE
from tomking.risk.judge import EXPOSURE, SANITY, gates_for, judge
from tomking.risk.limits import Limits
from tomking.risk.verdict import Approved
from tomking.risk.view import View
from worlds.board import FRIDAY
from worlds.gates import SPREAD, exit_of, held_spread, scene
from worlds.orders import order, preview
from worlds.presets import settings

pytestmark = [pytest.mark.unit, pytest.mark.risk]

#: What a limit's name does not say: True when a smaller figure is the tighter one.
SMALLER = {
    "vix_bands": True, "reserve": False, "bp_trade_by_strategy": True, "phases_usd": False,
    "phases_gbp": False, "bp_by_phase": True, "positions_by_phase": True,
    "phase_by_strategy": False, "stage": True, "bp_by_stage": True, "positions_by_stage": True,
    "positions_by_strategy": True, "group_max": True, "group_vix_step": True,
    "drawdown_halve": True, "drawdown_stop": True, "drawdown_lock": True,
    "bp_by_strategy": True, "roots_by_phase": False, "stage_capital_gbp": True,
    "stage_by_strategy": False, "positions_by_strategy_phase": True, "group_max_by_phase": True,
    "win_rate_min": False, "dte_min": False, "dte_max": True, "iv_percentile_min": False,
    "expiry_minutes_min": False, "reserve_by_vix": False, "greeks_by_strategy": True,
    "equity_positions_by_phase": True, "expiry_near_days": False,
    "theta_min_usd": False, "early_close_entry_until_min": True, "pattern_min": False,
}  # fmt: skip
#: Not figures of a gate: words, names, and what sizing, the pricing of an order, a hedge or the checks
#: of August 2024 alone read.
APART = {
    "vix_table", "vix_hysteresis", "phase_gates", "phase_months", "phase_wins", "phase_drawdown",
    "phase_trades", "phase_demote_drawdown", "stage_successes", "stage_weeks", "kelly_mode",
    "kelly_share", "kelly_max", "kelly_trades_min", "win_streak", "win_streak_factor",
    "event_size_factor", "one_slot", "groups", "equity_groups", "crisis_opens", "variants",
    "families",
    "size_by_vix", "crisis_vix",
    "usd_per_gbp",  # a price: dearer pounds are fewer, and what a stage trades is more dollars
    "greeks_mode", "pattern_mode", "pattern_form", "house", "events_blocked", "group_reserve",
    "one_per_group",
    "contracts_by_gbp", "contracts_by_phase", "stop_risk_max", "defined_risk_max",
    "stress_trade_max", "walk_mode", "walk_step", "walk_give_max", "walk_reprices_max",
    "walk_pace_max", "resume_hours_min", "resume_gain_min", "manual_vix_warn", "manual_vix_max",
    "positions_max", "short_margin_equity_warn", "bullish_warn",
    "correlation_warn", "correlation_reduce", "correlation_halt", "hedge_premium_max",
}  # fmt: skip
#: What raises an alarm or moves a desk along the kill ladder: no gate reads it.
ALARMS = {
    f.name for f in fields(Limits) if f.metadata["rule"].startswith(("R-ALM-", "R-RNG-", "R-EXP-"))
}
FIGURES = sorted({field.name for field in fields(Limits)} - APART - ALARMS)


def smaller_is_tighter(name: str) -> bool:
    """By the house's spelling, or by the table."""
    return SMALLER[name] if name in SMALLER else name.endswith(("_max", "_max_s", "_max_usd"))


def moved(name: str, figure: Any, share: float) -> Any:
    """A figure, or every figure of a table, made tighter by a share of itself."""
    if isinstance(figure, tuple):
        rows = []
        for row in figure:
            if isinstance(row, tuple):
                rows.append((*row[:-1], moved(name, row[-1], share)))
            else:
                rows.append(moved(name, row, share))
        return tuple(rows)
    way = -1.0 if smaller_is_tighter(name) else 1.0
    near = figure + way * share * abs(figure)
    return int(near) if isinstance(figure, int) else near


def test_every_limit_is_a_figure_that_can_be_tightened_or_stands_apart() -> None:
    for name in FIGURES:
        assert name in SMALLER or name.endswith(("_max", "_max_s", "_max_usd")), name


SCENES = st.fixed_dictionaries(
    {
        "market": st.fixed_dictionaries(
            {
                "vix_points": st.sampled_from([11.0, 16.0, 24.0, 26.0, 31.0, 36.0]),
                "price": st.sampled_from([5700.0, 6000.0, 6042.0, 6085.0]),
                "age_s": st.sampled_from([0.0, 20.0, 40.0]),
                "half_width": st.sampled_from([0.0, 0.25, 1.0]),
                "vix_age_s": st.sampled_from([0.0, 200.0, 400.0]),
            }
        ),
        "minute": st.sampled_from([60.0, 125.0]),
        "on": st.sampled_from([FRIDAY, FRIDAY.replace(month=11, day=28)]),
        "memory": st.fixed_dictionaries(
            {
                "phase": st.integers(0, 4),
                "streak": st.integers(0, 4),
                "peak": st.sampled_from([100_000, 112_000, 120_000]),
                "day_start": st.sampled_from([100_000, 104_000, 106_000]),
                "done": st.sampled_from([frozenset(), frozenset({"a/open", "b/open"})]),
            }
        ),
        "book": st.sampled_from(
            [(), ("lt112 ES",), ("lt112 ES", "friday_0dte ES"), ("x SPX", "x SPY", "lt112 ES")]
        ),
    }
)
DRY_RUNS = st.sampled_from(
    [("0", "3000", "3000"), ("20000", "31000", "11000"), ("0", "45000", "1")]
)
STRATEGIES = st.sampled_from(["friday_0dte", "lt112"])


def verdicts(
    seen: View, limits: Limits, strategy: str, dry_run: tuple[str, ...]
) -> dict[str, bool]:
    """Whether each gate passes, by rule id."""
    wanted = order(SPREAD, "2.00", strategy=strategy, campaign=f"{strategy}/new")
    ruled = replace(seen, limits=limits)
    return {r.rule: r.passed for r in judge(wanted, ruled, preview(*dry_run)).readings}


#: The default sheet and both presets, from which anybody may begin.
BASES = st.sampled_from(["default", "protocol-v17", "breakdown-v18"]).map(
    lambda name: settings(name).limits
)


@given(SCENES, DRY_RUNS, STRATEGIES, BASES, st.sampled_from(FIGURES), st.floats(0.0, 1.0))
def test_tightening_a_limit_never_turns_a_refusal_into_a_pass(
    scenery: dict[str, Any],
    dry_run: tuple[str, ...],
    strategy: str,
    base: Limits,
    name: str,
    share: float,
) -> None:
    seen = replace(scene(**scenery), limits=base)
    tight = replace(base, **{name: moved(name, getattr(base, name), share)})
    loose, strict = (verdicts(seen, limits, strategy, dry_run) for limits in (seen.limits, tight))
    assert not [rule for rule, passed in strict.items() if passed and not loose[rule]]


#: Limits under which nothing may ever be opened.
CLOSED = replace(
    Limits(),
    **{
        name: moved(name, getattr(Limits(), name), 1.0)
        for name in FIGURES
        if name != "quote_age_max_s"
    },
    events_blocked=("FOMC", "CPI", "NFP"),
    pattern_mode="enforce",
)
REASONS = st.frozensets(
    st.sampled_from(["day loss", "week loss", "month loss", "drawdown", "operator", "data"])
)


@pytest.mark.emergency
@given(
    SCENES.map(lambda s: s | {"book": ()}),
    REASONS,
    BASES | st.just(CLOSED),
    st.floats(-50_000.0, 100_000.0) | st.just(float("nan")),
)
def test_no_limit_ever_refuses_an_exit(
    scenery: dict[str, Any], reasons: frozenset[str], limits: Limits, net_liq: float
) -> None:
    scenery["market"] |= {"age_s": 0.0}
    scenery["memory"] |= {"reasons": reasons}
    seen = scene(**scenery, holding=held_spread(), net_liq=net_liq)
    wanted = exit_of()
    columns = columns_of(wanted.legs)
    mid = package_mid(seen.market.marks(columns), columns, 1)
    exit_order = replace(wanted, limit=Decimal(floor(mid / 0.05)) * Decimal("0.05"))
    verdict = judge(exit_order, replace(seen, limits=limits), preview())
    assert isinstance(verdict, Approved), [str(r) for r in verdict.readings if not r.passed]


@pytest.mark.parametrize("purpose", list(Purpose))
def test_only_orders_that_add_risk_meet_an_exposure_gate(purpose: Purpose) -> None:
    asked = gates_for(replace(exit_of(), purpose=purpose))
    own = {Purpose.OPEN: EXPOSURE, Purpose.ROLL: EXPOSURE, Purpose.REDUCE: REDUCE}
    assert set(asked) == set(SANITY + own.get(purpose, ()))


def test_under_those_limits_nothing_opens() -> None:
    seen = replace(scene(), limits=CLOSED)
    verdict = judge(order(SPREAD, "2.00"), seen, preview())
    assert not isinstance(verdict, Approved)
    failed = {r.stage for r in verdict.readings if not r.passed}
    assert failed >= {Stage.DATA, Stage.MARKET, Stage.VIX, Stage.GREEKS, Stage.MARGIN}


@given(SCENES, DRY_RUNS, STRATEGIES, st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_of_asking(
    scenery: dict[str, Any], dry_run: tuple[str, ...], strategy: str, chance: Any
) -> None:
    seen = scene(**scenery)
    wanted = order(SPREAD, "2.00", strategy=strategy, campaign=f"{strategy}/new")
    case = open_case(wanted, seen, preview(*dry_run))
    in_order = tuple(gate(case) for gate in gates_for(wanted))
    shuffled = list(gates_for(wanted))
    chance.shuffle(shuffled)
    again = {gate: gate(case) for gate in shuffled}
    assert tuple(again[gate] for gate in gates_for(wanted)) == in_order
    first, other = first_failure(in_order), first_failure(tuple(again.values()))
    assert (first is None) == (other is None)
    if first is not None and other is not None:
        assert first.stage is other.stage


def test_the_stage_named_does_not_depend_on_the_order_of_readings() -> None:
    seen = scene(market={"vix_points": 40.0}, memory={"phase": 0})
    failed = [r for r in judge(order(SPREAD, "2.00"), seen, preview()).readings if not r.passed][:5]
    assert len(failed) > 2
    named = {first.stage for p in permutations(failed) if (first := first_failure(p))}
    assert len(named) == 1
