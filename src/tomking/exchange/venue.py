"""The exchange: takes orders, matches them later, charges, settles, and keeps its own ledger."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isnan

from tomking.core.calendar import Session
from tomking.core.contract import Contract
from tomking.core.errors import InvariantError, QuoteMissing, Rejected
from tomking.core.facts import Fact, OrderEnded
from tomking.core.money import ZERO, points
from tomking.core.order import Order
from tomking.core.product import is_adjusted
from tomking.core.reading import first_failure
from tomking.exchange import collateral, matching
from tomking.exchange.assignment import RATIONAL, Boundary, EarlyExercise, no_time_value
from tomking.exchange.charges import leg_fees
from tomking.exchange.clearing import Clearing, first_due
from tomking.exchange.fills import FillModel
from tomking.exchange.ledger import Ledger, apply, known, worth
from tomking.exchange.matching import Working
from tomking.market.snapshot import MID, Legs, Snapshot
from tomking.portfolio.columns import columns
from tomking.portfolio.fees import FeeSchedule
from tomking.portfolio.preflight import objections
from tomking.portfolio.preview import Preview

FILLED, CANCELLED, REJECTED, EXPIRED = "filled", "cancelled", "rejected", "expired"


class Exchange:
    """One account at one venue.

    Parameters
    ----------
    cash : Decimal
        Dollars at the start.
    fees : FeeSchedule
        What a leg costs.
    fill : FillModel
        Where between mid and the far side orders trade.
    house : str
        Whose margin rates apply: ``tastytrade`` or ``exchange``.
    latency_s : float
        Seconds from sending an order to the first instant it may trade; whatever it is, an order
        never trades in the snapshot it was sent in.
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
        latency_s: float = 1.0,
        exercise: EarlyExercise = RATIONAL,
        boundary: Boundary = no_time_value,
        start: Ledger | None = None,
    ) -> None:
        self._ledger = Ledger(cash) if start is None else known(start)
        self._clearing = Clearing(fees, exercise, boundary)
        self._fees = fees
        self._fill = fill
        self._latency_s = latency_s
        self._collateral = collateral.Collateral(house)
        self._working: dict[str, Working] = {}
        self._intents: dict[str, str] = {}
        self._ended: dict[str, str] = {}
        self._rejections: list[tuple[str, str]] = []
        self._cancels: dict[str, str] = {}
        self._columns: dict[str, tuple[int, ...]] | None = None
        self._wanted = columns(())
        self._held: Legs | None = None
        self._first_due: tuple[date, datetime] | None = None

    @property
    def ledger(self) -> Ledger:
        """The venue's ledger as it stands."""
        return self._ledger

    def holdings(self) -> Mapping[Contract, int]:
        """Signed contracts held."""
        return self._ledger.holdings

    def working(self) -> tuple[Order, ...]:
        """Orders that may still trade, oldest first."""
        return tuple(entry.order for entry in self._working.values())

    def find(self, intent: str) -> str | None:
        """The live order of an intent, else the last received; ``None`` if there never was one."""
        return self._intents.get(intent)

    def submit(self, order: Order, now: Snapshot) -> None:
        """Take an order; what becomes of it is a fact of a later step.

        Raises
        ------
        InvariantError
            If the same order was sent before: a blind retry is a double order.
        """
        if order.id in self._working or order.id in self._ended:
            raise InvariantError(f"{order.id} was sent twice; a new attempt needs a new number")
        note = self._objection(order, now)
        if not note or self.find(order.intent) not in self._working:
            self._intents[order.intent] = order.id
        if note:
            self._ended[order.id] = REJECTED
            self._rejections.append((order.id, note))
            return
        if order.replaces in self._working:
            self._cancels[order.replaces] = f"replaced by {order.id}"
        closes = now.day.session.closes
        self._working[order.id] = matching.working(order, now.at, closes, self._latency_s)
        self._forget_orders()

    def cancel(self, order_id: str) -> None:
        """Ask for an order to end; one that has ended already is left alone, its end was a fact.

        Raises
        ------
        Rejected
            If no such order was ever received.
        """
        if order_id in self._working:
            self._cancels.setdefault(order_id, "")
        elif order_id not in self._ended:
            raise Rejected(f"no order {order_id} was ever received; look at the working orders")

    def step(self, now: Snapshot) -> list[Fact]:
        """Everything that happens by this instant, in a fixed order.

        Rejections, settlements, cancels, matches, and at the close the end of orders for the day.
        """
        session, at = now.day.session, now.at
        facts: list[Fact] = []
        if self._rejections:
            facts += [OrderEnded(at, order, REJECTED, note) for order, note in self._rejections]
            self._rejections.clear()
        if self._clearing.is_due(now, self._due(session)):
            facts += self._clear(now)
        if not self._working:
            return facts
        if self._cancels:
            cancels = tuple(self._cancels.items())
            facts += [self._end(at, order, CANCELLED, why) for order, why in cancels]
        if session.opens <= at <= session.closes:
            facts += self._match(now)
        facts += [
            self._end(at, entry.order.id, EXPIRED, "its day is over")
            for entry in tuple(self._working.values())
            if not entry.order.rests and at >= entry.day_ends
        ]
        return facts

    def preview(self, order: Order, now: Snapshot) -> Preview:
        """What an order would need and cost; one that takes risk off is not asked about margin."""
        legs = columns([(leg.contract, leg.quantity * order.units) for leg in order.legs])
        mids = [ZERO if isnan(mid) else points(mid) for mid in now.marks(legs).table[MID].tolist()]
        fees = sum(leg_fees(self._fees, order, mids, now.day.session.day), ZERO)
        if not order.adds_risk:
            return Preview(ZERO, ZERO, ZERO, fees, "not asked")
        before, after, alone = self._collateral.change(self._ledger.holdings, order, now)
        return Preview(before, after, alone, fees, "estimate")

    def requirement(self, now: Snapshot) -> Decimal:
        """Margin of everything held, in dollars."""
        return self._collateral.total(self._ledger.holdings, now)

    def net_liq(self, now: Snapshot) -> Decimal:
        """Cash and what is held at mid, in dollars.

        Raises
        ------
        QuoteMissing
            If a holding has no mark.
        """
        if self._held is None:
            self._held = columns(tuple(self._ledger.holdings.items()))
        return worth(self._ledger, collateral.mids(self._held, now))

    def _objection(self, order: Order, now: Snapshot) -> str:
        """Why the venue will not take an order, as a sentence; empty if it will."""
        for root in (leg.contract.root for leg in order.legs):
            if is_adjusted(root):
                return f"{root} is adjusted; close it in the broker's own application"
        alive = self.find(order.intent)
        if alive in self._working and alive != order.replaces:
            return f"{alive} is working for the same intent; replace or cancel it first"
        if order.replaces and self._ended.get(order.replaces, "") == FILLED:
            return f"{order.replaces}, which it would replace, has filled"
        objection = first_failure(
            objections(order, holdings=self._ledger.holdings, session=now.day.session, at=now.at)
        )
        return "" if objection is None else str(objection)

    def _due(self, session: Session) -> datetime:
        """The earliest end of anything held or wanted, worked out once a session and change."""
        if self._first_due is None or self._first_due[0] != session.day:
            wanted = (leg.contract for entry in self._working.values() for leg in entry.order.legs)
            contracts = (*self._ledger.holdings, *wanted)
            self._first_due = session.day, first_due(contracts, session)
        return self._first_due[1]

    def _clear(self, now: Snapshot) -> list[Fact]:
        """Meet the barriers that are due, and end the orders that name what is over."""
        ledger, facts = self._clearing.barrier(self._ledger, now)
        self._keep(ledger)
        gone = [
            entry.order.id
            for entry in self._working.values()
            if now.at >= first_due((leg.contract for leg in entry.order.legs), now.day.session)
        ]
        settled = facts or now.at >= now.day.session.closes
        facts += [self._end(now.at, order, EXPIRED, "a contract of it expired") for order in gone]
        return [*facts, *self._margin_call(now)] if settled else facts

    def _margin_call(self, now: Snapshot) -> list[Fact]:
        """A margin call or its end; while something held has no quote nobody knows, and none comes."""
        try:
            return self._clearing.margin(now.at, self.net_liq(now), self.requirement(now))
        except QuoteMissing:
            return []

    def _match(self, now: Snapshot) -> list[Fact]:
        """Fill what the quotes allow, oldest order first."""
        ready = [entry for entry in self._working.values() if matching.is_matchable(entry, now.at)]
        if not ready:
            return []
        places = self._places()
        rows: Sequence[Sequence[float]] = now.marks(self._wanted).table.tolist()
        facts: list[Fact] = []
        for entry in ready:
            prices = matching.package(entry, rows, places[entry.order.id], self._fill)
            if prices is not None:
                facts += self._traded(entry.order, prices, rows, places[entry.order.id], now)
        return facts

    def _traded(
        self,
        order: Order,
        prices: Sequence[float],
        rows: Sequence[Sequence[float]],
        places: Sequence[int],
        now: Snapshot,
    ) -> list[Fact]:
        """A package that met its price: its fills and its end; no fills if it closes too much."""
        exact, at = matching.fill_prices(order, prices), now.at
        if exact is None:
            return []
        gone = matching.overclosed(order, self._ledger.holdings)
        if gone is not None:
            held = self._ledger.held(gone)
            return [self._end(at, order.id, CANCELLED, f"closes more {gone} than the {held} held")]
        fees = leg_fees(self._fees, order, exact, now.day.session.day)
        facts: list[Fact] = [
            *matching.fills(order, exact, matching.mids_at(rows, places), fees, at)
        ]
        ledger = self._ledger
        for fact in facts:
            ledger = apply(ledger, fact)
        self._keep(ledger)
        return [*facts, self._end(at, order.id, FILLED, "")]

    def _end(self, at: datetime, order: str, how: str, note: str) -> Fact:
        """Take an order out of the book."""
        del self._working[order]
        self._cancels.pop(order, None)
        self._ended[order] = how
        self._forget_orders()
        return OrderEnded(at, order, how, note)

    def _places(self) -> dict[str, tuple[int, ...]]:
        """The columns of every working order's legs, built when the orders have changed."""
        if self._columns is None:
            contracts = list(
                dict.fromkeys(
                    leg.contract for entry in self._working.values() for leg in entry.order.legs
                )
            )
            place = {contract: column for column, contract in enumerate(contracts)}
            self._wanted = columns([(contract, 1) for contract in contracts])
            self._columns = {
                name: tuple(place[leg.contract] for leg in entry.order.legs)
                for name, entry in self._working.items()
            }
        return self._columns

    def _keep(self, ledger: Ledger) -> None:
        """Another ledger: what was worked out from the last one is forgotten."""
        if ledger is not self._ledger:
            self._ledger = ledger
            self._held = self._first_due = None
            self._collateral.forget()

    def _forget_orders(self) -> None:
        self._columns = self._first_due = None
