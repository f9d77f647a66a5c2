"""An account's exchange as the broker's clients see it: orders by number, facts as they are told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import count

from tomking.core.calendar import AFTER_CLOSE
from tomking.core.contract import Contract
from tomking.core.errors import Rejected
from tomking.core.facts import (
    CashMoved,
    Fact,
    LegFilled,
    MarginCalled,
    MarginMet,
    OrderEnded,
    Settled,
)
from tomking.core.order import Bracket
from tomking.core.value import value
from tomking.core.venue import Code
from tomking.exchange.brackets import held_after
from tomking.exchange.venue import Exchange
from tomking.exchange.working import Status
from tomking.market.snapshot import Snapshot
from tomking.portfolio.preview import Preview, Refusal
from tomking.server.entry import Entry, flipped, order_of, stands, told
from tomking.server.fates import AS_QUOTED, Fate
from tomking.server.gains import Gains
from tomking.server.group import Group, tag
from tomking.server.kept import KeptDoor
from tomking.wire.orders import Asked


@value
class Wanted:
    """A complex order somebody sent: the orders that stand together, and their trigger if it has one."""

    type: str
    together: tuple[Asked, ...]
    first: Asked | None = None


def _bracket(number: int, entries: Sequence[Entry], wanted: Wanted) -> Bracket:
    """A complex order as the exchange knows it; its trigger comes first."""
    orders = tuple(each.order for each in entries)
    if wanted.first is None:
        return Bracket(str(number), orders)
    return Bracket(str(number), orders[1:], orders[0])


def is_open(now: Snapshot) -> bool:
    """Whether orders reach the exchange: from the open until everything has closed."""
    session = now.day.session
    return session.opens <= now.at < session.at(session.minutes + AFTER_CLOSE)


def _change(fact: Fact, contract: Contract) -> int:
    """By how much a fact changes what is held of a contract."""
    match fact:
        case LegFilled() if fact.contract == contract:
            return fact.quantity
        case Settled() if fact.contract == contract:
            return -fact.quantity
        case Settled() if fact.delivered == contract:
            return fact.delivered_quantity
        case _:
            return 0


@dataclass(slots=True)
class Door:
    """One account. ``last`` is the number given last, ``entries`` are its orders by number, ``groups``
    its complex ones, ``facts`` all that happened to it, numbered from one by their place; ``waiting``
    are orders that came while the market was closed, which reach the exchange at the next open.
    ``aside`` are orders that look live and never reach it before an instant, at which they are taken.
    """

    account: str
    exchange: Exchange
    last: int = 0
    entries: dict[int, Entry] = field(default_factory=dict[int, Entry])
    groups: dict[int, Group] = field(default_factory=dict[int, Group])
    facts: list[Fact] = field(default_factory=list[Fact])
    waiting: list[int] = field(default_factory=list[int])
    aside: dict[int, datetime | None] = field(default_factory=dict[int, datetime | None])
    _gains: Gains = field(default_factory=Gains)

    def kept(self) -> KeptDoor:
        """All of it as a value, but for the facts."""
        return KeptDoor(
            self.exchange.kept(), self.last, dict(self.entries), dict(self.groups),
            tuple(self.waiting), dict(self.aside),
        )  # fmt: skip

    def take_up(self, kept: KeptDoor, facts: Iterable[Fact]) -> None:
        """Go on where another door to the same account was."""
        self.exchange.take_up(kept.exchange)
        self.last, self.facts, self.waiting = kept.last, list(facts), list(kept.waiting)
        self.entries, self.groups = dict(kept.entries), dict(kept.groups)
        self.aside = dict(kept.aside)
        self._gains = Gains()

    def _numbers(self) -> Iterator[int]:
        """The numbers that come next; each is given once."""
        while True:
            self.last += 1
            yield self.last

    def look(self, now: Snapshot) -> tuple[list[Entry], list[Fact]]:
        """What happened by now: the orders that stand elsewhere than before, and the facts."""
        before = dict(self.entries)
        if self.waiting and is_open(now):
            for number in self.waiting:
                self.exchange.submit(self.entries[number].order, now)
            self.waiting.clear()
        facts = [*self.exchange.step(now), *self._due(now)]
        self._book(facts)
        self._stand(now)
        return [seen for n, seen in self.entries.items() if before.get(n) is not seen], facts

    def _due(self, now: Snapshot) -> Iterator[Fact]:
        """What becomes of orders that were kept aside until now."""
        due = [n for n, at in self.aside.items() if at is not None and at <= now.at]
        for number in due if is_open(now) else ():
            del self.aside[number]
            order = self.entries[number].order
            self.exchange.submit(order, now)
            yield from self.exchange.meet(order.id, now)

    def tried(self, asked: Asked, now: Snapshot, replaces: int = 0) -> tuple[Entry, Preview]:
        """What an order would be, need and cost, without taking it."""
        entry = self._entry(0, asked, now, replaces)
        return entry, self._objected(entry, self.exchange.preview(entry.order, now), now)

    def place(
        self, asked: Asked, now: Snapshot, replaces: int = 0, fate: Fate = AS_QUOTED
    ) -> tuple[Entry, Preview]:
        """Take an order, unless its dry run objects: the preview's refusals say so.

        It is tried under the number it would get, so that the exchange knows it again when it is sent.
        """
        entry = self._entry(self.last + 1, asked, now, replaces)
        said = self._objected(entry, self.exchange.preview(entry.order, now), now)
        if said.refusals:
            return replace(entry, number=0), said
        self.last = entry.number
        self.entries[entry.number] = entry
        if fate.is_aside:
            self.aside[entry.number] = fate.at
            self.entries[entry.number] = stands(entry, Status.LIVE, now.at)
        elif fate.is_refused:
            no = OrderEnded(now.at, entry.order.id, Status.REJECTED.value, "this was asked for")
            self._book([no])
        elif is_open(now):
            self.exchange.submit(entry.order, now)
        else:
            self.waiting.append(entry.number)
        if replaces:
            self._make_way(replaces, entry.number, now)
        if fate.units and entry.number not in self.waiting:
            self._book(self.exchange.meet(entry.order.id, now, min(fate.units, entry.order.units)))
        self._stand(now)
        return self.entries[entry.number], said

    def _make_way(self, old: int, new: int, now: Snapshot) -> None:
        """An order has been replaced: its successor has its place in a complex order, and one of the two
        that is kept aside does not keep the other from ending.
        """
        entry = replace(self.entries[old], replaced_by=new, updated=now.at)
        self.entries[old] = entry
        if entry.group:
            self.groups[entry.group] = self.groups[entry.group].with_successor(old, new)
            self.entries[new] = replace(self.entries[new], group=entry.group, tag=entry.tag)
        if old in self.aside:
            self._withdraw(old, now, f"replaced by {new}")
        elif new in self.aside:
            self.exchange.cancel(entry.order.id)

    def _withdraw(self, number: int, now: Snapshot, why: str = "") -> None:
        """The end of an order that the exchange never had."""
        self.waiting = [each for each in self.waiting if each != number]
        self.aside.pop(number, None)
        self._tell(
            number,
            OrderEnded(now.at, self.entries[number].order.id, Status.CANCELLED.value, why),
        )

    def tried_together(self, wanted: Wanted, now: Snapshot) -> tuple[list[Entry], Preview]:
        """What a complex order would be, what the first of it needs, and all that is against it.

        It is tried under the numbers it would get.
        """
        entries = self._entries(wanted, now, count(self.last + 2), 0)
        said = self.exchange.preview_bracket(_bracket(self.last + 1, entries, wanted), now)
        return [replace(entry, number=0) for entry in entries], said

    def place_together(self, wanted: Wanted, now: Snapshot) -> Group:
        """Take a complex order, all of it or none."""
        numbers = self._numbers()
        number = next(numbers)
        entries = self._entries(wanted, now, numbers, number)
        self.exchange.submit_bracket(_bracket(number, entries, wanted), now)
        self.entries |= {each.number: each for each in entries}
        numbered = tuple(each.number for each in entries)
        led = wanted.first is not None
        group = Group(number, wanted.type, numbered[led:], numbered[0] if led else 0)
        self.groups[number] = group
        self._stand(now)
        return group

    def _entries(
        self, wanted: Wanted, now: Snapshot, numbers: Iterator[int], group: int
    ) -> list[Entry]:
        """The orders of a complex one, its trigger first; they are numbered one after another."""
        made: list[Entry] = []
        held = self.exchange.holdings()
        if wanted.first is not None:
            first = self._entry(next(numbers), wanted.first, now, 0)
            made.append(replace(first, group=group, tag=tag(wanted.type, None)))
            held = held_after(first.order, held)
        for place, each in enumerate(wanted.together):
            entry = self._entry(next(numbers), each, now, 0, held)
            made.append(replace(entry, group=group, tag=tag(wanted.type, place)))
        return made

    def cancel(self, number: int, now: Snapshot) -> Entry:
        """Ask for an order's end.

        Raises
        ------
        Rejected
            If it is over already.
        """
        entry = self.entries[number]
        if entry.ended is not None:
            raise Rejected(f"order {number} is {entry.word} and cannot be cancelled any more")
        if number in self.waiting or number in self.aside:
            self._withdraw(number, now)
        else:
            self.exchange.cancel(entry.order.id)
            self._stand(now)
        return self.entries[number]

    def move_cash(self, fact: CashMoved) -> None:
        """Money comes in or goes out."""
        self.exchange.move_cash(fact)
        self.facts.append(fact)

    def gained(self, place: int) -> Decimal:
        """What the fact at a place brought by closing futures, in dollars."""
        return self._gains.at(place, self.facts)

    def meet(self, number: int, now: Snapshot, units: int = 0) -> list[Entry]:
        """Let somebody take an order, whatever the quotes say: the orders that stand elsewhere then."""
        before = dict(self.entries)
        self._book(self.exchange.meet(self.entries[number].order.id, now, units))
        self._stand(now)
        return [seen for n, seen in self.entries.items() if before.get(n) is not seen]

    def clear(self, contract: Contract, why: str, now: Snapshot) -> list[Entry]:
        """End at once whatever would close some of a contract: the orders that stand elsewhere then."""
        before = dict(self.entries)
        for order in self.exchange.working():
            if any(leg.contract == contract and not leg.opens for leg in order.legs):
                self._book(self.exchange.withdraw(order.id, why, now))
        self._stand(now)
        return [seen for n, seen in self.entries.items() if before.get(n) is not seen]

    @property
    def is_called(self) -> bool:
        """Whether a margin call is on."""
        calls = (
            fact for fact in reversed(self.facts) if isinstance(fact, MarginCalled | MarginMet)
        )
        return isinstance(next(calls, None), MarginCalled)

    def held_since(self, contract: Contract) -> datetime | None:
        """When what is held of a contract was begun: the last time there was none of it before."""
        held, since = 0, None
        for fact in self.facts:
            change = _change(fact, contract)
            if change:
                since = fact.at if held == 0 else since
                held += change
        return since if held else None

    def named(self, name: str) -> Iterator[Entry]:
        """Orders that were sent under an external identifier, oldest first."""
        return (entry for entry in self.entries.values() if entry.asked.name == name)

    def _entry(
        self, number: int, asked: Asked, now: Snapshot, replaces: int,
        meets: Mapping[Contract, int] | None = None,
    ) -> Entry:  # fmt: skip
        """An order under a number; ``meets`` is what it will find, where that is not what is held."""
        held = self.exchange.holdings() if meets is None else meets
        old = self.entries[replaces].order.id if replaces else ""
        order = order_of(number, asked, held, old)
        return Entry(number, asked, order, now.at, now.at, replaces=replaces)

    def _objected(self, entry: Entry, said: Preview, now: Snapshot) -> Preview:
        """The dry run as the broker has it: closing, strictly, what is not held is refused, and what
        comes while the market is closed is not, but waits.
        """
        later = () if is_open(now) else (Code.NEXT_SESSION,)
        refusals = tuple(refusal for refusal in said.refusals if refusal.code not in later)
        if entry.asked.strict and flipped(entry):
            refusal = Refusal(Code.NO_POSITION, "a leg is to close what is not held")
            refusals = (*refusals, refusal)
        return replace(said, refusals=refusals)

    def _book(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self.facts.append(fact)
            if isinstance(fact, LegFilled | OrderEnded):
                self._tell(int(fact.order.split("#")[0]), fact)

    def _tell(self, number: int, fact: LegFilled | OrderEnded) -> None:
        self.entries[number] = told(self.entries[number], fact)

    def _stand(self, now: Snapshot) -> None:
        """Every order that still lives, where the exchange has it."""
        for number, entry in self.entries.items():
            if entry.ended is None:
                status = self.exchange.status(entry.order.id, now.at)
                if status is not None:
                    self.entries[number] = stands(entry, status, now.at)
