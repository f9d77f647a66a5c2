"""The server over HTTP against an exchange in this process, through sequences nobody wrote down.

After every step balances, positions, orders, transactions and what the account stream said are those
of an exchange that was given the same orders at the same instants and never restarted. 20 sequences
in the suite, 500 with ``TOMKING_FULL=1`` (``make prove``).
"""

import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tomking.core.contract import Right
from tomking.core.facts import Settled
from tomking.core.reading import Skip
from tomking.exchange.fills import spread_fraction
from tomking.exchange.venue import Exchange
from tomking.market.sessions import next_session
from tomking.market.snapshot import Quote
from tomking.portfolio.fees import TASTYTRADE
from worlds.served import world_at
from worlds.twin import Twin, Wish
from worlds.visited import Json, Visited

pytestmark = pytest.mark.integration

T = TypeVar("T")
CASH = "1000000"
#: Days to expiry, absolute delta: what is traded.
NEAR, FAR = 2, 30
RIGHTS, DAYS = st.sampled_from((Right.PUT, Right.CALL)), st.sampled_from((NEAR, FAR))
DELTAS = st.sampled_from((0.95, 0.6, 0.3, 0.1))
#: How far from mid to the far side a price goes; below nought it waits.
REACHES = st.sampled_from((1.5, 1.0, 0.5, 0.0, -3.0, -20.0))
SIDES, COUNTS, TIFS = st.sampled_from((-1, 1)), st.integers(1, 3), st.sampled_from(("Day", "GTC"))
PLACES = st.integers(0, 50)
CENT = Decimal("0.01")
#: What has to happen in some sequence or other.
WANTED = (
    "placed",
    "refused",
    "dry run",
    "replaced",
    "cancelled",
    "complex",
    "restarts",
    "LegFilled",
    "expired",
    "assigned",
)
#: What has happened in all sequences together.
SEEN: dict[str, int] = {}


