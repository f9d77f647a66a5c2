"""A recorded day traded again at the exchange of this process: the same loop, plans and market.

The market is the recorded one, look by look, and the clock yields the recorded instants. The account
begins as its journal left it before that day: cash, what is held, what rests at the venue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from tomking.brokers.simulated import SimulatedBroker
from tomking.core.dealings import FeesDiffered
from tomking.core.errors import DataError
from tomking.core.facts import CashMoved, Fact, RunStarted
from tomking.core.order import Bracket, Order
from tomking.core.value import value
from tomking.data.recorded import RecordedMarket, Recording
from tomking.engine.desk import Desk
from tomking.engine.hedging import sought
from tomking.engine.loop import run as loop
from tomking.engine.memory import MemoryJournal, Unasked
from tomking.engine.ports import Interest, Tick
from tomking.exchange import ledger as ledgers
from tomking.exchange.fills import FillModel
from tomking.exchange.ledger import Ledger
from tomking.exchange.venue import Exchange
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import FeeSchedule
from tomking.risk.limits import Limits
from tomking.strategies.plan import Strategy


@value
class Told:
    """What a recorded day is traded with: plans, limits, fees, how orders fill, if stops rest."""

    strategies: tuple[Strategy, ...]
    limits: Limits
    fees: FeeSchedule
    fill: FillModel
    backstops: bool = False


def replay(recording: Recording, told: Told, before: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts of a recorded day when it is traded again.

    Parameters
    ----------
    before
        The journal's facts until that day; the first is a ``RunStarted``.

    Raises
    ------
    ConfigError
        If something is held of a strategy that is not among those told.
    DataError
        If ``before`` is empty: nobody knows what the account had.
    """
    journal = MemoryJournal(list(before))
    desk = Desk(told.strategies, told.limits, told.fees, journal, backstops=told.backstops)
    desk.begin(began(before))
    exchange = Exchange(
        Decimal(0), told.fees, told.fill, told.limits.house, start=owned(before)
    )  # fmt: skip
    market = RecordedMarket(recording)
    put_to_work(desk, exchange, market.at(recording.ticks[0].at))
    loop(
        desk,
        clock=RecordedClock(recording.ticks),
        market=market,
        broker=SimulatedBroker(exchange),
        inbox=Unasked(),
        hedge=sought,
    )
    return tuple(journal.facts[len(before) :])


def began(before: Sequence[Fact]) -> RunStarted:
    """How the account began.

    Raises
    ------
    DataError
        If its facts do not say.
    """
    first = before[0] if before else None
    if not isinstance(first, RunStarted):
        raise DataError("the journal does not begin with its account: give the whole journal")
    return first


def owned(before: Sequence[Fact]) -> Ledger:
    """The venue's ledger of an account with these facts behind it."""
    start = Ledger(began(before).capital)
    return reduce(_booked, before, start)


def _booked(ledger: Ledger, fact: Fact) -> Ledger:
    """A fee that differed is money that went, though no venue of ours would have taken it."""
    if isinstance(fact, FeesDiffered):
        fact = CashMoved(fact.at, -fact.amount, "a fee that differed")
    return ledgers.apply(ledger, fact)


def put_to_work(desk: Desk, exchange: Exchange, now: Snapshot) -> None:
    """What was at work overnight, taken by the exchange as the broker had it: pairs as pairs."""
    tied: dict[str, list[Order]] = {}
    for there in desk.book.working.values():
        tied.setdefault(there.order.bracket or there.order.id, []).append(there.order)
    for name, orders in tied.items():
        if len(orders) > 1:
            exchange.submit_bracket(Bracket(name, tuple(orders)), now)
        else:
            exchange.submit(orders[0], now)


@dataclass(frozen=True, slots=True)
class RecordedClock:
    """The instants of a day as the loop had them."""

    instants: tuple[Tick, ...]

    def ticks(self, interest: Interest) -> Iterator[Tick]:
        """Every one, whatever is held: somebody looked then."""
        yield from self.instants
