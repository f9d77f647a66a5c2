"""The barrier: what the clearing house does at an instant, in a fixed order, one fact an event.

1. Dividends of an ex-date, first thing in a session: to whoever held the shares overnight.
2. Expiries that are due: options, those of the morning before those of the close, then futures.
3. Early exercise against shorts, in the evening, once the late option markets have closed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isnan

from tomking.core.calendar import AFTER_CLOSE, Session
from tomking.core.contract import Contract, Settles
from tomking.core.evidence import Stamped
from tomking.core.facts import Fact, Settled
from tomking.core.money import ZERO, points
from tomking.core.style import is_american
from tomking.exchange.assignment import (
    RATIONAL,
    Boundary,
    EarlyExercise,
    Seen,
    contrary,
    exercised,
    rational,
)
from tomking.exchange.charges import closing_fee
from tomking.exchange.dividends import booked
from tomking.exchange.ledger import Ledger, apply, is_future
from tomking.exchange.settlement import (
    BY_THE_HOUSE,
    CLOSED_OUT,
    Due,
    away,
    delivered,
    final_settlement,
    outcome,
)
from tomking.market.delivery import held_until, is_delivered
from tomking.market.expiry import years_left
from tomking.market.sessions import next_session
from tomking.market.snapshot import MID, VOL, Snapshot
from tomking.portfolio.columns import columns
from tomking.portfolio.fees import FeeSchedule, settlement_fee

#: The end of what does not end today.
LATER = datetime.max.replace(tzinfo=UTC)
AGAINST_THE_TABLE = "at a pin, against the table"


@dataclass(slots=True)
class Clearing:
    """The clearing house of one account, and which barriers it has met."""

    fees: FeeSchedule
    policy: EarlyExercise = RATIONAL
    boundary: Boundary = rational
    opened: date = date.min
    closed: date = date.min

    def is_due(self, now: Snapshot, first_end: datetime) -> bool:
        """Whether a barrier has come: a new session, the end of something, or the evening."""
        day = now.day.session.day
        return self.opened != day or now.at >= first_end or self.is_evening(now)

    def is_evening(self, now: Snapshot) -> bool:
        """Whether the late markets have closed and the evening's barrier has not been met."""
        session = now.day.session
        if self.closed == session.day or now.at <= session.closes:
            return False
        return now.minute >= session.minutes + AFTER_CLOSE

    def barrier(self, ledger: Ledger, now: Snapshot) -> tuple[Ledger, list[Fact]]:
        """The ledger after everything that is due, and what happened."""
        facts: list[Fact] = []
        day = now.day.session.day
        if self.opened != day:
            self.opened = day
            facts += booked(ledger, now.day, now.at)
            for fact in facts:
                ledger = apply(ledger, fact)
        ledger, ended = settle(ledger, now, self.fees, self.policy)
        facts += ended
        if self.is_evening(now):
            self.closed = day
            for early in evening(ledger, now, self):
                ledger = apply(ledger, early)
                facts.append(early)
        return ledger, facts


def due_at(contract: Contract, session: Session) -> datetime:
    """When a contract ends, as seen from a session: its open, its close or some later day.

    A holiday in between makes no difference: the open of any later session is after the expiry.
    """
    ends = held_until(contract)
    if ends > session.day:
        return LATER
    if ends < session.day or contract.settles is Settles.AM:
        return session.opens
    return session.closes


def first_due(contracts: Iterable[Contract], session: Session) -> datetime:
    """The earliest end among contracts, as seen from a session."""
    return min((due_at(contract, session) for contract in contracts), default=LATER)


def turn(contract: Contract) -> tuple[date, str, str, str, Decimal, str]:
    """The fixed order of a barrier: day, AM before PM, root, future, strike, right."""
    return (
        contract.expiry,
        contract.settles,
        contract.root,
        contract.future,
        contract.strike or ZERO,
        contract.right or "",
    )