class Sequences(RuleBasedStateMachine):
    """One account at the server, and its twin."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="tomking-twin-")
        self.there = Visited(Path(self.folder.name) / "ledger.db", CASH)
        world, _ = world_at(cash=CASH)
        exchange = Exchange(Decimal(CASH), TASTYTRADE, spread_fraction(0.5), "tastytrade")
        self.twin = Twin(exchange, world.market)
        self.rows: dict[int, Json] = {}
        self.told = 0

    @initialize()
    def opened(self) -> None:
        """The first look of both."""
        self._look()

    def teardown(self) -> None:
        """The server goes, and its file."""
        self.there.close()
        self.folder.cleanup()
        for fact in self.twin.facts:
            kind = fact.settlement if isinstance(fact, Settled) else type(fact).__name__
            SEEN[kind] = SEEN.get(kind, 0) + 1

    @rule(right=RIGHTS, days=DAYS, delta=DELTAS, side=SIDES, count=COUNTS, reach=REACHES, tif=TIFS)
    def place(
        self, right: Right, days: int, delta: float, side: int, count: int, reach: float, tif: str
    ) -> None:
        """An option, opened."""
        self._place(self._opening(right, days, delta, side * count, reach, tif))

    @rule(right=RIGHTS, days=DAYS, side=SIDES, count=COUNTS, reach=REACHES, tif=TIFS)
    def place_spread(
        self, right: Right, days: int, side: int, count: int, reach: float, tif: str
    ) -> None:
        """Two options as one package, opened."""
        legs = [(self._quote(right, days, delta), n) for delta, n in ((0.3, side), (0.1, -side))]
        self._place(_wish([(quote, n * count, True) for quote, n in legs], reach, tif))

    @rule(right=RIGHTS, days=DAYS, delta=DELTAS, side=SIDES, count=COUNTS, reach=REACHES)
    def try_out(
        self, right: Right, days: int, delta: float, side: int, count: int, reach: float
    ) -> None:
        """A dry run, which changes nothing."""
        wish = self._opening(right, days, delta, side * count, reach, "Day")
        status, _ = self.there.ask("POST", "orders/dry-run", wish.body())
        assert status == (422 if self.twin.refused(wish) else 201)
        _count("dry run")

    @precondition(lambda self: self.twin.exchange.holdings())
    @rule(place=PLACES, reach=REACHES, tif=TIFS)
    def close(self, place: int, reach: float, tif: str) -> None:
        """Something held, closed."""
        self._place(self._closing(place, reach, tif))

    @precondition(lambda self: self.twin.orders)
    @rule(place=PLACES, cents=st.integers(-20, 20))
    def replace(self, place: int, cents: int) -> None:
        """An order, at another price."""
        number = _one_of(list(self.twin.orders), place)
        old = self.twin.wishes[number]
        wish = Wish(old.legs, old.limit + cents * CENT, old.tif)
        status, _ = self.there.ask("PUT", f"orders/{number}", wish.body(with_legs=False))
        assert status == (200 if self.twin.place(wish, number) else 422)
        _count("replaced" if status == 200 else "replacing refused")

    @precondition(lambda self: self.twin.orders)
    @rule(place=PLACES)
    def cancel(self, place: int) -> None:
        """An order, taken back."""
        number = _one_of(list(self.twin.orders), place)
        status, _ = self.there.ask("DELETE", f"orders/{number}")
        assert status == (200 if self.twin.cancel(number) else 422)
        _count("cancelled" if status == 200 else "cancelling refused")

    @rule(right=RIGHTS, side=SIDES, reach=REACHES, other=REACHES, tif=TIFS)
    def place_otoco(self, right: Right, side: int, reach: float, other: float, tif: str) -> None:
        """An opening, and two orders that would close what it opens."""
        first = self._opening(right, FAR, 0.3, side, reach, tif)
        quote = self._quote(right, FAR, 0.3)
        behind = (
            _wish([(quote, -side, False)], other, tif), _wish([(quote, -side, False)], -20.0, tif),
        )  # fmt: skip
        body = {
            "type": "OTOCO",
            "trigger-order": first.body(),
            "orders": [x.body() for x in behind],
        }
        self._place_together(body, first, behind)

    @precondition(lambda self: self.twin.exchange.holdings())
    @rule(place=PLACES, reach=REACHES, other=REACHES)
    def place_oco(self, place: int, reach: float, other: float) -> None:
        """Two orders that would close the same, of which one may."""
        both = (self._closing(place, reach, "GTC"), self._closing(place, other, "Day"))
        self._place_together({"type": "OCO", "orders": [x.body() for x in both]}, None, both)

    @precondition(lambda self: self.twin.groups)
    @rule(place=PLACES)
    def cancel_together(self, place: int) -> None:
        """A complex order, taken back."""
        number = _one_of(list(self.twin.groups), place)
        status, _ = self.there.ask("DELETE", f"complex-orders/{number}")
        assert status == 200
        for each in self.twin.groups[number]:
            self.twin.cancel(each)

    @rule(minutes=st.sampled_from((0.02, 1.0, 2.0, 30.0, 120.0)))
    def wait(self, minutes: float) -> None:
        """Time goes by."""
        self.there.at.pass_minutes(minutes)
        self._look()

    @rule(evenings=st.integers(1, 3), wakes=st.booleans())
    def sleep(self, evenings: int, wakes: bool) -> None:
        """Sessions are over, and maybe the last night too: what is due expires or is assigned."""
        for _ in range(evenings):
            session = self.twin.now.day.session
            if self.there.at() > session.closes:
                session = next_session(session.day)
            self.there.at.at = session.closes + timedelta(minutes=30)
            self._look()
        if wakes:
            self.there.at.at = next_session(self.twin.now.day.session.day).at(1.0)
            self._look()

    @rule()
    def restart(self) -> None:
        """The server is gone and comes again; it looks at the market anew."""
        self.there.restart()
        self.rows = {}
        self._look()
        _count("restarts")

    @invariant()
    def orders_agree(self) -> None:
        """Every order is where the twin has it, has traded what it has, and the stream said so."""
        rows = {row["id"]: row for row in self.there.rows("orders")}
        assert rows.keys() == self.twin.orders.keys()
        for number, row in rows.items():
            assert row["status"] == self.twin.word(number)
            assert _fills(row) == self.twin.fills(number)
        self.there.listen()
        for number, row in rows.items():
            if self.rows and self.rows.get(number) != row:
                assert self.there.orders[number] == row
        self.rows = rows

    @invariant()
    def accounts_agree(self) -> None:
        """Cash, worth, margin and holdings are the twin's, and the stream said what is held."""
        held = {row["symbol"]: row for row in self.there.rows("positions")}
        self.there.listen()
        found = {
            name: (_signed(row), Decimal(row["average-open-price"])) for name, row in held.items()
        }
        assert found.keys() == self.twin.held().keys()
        for name, (quantity, price) in self.twin.held().items():
            assert found[name][0] == quantity
            assert abs(found[name][1] - price) < Decimal("1e-9")
        for name, row in self.there.positions.items():
            assert name not in held or _signed(held[name]) == _signed(row)
        money = self.twin.money()
        if money is not None:
            _, said = self.there.ask("GET", "balances/USD")
            names = ("cash-balance", "net-liquidating-value", "maintenance-requirement")
            assert tuple(Decimal(said["data"][name]) for name in names) == money

    @invariant()
    def transactions_agree(self) -> None:
        """Every fill and every end of a contract is booked once, for what it brought."""
        found = [
            (row.get("symbol", ""), int(Decimal(row.get("quantity", "0"))), _net(row))
            for row in reversed(self.there.rows("transactions"))
        ]
        assert found == list(self.twin.moved())

    def _look(self) -> None:
        self.there.ask("GET", "positions")
        self.twin.look(self.there.at())

    def _place(self, wish: Wish) -> None:
        status, said = self.there.ask("POST", "orders", wish.body())
        number = self.twin.place(wish)
        assert status == (201 if number else 422)
        assert not number or said["data"]["order"]["id"] == number
        _count("placed" if number else "refused")

    def _place_together(self, body: Json, first: Wish | None, others: tuple[Wish, ...]) -> None:
        status, said = self.there.ask("POST", "complex-orders", body)
        number = self.twin.place_together(first, others)
        assert status == (201 if number else 422)
        assert not number or said["data"]["complex-order"]["id"] == number
        _count("complex" if number else "complex refused")

    def _opening(
        self, right: Right, days: int, delta: float, quantity: int, reach: float, tif: str
    ) -> Wish:
        return _wish([(self._quote(right, days, delta), quantity, True)], reach, tif)

    def _closing(self, place: int, reach: float, tif: str) -> Wish:
        contract = _one_of(list(self.twin.exchange.holdings()), place)
        quantity = -self.twin.exchange.holdings()[contract]
        mid = Decimal(str(round(self.twin.exchange.ledger.entry(contract), 2)))
        limit = -mid * (1 if quantity > 0 else -1) - Decimal(str(reach)) * CENT
        return Wish(((contract, quantity, False),), limit.quantize(CENT), tif)

    def _quote(self, right: Right, days: int, delta: float) -> Quote:
        chain = self.twin.now.chain("SPY")
        assert not isinstance(chain, Skip)
        expiry = chain.expiry_near(days, 10)
        assert not isinstance(expiry, Skip)
        quote = chain.by_delta(expiry, right, delta)
        if isinstance(quote, Skip):  # it expired this evening
            return self._quote(right, FAR, delta)
        return quote


