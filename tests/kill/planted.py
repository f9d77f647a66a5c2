"""Builds with a fault that a kill brings to light: each must be caught by the checker."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tomking.brokers.tastytrade.broker import TastytradeBroker
from tomking.brokers.tastytrade.inbox import TradeInbox
from tomking.core.errors import BrokerError
from tomking.core.facts import Fact, OrderEnded, Sent
from tomking.engine.desk import Desk
from tomking.wire.orders import body_of


def no_search() -> None:
    """What was sent and not confirmed is sent again, and nobody looks whether it is there."""
    look = TastytradeBroker._look

    def resends(self: TastytradeBroker, now: Any, fees: Any) -> None:
        if self.rounds.orders is None:  # the first look after a start
            for name in tuple(self.inbox.unconfirmed):
                order = self.inbox.orders[name]
                self.line.send("POST", self._account("orders"), body_of(order))
        look(self, now, fees)

    TastytradeBroker._look = resends  # type: ignore[method-assign]


def journal_after_send() -> None:
    """That an order goes is written once it has gone."""
    note, submit, held = Desk.note, TastytradeBroker.submit, list[tuple[Desk, list[Fact]]]()

    def keeps_back(self: Desk, facts: Iterable[Fact]) -> bool:
        known = list(facts)
        if not any(isinstance(fact, Sent) for fact in known):
            return note(self, known)
        held.append((self, known))
        return True

    def writes_late(self: TastytradeBroker, approved: Any, now: Any) -> None:
        submit(self, approved, now)
        while held:
            desk, facts = held.pop()
            note(desk, facts)

    Desk.note = keeps_back  # type: ignore[method-assign]
    TastytradeBroker.submit = writes_late  # type: ignore[method-assign]


def fill_twice() -> None:
    """Which parts have traded is not remembered over a restart."""
    remember = TastytradeBroker.remember

    def forgets(self: TastytradeBroker, facts: Iterable[Fact]) -> None:
        remember(self, facts)
        if self.rounds.orders is None and not self._fresh:
            self.inbox.parts.clear()
            self.inbox.ended.clear()

    TastytradeBroker.remember = forgets  # type: ignore[method-assign]


def cancel_assumed() -> None:
    """An order counts as cancelled as soon as that is asked for; what is told later is not heard."""
    cancel = TastytradeBroker.cancel

    def assumes(self: TastytradeBroker, order: str) -> None:
        at = self.inbox.unconfirmed.get(order) or self.line.clock()
        self._tell([OrderEnded(at, order, "cancelled", "asked for")])
        desks[-1].note(self._fresh)
        self._fresh = []
        try:
            cancel(self, order)
        except BrokerError:
            return

    desks, view = list[Desk](), Desk.view

    def seen(self: Desk, now: Any) -> Any:
        desks[:] = [self]
        return view(self, now)

    def heard(self: TradeInbox, told: Any, at: Any, fee: Any) -> list[Fact]:
        return [] if self._name_of(told) in self.ended else hear(self, told, at, fee)

    hear = TradeInbox.hear
    TradeInbox.hear = heard  # type: ignore[method-assign]
    Desk.view = seen  # type: ignore[method-assign]
    TastytradeBroker.cancel = assumes  # type: ignore[method-assign]


BUILDS: Mapping[str, Callable[[], None]] = {
    "no id search before resend": no_search,
    "journal after send": journal_after_send,
    "fill applied twice": fill_twice,
    "cancel assumed": cancel_assumed,
}

#: Where a kill brings each to light: what the step is called, and on which side of it.
PLANTS: Mapping[str, tuple[str, str]] = {
    "no id search before resend": ("submit accepted", "after"),
    "journal after send": ("other accepted", "after"),  # nobody was told what it is
    "fill applied twice": ("+LegFilled", "after"),
    "cancel assumed": ("cancel commit OrderEnded", "after"),
}
