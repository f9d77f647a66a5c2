"""An account's exchange as the broker's clients see it: orders by number, facts as they are told."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from tomking.core.errors import Rejected
from tomking.core.facts import Fact, LegFilled, OrderEnded
from tomking.core.order import Bracket
from tomking.core.value import value
from tomking.core.venue import Code
from tomking.exchange.venue import Exchange
from tomking.market.snapshot import Snapshot
from tomking.portfolio.preview import Preview, Refusal
from tomking.server.entry import Entry, flipped, order_of, stands, told
from tomking.server.group import Group, tag
from tomking.wire.orders import Asked


@value
class Wanted:
    """A complex order somebody sent: the orders that stand together, and their trigger if it has one."""

    type: str
    together: tuple[Asked, ...]
    first: Asked | None = None


@dataclass(slots=True)
class Door:
    """One account. ``entries`` are its orders by number, ``groups`` its complex ones, ``facts``
    all that happened to it, numbered from one by their place.
    """

    account: str
    exchange: Exchange
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    entries: dict[int, Entry] = field(default_factory=dict[int, Entry])
    groups: dict[int, Group] = field(default_factory=dict[int, Group])
    facts: list[Fact] = field(default_factory=list[Fact])

    def look(self, now: Snapshot) -> tuple[list[Entry], list[Fact]]:
        """What happened by now: the orders that stand elsewhere than before, and the facts."""
        before = dict(self.entries)
        facts = self.exchange.step(now)
        self.facts += facts
        for fact in facts:
            if isinstance(fact, LegFilled | OrderEnded):
                self._tell(int(fact.order.split("#")[0]), fact)
        self._stand(now)
        return [seen for n, seen in self.entries.items() if before.get(n) is not seen], facts

    def tried(self, asked: Asked, now: Snapshot, replaces: int = 0) -> tuple[Entry, Preview]:
        """What an order would be, need and cost, without taking it."""
        entry = self._entry(0, asked, now, replaces)
        return entry, self._objected(entry, self.exchange.preview(entry.order, now))

    def place(self, asked: Asked, now: Snapshot, replaces: int = 0) -> tuple[Entry, Preview]:
        """Take an order, unless its dry run objects: the preview's refusals say so."""
        said = self.tried(asked, now, replaces)[1]
        if said.refusals:
            return self._entry(0, asked, now, replaces), said
        entry = self._entry(next(self.numbers), asked, now, replaces)
        self.exchange.submit(entry.order, now)
        self.entries[entry.number] = entry
        if replaces:
            old = self.entries[replaces]
            self.entries[replaces] = replace(old, replaced_by=entry.number, updated=now.at)
        self._stand(now)
        return self.entries[entry.number], said

    def tried_together(self, wanted: Wanted, now: Snapshot) -> tuple[list[Entry], Preview]:
        """What a complex order would be, and what the first of it needs."""
        entries = self._entries(wanted, now, iter((0,) * 4), 0)
        return entries, self.exchange.preview(entries[0].order, now)

    def place_together(self, wanted: Wanted, now: Snapshot) -> Group:
        """Take a complex order, all of it or none."""
        number = next(self.numbers)
        entries = self._entries(wanted, now, self.numbers, number)
        first = entries[0] if wanted.first else None
        together = entries[1:] if first else entries
        bracket = Bracket(
            str(number), tuple(each.order for each in together), first.order if first else None
        )
        self.exchange.submit_bracket(bracket, now)
        self.entries |= {each.number: each for each in entries}
        numbers = tuple(each.number for each in together)
        group = Group(number, wanted.type, numbers, first.number if first else 0)
        self.groups[number] = group
        self._stand(now)
        return group

    def _entries(
        self, wanted: Wanted, now: Snapshot, numbers: Iterator[int], group: int
    ) -> list[Entry]:
        """The orders of a complex one, its trigger first; they are numbered one after another."""
        asked = [(None, wanted.first)] if wanted.first else []
        return [
            replace(
                self._entry(next(numbers), each, now, 0), group=group, tag=tag(wanted.type, place)
            )
            for place, each in (*asked, *enumerate(wanted.together))
        ]

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
        self.exchange.cancel(entry.order.id)
        self._stand(now)
        return self.entries[number]

    def named(self, name: str) -> Iterator[Entry]:
        """Orders that were sent under an external identifier, oldest first."""
        return (entry for entry in self.entries.values() if entry.asked.name == name)

    def _entry(self, number: int, asked: Asked, now: Snapshot, replaces: int) -> Entry:
        held = self.exchange.holdings()
        old = self.entries[replaces].order.id if replaces else ""
        order = order_of(number, asked, held, old)
        return Entry(number, asked, order, now.at, now.at, replaces=replaces)

    def _objected(self, entry: Entry, said: Preview) -> Preview:
        """The dry run, with what only the broker objects to: closing, strictly, what is not held."""
        if not (entry.asked.strict and flipped(entry)):
            return said
        refusal = Refusal(Code.NO_POSITION, "a leg is to close what is not held")
        return replace(said, refusals=(*said.refusals, refusal))

    def _tell(self, number: int, fact: LegFilled | OrderEnded) -> None:
        self.entries[number] = told(self.entries[number], fact)

    def _stand(self, now: Snapshot) -> None:
        """Every order that still lives, where the exchange has it."""
        for number, entry in self.entries.items():
            if entry.ended is None:
                status = self.exchange.status(entry.order.id, now.at)
                if status is not None:
                    self.entries[number] = stands(entry, status, now.at)
