"""What the venue would object to before it has seen the order: one table of order rules.

The simulator, the SANITY gates and the live pre-flight ask the same checks, so they cannot
disagree. Quotes are not looked at here. Rules as tastytrade states or shows them; ticks and limits
are data in ``core.venue`` and ``core.product``.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from tomking.core.calendar import CLOSE, NEW_YORK, OPEN, Session, new_york
from tomking.core.contract import Contract, Settles
from tomking.core.order import Leg, Order
from tomking.core.product import product
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.value import value
from tomking.core.venue import LEGS_MAX, SELL_TO_OPEN_CUTOFF, is_on_tick


@value
class Situation:
    """What an order meets: signed holdings by contract, today's session if any, the instant."""

    holdings: Mapping[Contract, int]
    session: Session | None
    at: datetime


Check = Callable[[Order, Situation], Reading]


def readings(
    order: Order, *, holdings: Mapping[Contract, int], session: Session | None, at: datetime
) -> tuple[Reading, ...]:
    """Every check's answer, passed or not, in the order of the table.

    An order without legs has no root to ask about: only that is said.
    """
    met = Situation(holdings, session, at)
    if not order.legs:
        return (_has_legs(order, met),)
    return tuple(check(order, met) for check in CHECKS)


def objections(
    order: Order, *, holdings: Mapping[Contract, int], session: Session | None, at: datetime
) -> tuple[Reading, ...]:
    """The checks that did not hold; empty means the venue has no reason to refuse.

    Parameters
    ----------
    holdings
        Contracts held at the venue, net over all positions, + long and - short.
    session
        Today's regular session; ``None`` on a day without one.
    at
        The instant the order would arrive, with its time zone.
    """
    asked = readings(order, holdings=holdings, session=session, at=at)
    return tuple(reading for reading in asked if not reading.passed)


def last_trade(contract: Contract, session: Session | None) -> datetime | None:
    """When a contract stops trading: the close of its last day, the open if it is fixed there.

    Shares never do (``None``). Away from a session of that day a full one is taken.
    """
    if not contract.is_option and not contract.future:
        return None
    if session is not None and session.day == contract.expiry:
        return session.opens if contract.settles is Settles.AM else session.closes
    if contract.settles is Settles.AM:
        return new_york(contract.expiry, OPEN)
    return new_york(contract.expiry, CLOSE)


def _count(name: str, found: int, most: int, unit: str, stage: Stage = Stage.DATA) -> Reading:
    return Reading(name, stage, Sense.AT_MOST, float(found), float(most), unit)


def _is(name: str, observed: str, wanted: str, stage: Stage = Stage.DATA) -> Reading:
    return Reading(name, stage, Sense.IS, observed, wanted)


def _has_legs(order: Order, met: Situation) -> Reading:
    return Reading(
        "order has legs", Stage.DATA, Sense.AT_LEAST, float(len(order.legs)), 1.0, "legs"
    )


def _legs_allowed(order: Order, met: Situation) -> Reading:
    """At most four options, or one future or share by itself."""
    outright = any(not leg.contract.is_option for leg in order.legs)
    most = 1 if outright else LEGS_MAX
    return _count("legs the venue takes in one order", len(order.legs), most, "legs")


def _one_root(order: Order, met: Situation) -> Reading:
    roots = {leg.contract.root for leg in order.legs}
    return _count("legs are of one root", len(roots), 1, "roots")


def _not_repeated(order: Order, met: Situation) -> Reading:
    contracts = [leg.contract for leg in order.legs]
    return _count("no leg is repeated", len(contracts) - len(set(contracts)), 0, "legs")


def _quantity(order: Order, met: Situation) -> Reading:
    least = min(abs(leg.quantity * order.units) for leg in order.legs) if order.units > 0 else 0
    return Reading(
        "quantity is at least one", Stage.DATA, Sense.AT_LEAST, float(least), 1.0, "contracts"
    )


