"""What the broker lets an account do, and which plans it cannot hold because of that."""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any

from tomking.app import strategies
from tomking.app.at_the_broker import asking
from tomking.app.checks import Check, Status
from tomking.app.config.load import load
from tomking.app.desk_files import there
from tomking.app.key_ring import OsRing
from tomking.core.contract import Right
from tomking.core.product import product
from tomking.core.value import value
from tomking.strategies.build import Shape
from tomking.strategies.plan import Plan, Strategy
from tomking.wire.line import Line

SELLS_ON = "leave it out of `strategies` in the settings, or ask the broker for the level"
#: Round trips within a session that a margin account under $25,000 may make in five sessions.
DAY_TRADES_MAX = 3


class Level(IntEnum):
    """How far an account may go with options; what the broker calls each is in ``LEVELS``."""

    NONE = 0
    COVERED = 1
    SPREADS = 2
    ALL = 3


LEVELS: Mapping[str, Level] = {
    "No Options": Level.NONE,
    "Covered And Cash Secured": Level.COVERED,
    "Defined Risk Spreads": Level.SPREADS,
    "No Restrictions": Level.ALL,
}


@value
class May:
    """What an account may do. ``level`` is unknown where the broker's word is one nobody here knows."""

    said: str
    level: Level | None
    short_calls: bool
    futures: bool
    closing_only: bool
    futures_closing_only: bool
    stopped: str
    day_trades: int | None


@value
class Needs:
    """What a plan asks of an account: a level, short calls by themselves, and the roots it trades."""

    level: Level
    bare_calls: bool
    roots: tuple[str, ...]


def may_of(row: Mapping[str, Any]) -> May:
    """The broker's trading status; what is missing in it is not allowed."""
    said = str(row.get("options-level", "nothing"))
    flags = (
        "is-closed",
        "is-frozen",
        "is-in-margin-call",
        "is-in-day-trade-equity-maintenance-call",
    )
    count = row.get("day-trade-count")
    return May(
        said, LEVELS.get(said), row.get("short-calls-enabled") is True,
        row.get("is-futures-enabled") is True, row.get("is-closing-only") is not False,
        row.get("is-futures-closing-only") is True,
        ", ".join(flag.removeprefix("is-").replace("-", " ") for flag in flags if row.get(flag)),
        count if isinstance(count, int) else None,
    )  # fmt: skip


def asked(line: Line) -> May:
    """The trading status of the account at the other end of a line."""
    return may_of(line.get(f"/accounts/{line.account}/trading-status"))


def needs(plan: Plan) -> Needs:
    """What a plan needs at its most demanding form."""
    naked = [_naked(shape) for shape in plan.shapes]
    sells = any(leg.quantity < 0 for each in plan.tranches for leg in each.legs)
    buys = any(leg.quantity > 0 for each in plan.tranches for leg in each.legs)
    puts, calls = (
        any(Right.PUT in each for each in naked),
        any(Right.CALL in each for each in naked),
    )
    if calls or (puts and buys):
        level = Level.ALL
    elif sells and buys:
        level = Level.SPREADS
    else:  # long options, or puts that cash may secure
        level = Level.COVERED
    return Needs(level, calls, plan.roots)


def _naked(shape: Shape) -> frozenset[Right]:
    """The rights of which a form sells more than it buys."""
    net = dict.fromkeys(Right, 0)
    for leg in (leg for tranche in shape.tranches for leg in tranche.legs):
        net[leg.right] += leg.quantity
    return frozenset(right for right, count in net.items() if count < 0)


def cannot(plan: Plan, may: May) -> tuple[str, ...]:
    """Why an account cannot hold a plan; empty if it can, in one of its roots at least."""
    wants = needs(plan)
    found: list[str] = []
    if may.level is None:
        found.append(f"its options level {may.said!r} is not known here")
    elif may.level < wants.level:
        named = next(name for name, level in LEVELS.items() if level is wants.level)
        found.append(f"its options level is {may.said!r} and the plan needs {named!r}")
    if wants.bare_calls and not may.short_calls:
        found.append("it may not sell calls and the plan does")
    if may.closing_only:
        found.append("it may close only")
    if not any(_tradable(root, may) for root in wants.roots):
        found.append("futures are not enabled and the plan trades nothing else")
    if _secured_alone(may, wants):
        found.append("puts on futures are not secured by cash")
    return tuple(found)


def _secured_alone(may: May, wants: Needs) -> bool:
    """Whether what the level secures by cash is on futures alone, which it cannot be."""
    return may.level is Level.COVERED and all(_is_future(root) for root in wants.roots)


def _tradable(root: str, may: May) -> bool:
    return not _is_future(root) or (may.futures and not may.futures_closing_only)


def _is_future(root: str) -> bool:
    return product(root).is_future


def checks(may: May, plans: Iterable[Strategy]) -> Iterator[Check]:
    """What the doctor says of an account: its own state, and each plan it is to trade."""
    stopped = may.stopped or ("closing only" if may.closing_only else "")
    yield Check(
        "account", Status.FAIL if stopped else Status.PASS, stopped or "open",
        "settle it with the broker: nothing is opened until then",
    )  # fmt: skip
    yield Check(
        "options level", Status.WARN if may.level is None else Status.PASS,
        f"{may.said}; short calls {_yes(may.short_calls)}, futures {_yes(may.futures)}",
        "ask the broker what it lets the account hold",
    )  # fmt: skip
    count = "not told" if may.day_trades is None else str(may.day_trades)
    spent = may.day_trades is not None and may.day_trades >= DAY_TRADES_MAX
    yield Check(
        "day trades", Status.WARN if spent else Status.PASS,
        f"{count} in five sessions; under $25,000 {DAY_TRADES_MAX} may be, and futures do not count",
        "hold what is opened today overnight, or trade futures alone",
    )  # fmt: skip
    for plan in plans:
        yield _of_plan(plan, may)


def of_account(account: str, join: Path | None) -> tuple[Check, ...]:
    """What the broker lets an account do, and the plans of its settings that it cannot hold.

    Raises
    ------
    ConfigError
        If there is no such account, or nobody to ask.
    """
    files = there(account)
    settings = load(files.settings if files.settings.exists() else None)
    plans = strategies.chosen(settings.strategies, settings.tunings)
    with asking(files, join, OsRing()) as line:
        return tuple(checks(asked(line), plans))


def _of_plan(plan: Strategy, may: May) -> Check:
    if not isinstance(plan, Plan):
        return Check(
            f"holds {plan.name}", Status.WARN, "its plan is code: what it needs is not known",
            "look yourself whether the account may hold it",
        )  # fmt: skip
    against = cannot(plan, may)
    if against:
        return Check(f"holds {plan.name}", Status.WARN, f"no: {'; '.join(against)}", SELLS_ON)
    fit = [root for root in plan.roots if _tradable(root, may)]
    return Check(f"holds {plan.name}", Status.PASS, f"in {', '.join(fit)}")


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
