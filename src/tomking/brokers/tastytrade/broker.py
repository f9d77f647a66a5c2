"""tastytrade behind the ``Broker`` port: an order is sent once, and everything else is looked up."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from tomking.brokers.fuse import Fuse
from tomking.brokers.tastytrade.answered import answer_to, answers_to
from tomking.brokers.tastytrade.asking import PAGE, Asking, ended_by
from tomking.brokers.tastytrade.cancels import Cancels
from tomking.brokers.tastytrade.comparing import compared, held_there, may_compare
from tomking.brokers.tastytrade.fees import FeesOfDay
from tomking.brokers.tastytrade.inbox import RECONCILING, TradeInbox
from tomking.brokers.tastytrade.ledger import fixed, read
from tomking.brokers.tastytrade.margin import ours
from tomking.brokers.tastytrade.news import News
from tomking.brokers.tastytrade.rounds import Rounds
from tomking.brokers.tastytrade.told import known, told
from tomking.core.contract import Contract
from tomking.core.dealings import MarginCompared, Revived
from tomking.core.errors import (
    AuthExpired,
    DataError,
    OutcomeUnknown,
    Rejected,
    Transient,
)
from tomking.core.facts import Fact, MarginCalled, MarginMet, OrderEnded, Sent
from tomking.core.money import ZERO
from tomking.core.order import Order
from tomking.core.restraints import Halted, Resumed
from tomking.engine.late_close import Closed
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import FeeSchedule
from tomking.portfolio.preview import Preview
from tomking.risk.verdict import Approved
from tomking.wire.kept import State
from tomking.wire.line import Line
from tomking.wire.orders import body_of, change_of, oco_of
from tomking.wire.words import lot_of

Json = Mapping[str, Any]
#: How long an order may be missing from the broker's lists although it has been taken.
LEDGER_LAG = timedelta(seconds=30)
#: The reasons not to trade that lie here: nobody is logged in, or nothing is heard any more.
LOGIN, CONNECTION = "login", "connection"


@dataclass(slots=True)
class TastytradeBroker:
    """An account at the broker. ``since`` is when its journal began: older rows are not its affair.

    ``odd`` is what could not be read or asked, in words, for whoever looks after the desk.
    """

    line: Line
    fees: FeeSchedule
    since: datetime
    house: str = "tastytrade"
    inbox: TradeInbox = field(default_factory=TradeInbox)
    news: News = field(default_factory=News)
    fuse: Fuse = field(default_factory=Fuse)
    odd: list[str] = field(default_factory=list[str])
    rounds: Rounds = field(default_factory=Rounds)
    cancels: Cancels = field(default_factory=Cancels)
    asking: Asking = field(init=False)
    _at: datetime | None = None
    _called: bool = False
    _halted: set[str] = field(default_factory=set[str])
    _fresh: list[Fact] = field(default_factory=list[Fact])
    _said: set[str] = field(default_factory=set[str])
    _searched: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def __post_init__(self) -> None:
        self.asking = Asking(self.line)

    def remember(self, facts: Iterable[Fact]) -> None:
        """Facts of the journal, as a restart reads them."""
        for fact in facts:
            self.inbox.fold([fact])
            self.fuse = self.fuse.after(fact)
            match fact:
                case Halted(reason=reason):
                    self._halted.add(reason)
                case Resumed(reason=reason):
                    self._halted.discard(reason)
                case MarginCalled() | MarginMet():
                    self._called = isinstance(fact, MarginCalled)
                case _:
                    continue

    # What is asked.

    @property
    def keeps_legs(self) -> bool:
        """Yes: the broker's replacement takes a price, a type and a time, and no legs."""
        return True

    def preview(self, order: Order, now: Snapshot) -> Preview:
        """The broker's dry run of an order."""
        return self.asking.preview(order, self._orders(order), now)

    def preview_together(self, orders: Sequence[Order], now: Snapshot) -> Preview:
        """The broker's dry run of orders of which the first to trade ends the others."""
        return self.asking.preview_together(orders, now)

    def requirement(self, now: Snapshot) -> Decimal:
        """Margin of the whole account as the broker has it now.

        Raises
        ------
        Transient
            If it cannot be had.
        """
        return self.asking.requirement(now)

    def holdings(self) -> Mapping[Contract, int]:
        """Signed contracts as the broker has them; what is not traded here is left out."""
        today = self.line.clock().date()
        rows = held_there(self._items("positions")).items()
        found = ((known(symbol, today), quantity) for symbol, quantity in rows)
        return {each: count // lot_of(each) for each, count in found if each is not None}

    def closed(self, day: date, at: datetime) -> Closed | None:
        """What the account was worth at the end of a day, if the broker can say it now."""
        found: list[Closed | None] = []
        self._try(at, lambda: found.append(self.asking.closed(day)))
        return next(iter(found), None)

    def find(self, intent: str) -> str | None:
        """The order of ours that stands for an intent: the live one, else the last.

        Raises
        ------
        OutcomeUnknown
            If one was sent and it cannot be known yet whether it was taken.
        """
        return self.inbox.standing_for(intent)

    # What is sent.

    def submit(self, approved: Approved, now: Snapshot) -> None:
        """Send an approved order, once; what became of it is a fact of a later ``poll``.

        Raises
        ------
        FuseBlown
            If it is more than may ever be sent.
        """
        order = approved.order
        self.remember([Sent(now.at, order)])
        self.fuse.holds(order, now.day.session.day, self.asking.net_liq)
        if order.replaces and self.inbox.number_of(order.replaces) is None:
            self._end(order, now.at, f"{order.replaces}, which it replaces, is not known there")
            return
        self.asking.balance = None  # whatever becomes of it, margin is another
        self._lay_beside(order, now)
        try:
            method, body = ("PUT", change_of) if order.replaces else ("POST", body_of)
            answer = self.line.send(method, self._orders(order), body(order))
        except OutcomeUnknown as silent:
            self._fresh.append(self.inbox.doubt(order, now.at, str(silent)))
        except (Transient, AuthExpired) as fault:
            self._end(order, now.at, f"not sent: {fault}", "lapsed")
            self._login(now.at, fault)
        else:
            if answer.is_no:
                self._end(order, now.at, answer.why, ended_by(answer))
            else:
                row = answer_to(order, answer.data.get("order", answer.data))
                self._hear(row, now.at, self._fees(now))

    def submit_together(self, approved: Sequence[Approved], now: Snapshot) -> None:
        """Send approved orders as one, once; each is looked for under a name of its own.

        Raises
        ------
        FuseBlown
            If one of them is more than may ever be sent.
        """
        orders = [each.order for each in approved]
        for order in orders:
            self.remember([Sent(now.at, order)])
            self.fuse.holds(order, now.day.session.day, self.asking.net_liq)
        self.asking.balance = None
        try:
            answer = self.line.send("POST", self._account("complex-orders"), oco_of(orders))
        except OutcomeUnknown as silent:
            self._fresh += [self.inbox.doubt(order, now.at, str(silent)) for order in orders]
        except (Transient, AuthExpired) as fault:
            for order in orders:
                self._end(order, now.at, f"not sent: {fault}", "lapsed")
            self._login(now.at, fault)
        else:
            for order in orders if answer.is_no else ():
                self._end(order, now.at, answer.why, ended_by(answer))
            fees = self._fees(now)
            for row in () if answer.is_no else answers_to(orders, answer.data.get("complex-order")):
                self._hear(row, now.at, fees)

    def _lay_beside(self, order: Order, now: Snapshot) -> None:
        """The broker's margin for an order that opens beside our own."""
        name, theirs = self.asking.alone
        mine = ours(order, now, self.house) if name == order.id and order.adds_risk else None
        if mine is not None:
            self._fresh.append(MarginCompared(now.at, order.id, theirs, mine))

    def cancel(self, order: str) -> None:
        """Ask for an order's end, which stays wanted until it has come; that is told at a later look."""
        self.cancels.want(order)
        self._withdraw(self._at or self.since)

    def _withdraw(self, at: datetime) -> None:
        """Ask for the ends that are wanted, of orders whose number is known by now."""
        for order in self.cancels.due(self.inbox, at):
            self.rounds = replace(self.rounds, orders=None)
            number = self.inbox.number_of(order) or ""
            whole = self.cancels.whole(self.inbox, order, number)
            self.odd += self.cancels.ask(self.line, order, number, at, whole)

    def _end(self, order: Order, at: datetime, why: str, how: str = "rejected") -> None:
        self._tell([OrderEnded(at, order.id, how, why)])

    # What is told, and looked up.

    def poll(self, now: Snapshot) -> Iterable[Fact]:
        """Everything that has become known since the last look, each thing once."""
        fees, rounds, self._at = self._fees(now), self.rounds, now.at
        self._listen(now.at)
        for message in self.news.take():
            self._message(message, now.at, fees)
        waits = {self.inbox.orders[name].waits for name in self.inbox.waiting}
        is_heard = self.news.kept.state is State.OPEN
        if (rounds if is_heard else rounds.unheard()).orders_due(
            now.at, self.news.gaps, doubt=bool(self.inbox.unconfirmed), working=False in waits,
            resting=True in waits,
        ):  # fmt: skip
            self._try(now.at, partial(self._look, now, fees))
        self._withdraw(now.at)
        if rounds.ledger_due(now, self.inbox.held, traded=fees.asked or self._compares(now.at)):
            self._try(now.at, partial(self._read_ledger, now))
        if self._compares(now.at):
            self._try(now.at, partial(self._compare, now.at))
            self._try(now.at, partial(self._ask_of_calls, now))
        if self.inbox.differences is None:
            self._doubt_books(now.at, "our books have not been compared with the broker's yet")
        facts, self._fresh = self._fresh, []
        return facts

    def _compares(self, at: datetime) -> bool:
        """Whether the books are to be compared, the ledger read before; nothing told is left out."""
        in_doubt = bool(self.inbox.differences) or self.inbox.reconciling
        known = may_compare(self.inbox, self._fresh, looked=self.rounds.looked)
        return known and self.rounds.books_due(at, differ=in_doubt)

    def _try(self, at: datetime, look: Callable[[], None]) -> None:
        """Look something up; what fails is said, and tried again at the next look."""
        try:
            look()
        except (Transient, Rejected, AuthExpired, DataError) as fault:
            self.odd.append(f"not looked up: {fault}")
            self._login(at, fault)
            return
        self._holds(at, LOGIN, "")

    def _login(self, at: datetime, fault: Exception) -> None:
        if isinstance(fault, AuthExpired):
            self._holds(at, LOGIN, str(fault))

    def _listen(self, at: datetime) -> None:
        """Nothing is opened while the account stream needs a person; it is looked up meanwhile."""
        self.odd += self.news.said_odd()
        lost = self.news.kept.state is State.NEEDS_HUMAN
        self._holds(at, CONNECTION, f"the account stream: {self.news.kept.why}" if lost else "")

    def _holds(self, at: datetime, reason: str, why: str) -> None:
        """A reason not to trade that is there, or not any more where there is no why."""
        if why and reason not in self._halted:
            self._tell([Halted(at, reason, why)])
        if not why and reason in self._halted:
            self._tell([Resumed(at, reason, "the broker answers again")])

    def _tell(self, facts: Sequence[Fact]) -> None:
        """Facts for the next ``poll``, remembered now."""
        self.remember(facts)
        self._fresh += facts

    def _doubt_books(self, at: datetime, why: str) -> None:
        """Nothing is opened until the books have been compared, which is done next."""
        self.rounds = replace(self.rounds, books=None)
        if not self.inbox.reconciling:
            self._tell([Halted(at, RECONCILING, why)])

    def _message(self, message: Json, at: datetime, fees: FeesOfDay) -> None:
        if message.get("type") == "Order":
            self._hear(message["data"], at, fees)
        elif message.get("type") == "ComplexOrder":
            for row in answers_to((), message["data"]):  # each of them has a number of its own
                self._hear(row, at, fees)

    def _hear(self, row: Json, at: datetime, fees: FeesOfDay) -> None:
        """What is told of an order; a row that cannot be read is said and left.

        What lives although it counted as over is not wanted any more.
        """
        try:
            seen = told(row, at.date())
        except DataError as odd:
            self.odd.append(str(odd))
            if self.inbox.is_ours(row):
                self._doubt_books(at, str(odd))
            return
        facts = self.inbox.hear(seen, at, fees)
        self._fresh += facts
        for fact in facts:
            match fact:
                case Halted(note=why):
                    self.odd.append(why)
                    self.rounds = replace(self.rounds, books=None)
                case Revived(order=order) if not seen.is_over:
                    self.cancels.want(order.id)
                case _:
                    continue

    def _look(self, now: Snapshot, fees: FeesOfDay) -> None:
        """Every order of today; in doubt those since it was sent as well.

        A gap hides what has become of anything that was waited for, however long ago it was sent.
        """
        gaps, rows = self.news.gaps, self._items("orders/live")
        if self.inbox.unconfirmed or self.rounds.gaps != gaps:
            last = self.rounds.orders or self.since
            missed = (last, *self.inbox.waiting_since) if self.rounds.gaps != gaps else ()
            first = min((*self.inbox.unconfirmed.values(), *missed, now.at)).date()
            query = {"start-date": first.isoformat(), "per-page": PAGE}
            rows = [*rows, *self.line.pages(self._account("orders"), **query)]
        for row in rows:
            self._hear(row, now.at, fees)
        self.rounds = replace(self.rounds, orders=now.at, gaps=gaps)
        self._lapse(now.at)

    def _lapse(self, at: datetime) -> None:
        """Orders that the broker does not have, although it has had the time to show them."""
        for name, sent in tuple(self.inbox.unconfirmed.items()):
            first = self._searched.setdefault(name, at)
            if at - max(first, sent) >= LEDGER_LAG:
                self._end(self.inbox.orders[name], at, "the broker never had it", "lapsed")

    def _read_ledger(self, now: Snapshot) -> None:
        """The rows that may be new, of those that are younger than this desk."""
        first = self.rounds.ledger_from(now, self.inbox.held, self.since)
        query = {"sort": "Asc", "start-date": first.isoformat(), "per-page": PAGE}
        rows, odd = self.line.pages(self._account("transactions"), **query), list[str]()
        facts, behind = read(rows, self.inbox, self.since, partial(fixed, now), odd)
        self._fresh += facts
        self.rounds = replace(self.rounds, ledger=now.at, behind=behind)
        self.asking.balance = None
        self.odd += odd
        for new in [each for each in odd if each not in self._said]:
            self._said.add(new)
            self._doubt_books(now.at, new)

    def _compare(self, at: datetime) -> None:
        """Our books against the broker's; what cannot be read of its own leaves them in doubt."""
        try:
            self._tell(list(compared(self._items("positions"), self.inbox, at)))
        except DataError as odd:
            self.odd.append(str(odd))
            self._doubt_books(at, str(odd))
        self.rounds = replace(self.rounds, books=at)

    def _ask_of_calls(self, now: Snapshot) -> None:
        """Whether the broker calls for margin: told when that begins, and when it is over."""
        called = bool(self.line.get(self._account("trading-status")).get("is-in-margin-call"))
        if called is not self._called:
            needs = self.requirement(now)
            worth = self.asking.net_liq or ZERO
            self._tell([(MarginCalled if called else MarginMet)(now.at, worth, needs)])

    def _fees(self, now: Snapshot) -> FeesOfDay:
        return FeesOfDay(self.line, self.fees, now.day.session.day)

    def _items(self, what: str) -> list[Json]:
        items = self.line.get(self._account(what)).get("items")
        if not isinstance(items, list):
            raise Transient(f"{what} came without a list of them")
        return items

    def _account(self, what: str) -> str:
        return f"/accounts/{self.line.account}/{what}"

    def _orders(self, order: Order) -> str:
        """Where an order goes: to the others, or in place of the one it replaces."""
        old = self.inbox.number_of(order.replaces) if order.replaces else None
        return self._account("orders" if old is None else f"orders/{old}")
