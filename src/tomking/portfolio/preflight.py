"""What the venue would object to, and when: one table of order rules with the broker's codes.

The simulator, the SANITY gates and the live pre-flight ask the same checks, so they cannot
disagree. Quotes and margin are not looked at here. A price beside the tick is seen by the broker
only after routing; our own gates refuse it before it is sent.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from datetime import date, datetime, timedelta

from tomking.core.calendar import NEW_YORK, Session
from tomking.core.contract import Contract
from tomking.core.order import Leg, Order, TimeInForce
from tomking.core.product import Delivers, product
from tomking.core.reading import Reading, Stage
from tomking.core.value import value
from tomking.core.venue import GOOD_TILL_MAX, SELL_TO_OPEN_CUTOFF, Checkpoint, Code
from tomking.market.delivery import closing_only
from tomking.market.sessions_table import LAST_YEAR
from tomking.portfolio import order_rules as by_itself
from tomking.portfolio.hours import expires_on, last_trade, trades_until
from tomking.portfolio.order_rules import count, is_
from tomking.portfolio.preview import Refusal

TO_COME = "to come, where one is needed"


@value
class Situation:
    """What an order meets.

    ``holdings`` are net by contract, + long and - short; ``session`` today's, if there is one.
    ``claimed`` is what other working orders will close and ``opening`` what they would open, each
    contract of each order, both signed as they trade.
    """

    holdings: Mapping[Contract, int]
    session: Session | None
    at: datetime
    claimed: Mapping[Contract, int] = field(default_factory=dict[Contract, int])
    opening: tuple[tuple[Contract, int], ...] = ()


Measure = Callable[[Order, Situation], Reading]


@value
class Check:
    """A rule of the venue: how it is measured, the broker's code, and when the broker looks."""

    measure: Measure
    code: Code = Code.VALIDATION
    seen: Checkpoint = Checkpoint.PREFLIGHT


def readings(order: Order, met: Situation) -> tuple[Reading, ...]:
    """Every check's answer, passed or not, in the order of the table.

    An order that names nothing, nothing that is known or no price that is one, is only told that.
    """
    return tuple(check.measure(order, met) for check in _asked(order, met))


def objections(order: Order, met: Situation) -> tuple[Reading, ...]:
    """The checks that did not hold; empty means the venue has no reason to refuse."""
    return tuple(reading for reading in readings(order, met) if not reading.passed)


def refusals(order: Order, met: Situation, seen: Checkpoint) -> tuple[Refusal, ...]:
    """What the broker answers at one of its two looks, in its codes."""
    asked = (check for check in _asked(order, met) if check.seen is seen)
    answers = ((check.code, check.measure(order, met)) for check in asked)
    return tuple(Refusal(code, str(reading)) for code, reading in answers if not reading.passed)


def claims(groups: Iterable[Iterable[tuple[Contract, int]]]) -> dict[Contract, int]:
    """What working closing orders will take down, signed as they trade.

    Of the orders in one group only one will fill, so the largest counts.
    """
    claimed: dict[Contract, int] = {}
    for group in groups:
        most: dict[Contract, int] = {}
        for contract, quantity in group:
            most[contract] = max(most.get(contract, 0), quantity, key=abs)
        for contract, quantity in most.items():
            claimed[contract] = claimed.get(contract, 0) + quantity
    return claimed


def replaced(order: Order, working: Mapping[str, Order]) -> Collection[str]:
    """The working orders that one stands in for: the one it replaces, and those that one does."""
    found: list[str] = []
    while order.replaces in working and order.replaces not in found:
        found.append(order.replaces)
        order = working[order.replaces]
    return found


def first_of(order: Order, working: Mapping[str, Order]) -> str:
    """The working order at the head of a chain of replacements: of a chain only one will trade."""
    return (order.id, *replaced(order, working))[-1]


def nets(contract: Contract) -> bool:
    """Whether orders in it carry no open or close: a future is bought and sold, and nets."""
    return not contract.is_option and product(contract.root).delivers is Delivers.FUTURE


def _excess(leg: Leg, order: Order, met: Situation) -> int:
    """Contracts a closing leg would take beyond what is left to close."""
    wanted = leg.quantity * order.units
    held = met.holdings.get(leg.contract, 0)
    claimed = met.claimed.get(leg.contract, 0)
    closable = abs(held) if held * wanted < 0 else 0
    taken = abs(claimed) if claimed * wanted > 0 else 0
    return max(abs(wanted) + taken - closable, 0)


def _closes_held(order: Order, met: Situation) -> Reading:
    """Net over positions, because the venue nets by contract; it would turn the rest into an opening."""
    over = (_excess(leg, order, met) for leg in order.legs if not leg.opens)
    return count("closes no more than is held", sum(over), 0, "contracts")


def opposing(order: Order, there: Iterable[tuple[Contract, int]]) -> tuple[Leg, ...]:
    """The opening legs that stand against something held or wanted, signed; a future only nets."""
    against = {(contract, n > 0) for contract, n in there if n}
    return tuple(
        leg
        for leg in order.legs
        if leg.opens and not nets(leg.contract) and (leg.contract, leg.quantity < 0) in against
    )


