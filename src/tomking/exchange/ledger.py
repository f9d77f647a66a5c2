"""The venue's own ledger: cash, what is held, what it cost, what was realised.

Written apart from the trader's book on purpose: two ledgers that agree are only a proof when they
are not one. Money moves in cents: what a fill comes to, quantity times price times the dollars of a
point, is rounded to the cent once, half to even as fees are, since a sixty-fourth of a Treasury
option is 15.625 dollars. What part of an average price is freed when part of a holding goes is cut to
the cent, and what is cut off stays with the rest, so nothing is ever lost to rounding.
"""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.errors import InvariantError
from tomking.core.facts import CashMoved, DividendBooked, Fact, LegFilled, Settled
from tomking.core.money import ZERO, cents
from tomking.core.product import Delivers, product
from tomking.core.value import value


@value
class Ledger:
    """What the account owns and owes.

    Attributes
    ----------
    cash : Decimal
        Dollars.
    holdings : Mapping
        Signed number of each contract; nothing is kept at zero. Shares count in lots of the
        product's multiplier, as option deliverables do.
    cost : Mapping
        Signed points times contracts still open: what the holding was entered at. Divided by the
        holding it is the average entry price.
    realised : Mapping
        Dollars each contract has brought in closed quantity, before fees.
    fees : Decimal
        Dollars paid so far.
    """

    cash: Decimal
    holdings: Mapping[Contract, int] = field(default_factory=dict[Contract, int])
    cost: Mapping[Contract, Decimal] = field(default_factory=dict[Contract, Decimal])
    realised: Mapping[Contract, Decimal] = field(default_factory=dict[Contract, Decimal])
    fees: Decimal = ZERO

    def held(self, contract: Contract) -> int:
        """How many are held, signed."""
        return self.holdings.get(contract, 0)

    def entry(self, contract: Contract) -> Decimal:
        """The average entry price of a holding, in points."""
        return self.cost[contract] / self.holdings[contract]

    @property
    def carried(self) -> Decimal:
        """Dollars at which futures are held: they cost no cash, so cash alone does not tell."""
        futures = (contract for contract in self.holdings if is_future(contract))
        return sum((self.cost[each] * multiplier(each) for each in futures), ZERO)


def known(ledger: Ledger) -> Ledger:
    """A ledger an account may begin with: every contract of it is of a root the products list.

    Raises
    ------
    ConfigError
        If a root is unknown, or adjusted: nobody here could say what it is worth.
    """
    for contract in ledger.holdings:
        product(contract.root)
    return ledger


def multiplier(contract: Contract) -> int:
    """Dollars per point and contract."""
    return product(contract.root).multiplier


def size(contract: Contract) -> int:
    """How many fees and margin count for one held: the shares of a lot, else one."""
    is_lot = not contract.is_option and product(contract.root).delivers is Delivers.SHARES
    return multiplier(contract) if is_lot else 1


def is_future(contract: Contract) -> bool:
    """Whether a contract is a future, which is margined and not paid for."""
    return not contract.is_option and product(contract.root).delivers is Delivers.FUTURE


def apply(ledger: Ledger, fact: Fact) -> Ledger:
    """The ledger after a fact; facts that move neither money nor contracts leave it as it is."""
    match fact:
        case LegFilled():
            return charge(trade(ledger, fact.contract, fact.quantity, fact.price), fact.fee)
        case Settled():
            return _settled(ledger, fact)
        case DividendBooked():
            realised = _plus(ledger.realised, fact.contract, fact.cash)
            return _book(ledger, cash=ledger.cash + fact.cash, realised=realised)
        case CashMoved():
            return _book(ledger, cash=ledger.cash + fact.amount)
        case _:
            return ledger


