"""What a person's command comes to: the facts it makes, or the readings that refuse it."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from tomking.core.facts import Fact
from tomking.core.near import did_you_mean
from tomking.core.reading import Reading, Sense, Skip, Stage, refuses
from tomking.core.restraints import Halted, Resumed, RungMoved, SwitchedOff, SwitchedOn
from tomking.core.rung import OPERATOR, Rung
from tomking.engine.spool import FLATTEN, HALT, OFF, PROMOTE, RESUME, UNLOCK, Command
from tomking.market.sessions import sessions_between
from tomking.risk.crisis import UNLOCK_DAYS, last_day
from tomking.risk.lifting import may_lift, may_move
from tomking.risk.limits import Limits
from tomking.risk.promotion import Record, promotion, unlocking
from tomking.risk.rungs import BY_ALARM, BY_DESK, BY_SESSION
from tomking.risk.standing import Standing
from tomking.risk.switches import CANNOT_HOLD

#: What is typed before everything held is closed (R-RNG-08).
FLATTEN_WORD = Rung.FLATTEN.name
#: What was asked longer ago is asked again by somebody who looks at how things stand now.
AGE_HOURS_MAX = 24.0
RUNGS = {rung.name: rung for rung in Rung}


def carried_out(
    command: Command,
    now: datetime,
    standing: Standing,
    limits: Limits,
    *,
    halted: bool,
    age_s: float = 0.0,
    net_liq: Decimal | None = None,
    record: Callable[[], Record] = Record,
) -> tuple[Fact, ...] | Skip:
    """The facts a command makes of a standing; ``halted`` is whether the brake is on now.

    ``age_s`` is how long the command has waited. It is told apart from ``now``, which on paper may be
    another day. ``record`` is what was signed for and shown, asked where that matters.

    The brake is pulled whenever it was asked for, anything else within a day. A command that finds done
    what it asks for makes none.
    """
    if command.verb == HALT:
        return halt(now, standing, command.reason or "no reason was given", _who(command), net_liq)
    hours = age_s / 3600.0
    if hours > AGE_HOURS_MAX:
        old = Reading(
            "time since it was asked", Stage.DATA, Sense.AT_MOST, hours, AGE_HOURS_MAX, "hours",
            "R-RNG-08",
        )  # fmt: skip
        return Skip((old,))
    if not command.reason.strip():
        return _refused("a reason", "none", "in your own words", "R-BRK-08")
    if command.verb == OFF:
        return _switched_off(command, now, standing)
    if command.verb in (PROMOTE, UNLOCK):
        return _signed(command, now, limits, record())
    if command.verb == RESUME:
        return _resumed(command, now, standing, limits, halted=halted)
    asked = FLATTEN_WORD if command.verb == FLATTEN else command.of
    if asked not in RUNGS:
        known = ", ".join(RUNGS)
        return _refused("the rung", f"{asked!r}{did_you_mean(asked, RUNGS)}", known, "R-RNG-02")
    return _moved(command, RUNGS[asked], now, standing, limits)


def halt(
    now: datetime, standing: Standing, why: str, by: str, net_liq: Decimal | None = None
) -> tuple[Fact, ...]:
    """The brake: the person's reason not to trade, and the rung that withdraws openings at work."""
    facts: list[Fact] = []
    if OPERATOR not in standing.reasons:
        facts.append(Halted(now, OPERATOR, f"{by}: {why}", net_liq))
    if standing.ladder.rung is Rung.NORMAL:
        facts.append(RungMoved(now, Rung.NORMAL, Rung.NO_ENTRY, f"the brake: {why}", by))
    return tuple(facts)


def _resumed(
    command: Command, now: datetime, standing: Standing, limits: Limits, *, halted: bool
) -> tuple[Fact, ...] | Skip:
    """A reason lifted; with the brake the rung that it brought."""
    reason, by = command.of or OPERATOR, _who(command)
    if reason == OPERATOR and halted:
        return _refused("the HALT file", "there", "gone", "R-BRK-08")
    asked = may_lift(reason, standing, now, limits)
    if refuses(asked):
        return Skip(asked)
    if reason.startswith(CANNOT_HOLD):
        return (SwitchedOn(now, reason.removeprefix(CANNOT_HOLD), command.reason, by),)
    lifted: list[Fact] = [Resumed(now, reason, f"{by}: {command.reason}")]
    ladder = standing.ladder
    mine = ladder.rung is Rung.NO_ENTRY and ladder.by not in (BY_ALARM, BY_DESK, BY_SESSION)
    if reason == OPERATOR and mine:
        lifted.append(RungMoved(now, ladder.rung, Rung.NORMAL, command.reason, by))
    return tuple(lifted)


def _switched_off(command: Command, now: datetime, standing: Standing) -> tuple[Fact, ...]:
    """A strategy that is not entered any more: as soon as it is said, and once."""
    known = {one.strategy: one for one in standing.off if one.until == date.max}
    if command.of in known and known[command.of].why == command.reason:
        return ()
    return (SwitchedOff(now, command.of, command.reason, _who(command)),)


def _signed(
    command: Command, now: datetime, limits: Limits, record: Record
) -> tuple[Fact, ...] | Skip:
    """What a person signs for: the stage that was next when they did, or puts in a crisis."""
    signed = f"{_who(command)}: {command.reason}"
    if command.verb == UNLOCK:
        vix = _figure(command.of)
        if vix is None:
            return _refused("VIX", command.of or "none", "a figure", "R-VIX-06")
        made: Fact | Skip = unlocking(vix, now, crisis_until(now.date()), signed, limits)
    elif command.of != str(record.next):
        return _refused("the next stage", str(record.next), command.of or "none", "R-STG-04")
    else:
        made = promotion(record, now, signed, limits)
    return made if isinstance(made, Skip) else (made,)


def crisis_until(today: date) -> date:
    """The last of the sessions over which the budget of a crisis is spread, today's among them."""
    return last_day([session.day for session in sessions_between(today, today + UNLOCK_DAYS)])


def _figure(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _moved(
    command: Command, to: Rung, now: datetime, standing: Standing, limits: Limits
) -> tuple[Fact, ...] | Skip:
    """A move along the ladder; flattening takes the typed word, whoever sends the command."""
    if to is Rung.FLATTEN and command.word != FLATTEN_WORD:
        return _refused("the word typed", command.word or "none", FLATTEN_WORD, "R-RNG-08")
    if to is standing.ladder.rung:
        return ()
    asked = may_move(standing.ladder, to, now, limits)
    if refuses(asked):
        return Skip(asked)
    return (RungMoved(now, standing.ladder.rung, to, command.reason, _who(command)),)


def _who(command: Command) -> str:
    """Who sends it: never one of those that move the desk without being asked."""
    name = command.by.strip()
    return OPERATOR if name in ("", BY_ALARM, BY_DESK, BY_SESSION) else name


def _refused(name: str, seen: str, wanted: str, rule: str) -> Skip:
    return Skip((Reading(name, Stage.DATA, Sense.IS, seen, wanted, "", rule),))
