"""The exchange: takes orders, matches them later, charges, settles, and keeps its own ledger."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from tomking.core.calendar import AFTER_CLOSE, Session
from tomking.core.contract import Contract
from tomking.core.errors import InvariantError, QuoteMissing, Rejected
from tomking.core.facts import CashMoved, Fact
from tomking.core.money import ZERO
from tomking.core.order import Bracket, Order
from tomking.core.venue import Code
from tomking.exchange import brackets, routing
from tomking.exchange.account import Account
from tomking.exchange.assignment import RATIONAL, Boundary, EarlyExercise, rational
from tomking.exchange.calls import Calls
from tomking.exchange.clearing import Clearing, first_due
from tomking.exchange.fills import FillModel
from tomking.exchange.floor import Floor
from tomking.exchange.kept import KeptExchange
from tomking.exchange.ledger import Ledger, apply, known
from tomking.exchange.orders import Orders
from tomking.exchange.working import LATENCY_S, Status, status, working
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import FeeSchedule
from tomking.portfolio.margin.house import AccountType, account_of
from tomking.portfolio.preview import NOT_ASKED, Preview, Refusal

Versions = tuple[int, int]


class Exchange:
    """One account at one venue.

    Parameters
    ----------
    cash : Decimal
        Dollars at the start.
    fees : FeeSchedule
        What a leg costs.
    fill : FillModel
        Where between mid and the far side orders trade, and how much of one at once.
    house : str
        Whose margin rates apply, and to what account: ``tastytrade``, ``exchange``, ``ira``, ``cash``.
    latency_s : float
        Seconds from sending anything to its effect: an order to the first instant it may trade, a
        cancel to its confirmation. Whatever it is, an order never trades in the snapshot it was sent
        in.
    seed : int
        Of the die that a patient fill model throws.
    exercise : EarlyExercise
        How holders of what the account is short act before and at expiry.
    boundary : Boundary
        What they take for too deep in the money to hold on.
    start : Ledger
        What the account owns already, instead of cash alone.

    Raises
    ------
    ConfigError
        If it owns a contract of an unknown root or an adjusted one.
    """

    def __init__(
        self,
        cash: Decimal,
        fees: FeeSchedule,
        fill: FillModel,
        house: str,
        latency_s: float = LATENCY_S,
        seed: int = 0,
        exercise: EarlyExercise = RATIONAL,
        boundary: Boundary = rational,
        start: Ledger | None = None,
    ) -> None:
        self._account = Account(Ledger(cash) if start is None else known(start), fees, house)
        self._clearing = Clearing(fees, exercise, boundary)
        self._calls = Calls(may_call=account_of(house) is not AccountType.CASH)
        self._orders = Orders(latency_s)
        self._floor = Floor(fill, seed, latency_s)
        self._latency_s = latency_s
        self._at: datetime | None = None
        self._unrouted: set[str] = set()
        self._dry: tuple[Order, Snapshot, Versions, Preview] | None = None
        self._first_due: tuple[tuple[date, int, int], datetime] | None = None

    def kept(self) -> KeptExchange:
        """All that another exchange of the same terms needs to go on from here, as a value."""
        return KeptExchange(
            self._account.ledger, self._orders.kept(), self._calls.kept(), self._clearing.kept(),
            self._floor.looked(), tuple(sorted(self._unrouted)), self._at, self._account.version,
        )  # fmt: skip

    def take_up(self, kept: KeptExchange) -> None:
        """Go on where another exchange was."""
        self._account.take_up(known(kept.ledger), kept.version)
        self._orders.take_up(kept.orders)
        self._calls.take_up(kept.calls)
        self._clearing.take_up(kept.clearing)
        self._floor.take_up(kept.looked)
        self._unrouted, self._at = set(kept.unrouted), kept.at
        self._dry = self._first_due = None

    @property
    def ledger(self) -> Ledger:
        """The venue's ledger as it stands."""
        return self._account.ledger

    def holdings(self) -> Mapping[Contract, int]:
        """Signed contracts held."""
        return self._account.ledger.holdings

    def working(self) -> tuple[Order, ...]:
        """Orders that may still trade, oldest first."""
        return tuple(entry.order for entry in self._orders.working.values())

    def find(self, intent: str) -> str | None:
        """The live order of an intent, else the last received; ``None`` if there never was one."""
        return self._orders.find(intent)

    def status(self, order_id: str, at: datetime) -> Status | None:
        """Where an order is in its life; ``None`` if it was never received."""
        entry = self._orders.working.get(order_id)
        return self._orders.ended.get(order_id) if entry is None else status(entry, at)

    def submit(self, order: Order, now: Snapshot) -> None:
        """Take an order; what becomes of it is a fact of a later step.

        Raises
        ------
        InvariantError
            If the same order was sent before: a blind retry is a double order.
        """
        self._new(order)
        said = self._dry_run(order, now)
        if said.refusals:
            self._orders.refuse(order, "; ".join(map(str, said.refusals)))
        else:
            self._take(order, now, said)

    def submit_bracket(self, bracket: Bracket, now: Snapshot) -> None:
        """Take orders that know of each other, all of them or none.

        Raises
        ------
        InvariantError
            If one of them was sent before.
        """
        for order in bracket.orders:
            self._new(order)
        said, refusals = self._tried(bracket, now)
        for order in bracket.orders:
            if refusals:
                self._orders.refuse(order, "; ".join(map(str, refusals)))
            else:
                self._take(order, now, said[order.id], bracket)

    def preview_bracket(self, bracket: Bracket, now: Snapshot) -> Preview:
        """The dry run of orders that know of each other: that of the first, refused for any of them."""
        said, refusals = self._tried(bracket, now)
        return replace(said[bracket.orders[0].id], refusals=refusals)

    def _tried(
        self, bracket: Bracket, now: Snapshot
    ) -> tuple[dict[str, Preview], tuple[Refusal, ...]]:
        """The dry run of each order of a bracket, and all that is against any of them."""
        held = brackets.held_after(bracket.first, self._account.ledger.holdings)
        said = {order.id: self._dry_run(order, now, held) for order in bracket.together}
        if bracket.first is not None:
            said[bracket.first.id] = self._dry_run(bracket.first, now)
        shape = brackets.shape_objection(bracket)
        odd = (Refusal(Code.VALIDATION, shape),) if shape else ()
        return said, (*(each for seen in said.values() for each in seen.refusals), *odd)

    def cancel(self, order_id: str) -> None:
        """Ask for an order to end, a latency after the last look; a fill may be faster.

        One that has ended already is left alone, its end was a fact.

        Raises
        ------
        Rejected
            If no such order was ever received.
        """
        if order_id not in self._orders:
            raise Rejected(f"no order {order_id} was ever received; look at the working orders")
        if order_id in self._orders.working and self._at is not None:
            self._orders.ask_to_end(order_id, self._at, "")

    def step(self, now: Snapshot) -> list[Fact]:
        """Everything that happens by this instant, in a fixed order.

        Rejections, cancels, the barrier of the clearing house, what routing finds, matches, at the
        close the end of orders for the day, and last a margin call or its end.
        """
        self._at = now.at
        facts: list[Fact] = [*self._orders.look(now.at)]
        if self._clearing.is_due(now, self._due(now.day.session)):
            facts += self._clear(now)
        if self._orders.working:
            facts += self._trade(now)
        if self._calls.is_due(self._account.version, self._account.roots, now):
            facts += self._margin_call(now)
        return facts

    def _trade(self, now: Snapshot) -> Iterator[Fact]:
        """What routing finds, what matches, and the orders whose time is over."""
        session, at = now.day.session, now.at
        if self._unrouted:
            yield from routing.routed(self._unrouted, self._orders, session, at)
        if session.opens <= at <= session.at(session.minutes + AFTER_CLOSE):
            yield from self._floor.match(self._orders, self._account, now)
        yield from self._orders.over(at)

    def move_cash(self, fact: CashMoved) -> None:
        """Money comes in or goes out other than by trading."""
        self._account.keep(apply(self._account.ledger, fact))

    def meet(self, order_id: str, now: Snapshot, units: int = 0) -> list[Fact]:
        """Let somebody take so many units of an order, or all, at its limit or at mid without one.

        The quotes need not allow it. It is for tests of those who trade here, which want a fill at a
        certain instant, and nothing else ever asks for it.
        """
        entry = self._orders.working.get(order_id)
        if entry is None or entry.waits or not entry.order.legs:
            return []
        return self._floor.meet(entry, self._orders, self._account, now, units)

    def withdraw(self, order_id: str, why: str, now: Snapshot) -> list[Fact]:
        """End a working order at once, as a house does that asks nobody: for tests, like ``meet``."""
        if order_id not in self._orders.working:
            return []
        return [*self._orders.end(order_id, Status.CANCELLED, why, now.at)]

    def preview(self, order: Order, now: Snapshot) -> Preview:
        """The dry run: what an order would need, cost and leave, and why it would be refused.

        One that takes risk off is not asked about margin, unless it takes cover away.

        Raises
        ------
        QuoteMissing
            If what it would need cannot be worked out.
        """
        if self._dry is not None:
            asked, then, versions, seen = self._dry
            if asked is order and then is now and versions == self._versions:
                return seen
        made = self._estimate(order, now, self._account.ledger.holdings)
        self._dry = order, now, self._versions, made
        return made

    def requirement(self, now: Snapshot) -> Decimal:
        """Margin of everything held, in dollars."""
        return self._account.requirement(now)

    def net_liq(self, now: Snapshot) -> Decimal:
        """Cash and what is held at mid, in dollars.

        Raises
        ------
        QuoteMissing
            If a holding has no mark.
        """
        return self._account.net_liq(now)

    @property
    def _versions(self) -> Versions:
        """Changes so far of orders and ledger: what was worked out holds until one of them grows."""
        return self._orders.version, self._account.version

    def _new(self, order: Order) -> None:
        if order.id in self._orders:
            raise InvariantError(f"{order.id} was sent twice; a new attempt needs a new number")

    def _take(
        self, order: Order, now: Snapshot, said: Preview, bracket: Bracket | None = None
    ) -> None:
        """Put an accepted order to work, behind the first of its bracket if it has one."""
        entry = working(order, now.at, now.day.session, self._latency_s)
        asked = max(said.impact, said.change + said.fees) if order.adds_risk else ZERO
        entry = replace(entry, reserved=max(ZERO, asked))
        group = ""
        if bracket is not None and order is not bracket.first:
            group = bracket.id
            entry = replace(entry, waits=bracket.first.id if bracket.first else "")
        self._at = now.at
        self._unrouted.add(order.id)
        self._orders.take(entry, group)

    def _dry_run(
        self, order: Order, now: Snapshot, held: Mapping[Contract, int] | None = None
    ) -> Preview:
        """The dry run an order is taken by: one whose margin nobody can work out is refused."""
        try:
            return self.preview(order, now) if held is None else self._estimate(order, now, held)
        except QuoteMissing as missing:
            refusal = Refusal(Code.MARGIN, str(missing))
            return replace(NOT_ASKED, refusals=(refusal,))

    def _estimate(self, order: Order, now: Snapshot, held: Mapping[Contract, int]) -> Preview:
        """The dry run of an order that would meet these holdings."""
        said = tuple(routing.objections(order, self._orders, held, now.day.session, now.at))
        if not order.legs:
            return replace(NOT_ASKED, refusals=said)
        reserved = self._orders.reserved(besides=order.replaces)
        seen = self._account.dry_run(order, now, reserved)
        return replace(seen, refusals=(*said, *seen.refusals))

    def _due(self, session: Session) -> datetime:
        """The earliest end of anything held or wanted, worked out once a session and change."""
        when = session.day, self._orders.version, self._account.version
        if self._first_due is None or self._first_due[0] != when:
            at_work = self._orders.working.values()
            wanted = (leg.contract for entry in at_work for leg in entry.order.legs)
            due = first_due((*self._account.ledger.holdings, *wanted), session)
            self._first_due = when, due
        return self._first_due[1]

    def _clear(self, now: Snapshot) -> list[Fact]:
        """Meet the barriers that are due, and end the orders that name what is over."""
        self._calls.owed |= self._clearing.is_evening(now)
        ledger, facts = self._clearing.barrier(self._account.ledger, now)
        self._account.keep(ledger)
        for name, entry in tuple(self._orders.working.items()):
            due = first_due((leg.contract for leg in entry.order.legs), now.day.session)
            if now.at >= due and name in self._orders.working:
                why = "a contract of it expired"
                facts += self._orders.end(name, Status.EXPIRED, why, now.at)
        return facts

    def _margin_call(self, now: Snapshot) -> list[Fact]:
        """A margin call or its end; while something held has no quote it is asked again later."""
        try:
            carries, needed = self._account.equity(now), self.requirement(now)
            prices = self._account.prices(now)
            return self._calls.answered(now.at, carries, needed, self._account.version, prices)
        except QuoteMissing:
            return []
