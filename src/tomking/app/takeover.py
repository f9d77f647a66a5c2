"""What a person must know to take an account over with the broker's own app: what, and by when."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from tomking.app.account_now import AccountNow
from tomking.app.held_now import (
    AtWork,
    CampaignNow,
    Foreign,
    campaigns,
    foreign,
    guard_of,
    orders,
)
from tomking.app.protection import Guard, Stop, others, rules_of, stops
from tomking.core.calendar import NEW_YORK, Moment, Session
from tomking.core.value import value
from tomking.market.delivery import out_by
from tomking.market.sessions import sessions_between
from tomking.portfolio.book import Position
from tomking.strategies.plan import Strategy
from tomking.strategies.stay import Before, DteAbove, StayRule, UntilOnLastDay, WinningFrom
from tomking.wire.symbols import trading_symbol
from tomking.wire.words import action_of

#: A session is looked for this many days ahead: no exchange sleeps longer.
AHEAD_DAYS = 10


@value
class Deadline:
    """Something that must be done with a position by an instant."""

    at: datetime
    position: str
    what: str


@value
class ToClose:
    """A position as it is closed by hand: one package of signed legs, so many times.

    ``stops`` are the sentences of its plan that nobody but a desk watches, ``ends`` those that end it
    otherwise, and ``guard`` is how it is held as things stand.
    """

    position: str
    units: int
    actions: tuple[str, ...]
    stops: tuple[Stop, ...]
    ends: tuple[str, ...]
    guard: Guard


@value
class Takeover:
    """Everything of an account, for a person without this program."""

    account: str
    at: datetime
    running: bool
    held: tuple[CampaignNow, ...]
    closing: tuple[ToClose, ...]
    orders: tuple[AtWork, ...]
    deadlines: tuple[Deadline, ...]
    foreign: tuple[Foreign, ...]
    halted: tuple[tuple[str, str], ...]
    net_liq: Decimal | None


def takeover(now: AccountNow) -> Takeover:
    """What a person takes over, the most urgent deadline first."""
    book = now.told.book
    held = tuple(book.positions.values())
    sooner = [
        deadline
        for each in held
        for deadline in deadlines(each, now.plans.get(each.strategy), now.at)
    ]
    return Takeover(
        now.name, now.at, now.seen.running, campaigns(now),
        tuple(_to_close(each, now) for each in held), orders(now),
        tuple(sorted(sooner, key=lambda one: one.at)), foreign(now),
        tuple(sorted(now.told.halted.items())), now.net_liq,
    )  # fmt: skip


def _to_close(held: Position, now: AccountNow) -> ToClose:
    units, legs = held.legs_to_close
    plan = now.plans.get(held.strategy)
    return ToClose(
        held.id, units,
        tuple(
            f"{action_of(leg)} {abs(leg.quantity)} {leg.contract} ({trading_symbol(leg.contract)})"
            for leg in legs
        ),
        stops(held, plan, now.net_liq), others(held, plan), guard_of(held, now),
    )  # fmt: skip


def deadlines(held: Position, plan: Strategy | None, now: datetime) -> Iterator[Deadline]:
    """By when something must be done with a position: what was delivered, its clocks, its expiry."""
    for contract, count in held.outright:
        by = f", out by {out_by(contract.root, contract.future)}" if contract.future else ""
        yield Deadline(now, held.id, f"flatten {count:+d} {contract}, which was delivered{by}")
    for rule in rules_of(held, plan):
        yield from _of_clock(rule, held, now)
    last = _last_day(held, now)
    if last is not None:
        legs = ", ".join(str(leg) for leg in held.expiry_legs if leg.expiry == _first(held))
        yield Deadline(last.closes, held.id, f"these expire: {legs}")


def _of_clock(rule: StayRule, held: Position, now: datetime) -> Iterator[Deadline]:
    """When a clock of a plan strikes next for a position."""
    first, last = _first(held), _last_day(held, now)
    match rule:
        case DteAbove(days=days) if first is not None:
            due = _session_until(first - timedelta(days=days), now)
            if due is not None:
                yield Deadline(due.opens, held.id, f"close it: {days} days are left")
        case Before(moment=moment):
            yield from _next(held, now, moment, f"close it: it is {moment}")
        case WinningFrom(moment=moment):
            yield from _next(held, now, moment, f"close it if it is losing: it is {moment}")
        case UntilOnLastDay(moment=moment) if last is not None:
            at = last.at(moment.minute(last.minutes))
            yield Deadline(at, held.id, f"close it: it expires today and it is {moment}")
        case _:
            return


def _first(held: Position) -> date | None:
    """The nearest expiry among the options held."""
    return min((leg.expiry for leg in held.expiry_legs), default=None)


def _last_day(held: Position, now: datetime) -> Session | None:
    """The session in which the first of its options expire."""
    first = _first(held)
    return None if first is None else _session_until(first, now)


def _session_until(day: date, now: datetime) -> Session | None:
    """The last session up to a day, today's at the earliest."""
    last = max(day, now.astimezone(NEW_YORK).date())
    found = tuple(sessions_between(last - timedelta(days=AHEAD_DAYS), last))
    return found[-1] if found else None


def _next(held: Position, now: datetime, moment: Moment, what: str) -> Iterator[Deadline]:
    """The next instant at which a clock of every session strikes."""
    today = now.astimezone(NEW_YORK).date()
    for session in sessions_between(today, today + timedelta(days=AHEAD_DAYS)):
        at = session.at(moment.minute(session.minutes))
        if at >= now:
            yield Deadline(at, held.id, what)
            return
