"""What each governor allows; the smallest binds and is named.

Regime, phase, stage, drawdown and the operator each answer with one ``Cap``. There is no other
state.
"""

from tomking.core.figures import loss
from tomking.core.rung import AlarmLevel, Rung
from tomking.core.value import value
from tomking.risk.limits import Limits, at_level
from tomking.risk.rungs import KillLadder
from tomking.risk.standing import Standing

REGIMES = ("LOW", "NORMAL", "ELEVATED", "HIGH", "CRISIS")


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


def regime_index(vix: float, limits: Limits) -> int:
    """The VIX band, 0-4: half-open, but the last edge belongs to the band below it (rulebook 13).

    >>> [REGIMES[regime_index(v, Limits())] for v in (12.99, 13.0, 25.0, 30.0, 30.01)]
    ['LOW', 'NORMAL', 'HIGH', 'HIGH', 'CRISIS']
    """
    edges = [edge for edge, _ in limits.vix_bands[:-1]]
    below = next((row for row, edge in enumerate(edges) if vix < edge), len(edges))
    return len(edges) - 1 if edges and vix == edges[-1] else below


def regime(vix: float, limits: Limits) -> Cap:
    """Buying power by VIX band (R-VIX-01)."""
    row = regime_index(vix, limits)
    return Cap(f"regime {REGIMES[min(row, 4)]}", bp_share_max=limits.vix_bands[row][1])


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


def operator(reasons: frozenset[str]) -> Cap:
    """Nothing opens while any reason not to trade is active."""
    return Cap(f"reasons {', '.join(sorted(reasons)) or 'none'}", may_open=not reasons)


def ladder(known: KillLadder, bound: float, limits: Limits) -> Cap:
    """Four fifths of what would bind otherwise, from an ORANGE alarm until it is lifted (R-RNG-03).

    That nothing opens on the rung is a gate of its own (R-RNG-01), so that a refusal names it.
    """
    loud = known.alarm is not None and known.alarm >= AlarmLevel.ORANGE
    if known.rung < Rung.CLOSE_ONLY or not loud:
        return Cap("kill ladder")
    return Cap(f"{known.rung.name} after an alarm", bp_share_max=limits.orange_bp_factor * bound)


def caps(vix: float, net_liq: float, standing: Standing, limits: Limits) -> tuple[Cap, ...]:
    """Every governor's answer, in the order people think of them."""
    given = (
        regime(vix, limits),
        phase(standing.phase, limits),
        stage(limits.stage, limits),
        drawdown(net_liq, float(standing.peak), limits),
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


def usable_bp(net_liq: float, share_max: float, reserve: float, requirement: float) -> float:
    """Dollars of margin that may still be used: net liq x share x (1 - reserve) - margin in use.

    >>> round(usable_bp(44_500, 0.50, 0.20, 0.0), 2)
    17800.0
    """
    return net_liq * share_max * (1.0 - reserve) - requirement
