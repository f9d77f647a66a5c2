"""The exchange in this process, as a broker."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.facts import Fact
from tomking.core.order import Bracket, Order
from tomking.exchange.venue import Exchange
from tomking.market.snapshot import Snapshot
from tomking.portfolio.preview import Preview
from tomking.risk.verdict import Approved


@dataclass(frozen=True, slots=True)
class SimulatedBroker:
    """Hands approved orders to an exchange and brings back its facts."""

    exchange: Exchange

    @property
    def keeps_legs(self) -> bool:
        """No: here an order stands in for another whatever its legs."""
        return False

    def preview(self, order: Order, now: Snapshot) -> Preview:
        """The exchange's dry run."""
        return self.exchange.preview(order, now)

    def submit(self, approved: Approved, now: Snapshot) -> None:
        """Send the order that was approved."""
        self.exchange.submit(approved.order, now)

    def preview_together(self, orders: Sequence[Order], now: Snapshot) -> Preview:
        """The exchange's dry run of orders that end each other."""
        return self.exchange.preview_bracket(_together(orders), now)

    def submit_together(self, approved: Sequence[Approved], now: Snapshot) -> None:
        """Send the orders that were approved as one."""
        self.exchange.submit_bracket(_together([each.order for each in approved]), now)

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


def _together(orders: Sequence[Order]) -> Bracket:
    return Bracket(orders[0].bracket, tuple(orders))
