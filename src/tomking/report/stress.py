"""What the report says about the account at its fullest: bad days replayed, and the margin call."""

from tomking.analysis.fullest import Fullest
from tomking.core.calendar import NEW_YORK
from tomking.portfolio.call import SPOT_MAX, SPOT_MIN, VIX_MAX, CallClock, Level, Uncalled
from tomking.portfolio.stress import Replay
from tomking.report.findings import day
from tomking.report.tables import Table
from tomking.report.words import money, number, percent

HEAD = (
    "Bad day", "Index", "30-day vol", "Lost, closed there", "Margin, repriced", "Margin, × factor",
    "Buying power", "The rule",
)  # fmt: skip


def heading(found: Fullest) -> str:
    """When it was, and how much of the account margin took."""
    at = found.at.astimezone(NEW_YORK)
    now = found.replays[0].before
    return (
        f"On {day(at.date())} at {at:%H:%M} New York margin took {percent(found.share, 0)} of the "
        f"account: {money(float(now.requirement))} of {money(now.net_liq)}."
    )


def rows(found: Fullest) -> Table:
    """Every bad day of the rulebook, replayed on what was held then."""
    return Table(HEAD, tuple(_row(replay) for replay in found.replays))


def _row(replay: Replay) -> tuple[str, ...]:
    shock, before, after = replay.scenario.shock, replay.before, replay.after
    return (
        replay.scenario.name.replace("_", " "),
        percent(shock.spot, sign=True),
        f"× {number(shock.vol[0][1])}" if shock.vol else "× 1.00",
        f"{money(replay.loss)} ({percent(_share(replay.loss, before.net_liq), 0)})",
        money(float(after.requirement)),
        money(replay.scenario.margin_factor * float(before.requirement)),
        money(after.buying_power, sign=True),
        verdict(replay),
    )


def verdict(replay: Replay) -> str:
    """Whether the account bears the day as the rulebook asks; a row without bounds only informs."""
    bounded = [seen for seen in replay.readings if seen.bound != float("inf")]
    if not bounded:
        return "informs"
    failed = [seen.name.partition(" under ")[0] for seen in bounded if not seen.passed]
    return f"too much {' and '.join(failed)}" if failed else "borne"


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def margin_call(clock: CallClock | Uncalled) -> str:
    """The index levels and the VIX at which there is no buying power left, in one sentence."""
    if isinstance(clock, Uncalled):
        return clock.why
    if clock.under_water:
        return f"Under water: {money(-clock.now.buying_power)} of buying power are missing."
    return (
        f"From {clock.root} {number(clock.here.index, 0)} and VIX {number(clock.here.vix, 1)}, buying "
        f"power is gone {_level(clock, clock.below, 'down', SPOT_MIN)}; "
        f"{_level(clock, clock.above, 'up', SPOT_MAX)}; {_vix(clock.by_vix)}."
    )


def _level(clock: CallClock, call: Level, way: str, end: float) -> str:
    if call.at is None:
        return f"{way}wards never, as far as {percent(end, 0, sign=True)}"
    moved = call.at.index / clock.here.index - 1.0
    return (
        f"{way} at {number(call.at.index, 0)} ({percent(moved, sign=True)}, VIX then "
        f"{number(call.at.vix, 0)}{_jump(call)})"
    )


def _jump(call: Level) -> str:
    """That a requirement steps at the level, so that buying power is not nought there but less."""
    return f"; it drops to {money(call.residual)} there in one step" if call.jumps else ""


def _vix(call: Level) -> str:
    if call.at is None:
        return f"by VIX alone never, as far as {number(VIX_MAX, 0)}"
    jump = _jump(call).removeprefix("; ")
    return f"by VIX alone at {number(call.at.vix, 0)}{f' ({jump})' if jump else ''}"
