"""The floor: where working orders look at the quotes and trade, oldest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from math import isnan

from tomking.core.facts import Fact
from tomking.core.money import points
from tomking.exchange import matching
from tomking.exchange.account import Account
from tomking.exchange.charges import part_fees
from tomking.exchange.fills import FillModel
from tomking.exchange.ledger import apply
from tomking.exchange.looks import Look
from tomking.exchange.orders import Orders
from tomking.exchange.prices import at_limit
from tomking.exchange.working import Status, Working, is_matchable, released
from tomking.market.snapshot import MID, Snapshot
from tomking.portfolio.columns import columns


class Floor:
    """Matches orders by one fill model.

    The columns of their legs are laid out when the orders have changed; which of them looked before
    is remembered, since what stood in the market trades at its limit.
    """

    def __init__(self, fill: FillModel, seed: int, latency_s: float) -> None:
        self._fill = fill
        self._seed = seed
        self._latency_s = latency_s
        self._version = -1
        self._places: dict[str, tuple[int, ...]] = {}
        self._wanted = columns(())
        self._looked: dict[str, datetime] = {}

    def looked(self) -> dict[str, datetime]:
        """When each order was last looked at, as a value."""
        return dict(self._looked)

    def take_up(self, looked: Mapping[str, datetime]) -> None:
        """Go on where another floor was: the columns of its orders are laid out anew."""
        self._looked, self._version = dict(looked), -1

    def match(self, orders: Orders, account: Account, now: Snapshot) -> list[Fact]:
        """Fill what the quotes allow."""
        closes = now.day.session.closes
        ready = [
            entry
            for entry in orders.working.values()
            if is_matchable(entry, now.at) and now.at <= closes + entry.late
        ]
        if not ready:
            return []
        look = self._look(orders, now)
        facts: list[Fact] = []
        for entry in ready:
            if entry.order.id in orders.working:  # the fill of an earlier one may have ended it
                facts += self._met(entry, look, orders, account)
        return facts

    def meet(
        self, entry: Working, orders: Orders, account: Account, now: Snapshot, most: int
    ) -> list[Fact]:
        """Somebody takes an order at its own limit, or at mid where it has none; see ``Exchange``."""
        look, limit = self._look(orders, now), entry.order.limit
        columns = look.places[entry.order.id]
        mids = [look.rows[MID][column] for column in columns]
        if any(map(isnan, mids)):
            return []
        prices = (
            tuple(map(points, mids))
            if limit is None
            else at_limit(entry.order, limit, look.rows, columns)
        )
        return [] if prices is None else [*self._traded(entry, prices, look, orders, account, most)]

    def _met(self, entry: Working, look: Look, orders: Orders, account: Account) -> Iterator[Fact]:
        """What a look means for an order: its stop is touched, some of it trades, or nothing."""
        if not entry.triggered:
            if matching.touched(entry, look, self._fill):
                live = released(entry, look.at, self._latency_s)
                orders.change(replace(live, triggered=True))
            return
        seen = self._looked.get(entry.order.id)
        self._looked[entry.order.id] = look.at
        prices = matching.met(entry, look, self._fill, seen, self._seed)
        if prices is not None:
            yield from self._traded(entry, prices, look, orders, account)

    def _traded(
        self,
        entry: Working,
        prices: Sequence[Decimal],
        look: Look,
        orders: Orders,
        account: Account,
        most: int = 0,
    ) -> Iterator[Fact]:
        """A package that met its price: its fills and its end; or its end, as things are held now."""
        order, ledger = entry.order, account.ledger
        units = min(entry.left, most or self._fill.lot or entry.left)
        why = matching.barred(replace(order, units=units), ledger.holdings)
        if why:
            yield from orders.end(order.id, Status.CANCELLED, why, look.at)
            return
        day = look.session.day
        fees = part_fees(account.fees, order, prices, day, entry.filled, units)
        for fill in matching.fills(entry, units, prices, fees, look):
            ledger = apply(ledger, fill)
            yield fill
        account.keep(ledger)
        yield from orders.filled(order.id, units, look.at)

    def _look(self, orders: Orders, now: Snapshot) -> Look:
        """The quotes of everything the working orders want, in one call."""
        if self._version != orders.version:
            self._lay_out(orders)
        table: list[list[float]] = now.marks(self._wanted).table.tolist()
        return Look(now.at, now.day.session, table, self._places)

    def _lay_out(self, orders: Orders) -> None:
        at_work = orders.working
        legs = (leg.contract for entry in at_work.values() for leg in entry.order.legs)
        place = {contract: column for column, contract in enumerate(dict.fromkeys(legs))}
        self._wanted = columns([(contract, 1) for contract in place])
        self._places = {
            name: tuple(place[leg.contract] for leg in entry.order.legs)
            for name, entry in at_work.items()
        }
        self._looked = {name: at for name, at in self._looked.items() if name in at_work}
        self._version = orders.version