def trade(ledger: Ledger, contract: Contract, quantity: int, price: Decimal) -> Ledger:
    """Buy (+) or sell (-) at a price in points.

    Options and shares are paid for at once. A future costs nothing to open; what is closed brings
    the difference to its average entry price. The amount of the whole trade is rounded to the cent;
    where a trade closes and opens, so is what it closes, and what it opens has the rest.
    """
    held = ledger.held(contract)
    closed = _closed(held, quantity)
    basis = _freed(ledger, contract, closed)
    point = multiplier(contract)
    amount, shut = cents(quantity * price * point), cents(closed * price * point)
    gained = shut - basis * point
    paid = ZERO if is_future(contract) else amount
    cost = ledger.cost.get(contract, ZERO) - basis + (amount + shut) / point
    return _book(
        _hold(ledger, contract, held + quantity, cost),
        cash=ledger.cash - paid + (gained if is_future(contract) else ZERO),
        realised=_plus(ledger.realised, contract, gained) if closed else ledger.realised,
    )


def charge(ledger: Ledger, fee: Decimal) -> Ledger:
    """Take a fee out of the cash."""
    return _book(ledger, cash=ledger.cash - fee, fees=ledger.fees + fee)


def _closed(held: int, quantity: int) -> int:
    """How much of a holding a trade takes down, with the holding's sign.

    >>> _closed(3, -5), _closed(-3, 1), _closed(3, 1)
    (3, -1, 0)
    """
    if held * quantity >= 0:
        return 0
    return min(abs(held), abs(quantity)) * (1 if held > 0 else -1)


def _freed(ledger: Ledger, contract: Contract, part: int) -> Decimal:
    """The entry cost of a part of a holding, in points, cut so that in dollars it is whole cents."""
    held = ledger.held(contract)
    if part == held:
        return ledger.cost.get(contract, ZERO)
    point = multiplier(contract)
    return cents(ledger.cost[contract] * point * part / held) / point if part else ZERO


def _settled(ledger: Ledger, fact: Settled) -> Ledger:
    """Take what ended off, book what it brought, and trade what was delivered.

    Delivered futures net against futures held, and delivered shares are paid for, at the strike.
    """
    contract, held = fact.contract, ledger.held(fact.contract)
    if held * fact.quantity <= 0 or abs(fact.quantity) > abs(held):
        raise InvariantError(
            f"{fact.quantity} {contract} were settled but the venue holds {held}; stop and replay"
        )
    basis = _freed(ledger, contract, fact.quantity)
    spent = ZERO if is_future(contract) else basis * multiplier(contract)
    after = _book(
        _hold(ledger, contract, held - fact.quantity, ledger.cost[contract] - basis),
        cash=ledger.cash + fact.cash,
        realised=_plus(ledger.realised, contract, fact.cash - spent),
    )
    if fact.delivered is not None:
        after = trade(after, fact.delivered, fact.delivered_quantity, fact.delivered_price)
    return charge(after, fact.fee)


def _hold(ledger: Ledger, contract: Contract, quantity: int, cost: Decimal) -> Ledger:
    """The ledger with another holding of one contract; zero takes it off."""
    holdings, costs = dict(ledger.holdings), dict(ledger.cost)
    holdings.pop(contract, None)
    costs.pop(contract, None)
    if quantity:
        holdings[contract], costs[contract] = quantity, cost
    return Ledger(ledger.cash, holdings, costs, ledger.realised, ledger.fees)


def _book(
    ledger: Ledger,
    *,
    cash: Decimal,
    realised: Mapping[Contract, Decimal] | None = None,
    fees: Decimal | None = None,
) -> Ledger:
    """The ledger with other money."""
    return Ledger(
        cash,
        ledger.holdings,
        ledger.cost,
        ledger.realised if realised is None else realised,
        ledger.fees if fees is None else fees,
    )


def _plus(
    sums: Mapping[Contract, Decimal], contract: Contract, amount: Decimal
) -> Mapping[Contract, Decimal]:
    return {**sums, contract: sums.get(contract, ZERO) + amount}


def worth(ledger: Ledger, marks: Mapping[Contract, float]) -> Decimal:
    """Net liquidation: cash, options and shares at their mark, futures at their gain since entry.

    Parameters
    ----------
    marks : Mapping
        A mark in points for every contract held.
    """
    total = ledger.cash
    for contract, quantity in ledger.holdings.items():
        traded = product(contract.root)
        total += Decimal(repr(marks[contract])) * (quantity * traded.multiplier)
        if not contract.is_option and traded.is_future:
            total -= ledger.cost[contract] * traded.multiplier
    return total
