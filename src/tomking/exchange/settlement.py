"""Expiry as a barrier: what was held becomes cash, a future, shares or nothing, in a fixed order.

A table instead of branches: what the product delivers and whether the option ends in the money
decide. European options on futures are exercised without being asked and may not be refused (CME:
weekly and end-of-month series fixed at 16:00 New York, quarterlies at 09:30; rulebook 1.1).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType

from tomking.core.calendar import Session
from tomking.core.contract import Contract, Settles
from tomking.core.errors import InvariantError
from tomking.core.evidence import Stamped
from tomking.core.facts import Settled
from tomking.core.money import ZERO, cents, points
from tomking.core.product import Delivers, product
from tomking.core.value import value
from tomking.exchange.ledger import Ledger, apply, is_future, multiplier
from tomking.market.listing import future_contract
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import FeeSchedule, settlement_fee

#: How a settlement is named; the words of a tax return, in lower case.
CASH_SETTLED, EXERCISED, ASSIGNED, EXPIRED = "cash_settled", "exercised", "assigned", "expired"

#: The expiry a share is given, which never comes, and the end of what does not end today.
NEVER = date.max
LATER = datetime.max.replace(tzinfo=UTC)


@value
class Due:
    """A holding whose expiry has come, its fixing, and the fee if it becomes anything."""

    at: datetime
    contract: Contract
    quantity: int
    fixing: float
    fee: Decimal = ZERO


def due_at(contract: Contract, session: Session) -> datetime:
    """When a contract ends, as seen from a session: its open, its close or some later day.

    A holiday in between makes no difference: the open of any later session is after the expiry.
    """
    if contract.expiry > session.day:
        return LATER
    if contract.expiry < session.day or contract.settles is Settles.AM:
        return session.opens
    return session.closes


def first_due(contracts: Iterable[Contract], session: Session) -> datetime:
    """The earliest end among contracts, as seen from a session."""
    return min((due_at(contract, session) for contract in contracts), default=LATER)


def settle(ledger: Ledger, now: Snapshot, fees: FeeSchedule) -> tuple[Ledger, tuple[Settled, ...]]:
    """Settle everything that is due, options before futures.

    A quarterly option delivers the future that dies with it, so the futures are looked at after the
    options. What has no fixing yet stays held and is asked about at the next instant.
    """
    facts: list[Settled] = []
    for chosen in (_options, _futures):
        for contract in chosen(ledger):
            fact = _settlement(ledger, contract, now, fees)
            if fact is not None:
                ledger = apply(ledger, fact)
                facts.append(fact)
    return ledger, tuple(facts)


def _options(ledger: Ledger) -> list[Contract]:
    return sorted((held for held in ledger.holdings if held.is_option), key=_turn)


def _futures(ledger: Ledger) -> list[Contract]:
    return sorted((held for held in ledger.holdings if is_future(held)), key=_turn)


def _turn(contract: Contract) -> tuple[date, str, str, str, Decimal, str]:
    """The fixed order of the barrier: day, AM before PM, root, future, strike, right."""
    return (
        contract.expiry,
        contract.settles,
        contract.root,
        contract.future,
        contract.strike or ZERO,
        contract.right or "",
    )


def _settlement(
    ledger: Ledger, contract: Contract, now: Snapshot, fees: FeeSchedule
) -> Settled | None:
    if now.at < due_at(contract, now.day.session):
        return None
    fixing = now.fixing(contract)
    if not isinstance(fixing, Stamped):
        return None
    quantity = ledger.held(contract)
    if not contract.is_option:
        due = Due(now.at, contract, quantity, fixing.value)
        return final_settlement(due, ledger.entry(contract))
    cost = settlement_fee(contract.root, quantity, now.day.session.day, fees)
    return outcome(Due(now.at, contract, quantity, fixing.value, cost))


def intrinsic(contract: Contract, fixing: float) -> Decimal:
    """What an option is worth at its fixing, in points.

    >>> from tomking.core.contract import Right
    >>> put = Contract("ES", date(2025, 12, 19), Right.PUT, Decimal(5700))
    >>> intrinsic(put, 5650.25), intrinsic(put, 5800.0)
    (Decimal('49.7500'), Decimal('0'))
    """
    if contract.right is None or contract.strike is None:
        raise InvariantError(f"{contract} is not an option and has no intrinsic value")
    return max(ZERO, (points(fixing) - contract.strike) * contract.right.sign)


def is_in_the_money(contract: Contract, fixing: float) -> bool:
    """Whether an expiring option is exercised: in the money by a tick of its underlying or more."""
    return intrinsic(contract, fixing) >= product(contract.root).underlying_tick


def outcome(due: Due) -> Settled:
    """What an expired option became, by the table."""
    delivers = product(due.contract.root).delivers
    return OUTCOMES[delivers, is_in_the_money(due.contract, due.fixing)](due)


def final_settlement(due: Due, entry: Decimal) -> Settled:
    """A future's own end: the difference of its fixing and average entry price, in cash."""
    gain = due.quantity * (points(due.fixing) - entry) * multiplier(due.contract)
    return _settled(due, cents(gain), due.fee, CASH_SETTLED)


def _worthless(due: Due) -> Settled:
    return _settled(due, ZERO, ZERO, EXPIRED)


def _cash(due: Due) -> Settled:
    each = intrinsic(due.contract, due.fixing) * multiplier(due.contract)
    return _settled(due, cents(due.quantity * each), due.fee, CASH_SETTLED)


def _into_future(due: Due) -> Settled:
    return _delivered(due, future_contract(due.contract.root, due.contract.future))


def _into_shares(due: Due) -> Settled:
    return _delivered(due, share_of(due.contract.root))


#: What an expiry becomes: (what the product delivers, in the money) -> the fact.
OUTCOMES: Mapping[tuple[Delivers, bool], Callable[[Due], Settled]] = MappingProxyType(
    {
        (Delivers.CASH, True): _cash,
        (Delivers.CASH, False): _worthless,
        (Delivers.FUTURE, True): _into_future,
        (Delivers.FUTURE, False): _worthless,
        (Delivers.SHARES, True): _into_shares,
        (Delivers.SHARES, False): _worthless,
    }
)


def _settled(due: Due, cash: Decimal, fee: Decimal, settlement: str) -> Settled:
    """A settlement; the venue knows no positions and leaves that field empty."""
    return Settled(due.at, "", due.contract, due.quantity, due.fixing, cash, fee, settlement)


def _delivered(due: Due, into: Contract) -> Settled:
    """One future or one lot of shares for each option, at the strike; no cash of its own."""
    right, strike = due.contract.right, due.contract.strike
    if right is None or strike is None:
        raise InvariantError(f"{due.contract} is not an option and delivers nothing")
    return Settled(
        due.at,
        "",
        due.contract,
        due.quantity,
        due.fixing,
        ZERO,
        due.fee,
        EXERCISED if due.quantity > 0 else ASSIGNED,
        into,
        due.quantity * right.sign,
        strike,
    )


def share_of(root: str) -> Contract:
    """A share as a contract."""
    return Contract(root, NEVER)
