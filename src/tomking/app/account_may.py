"""What the broker lets an account do, and which plans it cannot hold because of that."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from tomking.app.checks import Check, Status
from tomking.core.contract import Right
from tomking.core.errors import DataError
from tomking.core.product import Kind, product
from tomking.core.value import value
from tomking.strategies.build import Shape
from tomking.strategies.plan import Plan, Strategy
from tomking.wire.amounts import amount_of
from tomking.wire.line import Line

SELLS_ON = "nothing of it is entered; leave it out of `strategies`, or ask the broker for the level"
#: Round trips within a session that a margin account under so many dollars may make in five sessions.
DAY_TRADES_MAX, EQUITY_MIN = 3, Decimal(25_000)
#: What settles in cash and has no shares that could cover a call or take a put's place.
INDEXES = (Kind.INDEX, Kind.BROAD_INDEX)
NOTHING: Mapping[str, str] = MappingProxyType({})


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
    equity: Decimal | None = None

    @property
    def day_trades_left(self) -> int | None:
        """Round trips within a session that are left; ``None`` where they are not counted or not told.

        What the account is worth must be known for them not to count.
        """
        if self.day_trades is None or (self.equity is not None and self.equity >= EQUITY_MIN):
            return None
        return max(DAY_TRADES_MAX - self.day_trades, 0)


@value
class Needs:
    """What a plan asks of an account: a level, short calls by themselves, and the roots it trades.

    ``same_day`` is whether it may close on the day it opened.
    """

    level: Level
    bare_calls: bool
    roots: tuple[str, ...]
    same_day: bool = False


def may_of(row: Mapping[str, Any], equity: Decimal | None = None) -> May:
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
        count if isinstance(count, int) else None, equity,
    )  # fmt: skip


def asked(line: Line) -> May:
    """The trading status of the account at the other end of a line."""
    status = line.get(f"/accounts/{line.account}/trading-status")
    worth = line.get(f"/accounts/{line.account}/balances/USD")
    try:
        equity: Decimal | None = amount_of(worth, "net-liquidating-value")
    except (DataError, LookupError):
        equity = None
    return may_of(status, equity)


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
    return Needs(level, calls, plan.roots, same_day=plan.dte == 0)


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
    if _spent(may, wants):
        found.append("its day trades are spent and the plan closes on the day it opens")
    if _on_cash_alone(may, wants):
        found.append("options on an index are not secured by cash at its level")
    if _secured_alone(may, wants):
        found.append("puts on futures are not secured by cash")
    return tuple(found)


def _secured_alone(may: May, wants: Needs) -> bool:
    """Whether what the level secures by cash is on futures alone, which it cannot be."""
    return may.level is Level.COVERED and all(_is_future(root) for root in wants.roots)


def _spent(may: May, wants: Needs) -> bool:
    """Whether a plan makes day trades of which none is left; those in futures are not counted."""
    counted = any(not _is_future(root) for root in wants.roots if _tradable(root, may))
    uncounted = any(_is_future(root) for root in wants.roots if _tradable(root, may))
    return may.day_trades_left == 0 and wants.same_day and counted and not uncounted


def _on_cash_alone(may: May, wants: Needs) -> bool:
    """Whether a plan is on cash indexes alone and the level covers with shares, which they have not."""
    low = may.level is not None and may.level < Level.SPREADS
    return low and all(product(root).kind in INDEXES for root in wants.roots)


def _tradable(root: str, may: May) -> bool:
    return not _is_future(root) or (may.futures and not may.futures_closing_only)


def _is_future(root: str) -> bool:
    return product(root).is_future


def checks(
    may: May, plans: Iterable[Strategy], done: Mapping[str, str] = NOTHING
) -> Iterator[Check]:
    """What the doctor says of an account: its own state, and each plan it is to trade.

    ``done`` is what came of each plan that the account cannot hold, or could not once.
    """
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
        yield _of_plan(plan, may, done.get(plan.name, ""))


def _of_plan(plan: Strategy, may: May, done: str) -> Check:
    if not isinstance(plan, Plan):
        return Check(
            f"holds {plan.name}", Status.WARN, "its plan is code: what it needs is not known",
            "look yourself whether the account may hold it",
        )  # fmt: skip
    against = cannot(plan, may)
    if against:
        said = f"no: {'; '.join(against)}{f' ({done})' if done else ''}"
        return Check(f"holds {plan.name}", Status.WARN, said, SELLS_ON)
    fit = f"in {', '.join(root for root in plan.roots if _tradable(root, may))}"
    if done:
        return Check(f"holds {plan.name}", Status.WARN, f"{fit}, but it is switched off", done)
    return Check(f"holds {plan.name}", Status.PASS, fit)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
