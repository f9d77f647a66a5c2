"""What is asked of the broker and changes nothing there: dry runs, margin, what an account was worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tomking.brokers.tastytrade.dry_run import preview_of
from tomking.brokers.tastytrade.told import Balance, balance_of, snapshot_of
from tomking.core.errors import AuthExpired, BrokerError, DataError, Rejected, Transient
from tomking.core.money import ZERO
from tomking.core.order import Order
from tomking.engine.late_close import Closed
from tomking.market.snapshot import Snapshot
from tomking.portfolio.preview import NOT_ASKED, Preview
from tomking.wire.line import Answer, Line
from tomking.wire.orders import body_of, oco_of

#: A balance is asked for again when the last is older than this: margin moves with the market.
BALANCE_LIVES = timedelta(seconds=5)
#: Seconds that an exit waits for its dry run.
EXIT_WITHIN_S = 5.0
#: With these the broker refuses what was asked; any other no is about the asking, and may be yes later.
OF_THE_ORDER = (400, 422)
PAGE = 250


@dataclass(slots=True)
class Asking:
    """Questions about an account. ``balance`` is the last that was told, until something changes it;
    ``alone`` what the last order that was tried would need by itself, in dollars, by its name.
    """

    line: Line
    balance: Balance | None = None
    alone: tuple[str, Decimal] = ("", ZERO)

    @property
    def net_liq(self) -> Decimal | None:
        """What the account was worth when that was last told."""
        return None if self.balance is None else self.balance.net_liq

    def preview(self, order: Order, orders: str, now: Snapshot) -> Preview:
        """The dry run of an order that would go to ``orders``; for what only closes its silence is no
        objection, and not waited for.

        Raises
        ------
        Transient
            If an order that adds risk cannot be tried.
        """
        try:
            before, within_s = self._before(order, now)
            answer = self.line.send("POST", f"{orders}/dry-run", body_of(order), within_s)
            seen = preview_of(answer, before)
            self.alone = order.id, seen.alone
            return seen
        except BrokerError as silent:
            if order.adds_risk:
                raise Transient(f"the broker's dry run: {silent}") from silent
            return NOT_ASKED

    def _before(self, order: Order, now: Snapshot) -> tuple[Decimal, float | None]:
        """Margin as it is, and how long a dry run may take: an exit waits for neither."""
        if order.adds_risk:
            return self.requirement(now), None
        return ZERO if self.balance is None else self.balance.requirement, EXIT_WITHIN_S

    def preview_together(self, orders: Sequence[Order], now: Snapshot) -> Preview:
        """The dry run of orders of which the first to trade ends the others.

        Raises
        ------
        Transient
            If it cannot be tried: nothing is taken back for what nobody has agreed to.
        """
        try:
            before = self.requirement(now)
            path = self._account("complex-orders/dry-run")
            answer = self.line.send("POST", path, oco_of(orders))
            if answer.is_no and answer.status not in OF_THE_ORDER:
                raise Transient(answer.why)
            return preview_of(answer, before)
        except BrokerError as silent:
            raise Transient(f"the broker's dry run: {silent}") from silent

    def requirement(self, now: Snapshot) -> Decimal:
        """Margin of the whole account as the broker has it now.

        Raises
        ------
        Transient
            If it cannot be had.
        """
        told_last = self.balance
        if told_last is None or now.at - told_last.at > BALANCE_LIVES:
            try:
                self.balance = balance_of(self.line.get(self._account("balances/USD")), now.at)
            except (Rejected, AuthExpired, DataError) as no:
                raise Transient(f"the broker told no margin requirement: {no}") from no
        if self.balance is None:
            raise Transient("the broker told no margin requirement: see that it answers")
        return self.balance.requirement

    def closed(self, day: date) -> Closed | None:
        """What the account was worth at the end of a day, by the broker's own snapshot of it.

        Raises
        ------
        Transient, Rejected, AuthExpired, DataError
            If it cannot be had or read.
        """
        query: Mapping[str, Any] = {
            "time-of-day": "EOD", "snapshot-date": day.isoformat(), "per-page": PAGE,
        }  # fmt: skip
        rows = self.line.pages(self._account("balance-snapshots"), **query)
        mine = (snapshot_of(row) for row in rows if row.get("snapshot-date") == str(day))
        return next(mine, None)

    def _account(self, what: str) -> str:
        return f"/accounts/{self.line.account}/{what}"


def ended_by(no: Answer) -> str:
    """How an order ended that was not taken: refused, or merely not listened to."""
    return "rejected" if no.status in OF_THE_ORDER else "lapsed"
