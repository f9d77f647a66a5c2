"""The book of orders: which are at work, how each begins and ends, and what that does to others.

An order that replaces another, or belongs to a bracket, waits. A replacement starts when the cancel
of its forerunner is confirmed, and any fill of that one meanwhile ends it. The orders of a bracket
start when its first has filled whole and die with it; the first of them to trade at all ends the
others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.facts import OrderEnded
from tomking.core.money import ZERO
from tomking.core.order import Order
from tomking.exchange.kept import KeptOrders
from tomking.exchange.working import Status, Working, released
from tomking.portfolio.preflight import claims, first_of, replaced


class Orders:
    """Every order one account ever sent, and what became of it.

    ``version`` grows with every change of what is at work.
    """

    def __init__(self, latency_s: float) -> None:
        self.working: dict[str, Working] = {}
        self.ended: dict[str, Status] = {}
        self.version = 0
        self._latency_s = latency_s
        self._intents: dict[str, str] = {}
        self._groups: dict[str, str] = {}
        self._refused: list[tuple[str, str]] = []
        self._cancels: set[str] = set()

    def kept(self) -> KeptOrders:
        """All of it as a value."""
        return KeptOrders(
            dict(self.working), dict(self.ended), dict(self._intents), dict(self._groups),
            tuple(self._refused), tuple(sorted(self._cancels)), self.version,
        )  # fmt: skip

    def take_up(self, kept: KeptOrders) -> None:
        """Go on where another book of orders was."""
        self.working, self.ended = dict(kept.working), dict(kept.ended)
        self._intents, self._groups = dict(kept.intents), dict(kept.groups)
        self._refused, self._cancels = list(kept.refused), set(kept.cancels)
        self.version = kept.version

    def __contains__(self, order_id: str) -> bool:
        """Whether an order of this name was ever received."""
        return order_id in self.working or order_id in self.ended

    def find(self, intent: str) -> str | None:
        """The live order of an intent, else the last received; ``None`` if there never was one."""
        return self._intents.get(intent)

    def refuse(self, order: Order, note: str) -> None:
        """An order that is not taken: its end is a fact of the next look."""
        if self._intents.get(order.intent) not in self.working:
            self._intents[order.intent] = order.id
        self.ended[order.id] = Status.REJECTED
        self._refused.append((order.id, note))

    def take(self, entry: Working, group: str = "") -> None:
        """Put an order to work; what it replaces is asked to end, and its place in a bracket is kept."""
        order = entry.order
        self._intents[order.intent] = order.id
        if order.replaces in self.working:
            self.ask_to_end(order.replaces, entry.submitted, f"replaced by {order.id}")
            entry = replace(entry, waits=order.replaces)
            group = group or self._groups.get(order.replaces, "")
        if group:
            self._groups[order.id] = group
        self.change(entry)

    def change(self, entry: Working) -> None:
        """A working order as it is now."""
        self.working[entry.order.id] = entry
        self.version += 1

    def ask_to_end(self, order_id: str, at: datetime, why: str) -> None:
        """Ask for the end of a working order; it takes effect after the latency, if it still works.

        The first to ask is the one whose reason is told.
        """
        entry = self.working[order_id]
        if entry.dies is None:
            dies = at + timedelta(seconds=self._latency_s)
            self.working[order_id] = replace(entry, dies=dies, why=why)
            self._cancels.add(order_id)

    def look(self, at: datetime) -> Iterator[OrderEnded]:
        """The ends that have become known: refusals, then cancels that have taken effect."""
        while self._refused:
            order, note = self._refused.pop(0)
            yield OrderEnded(at, order, Status.REJECTED.value, note)
        for name in [name for name in self.working if name in self._cancels]:
            entry = self.working.get(name)
            if entry is not None and entry.dies is not None and entry.dies <= at:
                yield from self.end(name, Status.CANCELLED, entry.why, at, since=entry.dies)

    def over(self, at: datetime) -> Iterator[OrderEnded]:
        """The orders whose time is over: a day's, or a date's."""
        for name, entry in tuple(self.working.items()):
            if entry.ends is not None and at >= entry.ends and name in self.working:
                what = "date" if entry.order.rests else "day"
                yield from self.end(name, Status.EXPIRED, f"its {what} is over", at)

    def filled(self, order_id: str, units: int, at: datetime) -> Iterator[OrderEnded]:
        """Units of an order have traded: others end for it, and so does the order when it is whole."""
        entry = self.working[order_id]
        entry = replace(entry, filled=entry.filled + units)
        self.change(entry)
        gone = dict.fromkeys(self._beside(order_id), f"{order_id} traded first")
        for waiting in self._waiting(order_id):
            if waiting.replaces:
                gone[waiting.order.id] = traded(entry)
        for name, why in gone.items():
            if name in self.working:
                yield from self.end(name, Status.CANCELLED, why, at, aborts=True)
        if entry.left == 0:
            yield from self.end(order_id, Status.FILLED, "", at)

    def end(
        self,
        order_id: str,
        how: Status,
        note: str,
        at: datetime,
        *,
        since: datetime | None = None,
        aborts: bool = False,
    ) -> Iterator[OrderEnded]:
        """Take an order out of the book, and then start or end those that waited for it.

        ``since`` is when it ended, where that was before this look; ``aborts`` ends its replacements
        too, because what they were to replace has traded.
        """
        entry = self.working.pop(order_id)
        self._cancels.discard(order_id)
        self.ended[order_id] = how
        self.version += 1
        if how is not Status.FILLED and entry.filled:
            so_far = f"{entry.filled} of {entry.order.units} filled"
            note = f"{note}; {so_far}" if note else so_far
        yield OrderEnded(at, order_id, how.value, note)
        for waiting in self._waiting(order_id):
            goes = not aborts if waiting.replaces else how is Status.FILLED
            if goes:
                self.change(released(waiting, since or at, self._latency_s))
            else:
                why = f"{order_id}, which it waited for, was {how.value}"
                yield from self.end(waiting.order.id, Status.CANCELLED, why, at, aborts=aborts)

    def claimed(self, order: Order, group: str = "") -> Mapping[Contract, int]:
        """What working orders beside this one will close; its forerunners and its group left out."""
        groups: dict[str, list[tuple[Contract, int]]] = {}
        for its, entry in self._others(order, group):
            groups.setdefault(its, []).extend(_left(entry, opens=False))
        return claims(groups.values())

    def opening(self, order: Order) -> tuple[tuple[Contract, int], ...]:
        """What working orders beside this one would open; its forerunners and its group left out."""
        others = (_left(entry, opens=True) for _, entry in self._others(order))
        return tuple(leg for legs in others for leg in legs)

    def _others(self, order: Order, group: str = "") -> Iterator[tuple[str, Working]]:
        """The working orders that go on beside one, each with the name of its group or its chain."""
        orders = {name: entry.order for name, entry in self.working.items()}
        gone = replaced(order, orders)
        mine = {group} | {self._groups.get(name, "") for name in gone} - {""}
        for name, entry in self.working.items():
            its = self._groups.get(name) or first_of(entry.order, orders)
            if name not in gone and its not in mine:
                yield its, entry

    def reserved(self, besides: str = "") -> Decimal:
        """Dollars of buying power set aside for working orders, for what is left of each."""
        held = (entry for name, entry in self.working.items() if name != besides)
        return sum((entry.reserved * entry.left / entry.order.units for entry in held), ZERO)

    def replacement(self, order_id: str) -> str:
        """The order that waits to replace this one; empty if there is none."""
        return next((w.order.id for w in self._waiting(order_id) if w.replaces), "")

    def is_chained(self, order_id: str) -> bool:
        """Whether a working order waits for the first of its bracket to fill, or others wait for it."""
        entry = self.working[order_id]
        waits = entry.waits != "" and not entry.replaces
        return waits or any(not waiting.replaces for waiting in self._waiting(order_id))

    def _waiting(self, order_id: str) -> list[Working]:
        return [entry for entry in self.working.values() if entry.waits == order_id]

    def _beside(self, order_id: str) -> list[str]:
        """The other working orders of its group."""
        group = self._groups.get(order_id)
        if group is None:
            return []
        return [n for n in self.working if n != order_id and self._groups.get(n) == group]


def traded(entry: Working) -> str:
    """Why what would replace an order ends: how much of that one has filled, and what still works."""
    order, left = entry.order, entry.left
    if not left:
        return f"{order.id}, which it would replace, has filled"
    rest = f"{left} still work" if left > 1 else "1 still works"
    ends = rest if entry.dies is None else f"{rest} until its cancel is through"
    return f"{entry.filled} of {order.units} of {order.id}, which it would replace, filled; {ends}"


def _left(entry: Working, *, opens: bool) -> Iterator[tuple[Contract, int]]:
    """What is left of an order's opening or closing legs."""
    legs = (leg for leg in entry.order.legs if leg.opens is opens)
    return ((leg.contract, leg.quantity * entry.left) for leg in legs)
