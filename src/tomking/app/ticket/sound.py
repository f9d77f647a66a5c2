"""Whether an order is one a careful person would send: in its smallest ratio, and no certain loss.

The broker reads legs of 2 and -2 as two units of 1 and -1, each at the price of one. A limit of the
wrong sign passes for a very patient order, or for one that pays to be rid of something; what can come
of it gives it away.
"""

from dataclasses import replace
from math import gcd, isfinite

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.money import Money
from tomking.core.reading import Reading, Sense, Stage


def lowest(asked: Ticket) -> Ticket:
    """The same order with as many units as its legs have in common, each at its share of the limit."""
    times = gcd(*(leg.quantity for leg in asked.legs))
    if times <= 1:  # nought where there are no legs
        return asked
    legs = tuple(replace(leg, quantity=leg.quantity // times) for leg in asked.legs)
    order = replace(asked.order, units=asked.order.units * times)
    said = f"the legs are {times} units of their smallest ratio"
    if order.limit is not None:
        order = replace(order, limit=order.limit / times)
        said += f", each at a limit of {order.limit:f}"
    return replace(asked, legs=legs, order=order, assumed=(*asked.assumed, said))


def outcome(asked: Ticket, made: Money) -> tuple[Reading, ...]:
    """That something can be gained by what an order opens; a box, which pays one sum, is a loan.

    Nothing is said of it where a future or shares stand beside the legs, or where nothing opens.
    """
    if asked.shares or not isfinite(made.best) or made.best == made.worst:
        return ()
    return (
        Reading(
            "best that can come of it",
            Stage.DATA,
            Sense.ABOVE,
            made.best,
            0.0,
            "dollars",
            "R-VEN-02",
        ),
    )
