"""What an expiry becomes: cash, a future, shares or nothing.

A table instead of branches: what the product delivers and whether the option ends in the money
decide. An option is exercised without being asked when it is in the money by its venue's rule:

- shares and indexes: by a cent or more (OCC Rule 805, exercise by exception);
- futures: by any amount, since "an option is in-the-money if the settlement price lies above the
  exercise price in the case of a call, or below in the case of a put" (CME SER-6932); at the money
  it is not, but a call on a currency future is (CME, Euro FX options: "equal to or above").

Options on equity index futures are fixed at 16:00 New York and become the future that is then in
front; the quarterlies are fixed at 09:30 and become the one that dies with them (rulebook 1.1).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from tomking.core.contract import Contract, Right
from tomking.core.errors import InvariantError
from tomking.core.facts import Settled
from tomking.core.money import CENT, ZERO, cents, points
from tomking.core.product import Delivers, product
from tomking.core.value import value
from tomking.exchange.ledger import multiplier
from tomking.market.delivery import future_contract

#: How a settlement is named; the words of a tax return, in lower case.
CASH_SETTLED, EXERCISED, ASSIGNED, EXPIRED = "cash_settled", "exercised", "assigned", "expired"
#: Why a future is closed out: the house has sold or bought it back.
BY_THE_HOUSE = "by the house: nothing is delivered here"

#: The expiry a share is given, which never comes.
NEVER = date.max
#: Roots whose calls are exercised at the money too.
AT_THE_STRIKE = frozenset({"6A", "6B", "6E"})


@value
class Due:
    """A holding, or a part of one, whose expiry has come, its fixing, and the fee if it becomes
    anything.
    """

    at: datetime
    contract: Contract
    quantity: int
    fixing: float
    fee: Decimal = ZERO
    note: str = ""


def away(contract: Contract, fixing: float) -> Decimal:
    """How far a fixing stands in the money (+) or out of it (-), in points.

    >>> put = Contract("ES", date(2025, 12, 19), Right.PUT, Decimal(5700))
    >>> away(put, 5650.25), away(put, 5800.0)
    (Decimal('49.7500'), Decimal('-100.0000'))
    """
    if contract.right is None or contract.strike is None:
        raise InvariantError(f"{contract} is not an option and has no intrinsic value")
    return (points(fixing) - contract.strike) * contract.right.sign


def intrinsic(contract: Contract, fixing: float) -> Decimal:
    """What an option is worth at its fixing, in points."""
    return max(ZERO, away(contract, fixing))


def is_in_the_money(contract: Contract, fixing: float) -> bool:
    """Whether an expiring option is exercised, by its venue's rule (see the module's text)."""
    inside = away(contract, fixing)
    if product(contract.root).delivers is not Delivers.FUTURE:
        return inside >= CENT
    if contract.root in AT_THE_STRIKE and contract.right is Right.CALL:
        return inside >= 0
    return inside > 0


def outcome(due: Due, *, against: bool) -> Settled:
    """What an expired option became: by the table, or against what it says."""
    delivers = product(due.contract.root).delivers
    return OUTCOMES[delivers, is_in_the_money(due.contract, due.fixing) is not against](due)


def final_settlement(due: Due, cost: Decimal, how: str = CASH_SETTLED) -> Settled:
    """A future's own end: the difference of its price then and what it was entered at, in cash.

    ``cost`` is entry price times contracts, in points. What one contract is worth at its end is
    rounded to the cent, so that parts of a holding add up to the whole.
    """
    each = cents(points(due.fixing) * multiplier(due.contract))
    gain = due.quantity * each - cost * multiplier(due.contract)
    return _settled(due, gain, due.fee, how)


def _worthless(due: Due) -> Settled:
    return _settled(due, ZERO, ZERO, EXPIRED)


def _cash(due: Due) -> Settled:
    each = intrinsic(due.contract, due.fixing) * multiplier(due.contract)
    return _settled(due, cents(due.quantity * each), due.fee, CASH_SETTLED)


def delivered(due: Due) -> Settled:
    """One future or one lot of shares for each option, at the strike; no cash of its own."""
    contract, right, strike = due.contract, due.contract.right, due.contract.strike
    if right is None or strike is None:
        raise InvariantError(f"{contract} is not an option and delivers nothing")
    into = share_of(contract.root)
    if product(contract.root).delivers is Delivers.FUTURE:
        into = future_contract(contract.root, contract.future)
    return Settled(
        due.at, "", contract, due.quantity, due.fixing, ZERO, due.fee,
        EXERCISED if due.quantity > 0 else ASSIGNED,
        into, due.quantity * right.sign, strike, due.note,
    )  # fmt: skip


#: What an expiry becomes: (what the product delivers, in the money) -> the fact.
OUTCOMES: Mapping[tuple[Delivers, bool], Callable[[Due], Settled]] = MappingProxyType(
    {
        (Delivers.CASH, True): _cash,
        (Delivers.CASH, False): _worthless,
        (Delivers.FUTURE, True): delivered,
        (Delivers.FUTURE, False): _worthless,
        (Delivers.SHARES, True): delivered,
        (Delivers.SHARES, False): _worthless,
    }
)


def _settled(due: Due, cash: Decimal, fee: Decimal, settlement: str) -> Settled:
    """A settlement; the venue knows no positions and leaves that field empty."""
    return Settled(
        due.at, "", due.contract, due.quantity, due.fixing, cash, fee, settlement, note=due.note
    )


def share_of(root: str) -> Contract:
    """A share as a contract."""
    return Contract(root, NEVER)
