"""The barrier: what the clearing house does at an instant, in a fixed order, one fact an event.

1. Dividends of an ex-date, first thing in a session: to whoever held the shares overnight.
2. Expiries that are due: options, those of the morning before those of the close, then futures.
3. Early exercise against shorts, in the evening, once the late option markets have closed.

Sessions and evenings nobody looked at are made up for first, in their order and with their dates, as
far as anybody can know what they brought; of the rest a fact says that nobody does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from tomking.core.calendar import AFTER_CLOSE, Session
from tomking.core.contract import Contract, Settles
from tomking.core.evidence import Stamped
from tomking.core.facts import CLOSED_OUT, EveningsMissed, Fact, Settled
from tomking.core.money import ZERO, points
from tomking.exchange.assignment import RATIONAL, Boundary, EarlyExercise, contrary, rational
from tomking.exchange.charges import closing_fee
from tomking.exchange.dividends import booked
from tomking.exchange.early import (
    as_closed,
    as_quoted,
    evening,
    evening_of,
    exposed,
    is_open_question,
)
from tomking.exchange.kept import KeptClearing
from tomking.exchange.ledger import Ledger, apply, is_future
from tomking.exchange.settlement import (
    BY_THE_HOUSE,
    Due,
    away,
    final_settlement,
    outcome,
)
from tomking.market.carry import Dividend
from tomking.market.delivery import held_until, is_delivered
from tomking.market.sessions import next_session, previous_session, session_of, sessions_between
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import FeeSchedule, settlement_fee

#: The end of what does not end today.
LATER = datetime.max.replace(tzinfo=UTC)
AGAINST_THE_TABLE = "at a pin, against the table"


@dataclass(slots=True)
class Clearing:
    """The clearing house of one account, and which barriers it has met.

    ``dividends`` are those the last session's first look knew of.
    """

    fees: FeeSchedule
    policy: EarlyExercise = RATIONAL
    boundary: Boundary = rational
    opened: date = date.min
    closed: date = date.min
    dividends: Mapping[str, tuple[Dividend, ...]] = field(
        default_factory=dict[str, tuple[Dividend, ...]]
    )

    def kept(self) -> KeptClearing:
        """Which barriers it has met, as a value."""
        return KeptClearing(self.opened, self.closed, dict(self.dividends))

    def take_up(self, kept: KeptClearing) -> None:
        """Go on where another clearing house was."""
        self.opened, self.closed, self.dividends = kept.opened, kept.closed, kept.dividends

    def is_due(self, now: Snapshot, first_end: datetime) -> bool:
        """Whether a barrier has come: a new session, the end of something, or the evening."""
        day = now.day.session.day
        return self.opened != day or now.at >= first_end or self.is_evening(now)

    def is_evening(self, now: Snapshot) -> bool:
        """Whether the late markets have closed and the evening's barrier has not been met."""
        session = now.day.session
        return self.closed != session.day and now.minute >= session.minutes + AFTER_CLOSE

    def barrier(self, ledger: Ledger, now: Snapshot) -> tuple[Ledger, list[Fact]]:
        """The ledger after everything that is due, and what happened."""
        facts: list[Fact] = []
        today = now.day.session.day
        if self.opened != today:
            ledger, facts = self._made_up(ledger, now)
            ledger = _with(ledger, paid := booked(ledger, now.day, now.at))
            facts += paid
            self.opened, self.dividends = today, now.day.dividends
        ledger, ended = settle(ledger, now, self.fees, self.policy)
        facts += ended
        if self.is_evening(now):
            self.closed = today
            seen = as_quoted(ledger, sorted(exposed(ledger.holdings), key=turn), now)
            tomorrow = next_session(today).day
            early = tuple(
                evening(seen, now.at, today, tomorrow, self.fees, self.policy, self.boundary)
            )
            ledger = _with(ledger, early)
            facts += early
        return ledger, facts

    def _made_up(self, ledger: Ledger, now: Snapshot) -> tuple[Ledger, list[Fact]]:
        """What the sessions and evenings since the last look brought that nobody looked at."""
        facts: list[Fact] = []
        unknown: dict[Contract, date] = {}
        missed = self._missed(now.day.session.day)
        for session in missed:
            if session.day > self.opened:
                known = replace(now.day, session=session, dividends=self.dividends)
                ledger = _with(ledger, paid := booked(ledger, known, session.opens))
                facts += paid
            ledger, ended = settle(ledger, now, self.fees, self.policy, session.day)
            ledger, early, unseen = self._missed_evening(ledger, now, session)
            facts += (*ended, *early)
            unknown |= dict.fromkeys(unseen, session.day)
        if unknown:
            contracts = tuple(sorted(unknown, key=turn))
            facts.append(EveningsMissed(now.at, missed[0].day, max(unknown.values()), contracts))
        return ledger, facts

    def _missed(self, today: date) -> tuple[Session, ...]:
        """The sessions before today whose evening was not looked at; none before the first look."""
        if self.opened == date.min or self.opened > today:
            return ()
        first = next_session(self.opened).day if self.closed == self.opened else self.opened
        last = previous_session(today).day
        return sessions_between(first, last) if first <= last else ()

    def _missed_evening(
        self, ledger: Ledger, now: Snapshot, session: Session
    ) -> tuple[Ledger, tuple[Settled, ...], list[Contract]]:
        """Early exercise on an evening nobody looked at, and what nobody knows of it."""
        shorts = sorted(exposed(ledger.holdings), key=turn) if is_open_question(self.policy) else []
        tomorrow = next_session(session.day).day
        if tomorrow != now.day.session.day:
            further = tomorrow > next_session(self.opened).day
            return ledger, (), [*shorts, *(_shares(ledger) if further else ())]
        seen = as_closed(as_quoted(ledger, shorts, now), session, now.day)
        at = evening_of(session)
        early = tuple(
            evening(seen, at, session.day, tomorrow, self.fees, self.policy, self.boundary)
        )
        unseen = set(shorts) - {each.contract for each in seen}
        return _with(ledger, early), early, list(unseen)