def _opposes_none(order: Order, met: Situation) -> Reading:
    """The venue holds one contract long or short, never both, so two orders may not open both."""
    against = opposing(order, (*met.holdings.items(), *met.opening))
    found = sum(abs(leg.quantity * order.units) for leg in against)
    return count("opens nothing against what is held or working", found, 0, "contracts")


def _may_open(order: Order, met: Situation) -> Reading:
    today = met.at.astimezone(NEW_YORK).date()
    shut = sum(leg.opens and closing_only(leg.contract, today) for leg in order.legs)
    return count("opens nothing that is for closing only", shut, 0, "legs")


def _market_open(order: Order, met: Situation) -> Reading:
    session = met.session
    if session is None:
        return is_("market is open", "no session today", "open", Stage.MARKET)
    state = "open"
    if met.at < session.opens:
        state = "not open yet"
    elif met.at >= _closes(order, session):
        state = "closed"
    return is_("market is open", state, "open", Stage.MARKET)


def _closes(order: Order, session: Session) -> datetime:
    """When a session ends for a package; of a contract that is over before it another rule speaks."""
    return max(session.closes, min(trades_until(leg.contract, session) for leg in order.legs))


def _waits_for_a_day_to_come(order: Order, met: Situation) -> Reading:
    """An order good till a date names one that is not over and not too far; no other names one."""
    dated, seen = order.tif is TimeInForce.GTD, TO_COME
    if dated and order.until is None:
        seen = "none"
    elif not dated and order.until is not None:
        seen = f"{order.until} on an order that is {order.tif}"
    elif order.until is not None:
        seen = _off(order, order.until, met.at.astimezone(NEW_YORK).date()) or TO_COME
    return is_("date an order is good till", seen, TO_COME)


def _off(order: Order, until: date, today: date) -> str:
    """Why an order cannot be good till a date: it is past, or nothing is left to trade by then.

    The broker states no bound. Once a leg has expired the package can never trade, a year is what
    GOOD_TILL_MAX says, and beyond the table of sessions nobody knows when the date would end.
    """
    if until < today:
        return f"{until} is past"
    first = min((leg.contract for leg in order.legs), key=lambda contract: contract.expiry)
    if until > first.expiry:
        return f"{until} is after {first} ends"
    if until > today + GOOD_TILL_MAX:
        return f"{until} is more than a year ahead"
    return f"{until} is after the last known session" if until.year > LAST_YEAR else ""


def _past(legs: Iterable[Leg], met: Situation, before: timedelta) -> int:
    """How many legs are later than a time before their last trade."""
    return sum(
        ends is not None and met.at >= ends - before
        for ends in (last_trade(leg.contract, met.session) for leg in legs)
    )


def _still_trades(order: Order, met: Situation) -> Reading:
    expired = _past(order.legs, met, timedelta(0))
    return count("contracts still trade", expired, 0, "legs expired", Stage.MARKET)


def _sold_in_time(order: Order, met: Situation) -> Reading:
    """Options are not sold to open in the last half hour of the day they expire."""
    sold = (
        leg
        for leg in order.legs
        if leg.opens
        and leg.quantity < 0
        and leg.contract.is_option
        and expires_on(leg.contract, met.at)
    )
    late = _past(sold, met, SELL_TO_OPEN_CUTOFF)
    return count("sold to open before the cut-off", late, 0, "legs too late", Stage.MARKET)


def _alone(measure: Callable[[Order], Reading]) -> Measure:
    """A rule about the order by itself, asked like the others."""
    return lambda order, met: measure(order)


def _asked(order: Order, met: Situation) -> tuple[Check, ...]:
    """The rules that can be asked about an order: all, or the one without which none can be."""
    missing = next((check for check in FIRST if not check.measure(order, met).passed), None)
    return CHECKS if missing is None else (missing,)


#: Without these nothing else can be measured.
FIRST = (
    Check(_alone(by_itself.has_legs)),
    Check(_alone(by_itself.instruments_known), Code.INSTRUMENT),
    Check(_alone(by_itself.prices_are_figures)),
)

#: Every order rule of the venue that needs no quote, in the order it is reported.
CHECKS: tuple[Check, ...] = (
    *FIRST,
    Check(_alone(by_itself.legs_allowed)),
    Check(_alone(by_itself.one_root)),
    Check(_alone(by_itself.not_repeated)),
    Check(_alone(by_itself.quantity)),
    Check(_alone(by_itself.reduced)),
    Check(_alone(by_itself.type_allowed)),
    Check(_alone(by_itself.waits_as_allowed), Code.GTC_MARKET),
    Check(_waits_for_a_day_to_come),
    Check(_alone(by_itself.trigger_is_a_price)),
    Check(_alone(by_itself.on_tick), seen=Checkpoint.ROUTING),
    Check(_alone(by_itself.bought_at_a_debit), Code.BUYS_FOR_CREDIT),
    Check(_alone(by_itself.sold_at_a_credit), Code.SELLS_FOR_DEBIT),
    Check(_closes_held, Code.NO_POSITION),
    Check(_opposes_none),
    Check(_may_open, Code.CLOSING_ONLY),
    Check(_market_open, Code.NEXT_SESSION),
    Check(_still_trades, Code.INSTRUMENT),
    Check(_sold_in_time, Code.CLOSING_ONLY),
)
