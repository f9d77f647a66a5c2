"""The arithmetic of a holding: what trading a contract costs now, what it carries, who bears what.

Money is exact; where an average or a share would not end, it is cut to the cent and what is cut off
stays where it was, so that parts always add up to the whole.
"""

from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.money import ZERO, cents
from tomking.core.order import Leg, Order
from tomking.core.product import Delivers, product

Held = tuple[tuple[Contract, int], ...]


def traded(
    held: int, basis: Decimal, contract: Contract, quantity: int, each: Decimal
) -> tuple[Decimal, Decimal]:
    """Cash and change of basis of a trade: options and shares are paid for, futures are carried.

    Futures added cost no cash; set against an opposite holding, the carried dollars of as many
    contracts turn into money at once, at their average. What the whole trade comes to is rounded to
    the cent, half to even, as money moves; so is what it closes, and what it opens has the rest.

    Parameters
    ----------
    held, basis
        Contracts held before, signed, and the dollars at which futures are carried.
    each
        Dollars a contract, not rounded.
    """
    amount = cents(quantity * each)
    if contract.is_option or product(contract.root).delivers is Delivers.SHARES:
        return -amount, ZERO
    shut = min(abs(held), abs(quantity)) if held * quantity < 0 else 0
    if not shut:
        return ZERO, -amount
    way = 1 if quantity > 0 else -1
    freed = basis if shut == abs(held) else cents(basis * shut / abs(held))
    gone = cents(way * shut * each)
    return freed - gone, gone - amount - freed


def holding_with(held: Held, contract: Contract, quantity: int) -> Held:
    """A holding with some more (or less) of a contract; nothing is kept at zero."""
    total = dict(held)
    total[contract] = total.get(contract, 0) + quantity
    return tuple((key, n) for key, n in total.items() if n)


def cut(amount: Decimal, done: int, part: int, whole: int) -> Decimal:
    """A part's share of an amount, in cents, when ``done`` of the ``whole`` have had theirs.

    >>> [str(cut(Decimal("1.00"), done, 1, 3)) for done in range(3)]
    ['0.33', '0.34', '0.33']
    """
    return cents(amount * (done + part) / whole) - cents(amount * done / whole)


def dollars(contract: Contract, price: Decimal) -> Decimal:
    """What one contract is worth at a price in points, rounded to the cent."""
    return cents(price * product(contract.root).multiplier)


def position_id(order: Order, tranche: str) -> str:
    """The name of the position a tranche of an opening order becomes."""
    return f"{order.intent}:{tranche}"


def position_of(order: Order, leg: Leg) -> str:
    """The position a leg of an order takes down, is added to or begins."""
    there = order.joins if leg.opens else order.closes
    return there or position_id(order, leg.tranche)
