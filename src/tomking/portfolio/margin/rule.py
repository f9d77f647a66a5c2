"""The margin rule: one for any set of options on one underlying; it knows no names of strategies.

Minimise, over which shorts stay uncovered, the largest intrinsic loss of what is covered plus the
pooled requirement of what is not (SR-CBOE-2012-043; FINRA Regulatory Notice 12-44; FINRA
4210(f)(2)).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tomking.core.errors import QuoteMissing
from tomking.core.money import usd
from tomking.core.product import Kind
from tomking.portfolio.margin.house import BOUND, UNIVERSAL, House
from tomking.portfolio.margin.leg import Margin, MarginLeg, Uncovered, Underlying
from tomking.portfolio.margin.solve import Answer, solved, stated


def requirement(legs: Iterable[MarginLeg], underlying: Underlying, house: House) -> Margin:
    """What a venue asks for a set of legs on one underlying.

    Parameters
    ----------
    legs
        Options of any right, strike and expiry, each at its mark; the future or share itself may be
        among them and is charged apart (it covers nothing, which is never too low).
    underlying
        Price in points, kind, leverage and dollars a point.
    house
        Rates, from :func:`~tomking.portfolio.margin.house.house_for`.

    Returns
    -------
    Margin
        Dollars to the cent; exact by enumeration, or marked ``bound`` when there are too many ways.

    Raises
    ------
    QuoteMissing
        If the underlying or a leg has no mark: margin is then unknown, not zero.

    Notes
    -----
    McMillan, *Options as a Strategic Investment*: long 40 call, two short 45 calls at 3.00, underlying
    44; one short is covered, the other needs 20 % of 4,400 less 100 plus 300.

    >>> from datetime import date
    >>> from tomking.core.contract import Right
    >>> from tomking.portfolio.margin.house import house_for
    >>> day = date(2026, 6, 19)
    >>> book = (MarginLeg(Right.CALL, 40, day, 1, 5.0), MarginLeg(Right.CALL, 45, day, -2, 3.0))
    >>> str(requirement(book, Underlying("ACME", 44.0, Kind.EQUITY), house_for(Kind.EQUITY)).requirement)
    '1080.00'
    """
    held = merged(legs)
    _check(held, underlying)
    options = [leg for leg in held if leg.right is not None]
    answer = solved(stated(options, underlying, house), house.calendars)
    outright, paid = _outright(held, underlying, house)
    method = BOUND if house.method == UNIVERSAL and not answer.exact else house.method
    asked = usd(round(answer.need + outright, 6))
    return Margin(asked, asked + usd(round(paid, 6)), _uncovered(answer), method)


def merged(legs: Iterable[MarginLeg]) -> tuple[MarginLeg, ...]:
    """Lots of one contract at one mark as one leg, in a fixed order; longs and shorts are kept apart."""
    lots: dict[tuple[object, ...], tuple[MarginLeg, int]] = {}
    for leg in legs:
        if leg.quantity:
            key = (leg.right, leg.strike, leg.expiry, leg.settles, leg.price, leg.quantity > 0)
            first, sum_so_far = lots.get(key, (leg, 0))
            lots[key] = (first, sum_so_far + leg.quantity)
    whole = (
        leg if leg.quantity == count else replace(leg, quantity=count)
        for leg, count in lots.values()
    )
    return tuple(sorted(whole, key=_order))


def _order(leg: MarginLeg) -> tuple[object, ...]:
    return (leg.expiry, leg.settles, leg.right or "", leg.strike, leg.quantity > 0, leg.price)


def _check(legs: Sequence[MarginLeg], underlying: Underlying) -> None:
    if not (math.isfinite(underlying.price) and underlying.price > 0.0):
        raise QuoteMissing(
            f"no price of {underlying.symbol}, so margin is unknown: wait for a quote or ask the venue"
        )
    for leg in legs:
        if not math.isfinite(leg.price):
            raise QuoteMissing(
                f"no mark for {underlying.symbol} {leg.expiry} {leg.strike:g} {leg.right}, so margin "
                "is unknown: wait for a quote or ask the venue for a dry run"
            )


def _outright(
    legs: Sequence[MarginLeg], underlying: Underlying, house: House
) -> tuple[float, float]:
    """Dollars the futures or shares need, and net premium paid (+) or received (-) for the options."""
    unit = underlying.multiplier if underlying.kind is Kind.FUTURE else 1.0
    need = paid = 0.0
    for leg in legs:
        if leg.right is None:
            need += abs(leg.quantity) * leg.price * unit * house.outright_rate
        else:
            paid += leg.quantity * leg.price * underlying.multiplier
    return need, paid


def _uncovered(answer: Answer) -> tuple[Uncovered, ...]:
    """The uncovered shorts, in the order of the book."""
    left = sorted(answer.uncovered, key=lambda pair: _order(pair[0]))
    return tuple(
        Uncovered(leg.right, leg.strike, leg.expiry, count, leg.settles)
        for leg, count in left
        if count and leg.right is not None
    )