def _wish(legs: list[tuple[Quote, int, bool]], reach: float, tif: str) -> Wish:
    """An order some way beyond mid, which brings it about, or short of it, where it waits."""
    units = min(abs(n) for _, n, _ in legs)
    mid = -sum(quote.mid * n / units for quote, n, _ in legs)
    half = sum(quote.width / 2 * abs(n) / units for quote, n, _ in legs)
    limit = Decimal(str(mid - reach * half)).quantize(CENT)
    return Wish(tuple((quote.contract, n, opens) for quote, n, opens in legs), limit, tif)


def _one_of(known: list[T], place: int) -> T:
    return known[place % len(known)]


def _signed(row: Json) -> int:
    quantity = int(Decimal(row["quantity"]))
    return quantity if row["quantity-direction"] == "Long" else -quantity


def _net(row: Json) -> Decimal:
    return Decimal(row["net-value"]) * (-1 if row["net-value-effect"] == "Debit" else 1)


def _fills(row: Json) -> list[tuple[int, int, Decimal]]:
    return [
        (place, int(fill["quantity"]), Decimal(fill["fill-price"]))
        for place, leg in enumerate(row["legs"])
        for fill in leg["fills"]
    ]


def _count(what: str) -> None:
    SEEN[what] = SEEN.get(what, 0) + 1


Sequences.TestCase.settings = (
    settings(max_examples=500, stateful_step_count=30, suppress_health_check=list(HealthCheck))
    if os.environ.get("TOMKING_FULL") == "1"
    else settings(max_examples=20, stateful_step_count=20, suppress_health_check=list(HealthCheck))
)


def test_an_expiry_and_an_assignment_after_a_restart_are_those_of_the_exchange() -> None:
    both = Sequences()
    both.opened()
    both.place(Right.PUT, NEAR, 0.95, -1, 2, 1.5, "Day")
    for right in Right:
        for delta in (0.6, 0.1):
            both.place(right, NEAR, delta, -1, 1, 1.5, "Day")
    both.wait(2.0)
    both.restart()
    both.sleep(3, wakes=True)
    both.orders_agree()
    both.accounts_agree()
    both.transactions_agree()
    both.teardown()
    assert {"expired", "assigned"} <= SEEN.keys()


def test_in_every_sequence_the_server_says_what_the_exchange_does() -> None:
    Sequences.TestCase("runTest").runTest()
    for what in WANTED:
        assert SEEN.get(what, 0) > 0, what
