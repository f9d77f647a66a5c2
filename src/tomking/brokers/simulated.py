"""The exchange in this process, as a broker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.facts import Fact
from tomking.core.order import Order
from tomking.exchange.venue import Exchange
from tomking.market.snapshot import Snapshot
from tomking.portfolio.preview import Preview
from tomking.risk.verdict import Approved


@dataclass(frozen=True, slots=True)
class SimulatedBroker:
    """Hands approved orders to an exchange and brings back its facts."""

    exchange: Exchange

    def preview(self, order: Order, now: Snapshot) -> Preview:
        """The exchange's dry run."""
        return self.exchange.preview(order, now)

    def submit(self, approved: Approved, now: Snapshot) -> None:
        """Send the order that was approved."""
        self.exchange.submit(approved.order, now)

    def cancel(self, order: str) -> None:
        """Ask for an order to end."""
        self.exchange.cancel(order)

    def poll(self, now: Snapshot) -> Iterable[Fact]:
        """What happened at the exchange by now."""
        return self.exchange.step(now)

    def requirement(self, now: Snapshot) -> Decimal:
        """Margin of everything held."""
        return self.exchange.requirement(now)

    def find(self, intent: str) -> str | None:
        """The latest order the exchange received for an intent."""
        return self.exchange.find(intent)

    def holdings(self) -> Mapping[Contract, int]:
        """Signed contracts by the exchange's own ledger."""
        return self.exchange.holdings()
