"""tastytrade behind the ``Broker`` port: an order is sent once, and everything else is looked up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from tomking.brokers.fuse import Fuse
from tomking.brokers.tastytrade.comparing import compared
from tomking.brokers.tastytrade.dry_run import preview_of
from tomking.brokers.tastytrade.fees import FeesOfDay
from tomking.brokers.tastytrade.inbox import TradeInbox
from tomking.brokers.tastytrade.ledger import Row, booked, row_of
from tomking.brokers.tastytrade.news import News
from tomking.brokers.tastytrade.told import instant, told
from tomking.core.calendar import AFTER_CLOSE
from tomking.core.contract import Contract, Settles
from tomking.core.errors import (
    AuthExpired,
    BrokerError,
    DataError,
    OutcomeUnknown,
    Rejected,
    Transient,
)
from tomking.core.facts import Fact, OrderEnded, Sent
from tomking.core.order import Order
from tomking.core.reading import Skip
from tomking.core.restraints import Halted
from tomking.core.value import value
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import FeeSchedule
from tomking.portfolio.preview import Preview
from tomking.risk.verdict import Approved
from tomking.wire.amounts import number
from tomking.wire.line import Line
from tomking.wire.orders import body_of
from tomking.wire.symbols import contract_of
from tomking.wire.words import lot_of

Json = Mapping[str, Any]
#: How long an order may be missing from the broker's lists although it has been taken.
LEDGER_LAG = timedelta(seconds=30)
#: Without news an order at work is looked up this often, the ledger this often.
LOOK_EVERY, LEDGER_EVERY = timedelta(seconds=60), timedelta(minutes=60)
#: A balance is asked for again when the last is older than this: margin moves with the market.
BALANCE_LIVES = timedelta(seconds=5)
#: The reason not to trade while nobody is logged in.
LOGIN = "login"


@value
class Balance:
    """What the account was worth and what margin it needed, as the broker had it at an instant."""

    at: datetime
    net_liq: Decimal
    requirement: Decimal


@dataclass(slots=True)
class TastytradeBroker:
    """An account at the broker. ``since`` is when its journal began: older rows are not its affair.

    ``odd`` is what could not be read or asked, in words, for whoever looks after the desk.
    """

    line: Line
    fees: FeeSchedule
    since: datetime
    inbox: TradeInbox = field(default_factory=TradeInbox)
    news: News = field(default_factory=News)
    fuse: Fuse = field(default_factory=Fuse)
    odd: list[str] = field(default_factory=list[str])
    _fresh: list[Fact] = field(default_factory=list[Fact])
    _needed: Balance | None = None
    _looked: datetime | None = None
    _read: datetime | None = None
    _compared: datetime | None = None
    _gaps: int = -1
    _searched: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def remember(self, facts: Iterable[Fact]) -> None:
        """Facts of the journal, as a restart reads them."""
        for fact in facts:
            self.inbox.fold([fact])
            self.fuse = self.fuse.after(fact)

    # -- asking ------------------------------------------------------------------------------------

    def preview(self, order: Order, now: Snapshot) -> Preview:
        """The broker's dry run; for what only closes its silence is no objection.

        Raises
        ------
        Transient
            If an order that adds risk cannot be tried.
        """
        try:
            answer = self.line.send("POST", f"{self._orders(order)}/dry-run", body_of(order))
            return preview_of(order, answer, self.requirement(now), now)
        except BrokerError as silent:
            if order.adds_risk:
                raise Transient(f"the broker's dry run: {silent}") from silent
            return Preview(*(Decimal(0),) * 4, "not asked", asked=False)

    def requirement(self, now: Snapshot) -> Decimal:
        """Margin of the whole account, as the broker last said."""
        told = self._needed
        if told is None or now.at - told.at > BALANCE_LIVES:
            self._needed = None
            self._balance(self.line.get(self._account("balances/USD")))
        if self._needed is None:
            raise Transient("the broker told no margin requirement: see that it answers")
        return self._needed.requirement

    def holdings(self) -> Mapping[Contract, int]:
        """Signed contracts as the broker has them."""
        rows = self.line.get(self._account("positions")).get("items", [])
        found: dict[Contract, int] = {}
        for row in rows:
            contract, count = _held(row)
            if count:
                found[contract] = found.get(contract, 0) + count
        return found

    def find(self, intent: str) -> str | None:
        """The order of ours that stands for an intent: the live one, else the last.

        Raises
        ------
        OutcomeUnknown
            If one was sent and it cannot be known yet whether it was taken.
        """
        mine = [(name, each) for name, each in self.inbox.orders.items() if each.intent == intent]
        if any(name in self.inbox.unconfirmed for name, _ in mine):
            raise OutcomeUnknown(f"whether {intent} was taken is not known yet")
        alive = [each for name, each in mine if name not in self.inbox.ended]
        last = alive or [each for _, each in mine]
        return last[-1].id if last else None

    # -- telling -----------------------------------------------------------------------------------

    def submit(self, approved: Approved, now: Snapshot) -> None:
        """Send an approved order, once; what became of it is a fact of a later ``poll``.

        Raises
        ------
        FuseBlown
            If it is more than may ever be sent.
        """
        order = approved.order
        sent = Sent(now.at, order)
        self.inbox.fold([sent])
        self.fuse = self.fuse.after(sent)
        self.fuse.holds(order, now.day.session.day, self._needed.net_liq if self._needed else None)
        if order.replaces and self.inbox.number_of(order.replaces) is None:
            self._end(
                order, now.at, f"{order.replaces}, which it replaces, is not known at the broker"
            )
            return
        self._needed = None  # whatever becomes of it, margin is another
        method = "PUT" if order.replaces else "POST"
        try:
            answer = self.line.send(method, self._orders(order), body_of(order))
        except OutcomeUnknown as silent:
            self._fresh.append(self.inbox.doubt(order, now.at, str(silent)))
            return
        except (Transient, AuthExpired) as fault:
            self._unsent(order, now.at, fault)
            return
        if answer.is_no:
            self._end(order, now.at, answer.why)
        elif isinstance(answer.data.get("order", answer.data), Mapping):
            self._hear(answer.data.get("order", answer.data), now.at)

    def cancel(self, order: str) -> None:
        """Ask for an order's end; if it is over already that is found out at the next look."""
        found = self.inbox.number_of(order)
        if found is None:
            return
        self._looked = None
        try:
            self.line.send("DELETE", self._account(f"orders/{found}"))
        except (Transient, OutcomeUnknown) as fault:
            self.odd.append(f"the cancel of {order}: {fault}")

    def _unsent(self, order: Order, at: datetime, fault: Transient | AuthExpired) -> None:
        self._end(order, at, f"not sent: {fault}")
        if isinstance(fault, AuthExpired):
            self._fresh.append(Halted(at, LOGIN, str(fault)))

    def _end(self, order: Order, at: datetime, why: str, how: str = "rejected") -> None:
        ended = OrderEnded(at, order.id, how, why)
        self.inbox.fold([ended])
        self._fresh.append(ended)

    # -- listening ---------------------------------------------------------------------------------

    def poll(self, now: Snapshot) -> Iterable[Fact]:
        """Everything that has become known since the last look, each thing once."""
        fees = FeesOfDay(self.line, self.line.account, self.fees, now.day.session.day)
        for message in self.news.take():
            self._message(message, now.at, fees)
        if self._must_look(now.at):
            self._look(now, fees)
        if self._must_read(now, traded=fees.asked):
            self._read_ledger(now)
        if not self._fresh and self._must_compare(now.at):
            self._compare(now.at)
        facts, self._fresh = self._fresh, []
        return facts

    def _message(self, message: Json, at: datetime, fees: FeesOfDay) -> None:
        kind, data = message.get("type"), message["data"]
        if kind == "Order":
            self._hear(data, at, fees)
        elif kind == "AccountBalance":
            self._balance(data)

    def _hear(self, row: Json, at: datetime, fees: FeesOfDay | None = None) -> None:
        """What is told of an order; a row that cannot be read is said and left."""
        fees = fees or FeesOfDay(self.line, self.line.account, self.fees, at.date())
        try:
            self._fresh += self.inbox.hear(told(row, at.date()), at, fees)
        except DataError as odd:
            self.odd.append(str(odd))

    def _balance(self, row: Json) -> None:
        try:
            self._needed = Balance(
                instant(row["updated-at"]),
                number(row["net-liquidating-value"], "net-liquidating-value"),
                number(row["maintenance-requirement"], "maintenance-requirement"),
            )
        except (KeyError, DataError) as odd:
            self.odd.append(f"a balance that cannot be read: {odd!r}")

    def _must_look(self, at: datetime) -> bool:
        """Orders are looked up after a gap in the news, and now and then while any is at work."""
        if self._gaps != self.news.gaps or self.inbox.unconfirmed:
            return True
        return bool(self.inbox.waiting) and (
            self._looked is None or at - self._looked >= LOOK_EVERY
        )

    def _look(self, now: Snapshot, fees: FeesOfDay) -> None:
        """Every order of today, and those that nothing is known of; failing, it is tried again."""
        gaps = self.news.gaps
        try:
            rows = self.line.get(self._account("orders/live")).get("items", [])
            if self.inbox.unconfirmed or self._gaps != gaps:
                first = min((*self.inbox.unconfirmed.values(), self.since, now.at)).date()
                rows = [*rows, *self.line.pages(self._account("orders"), **{"start-date": first})]
        except (Transient, Rejected) as fault:
            self.odd.append(f"orders were not looked up: {fault}")
            return
        for row in rows:
            self._hear(row, now.at, fees)
        self._gaps, self._looked = gaps, now.at
        self._lapse(now.at)

    def _lapse(self, at: datetime) -> None:
        """Orders that the broker does not have, although it has had the time to show them."""
        for name, sent in tuple(self.inbox.unconfirmed.items()):
            first = self._searched.setdefault(name, at)
            if at - max(first, sent) >= LEDGER_LAG:
                self._end(self.inbox.orders[name], at, "the broker never had it", "lapsed")

    def _must_read(self, now: Snapshot, *, traded: bool) -> bool:
        """The ledger is read when something traded, when something held is over, and now and then."""
        if traded or self._read is None or now.at - self._read >= LEDGER_EVERY:
            return True
        return any(_is_over(contract, now) for contract in self.inbox.held)

    def _must_compare(self, at: datetime) -> bool:
        """The books are compared at the start, now and then, and often while they differ."""
        every = LOOK_EVERY if self.inbox.differences else LEDGER_EVERY
        return self._compared is None or at - self._compared >= every

    def _read_ledger(self, now: Snapshot) -> None:
        last = (self._read or self.since).date() - timedelta(days=1)
        query = {"sort": "Asc", "start-date": last.isoformat(), "per-page": 250}
        try:
            rows = self.line.pages(self._account("transactions"), **query)
        except (Transient, Rejected) as fault:
            self.odd.append(f"the ledger was not read: {fault}")
            return
        found: list[Row] = []
        for said in rows:
            try:
                found.append(row_of(said))
            except DataError as odd:
                self.odd.append(str(odd))
        mine = [row for row in found if row.at > self.since]
        self._fresh += booked(mine, self.inbox, partial(_fixed, now))
        self._read, self._needed = now.at, None

    def _compare(self, at: datetime) -> None:
        """Our books against the broker's; a look that fails is made again."""
        try:
            rows = self.line.get(self._account("positions")).get("items", [])
            found = list(compared(rows, self.inbox, at))
        except (Transient, Rejected, KeyError, DataError) as fault:
            self.odd.append(f"the books were not compared: {fault!r}")
            return
        self.inbox.fold(found)
        self._fresh += found
        self._compared = at

    def _account(self, what: str) -> str:
        return f"/accounts/{self.line.account}/{what}"

    def _orders(self, order: Order) -> str:
        """Where an order goes: to the others, or in place of the one it replaces."""
        old = self.inbox.number_of(order.replaces) if order.replaces else None
        return self._account("orders" if old is None else f"orders/{old}")


def _held(row: Json) -> tuple[Contract, int]:
    contract = contract_of(
        str(row["symbol"]), datetime.fromisoformat(str(row["created-at"])).date()
    )
    count = int(number(row["quantity"], "quantity")) // lot_of(contract)
    return contract, -count if row.get("quantity-direction") == "Short" else count


def _is_over(contract: Contract, now: Snapshot) -> bool:
    """Whether a contract has been fixed by now."""
    session = now.day.session
    if contract.expiry != session.day or not contract.is_option:
        return contract.expiry < session.day
    at = (
        session.opens
        if contract.settles is Settles.AM
        else session.at(session.minutes + AFTER_CLOSE)
    )
    return now.at >= at


def _fixed(now: Snapshot, contract: Contract) -> float | None:
    """Where something was fixed, as the market tells it."""
    if contract.expiry != now.day.session.day:
        return None
    seen = now.fixing(contract)
    return None if isinstance(seen, Skip) else seen.value
