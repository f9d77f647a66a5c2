"""Sizes: a tighter limit never fits more, whatever sheet one begins from."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.order import Structure
from tomking.risk.limits import Limits
from tomking.risk.sizing import rooms, sized
from tomking.risk.tally import Tally
from tomking.risk.view import View
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.plan import Plan
from worlds.board import FRIDAY, board, day_of
from worlds.gates import standing
from worlds.orders import view
from worlds.presets import settings

pytestmark = [pytest.mark.unit, pytest.mark.risk]

#: Whether a smaller figure is the tighter one.
SMALLER: dict[str, bool] = {
    "stop_risk_max": True, "defined_risk_max": True, "stress_trade_max": True,
    "stress_loss_max": True, "stress_margin_max": True, "contracts_by_gbp": True,
    "contracts_by_phase": True, "kelly_share": True, "kelly_max": True, "size_by_vix": True,
    "event_size_factor": True, "win_streak_factor": True, "reserve": False,
    "reserve_by_vix": False, "margin_max": True, "bp_trade_max": True,
    "bp_trade_by_strategy": True, "bp_by_phase": True, "bp_by_stage": True, "stage": True,
    "stage_capital_gbp": True, "short_margin_equity_max": True, "short_margin_other_max": True,
    "group_margin_max": True, "delta_share_max": True, "gamma_share_max": True,
    "vega_max_usd": True, "notional_max": True, "drawdown_halve": True,
}  # fmt: skip


def tighter(name: str, figure: Any, share: float) -> Any:
    """A figure, or the last one of every row of a table, made tighter by a share of itself."""
    if isinstance(figure, tuple):
        return tuple(
            (*row[:-1], tighter(name, row[-1], share))
            if isinstance(row, tuple)
            else tighter(name, row, share)
            for row in figure
        )
    way = -1.0 if SMALLER[name] else 1.0
    near = figure + way * share * abs(figure)
    return int(near) if isinstance(figure, int) else near


#: Sheets with every optional scaling asked for, beside those that are shipped.
SCALED = replace(
    Limits(),
    kelly_mode="on",
    win_streak=5,
    event_size_factor=0.5,
    size_by_vix=((0.0, 1.0), (20.0, 0.75), (30.0, 0.5)),
    reserve_by_vix=((20.0, 0.35), (30.0, 0.5)),
)
SHEETS = st.sampled_from([SCALED, *(settings(name).limits for name in ("default", "protocol-v17"))])
SCENES = st.fixed_dictionaries(
    {
        "cash": st.sampled_from([30_000.0, 44_500.0, 100_000.0, 260_000.0]),
        "vix": st.sampled_from([12.5, 16.0, 24.0, 31.0]),
        "down": st.sampled_from([0.0, 0.12]),
        "wins": st.integers(0, 7),
        "phase": st.integers(1, 4),
        "root": st.sampled_from(["ES", "MES"]),
    }
)


def setting(given_: dict[str, Any], limits: Limits) -> View:
    """A Friday with so much money, so long a run of wins and so much of a drawdown."""
    cash = given_["cash"]
    known = day_of(FRIDAY, vix_previous=given_["vix"], blocked={"NFP": "08:30"})
    market = board(FRIDAY, 60.0, day=known, price=6042.0, vol=0.2, vix_points=given_["vix"])
    memory = standing(
        phase=given_["phase"], day_start=cash, week_start=cash, month_start=cash,
        peak=cash / (1.0 - given_["down"]), wins_in_a_row=given_["wins"],
        tallies=(("friday_0dte", Tally(16, 5, 0)),),
    )  # fmt: skip
    return view(market, standing=memory, limits=limits, cash=str(cash))


def wish(plan: Plan, root: str, seen: View) -> Structure:
    """What a plan wants, whatever it would pay."""
    wanted = replace(plan, enter_when=(), take_when=()).enter(seen, root)
    assert isinstance(wanted, Structure), wanted
    return wanted


@given(SCENES, SHEETS, st.sampled_from(sorted(SMALLER)), st.floats(0.0, 1.0))
def test_a_tighter_limit_never_fits_more_units(
    given_: dict[str, Any], sheet: Limits, name: str, share: float
) -> None:
    loose = setting(given_, sheet)
    tight = setting(given_, replace(sheet, **{name: tighter(name, getattr(sheet, name), share)}))
    wanted = wish(FRIDAY_0DTE, given_["root"], loose)
    before, after = (sized(wanted, seen, "friday_0dte").units for seen in (loose, tight))
    assert after <= before


@given(SCENES, SHEETS)
def test_the_least_room_is_the_size_whether_all_are_worked_out_or_not(
    given_: dict[str, Any], sheet: Limits
) -> None:
    seen = setting(given_, sheet)
    wanted = wish(FRIDAY_0DTE, given_["root"], seen)
    least = min(room.units for room in rooms(wanted, seen, "friday_0dte", whole=True))
    units = sized(wanted, seen, "friday_0dte").units
    assert units == int(least + 1e-9)
    assert units >= 0
