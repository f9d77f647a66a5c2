"""What an account holds and has at work, campaign by campaign, as a person asks for it."""

from datetime import datetime
from decimal import Decimal

from tomking.app.account_now import AccountNow
from tomking.app.protection import Guard, guard
from tomking.core.order import Purpose
from tomking.core.value import value
from tomking.portfolio.book import Position, Working
from tomking.wire.symbols import trading_symbol


@value
class Part:
    """A contract held: ``quantity`` is signed, ``symbol`` the broker's spelling."""

    contract: str
    symbol: str
    quantity: int


@value
class Tranche:
    """A position: its legs, what it was opened for, what rests for it, and what holds it."""

    position: str
    tranche: str
    opened: datetime
    credit: Decimal
    fees: Decimal
    legs: tuple[Part, ...]
    rests: tuple[str, ...]
    guard: Guard


@value
class CampaignNow:
    """A trade as a person counts it. ``made`` is after fees, ``as_of`` when; nothing if nobody says."""

    campaign: str
    strategy: str
    opened: datetime
    credit: Decimal
    fees: Decimal
    made: Decimal | None
    as_of: str
    positions: tuple[Tranche, ...]


@value
class AtWork:
    """An order at the broker. ``number`` is empty until the broker has said it; ``doubt`` says why."""

    order: str
    number: str
    age_min: float
    purpose: Purpose
    legs: tuple[Part, ...]
    units: int
    units_left: int
    limit: Decimal | None
    trigger: Decimal | None
    tif: str
    closes: str
    why: str
    doubt: str


@value
class Foreign:
    """What is in the account and belongs to nobody's plan."""

    symbol: str
    quantity: int


@value
class Mended:
    """A position that was, or is, in pieces: why, while it is, and what was last done about it."""

    position: str
    pieces: str
    at: datetime | None
    what: str


def mended(now: AccountNow) -> tuple[Mended, ...]:
    """What was done about packages in pieces on the last day of the journal, and what still is."""
    told, found = now.told, list[Mended]()
    for name in dict.fromkeys((*told.cut, *told.repairs)):
        cut, done = told.cut.get(name), told.repairs.get(name)
        today = done is not None and told.last is not None and done.at.date() == told.last.date()
        if cut is not None or today:
            what = "nothing has been tried yet" if done is None else done.outcome
            found.append(Mended(name, cut.why if cut else "", done.at if done else None, what))
    return tuple(found)


def campaigns(now: AccountNow) -> tuple[CampaignNow, ...]:
    """Every campaign of which something is held, the oldest first."""
    book = now.told.book
    found: list[CampaignNow] = []
    for name, campaign in sorted(book.campaigns.items(), key=lambda each: each[1].opened):
        held = [each for each in book.positions.values() if each.campaign == name]
        if held:
            made, as_of = now.made(name) or (None, "")
            found.append(CampaignNow(
                name, campaign.strategy, campaign.opened, campaign.opening_premium, campaign.fees,
                made, as_of, tuple(_tranche(each, now) for each in held),
            ))  # fmt: skip
    return tuple(found)


def guard_of(position: Position, now: AccountNow) -> Guard:
    """How a position of an account is held."""
    plan = now.plans.get(position.strategy)
    return guard(
        position, now.told.book, plan, now.net_liq, watched=now.watched,
        refused=now.told.unguarded.get(position.id, ""),
    )  # fmt: skip


def _tranche(position: Position, now: AccountNow) -> Tranche:
    rests = tuple(
        f"order {number_of(there, now) or '(no number)'} at {there.order.limit}: {there.order.why}"
        for there in now.told.book.closing(position.id)
        if not there.order.is_backstop
    )
    legs = tuple(Part(str(held), trading_symbol(held), count) for held, count in position.held)
    return Tranche(
        position.id, position.tranche, position.opened, position.opening_premium, position.fees,
        legs, rests, guard_of(position, now),
    )  # fmt: skip


def number_of(there: Working, now: AccountNow) -> str:
    """The broker's number of an order at work; empty until it is known."""
    return now.told.numbers.get(there.order.id, "")


def orders(now: AccountNow) -> tuple[AtWork, ...]:
    """Every order at work, the oldest first."""
    return tuple(
        _at_work(there, now)
        for there in sorted(now.told.book.working.values(), key=lambda one: one.since)
    )


def _at_work(there: Working, now: AccountNow) -> AtWork:
    order, number = there.order, number_of(there, now)
    unsure = "" if number else "sent, and no word from the broker is written yet"
    return AtWork(
        order.id, number, (now.at - there.since).total_seconds() / 60.0, order.purpose,
        tuple(Part(str(one.contract), trading_symbol(one.contract), one.quantity) for one in order.legs),
        order.units, there.units_left, order.limit, order.trigger, order.tif.value, order.closes,
        order.why, now.told.doubts.get(order.id, unsure),
    )  # fmt: skip


def foreign(now: AccountNow) -> tuple[Foreign, ...]:
    """What somebody else left or traded in the account."""
    held = now.told.inbox.foreign_held
    return tuple(Foreign(symbol, count) for symbol, count in sorted(held.items()) if count)
