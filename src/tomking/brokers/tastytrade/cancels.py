"""Orders that are to end: their end stays wanted until it is confirmed, and is asked for again.

A no is no answer to this: it may be about the asking alone, and an order that has ended is told of
anyway. What has no number yet is asked for as soon as it has one. That the loop says so at every look
asks for nothing more often, and nothing is ever given up: an exit may wait for it. A broker who will not
end a side of a complex order by itself is asked to end the whole, where every side of it is to end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tomking.brokers.tastytrade.inbox import TradeInbox
from tomking.core.errors import AuthExpired, OutcomeUnknown, Transient
from tomking.core.value import value
from tomking.wire.line import Line
from tomking.wire.orders import short_name

#: How soon an end is asked for again: after a request that failed, after one that was taken, and once
#: a person has been told.
SOON, LATER, SELDOM = timedelta(seconds=2), timedelta(seconds=30), timedelta(minutes=5)
#: After so many requests a person has to see to it.
REQUESTS = 5
#: A no to the asking and not to what was asked: too many requests, and nobody who may ask.
OF_THE_ASKING = (401, 403, 429)


@value
class Wanted:
    """How often an end was asked for, when last, and whether the broker took that."""

    times: int = 0
    last: datetime | None = None
    taken: bool = False

    def is_due(self, at: datetime) -> bool:
        """Whether it is time to ask, or to ask again."""
        if self.last is None:
            return True
        if self.times >= REQUESTS:
            return at - self.last >= SELDOM
        return at - self.last >= (LATER if self.taken else SOON)


@dataclass(slots=True)
class Cancels:
    """The ends that are wanted, by order; forgotten once they have come."""

    wanted: dict[str, Wanted] = field(default_factory=dict[str, Wanted])

    def want(self, order: str) -> None:
        """An order is to end; that it is said again changes nothing."""
        self.wanted.setdefault(order, Wanted())

    def due(self, inbox: TradeInbox, at: datetime) -> list[str]:
        """The orders whose end is to be asked for now, of those whose number is known."""
        over = [order for order in self.wanted if short_name(order) in inbox.ended]
        for order in over:
            del self.wanted[order]
        return [
            order
            for order, asked in self.wanted.items()
            if asked.is_due(at) and inbox.number_of(order) is not None
        ]

    def whole(self, inbox: TradeInbox, order: str, number: str) -> str:
        """The number of the complex order that an order is part of, if all of that is to end."""
        wanted = {short_name(each) for each in self.wanted}
        return inbox.groups.get(number, "") if inbox.bound_to(order) <= wanted else ""

    def ask(
        self, line: Line, order: str, number: str, at: datetime, whole: str = ""
    ) -> Iterator[str]:
        """Ask once, of a side that is refused also for the ``whole``; what went wrong, in words."""
        why, before, account = "", self.wanted[order], f"/accounts/{line.account}"
        try:
            answer = line.send("DELETE", f"{account}/orders/{number}")
            if whole and answer.is_no and answer.status not in OF_THE_ASKING:
                answer = line.send("DELETE", f"{account}/complex-orders/{whole}")
            why = answer.why if answer.is_no else ""
        except (Transient, OutcomeUnknown, AuthExpired) as fault:
            why = str(fault)
        self.wanted[order] = Wanted(before.times + 1, at, not why)
        if why:
            yield f"the cancel of {order}: {why}"
        if before.times + 1 == REQUESTS:
            yield f"the end of {order} was asked for {REQUESTS} times: see to it at the broker"