def is_priced_on_tick(order: Order) -> bool:
    """Whether the limit and the trigger, where there are any, are prices the venue takes."""
    traded = product(order.root)
    prices = [price for price in (order.limit, order.trigger) if price is not None]
    if any(not leg.contract.is_option for leg in order.legs):
        return all(price % traded.underlying_tick == 0 for price in prices)
    return all(is_on_tick(price, traded, len(order.legs)) for price in prices)


def _on_tick(order: Order, met: Situation) -> Reading:
    fits = is_priced_on_tick(order)
    return _is("price is on tick", "on tick" if fits else f"{order.limit} is off", "on tick")


def _effect(order: Order, met: Situation) -> Reading:
    """Legs that all buy cannot bring a credit, legs that all sell cannot cost a debit."""
    buys = all(leg.quantity > 0 for leg in order.legs)
    sells = all(leg.quantity < 0 for leg in order.legs)
    observed = "agree"
    if order.limit is None:
        pass
    elif buys and order.limit > 0:
        observed = "all legs buy at a credit"
    elif sells and order.limit < 0:
        observed = "all legs sell at a debit"
    return _is("price and legs agree", observed, "agree")


def _excess(leg: Leg, order: Order, held: int) -> int:
    """Contracts a closing leg would take beyond what it could close."""
    wanted = leg.quantity * order.units
    closable = abs(held) if held * wanted < 0 else 0
    return max(abs(wanted) - closable, 0)


def _closes_held(order: Order, met: Situation) -> Reading:
    """Net over positions, because the venue nets by contract; it would turn the rest into an opening."""
    over = (
        _excess(leg, order, met.holdings.get(leg.contract, 0))
        for leg in order.legs
        if not leg.opens
    )
    return _count("closes no more than is held", sum(over), 0, "contracts")


def _opposes_none(order: Order, met: Situation) -> Reading:
    """The venue holds one contract long or short, never both."""
    against = sum(
        abs(leg.quantity * order.units)
        for leg in order.legs
        if leg.opens and met.holdings.get(leg.contract, 0) * leg.quantity < 0
    )
    return _count("opens nothing against what is held", against, 0, "contracts")


def _market_open(order: Order, met: Situation) -> Reading:
    session = met.session
    if session is None:
        return _is("market is open", "no session today", "open", Stage.MARKET)
    state = "open"
    if met.at < session.opens:
        state = "not open yet"
    elif met.at >= session.closes:
        state = "closed"
    return _is("market is open", state, "open", Stage.MARKET)


def _past(legs: Iterable[Leg], met: Situation, before: timedelta) -> int:
    """How many legs are later than a time before their last trade."""
    return sum(
        ends is not None and met.at >= ends - before
        for ends in (last_trade(leg.contract, met.session) for leg in legs)
    )


def _still_trades(order: Order, met: Situation) -> Reading:
    expired = _past(order.legs, met, timedelta(0))
    return _count("contracts still trade", expired, 0, "legs expired", Stage.MARKET)


def _sold_in_time(order: Order, met: Situation) -> Reading:
    """Options are not sold to open in the last half hour of the day they expire."""
    today = met.at.astimezone(NEW_YORK).date()
    sold = (
        leg
        for leg in order.legs
        if leg.opens
        and leg.quantity < 0
        and leg.contract.is_option
        and leg.contract.expiry == today
    )
    late = _past(sold, met, SELL_TO_OPEN_CUTOFF)
    return _count("sold to open before the cut-off", late, 0, "legs too late", Stage.MARKET)


#: Every order rule of the venue that needs no quote, in the order it is reported.
CHECKS: tuple[Check, ...] = (
    _has_legs,
    _legs_allowed,
    _one_root,
    _not_repeated,
    _quantity,
    _on_tick,
    _effect,
    _closes_held,
    _opposes_none,
    _market_open,
    _still_trades,
    _sold_in_time,
)