def _with(ledger: Ledger, facts: Iterable[Fact]) -> Ledger:
    """The ledger after some facts."""
    for fact in facts:
        ledger = apply(ledger, fact)
    return ledger


def _shares(ledger: Ledger) -> list[Contract]:
    """The shares held, whose dividends somebody has to know."""
    return [held for held in ledger.holdings if not (held.is_option or is_future(held))]


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
    ledger: Ledger, now: Snapshot, fees: FeeSchedule, policy: EarlyExercise = RATIONAL,
    until: date = date.max,
) -> tuple[Ledger, tuple[Settled, ...]]:  # fmt: skip
    """Settle everything that is due and ended ``until`` a day, options before futures.

    A quarterly option delivers the future that dies with it, so the futures are looked at after the
    options. What has no fixing yet stays held and is asked about at the next instant.
    """
    facts: list[Settled] = []
    for chosen in (_options, _futures):
        for contract in chosen(ledger):
            if held_until(contract) <= until:
                ended = _ended(ledger, contract, now, fees, policy)
                ledger = _with(ledger, ended)
                facts += ended
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
    due = Due(_ended_at(contract, now), contract, ledger.held(contract), price.value)
    return (_future_ended(due, ledger.cost[contract], now.day.session.day, fees),)


def _future_ended(due: Due, cost: Decimal, day: date, fees: FeeSchedule) -> Settled:
    """A future's own end: settled in cash, or closed out by the house, a trade that costs its fee."""
    if not is_delivered(due.contract):
        return final_settlement(due, cost)
    fee = closing_fee(fees, due.contract, due.quantity, points(due.fixing), day)
    return final_settlement(replace(due, fee=fee, note=BY_THE_HOUSE), cost, CLOSED_OUT)


def _ended_at(contract: Contract, now: Snapshot) -> datetime:
    """The instant of the look, or of an earlier day's end where nobody looked on that day."""
    ends = held_until(contract)
    if ends >= now.day.session.day:
        return now.at
    session = session_of(ends) or previous_session(ends)
    return session.opens if contract.settles is Settles.AM else session.closes


def _expired(
    contract: Contract, quantity: int, now: Snapshot, fixing: float, fees: FeeSchedule,
    policy: EarlyExercise,
) -> tuple[Settled, ...]:  # fmt: skip
    """What an option became: the contracts that went against the table, if any did, and the rest."""
    at = _ended_at(contract, now)
    day = min(held_until(contract), now.day.session.day)
    against = contrary(contract, quantity, abs(away(contract, fixing)), day, policy)
    found: list[Settled] = []
    for count, opposed in ((-against, True), (quantity + against, False)):
        if count:
            fee = settlement_fee(contract.root, count, day, fees)
            note = AGAINST_THE_TABLE if opposed else ""
            due = Due(at, contract, count, fixing, fee, note)
            found.append(outcome(due, against=opposed))
    return tuple(found)
