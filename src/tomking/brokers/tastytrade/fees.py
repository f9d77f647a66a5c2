"""What a part of an order cost: as the ledger has it, else as our table does until it has."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tomking.brokers.tastytrade.ledger import TRADE, execution, row_of
from tomking.brokers.tastytrade.told import Part
from tomking.core.errors import AuthExpired, DataError, Rejected, Transient
from tomking.core.order import Order
from tomking.portfolio.fees import FeeSchedule, fee
from tomking.wire.line import Line
from tomking.wire.symbols import trading_symbol


@dataclass(slots=True)
class FeesOfDay:
    """The fees of a day's trades, read once when the first is asked for."""

    line: Line
    schedule: FeeSchedule
    day: date
    asked: bool = False
    _known: dict[str, Decimal] = field(default_factory=dict[str, Decimal])

    def __call__(self, number: str, order: Order, place: int, part: Part) -> Decimal:
        """Dollars for a part of a leg of an order, which the broker has under a number."""
        if not self.asked:
            self.asked = True
            self._known = self._read()
        leg = order.legs[place]
        known = self._known.get(f"{number}/{part.id}/{trading_symbol(leg.contract)}")
        if known is not None:
            return known
        count = part.quantity if leg.quantity > 0 else -part.quantity
        return fee(
            leg.contract.root, count, part.price, leg.opens, leg.contract.is_option, self.day,
            self.schedule,
        )  # fmt: skip

    def _read(self) -> dict[str, Decimal]:
        """Today's trades by their names; without an answer none, and the table stands in."""
        query = {"types[]": TRADE, "start-date": self.day.isoformat(), "per-page": 250}
        try:
            rows = self.line.pages(f"/accounts/{self.line.account}/transactions", **query)
        except (Transient, Rejected, AuthExpired):
            return {}
        found: dict[str, Decimal] = {}
        for said in rows:
            try:
                row = row_of(said)
            except DataError:
                continue  # the reading of the whole ledger says so
            found[f"{said.get('order-id')}/{execution(said)}/{row.symbol}"] = row.fee
        return found
