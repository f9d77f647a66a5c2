"""What the loop needs of the outside world: a clock, a market, a broker, a journal, an inbox."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from tomking.core.contract import Contract
from tomking.core.facts import Fact
from tomking.core.order import Order
from tomking.core.value import value
from tomking.market.snapshot import Snapshot
from tomking.portfolio.preview import Preview
from tomking.risk.standing import Standing
from tomking.risk.verdict import Approved


@value
class Tick:
    """An instant at which something is due.

    ``due`` names the strategies whose slot it is and ``last`` those whose slot ends with it;
    ``watch`` those whose positions are to be looked at; ``renew`` those that may sell again what a
    campaign has lost; ``closing`` marks the last tick of a session, after the official closes are
    known, and ``night`` one outside of it: alarms are raised then and nothing is sent.
    """

    at: datetime
    due: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    watch: frozenset[str] = frozenset()
    renew: frozenset[str] = frozenset()
    closing: bool = False
    night: bool = False

    @property
    def sends(self) -> bool:
        """Whether orders may go out."""
        return not (self.closing or self.night)


class Interest(Protocol):
    """What a clock must know to leave out instants at which nothing could happen."""

    @property
    def held(self) -> frozenset[str]:
        """Strategies that hold something."""
        ...

    @property
    def restless(self) -> bool:
        """Whether an order works or a second look is wanted."""
        ...

    @property
    def ends(self) -> date:
        """The first day on which an option that was sold ends; the last of all days without one."""
        ...


class Clock(Protocol):
    """Instants, in order. Live waits for them; a backtest does not."""

    def ticks(self, interest: Interest) -> Iterator[Tick]:
        """Every instant at which a slot, a watch, a settling look or a close is due."""
        ...


class Market(Protocol):
    """The market as it was known at an instant."""

    def at(self, now: datetime) -> Snapshot:
        """The frozen market of that instant."""
        ...


class Broker(Protocol):
    """Hands over and returns; what became of an order is a fact that ``poll`` brings."""

    @property
    def keeps_legs(self) -> bool:
        """Whether what replaces an order has its legs, and never others or fewer of them."""
        ...

    def preview(self, order: Order, now: Snapshot) -> Preview:
        """What the venue says an order would need and cost: its dry run."""
        ...

    def submit(self, approved: Approved, now: Snapshot) -> None:
        """Send an approved order, once."""
        ...

    def preview_together(self, orders: Sequence[Order], now: Snapshot) -> Preview:
        """What the venue says of orders of which the first to trade ends the others; doubt raises."""
        ...

    def submit_together(self, approved: Sequence[Approved], now: Snapshot) -> None:
        """Send such orders as one, once: all of them are taken or none."""
        ...

    def cancel(self, order: str) -> None:
        """Ask for a working order to end; the answer is a fact."""
        ...

    def requirement(self, now: Snapshot) -> Decimal:
        """Margin of the whole account now, in dollars."""
        ...

    def poll(self, now: Snapshot) -> Iterable[Fact]:
        """Fills, ends and settlements since the last look."""
        ...

    def find(self, intent: str) -> str | None:
        """The order that stands for an intent; ``None`` is proven absence, doubt raises."""
        ...

    def holdings(self) -> Mapping[Contract, int]:
        """What the venue says is held."""
        ...


class Journal(Protocol):
    """Facts in the order they became known; durable when ``append`` returns."""

    def append(self, facts: Sequence[Fact]) -> int:
        """Write facts and return the last sequence number."""
        ...

    def read(self, after: int = 0) -> Iterator[tuple[int, Fact]]:
        """Facts with their numbers, oldest first."""
        ...


class Inbox(Protocol):
    """Commands from people: the brake among them."""

    def take(self, now: datetime, standing: Standing) -> Sequence[Fact]:
        """Commands that arrived since the last look, as facts."""
        ...

    def may_send(self, order: Order) -> bool:
        """Whether an approved order may go out: the brake, looked at just before anything is sent."""
        ...
