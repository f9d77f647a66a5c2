"""The last minutes of an option's last day: a short near the money is not left to its settlement.

Five minutes before the close, half days included, what ends that day and was sold goes if its
underlying can still reach the strike: within one standard deviation of the time that is left. A short
that delivers is no safer in the money, however deep: it is all the surer to be exercised. One that ends
in cash is settled there as surely as out of it, so that a plan which holds to the end still can. What
ended on the opening print does not trade any more and is left.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import sqrt

from tomking.analysis.performance import TRADING_DAYS
from tomking.core.contract import Contract
from tomking.core.order import Leg
from tomking.core.product import Delivers, product
from tomking.core.reading import Reading, Sense, Stage
from tomking.engine.instants import EOD_MIN
from tomking.portfolio.book import Position
from tomking.portfolio.hours import last_trade
from tomking.risk.view import View
from tomking.strategies.stay import inside, price_of

#: A short further than so many standard deviations from its strike is left to end (R-EOD-01).
SIGMAS = 1.0


def left_to_end(position: Position, view: View) -> Reading | None:
    """How far its nearest short of the day stands from its strike, against what it must (R-EOD-01).

    Nothing before its time, where no option that was sold ends today, and where no price is known:
    what cannot be measured takes nobody out.
    """
    if view.market.minute < view.session.minutes - EOD_MIN:
        return None
    ending = tuple(_sold_till_today(position, view))
    if not ending:
        return None
    bound = SIGMAS * sigma(ending[0], view)
    away = min(_away(contract, view) for contract in ending)
    if away != away or bound != bound:
        return None
    return Reading(
        "distance of what ends today", Stage.MARKET, Sense.ABOVE, away, bound, "points", "R-EOD-01"
    )


def sigma(contract: Contract, view: View) -> float:
    """Standard deviation of a contract's underlying until it ends, in points, as VIX has it.

    >>> round(6000 * 0.16 * sqrt(5 / 390 / TRADING_DAYS), 2)
    6.85
    """
    session = view.session
    ends = last_trade(contract, session) or session.closes
    left = max((ends - view.market.at).total_seconds() / 60.0, 0.0)
    days = left / session.minutes
    return price_of(contract, view) * view.market.vix.value / 100.0 * sqrt(days / TRADING_DAYS)


def last_legs(position: Position, view: View) -> tuple[int, tuple[Leg, ...]]:
    """Units and legs of the order: all of it, or what was sold till today where the rest lives on.

    What else ends today ends by itself, without a short that it would have covered.
    """
    if all(contract.expiry == view.session.day for contract, _ in position.held):
        return position.legs_to_close
    held = dict(position.held)
    sold = tuple((each, held[each]) for each in _sold_till_today(position, view))
    return replace(position, held=sold).legs_to_close


def _sold_till_today(position: Position, view: View) -> Iterator[Contract]:
    """The shorts of a position that end today and still trade."""
    for contract, quantity in position.held:
        if contract.is_option and quantity < 0 and contract.expiry == view.session.day:
            ends = last_trade(contract, view.session)
            if ends is None or view.market.at < ends:
                yield contract


def _away(contract: Contract, view: View) -> float:
    """Points from the strike; of what delivers those out of the money, less than nought inside it."""
    away = -inside(contract, view) * price_of(contract, view)
    return abs(away) if product(contract.root).delivers is Delivers.CASH else away
