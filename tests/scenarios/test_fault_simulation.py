"""Fridays at the exchange server while things go wrong, on virtual time and by seed.

Each seed orders faults of several kinds to strike while an order is under way. Whatever strikes: no
order is sent twice, nothing is held that the venue does not hold, and the money agrees to the cent.
"""

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from random import Random

import pytest
import stamina

from tomking.core.contract import Contract
from tomking.core.dealings import Doubted
from tomking.core.facts import LegFilled, OrderEnded, Sent
from tomking.core.order import Order
from tomking.market.sessions import sessions_between
from tomking.server.entry import Entry
from tomking.server.faults import ALERTS, OF_FILLS, OF_STREAMS, Fault, Faults, Kind
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.wire.orders import short_name
from worlds.at_the_server import Traded, over_http
from worlds.standing import NUMBER, Standing, standing

pytestmark = pytest.mark.scenario

ORDERS = f"/accounts/{NUMBER}/orders"
SEEDS = int(os.environ.get("TOMKING_SEEDS", "300" if os.environ.get("TOMKING_FULL") else "30"))
#: Fridays on which many orders are sent and something is sold.
FRIDAYS = (date(2017, 8, 4), date(2017, 9, 15), date(2017, 5, 26), date(2018, 8, 24))
#: Where a fault of a request may strike: most of them at what is being sent.
PLACES = (
    (ORDERS, "POST"), (ORDERS, "POST"), (f"{ORDERS}/*", "PUT"), (f"{ORDERS}/*", "DELETE"),
    (f"{ORDERS}/*dry-run", "POST"), (f"{ORDERS}/live", "GET"), ("*/transactions", "GET"),
    ("*/balances/*", "GET"), ("*/positions", "GET"), ("/oauth/token", "POST"),
)  # fmt: skip
FAULTS_A_SEED = 18
#: What an answer may lack, once.
FIELDS = (
    "status",
    "id",
    "legs",
    "fills",
    "external-identifier",
    "updated-at",
    "symbol",
    "quantity",
)
#: Where every day's orders pass, and how many pass before.
MET = (
    (ORDERS, "POST", 0), (f"{ORDERS}/dry-run", "POST", 1), (f"{ORDERS}/live", "GET", 0),
    ("*/balances/*", "GET", 2), ("*/transactions", "GET", 0), (ORDERS, "POST", 1),
    (f"{ORDERS}/dry-run", "POST", 3), (f"{ORDERS}/live", "GET", 1),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _hurried():
    """Pauses between tries take no time, and there are as many tries."""
    with stamina.set_testing(True, attempts=4):
        yield


@dataclass(slots=True)
class Watched(Faults):
    """Faults, with whether each struck while an order was under way."""

    there: Standing | None = None
    hits: list[tuple[Kind, bool]] = field(default_factory=list)

    def strike(
        self, method: str, path: str, *, stream: bool = False, fills: bool = False
    ) -> Fault | None:
        found = Faults.strike(self, method, path, stream=stream, fills=fills)
        if found is not None and self.there is not None:
            door = self.there.world.doors[NUMBER]
            under_way = any(entry.ended is None for entry in door.entries.values())
            sent = (method, path) == ("POST", ORDERS) or found.kind in OF_FILLS
            self.hits.append((found.kind, under_way or sent))
        return found


@dataclass(frozen=True)
class Done:
    """A seed's day, what struck in it, and what the venue had in the end."""

    traded: Traded
    hits: tuple[tuple[Kind, bool], ...]
    entries: tuple[Entry, ...]
    holdings: dict
    cash: object


def ordered(dice: Random) -> list[Fault]:
    """The faults of a seed: some that meet every day's orders, and more of every kind anywhere."""
    of_requests = [kind for kind in Kind if kind not in OF_STREAMS]
    made = [_fault(kind, ALERTS, "*", dice, 0) for kind in dice.sample(sorted(OF_FILLS), 2)]
    made += [
        _fault(kind, path, method, dice, skip)
        for kind, (path, method, skip) in zip(dice.sample(of_requests, len(MET)), MET, strict=True)
    ]
    for n in range(FAULTS_A_SEED - len(made)):
        if n % 5 < 3:
            kind = dice.choice(sorted(OF_STREAMS - OF_FILLS))
            made.append(_fault(kind, ALERTS, "*", dice, dice.choice((0, 0, 1, 2))))
        else:
            path, method = dice.choice(PLACES)
            made.append(
                _fault(dice.choice(of_requests), path, method, dice, dice.choice((0, 0, 1, 2, 3)))
            )
    return made


def _fault(kind: Kind, path: str, method: str, dice: Random, skip: int) -> Fault:
    # a status below 500 says that nothing was done, which nobody may say of what was
    failed = (502, 503) if kind is Kind.UNSURE else (429, 502, 503)
    status, field = dice.choice(failed), dice.choice(FIELDS)
    return Fault(kind, path, method, 1, skip, status, 0.001, field)


@cache
def simulated(seed: int) -> Done:
    dice = Random(seed)
    sessions = tuple(sessions_between(*[dice.choice(FRIDAYS)] * 2))
    faults = Watched()
    with standing(0.0, day=sessions[0].day, faults=faults) as there:
        faults.there = there
        line = there.line()  # the first token is had in peace
        there.wrong(*ordered(dice))
        traded = over_http(there, (FRIDAY_0DTE,), sessions, line, backstops=True)
        door = there.world.doors[NUMBER]
        entries, held = tuple(door.entries.values()), dict(door.exchange.holdings())
        return Done(traded, tuple(faults.hits), entries, held, door.exchange.ledger.cash)


def by_intent(done: Done) -> dict[str, list[Entry]]:
    """What the venue had of each thing that was wanted, whatever the attempt."""
    sent = [fact.order for fact in done.traded.facts if isinstance(fact, Sent)]
    intents = {short_name(order.id): order.intent for order in sent}
    found: dict[str, list[Entry]] = {}
    for entry in done.entries:
        found.setdefault(intents[entry.asked.name], []).append(entry)
    return found


def alive_together(entries: list[Entry]) -> int:
    """How many orders for one thing were at work at once; one that is replaced makes way."""
    return max(
        sum(
            other.received <= each.received and not other.replaced_by
            and (other.ended is None or other.ended > each.received)
            for other in entries
        )
        for each in entries
    )  # fmt: skip


def traded_beyond(entries: list[Entry], wanted: list[Order]) -> dict[Contract, int]:
    """Contracts that orders for one thing traded, beyond the most that any of them was for."""
    traded, most = Counter[Contract](), Counter[Contract]()
    for entry in entries:
        for place, leg in enumerate(entry.order.legs):
            traded[leg.contract] += entry.filled(place)
    for order in wanted:
        for leg in order.legs:
            most[leg.contract] = max(most[leg.contract], abs(leg.quantity) * order.units)
    return dict(traded - most)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_order_is_sent_twice_and_the_books_agree(seed):
    done = simulated(seed)
    names = Counter(entry.asked.name for entry in done.entries)
    assert max(names.values(), default=0) <= 1
    sent = [fact.order for fact in done.traded.facts if isinstance(fact, Sent)]
    for intent, entries in by_intent(done).items():
        assert alive_together(entries) <= 1, intent
        wanted = [order for order in sent if order.intent == intent]
        assert traded_beyond(entries, wanted) == {}, intent
    assert dict(done.traded.desk.book.holdings) == done.holdings
    assert done.traded.desk.book.cash == done.cash


def test_each_seed_is_struck_often_and_in_several_ways_while_orders_are_under_way():
    done = [simulated(seed) for seed in range(SEEDS)]
    hit = Counter(kind for each in done for kind, under_way in each.hits if under_way)
    assert min(hit[kind] for kind in Kind) > SEEDS / 6, hit
    for each in done:
        kinds = Counter(kind for kind, _ in each.hits)
        assert kinds.total() >= 5
        assert len(kinds) >= 3


def test_the_simulation_meets_what_it_is_for():
    facts = [fact for seed in range(SEEDS) for fact in simulated(seed).traded.facts]
    assert any(isinstance(fact, Doubted) for fact in facts)
    assert {"filled", "cancelled", "lapsed", "rejected"} <= {
        fact.how for fact in facts if isinstance(fact, OrderEnded)
    }
    assert any(isinstance(fact, LegFilled) for fact in facts)


def test_a_second_attempt_at_what_is_on_already_would_be_seen():
    done, (entry, intent) = next(
        (done, (entry, intent))
        for done in map(simulated, range(SEEDS))
        for intent, entries in by_intent(done).items()
        for entry in entries
        if entry.fills and not entry.replaced_by
    )
    twin = replace(entry, number=entry.number + 1)
    wanted = [
        f.order for f in done.traded.facts if isinstance(f, Sent) and f.order.intent == intent
    ]
    assert alive_together([entry]) == 1
    assert alive_together([entry, twin]) == 2
    assert traded_beyond([entry, twin], wanted)
