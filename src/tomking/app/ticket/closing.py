"""Which legs of an order close: those that go against what the account holds.

The broker holds a contract long or short, never both, and an order says of each leg whether it opens
or closes. So what goes against a holding closes it, and cannot be for more than there is.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from tomking.app.ticket.fields import wrong
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.legs import Priced
from tomking.app.ticket.market import credit_points, net_of
from tomking.core.contract import Contract
from tomking.core.errors import ConfigError
from tomking.core.order import Purpose

CLOSES = (
    "This order only closes: its price is its whole outcome, so there is no best and worst, no chance "
    "of profit and no exit to plan."
)
ROLLS = (
    "Best, worst, chances and exits are of the legs that open; they bring what the order does once the "
    "others have closed at the typed prices."
)


def facing(asked: Ticket) -> Ticket:
    """The order as its account meets it: a leg that goes against a holding closes.

    Raises
    ------
    ConfigError
        If it goes beyond the holding: that takes two orders.
    """
    held = net_of(asked.account.held if asked.account else ())
    legs = tuple(
        replace(leg, opens=held.get(leg.contract, 0) * leg.quantity >= 0) for leg in asked.legs
    )
    wanted = net_of(
        Priced(x.contract, x.quantity * asked.order.units, x.price) for x in legs if not x.opens
    )
    for row, leg in enumerate(legs):
        if not leg.opens and abs(wanted[leg.contract]) > abs(held[leg.contract]):
            raise _beyond(row, leg.contract, wanted[leg.contract], held[leg.contract])
    return replace(asked, legs=legs)


def _beyond(row: int, contract: Contract, wanted: int, held: int) -> ConfigError:
    """Why a leg that closes more than there is takes two orders."""
    bought, side = ("bought", "short") if wanted > 0 else ("sold", "long")
    return wrong(
        f"legs[{row}].quantity",
        f"{abs(wanted):,} of {contract} are {bought} where {abs(held):,} are held {side}: "
        f"send one order that closes {abs(held):,} and another that opens {abs(wanted) - abs(held):,}",
    )


def purpose(asked: Ticket) -> Purpose:
    """Why an order is sent: it opens, it closes, or it does both and rolls."""
    opens = {leg.opens for leg in asked.legs}
    if opens == {True}:
        return Purpose.OPEN
    return Purpose.CLOSE if opens == {False} else Purpose.ROLL


def opened(asked: Ticket) -> Ticket | None:
    """What an order opens as an order of its own; itself where all legs open, nothing where none does.

    The limit leaves it what the others do not take at the typed prices.
    """
    come = tuple(leg for leg in asked.legs if leg.opens)
    if len(come) == len(asked.legs):
        return asked
    if not come:
        return None
    limit, order = asked.order.limit, asked.order
    if limit is not None:
        gone = (leg for leg in asked.legs if not leg.opens)
        order = replace(order, limit=limit - credit_points(gone))
    return replace(asked, legs=come, order=order)


def closed(asked: Ticket) -> tuple[Priced, ...]:
    """What an order closes, a unit of it as it is held."""
    return tuple(replace(leg, quantity=-leg.quantity) for leg in asked.legs if not leg.opens)


def apart(asked: Ticket) -> Iterator[tuple[Contract, Decimal, Decimal]]:
    """Contracts with two prices in one file: which is taken, and which is not."""
    held = asked.account.held if asked.account else ()
    taken = {leg.contract: leg.price for leg in (*held, *reversed(asked.legs))}
    for leg in (*asked.legs, *held):
        mine = not leg.contract.is_option and leg.contract.root == asked.product.root
        price = asked.price if mine else taken[leg.contract]
        if leg.price != price:
            yield leg.contract, price, leg.price
