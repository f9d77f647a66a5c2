"""What each governor allows; the smallest binds and is named.

Regime, phase, stage, drawdown and the operator each answer with one ``Cap``. There is no other
state.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tomking.core.figures import loss
from tomking.core.rung import Rung
from tomking.core.value import value
from tomking.market.events import UNKNOWN
from tomking.risk.limits import Limits, at_level
from tomking.risk.regimes import bands_of, regime_name, settled
from tomking.risk.rungs import BY_ALARM, KillLadder
from tomking.risk.standing import Standing
from tomking.risk.view import View

NO_EVENTS: Mapping[str, str] = MappingProxyType({})


@value
class Cap:
    """What one governor allows: margin as a share of net liq, campaigns, size, opening at all."""

    source: str
    bp_share_max: float = 1.0
    positions_max: float = 99
    size_factor: float = 1.0
    may_open: bool = True


@value
class Allowance:
    """All caps together, each figure with the governor that binds it."""

    bp_share_max: float
    bp_bound_by: str
    positions_max: float
    positions_bound_by: str
    size_factor: float
    may_open: bool
    caps: tuple[Cap, ...]


def regime(vix: float, limits: Limits, before: float | None = None, number: int = 0) -> Cap:
    """Buying power and size by VIX, whose band is left only by so many points (R-VIX-01, R-VIX-05,
    R-SIZ-11).

    ``before`` is VIX at the last close, ``number`` the account's phase. It is named by VIX: a table may
    have other bands than there are names.
    """
    bands, slack = bands_of(limits, number), limits.vix_hysteresis
    was = vix if before is None else before
    share = bands[settled(vix, was, bands, slack)][1]
    factor = at_level(limits.size_by_vix, vix, 1.0)
    return Cap(f"regime {regime_name(vix, was, slack)}", bp_share_max=share, size_factor=factor)


def phase(number: int, limits: Limits) -> Cap:
    """Buying power and campaigns by account phase; phase 0 opens nothing (R-PHA-03, R-POS-01)."""
    return Cap(
        f"phase {number}",
        bp_share_max=at_level(limits.bp_by_phase, number, 0.0),
        positions_max=at_level(limits.positions_by_phase, number, 0.0),
        may_open=number >= 1,
    )


def stage(number: int, limits: Limits) -> Cap:
    """Buying power and campaigns by deployment stage (R-STG-01)."""
    return Cap(
        f"stage {number}",
        bp_share_max=at_level(limits.bp_by_stage, number, 0.0),
        positions_max=at_level(limits.positions_by_stage, number, 0.0),
        may_open=number >= 1,
    )


def drawdown(net_liq: float, peak: float, limits: Limits) -> Cap:
    """Half size from 10 % under the peak, nothing new from 15 % or when it is unknown (R-BRK-05)."""
    down = loss(net_liq, peak)
    if down is None:
        return Cap("drawdown unknown", may_open=False)
    return Cap(
        f"drawdown {down:.1%}",
        size_factor=0.5 if down >= limits.drawdown_halve else 1.0,
        may_open=down < limits.drawdown_stop,
    )


def streak(standing: Standing, limits: Limits) -> Cap:
    """Less size after so many wins in a row, where that is asked for (R-SIZ-08)."""
    long = 0 < limits.win_streak <= standing.wins_in_a_row
    return Cap("win streak", size_factor=limits.win_streak_factor if long else 1.0)


def event_day(blocked: Mapping[str, str], limits: Limits) -> Cap:
    """Less size on the day of an event that does not forbid entries (R-SIZ-09)."""
    named_ = any(name != UNKNOWN for name in blocked)
    return Cap("event day", size_factor=limits.event_size_factor if named_ else 1.0)


def operator(reasons: frozenset[str]) -> Cap:
    """Nothing opens while any reason not to trade is active."""
    return Cap(f"reasons {', '.join(sorted(reasons)) or 'none'}", may_open=not reasons)


def ladder(known: KillLadder, bound: float, limits: Limits) -> Cap:
    """Four fifths of what would bind otherwise, from an ORANGE alarm until it is lifted (R-RNG-03).

    That nothing opens on the rung is a gate of its own (R-RNG-01), so that a refusal names it. This cap
    is what people are shown meanwhile; it refuses nothing by itself.
    """
    if known.rung < Rung.CLOSE_ONLY or known.by != BY_ALARM:
        return Cap("kill ladder")
    return Cap(f"{known.rung.name} after an alarm", bp_share_max=limits.orange_bp_factor * bound)


def caps_of(view: View) -> tuple[Cap, ...]:
    """Every governor's answer at a view."""
    day = view.market.day
    return caps(
        view.market.vix.value, view.net_liq, view.standing, view.limits,
        day.vix_previous.value, day.blocked,
    )  # fmt: skip


def caps(
    vix: float, net_liq: float, standing: Standing, limits: Limits,
    vix_before: float | None = None, blocked: Mapping[str, str] = NO_EVENTS,
) -> tuple[Cap, ...]:  # fmt: skip
    """Every governor's answer, in the order people think of them.

    ``vix_before`` is VIX at the last close, ``blocked`` the events of the day.
    """
    given = (
        regime(vix, limits, vix_before, standing.phase),
        phase(standing.phase, limits),
        stage(min(limits.stage, standing.stage), limits),
        drawdown(net_liq, float(standing.peak), limits),
        streak(standing, limits),
        event_day(blocked, limits),
        operator(standing.reasons),
    )
    bound = min(cap.bp_share_max for cap in given)
    return (*given, ladder(standing.ladder, bound, limits))


def allowance(given: tuple[Cap, ...]) -> Allowance:
    """The smallest of each figure and whose it is; size factors multiply."""
    power = min(given, key=lambda cap: cap.bp_share_max)
    room = min(given, key=lambda cap: cap.positions_max)
    factor = 1.0
    for cap in given:
        factor *= cap.size_factor
    return Allowance(
        power.bp_share_max, power.source, room.positions_max, room.source, factor,
        all(cap.may_open for cap in given), given,
    )  # fmt: skip


def reserve_of(vix: float, limits: Limits) -> float:
    """The share of what may be used that is kept back: more of it the higher VIX, if asked (R-MRG-08).

    >>> reserve_of(31.0, Limits()), reserve_of(31.0, Limits(reserve_by_vix=((20, 0.35), (30, 0.5))))
    (0.2, 0.5)
    """
    return max(limits.reserve, at_level(limits.reserve_by_vix, vix, 0.0))


def usable_bp(net_liq: float, share_max: float, reserve: float, requirement: float) -> float:
    """Dollars of margin that may still be used: net liq x share x (1 - reserve) - margin in use.

    >>> round(usable_bp(44_500, 0.50, 0.20, 0.0), 2)
    17800.0
    """
    return net_liq * share_max * (1.0 - reserve) - requirement
