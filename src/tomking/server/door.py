"""An account's exchange as the broker's clients see it: orders by number, facts as they are told."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from tomking.core.errors import Rejected
from tomking.core.facts import Fact, LegFilled, OrderEnded
from tomking.core.venue import Code
from tomking.exchange.venue import Exchange
from tomking.market.snapshot import Snapshot
from tomking.portfolio.preview import Preview, Refusal
from tomking.server.entry import Entry, flipped, order_of, stands, told
from tomking.wire.orders import Asked


@dataclass(slots=True)
class Door:
    """One account. ``entries`` are its orders by number, ``facts`` all that happened to it, numbered
    from one by their place.
    """

    account: str
    exchange: Exchange
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    entries: dict[int, Entry] = field(default_factory=dict[int, Entry])
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