def settle(
    ledger: Ledger, now: Snapshot, fees: FeeSchedule, policy: EarlyExercise = RATIONAL
) -> tuple[Ledger, tuple[Settled, ...]]:
    """Settle everything that is due, options before futures.

    A quarterly option delivers the future that dies with it, so the futures are looked at after the
    options. What has no fixing yet stays held and is asked about at the next instant.
    """
    facts: list[Settled] = []
    for chosen in (_options, _futures):
        for contract in chosen(ledger):
            for fact in _ended(ledger, contract, now, fees, policy):
                ledger = apply(ledger, fact)
                facts.append(fact)
    return ledger, tuple(facts)


def _options(ledger: Ledger) -> list[Contract]:
    return sorted((held for held in ledger.holdings if held.is_option), key=turn)


def _futures(ledger: Ledger) -> list[Contract]:
    return sorted((held for held in ledger.holdings if is_future(held)), key=turn)


def _ended(
    ledger: Ledger, contract: Contract, now: Snapshot, fees: FeeSchedule, policy: EarlyExercise
) -> tuple[Settled, ...]:
    """What a contract became; nothing before its time or while its price is not known."""
    if now.at < due_at(contract, now.day.session):
        return ()
    still_trades = held_until(contract) < contract.expiry
    price = now.underlying(contract) if still_trades else now.fixing(contract)
    if not isinstance(price, Stamped):
        return ()
    if contract.is_option:
        return _expired(contract, ledger.held(contract), now, price.value, fees, policy)
    due = Due(now.at, contract, ledger.held(contract), price.value)
    return (_future_ended(due, ledger.cost[contract], now.day.session.day, fees),)


def _future_ended(due: Due, cost: Decimal, day: date, fees: FeeSchedule) -> Settled:
    """A future's own end: settled in cash, or closed out by the house, a trade that costs its fee."""
    if not is_delivered(due.contract):
        return final_settlement(due, cost)
    fee = closing_fee(fees, due.contract, due.quantity, points(due.fixing), day)
    return final_settlement(replace(due, fee=fee, note=BY_THE_HOUSE), cost, CLOSED_OUT)


def _expired(
    contract: Contract, quantity: int, now: Snapshot, fixing: float, fees: FeeSchedule,
    policy: EarlyExercise,
) -> tuple[Settled, ...]:  # fmt: skip
    """What an option became: the contracts that went against the table, if any did, and the rest."""
    day = now.day.session.day
    against = contrary(contract, quantity, abs(away(contract, fixing)), day, policy)
    found: list[Settled] = []
    for count, opposed in ((-against, True), (quantity + against, False)):
        if count:
            fee = settlement_fee(contract.root, count, day, fees)
            note = AGAINST_THE_TABLE if opposed else ""
            due = Due(now.at, contract, count, fixing, fee, note)
            found.append(outcome(due, against=opposed))
    return tuple(found)


def evening(ledger: Ledger, now: Snapshot, clearing: Clearing) -> tuple[Settled, ...]:
    """Early exercise against what is held short, as the close has left it."""
    today = now.day.session.day
    tomorrow = next_session(today).day
    found: list[Settled] = []
    for seen in _exposed(ledger, now):
        count, why = exercised(seen, today, tomorrow, clearing.policy, clearing.boundary)
        if count:
            fee = settlement_fee(seen.contract.root, count, today, clearing.fees)
            due = Due(now.at, seen.contract, -count, seen.underlying, fee, why)
            found.append(delivered(due))
    return tuple(found)


def _exposed(ledger: Ledger, now: Snapshot) -> list[Seen]:
    """The American options held short, with what their holders look at, in the barrier's order."""
    shorts = sorted(
        (held for held, n in ledger.holdings.items() if n < 0 and is_american(held)), key=turn
    )
    if not shorts:
        return []
    table = now.marks(columns([(contract, 1) for contract in shorts])).table
    found: list[Seen] = []
    for contract, price, vol in zip(shorts, table[MID].tolist(), table[VOL].tolist(), strict=True):
        stands = now.underlying(contract)
        if isnan(price) or not isinstance(stands, Stamped):
            continue  # a price that is not known calls for nothing
        left = years_left(contract, now.at)
        found.append(
            Seen(
                contract, ledger.held(contract), price, stands.value, vol, left, now.day.rate,
                now.day.dividends.get(contract.root, ()),
            )
        )  # fmt: skip
    return found
