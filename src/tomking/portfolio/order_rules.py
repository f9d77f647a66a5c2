"""What the venue asks of an order by itself, whatever is held and whatever the hour.

Each is a measurement; its code and its place in the order of asking stand in ``portfolio.preflight``.
Rules as tastytrade states or shows them; ticks and limits are data in ``core.venue`` and
``core.product``.
"""

from decimal import Decimal
from math import gcd

from tomking.core.calendar import FRIDAY
from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.money import ZERO
from tomking.core.order import Order, OrderType, TimeInForce
from tomking.core.product import PRODUCTS, Delivers, is_adjusted, product
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.venue import LEGS_MAX, PRICE_MAX, is_figure, is_on_tick
from tomking.market.delivery import last_day
from tomking.market.sessions import is_known, is_open

AGREE = "agree"
FIGURES = f"figures below {PRICE_MAX:,}"


def count(name: str, found: int, most: int, unit: str, stage: Stage = Stage.DATA) -> Reading:
    """A number of things that may not be more than so many."""
    return Reading(name, stage, Sense.AT_MOST, float(found), float(most), unit)


def is_(name: str, observed: str, wanted: str, stage: Stage = Stage.DATA) -> Reading:
    """A word that has to be this one."""
    return Reading(name, stage, Sense.IS, observed, wanted)


def has_legs(order: Order) -> Reading:
    """There is something to trade."""
    return Reading(
        "order has legs", Stage.DATA, Sense.AT_LEAST, float(len(order.legs)), 1.0, "legs"
    )


def instruments_known(order: Order) -> Reading:
    """Every root is one the products list, none was changed by a corporate action, and each can be."""
    flaws = (flaw(leg.contract) for leg in order.legs)
    seen = next(filter(None, flaws), "known")
    return is_("instruments are known", seen, "known")


def flaw(contract: Contract) -> str:
    """Why no venue lists a contract, whatever the day; empty if one may.

    Only what no venue lists today is named: whether a strike or a day is listed is not asked.
    """
    root, strike = contract.root, contract.strike
    if root not in PRODUCTS:
        return f"{root} is {'adjusted' if is_adjusted(root) else 'unknown'}"
    if not contract.is_option and product(root).delivers is Delivers.CASH:
        return f"{root} is an index, which nobody trades itself"
    if contract.is_option and not (strike is not None and is_figure(strike) and strike > ZERO):
        return f"{root} has a strike of {strike}, where one is above zero"
    if contract.is_option and contract.expiry.weekday() > FRIDAY:
        return f"{contract} expires on a {contract.expiry:%A}"
    if contract.is_option and is_known(contract.expiry) and not is_open(contract.expiry):
        return f"{contract} expires on a market holiday"
    return _future_flaw(contract) if product(root).is_future else ""


def _future_flaw(contract: Contract) -> str:
    """Why nothing on a future is called that: none named, another root's, or one that ends before."""
    root, code = contract.root, contract.future
    if not code:
        return f"{root} {contract.expiry} names no future"
    try:
        ends = last_day(root, code)
    except DataError as unknown:
        return str(unknown)
    return f"{contract} is written on {code}, which ends {ends}" if contract.expiry > ends else ""


def prices_are_figures(order: Order) -> Reading:
    """Limit and trigger are numbers, and of a size that prices have."""
    prices = (("limit", order.limit), ("trigger", order.trigger))
    odd = next((f"{name} {x}" for name, x in prices if x is not None and not is_figure(x)), FIGURES)
    return is_("prices of the order", odd, FIGURES)


def legs_allowed(order: Order) -> Reading:
    """At most four options, or one future or share by itself."""
    outright = any(not leg.contract.is_option for leg in order.legs)
    most = 1 if outright else LEGS_MAX
    return count("legs the venue takes in one order", len(order.legs), most, "legs")


def one_root(order: Order) -> Reading:
    """A package has one underlying."""
    roots = {leg.contract.root for leg in order.legs}
    return count("legs are of one root", len(roots), 1, "roots")


def not_repeated(order: Order) -> Reading:
    """No contract stands in two legs."""
    contracts = [leg.contract for leg in order.legs]
    return count("no leg is repeated", len(contracts) - len(set(contracts)), 0, "legs")


def quantity(order: Order) -> Reading:
    """Every leg is for one contract at least."""
    least = min(abs(leg.quantity * order.units) for leg in order.legs) if order.units > 0 else 0
    return Reading(
        "quantity is at least one", Stage.DATA, Sense.AT_LEAST, float(least), 1.0, "contracts"
    )


def reduced(order: Order) -> Reading:
    """Legs have no common factor: the venue reads the price as that of the smallest package."""
    factor = gcd(*(leg.quantity for leg in order.legs))
    return count("legs are in their smallest ratio", factor, 1, "times")


def type_allowed(order: Order) -> Reading:
    """A package has a limit and no trigger; market, stop and stop-limit are for one leg."""
    most = len(order.legs) if order.type is OrderType.LIMIT else 1
    return count(f"legs of a {order.type} order", len(order.legs), most, "legs")


def waits_as_allowed(order: Order) -> Reading:
    """Market orders are for the day, and so is a stop on an option."""
    name = "time in force suits the type"
    option_stop = order.trigger is not None and any(leg.contract.is_option for leg in order.legs)
    if order.type is OrderType.MARKET or option_stop:
        return is_(name, order.tif, TimeInForce.DAY)
    return is_(name, order.tif, order.tif)


def on_tick(order: Order) -> Reading:
    """Limit and trigger are prices the venue takes; its dry run does not look (R-VEN-01)."""
    prices = [price for price in (order.limit, order.trigger) if price is not None]
    off = next((price for price in prices if not _on_tick(price, order)), None)
    return is_("price is on tick", "on tick" if off is None else f"{off} is off", "on tick")


def is_priced_on_tick(order: Order) -> bool:
    """Whether the limit and the trigger, where there are any, are prices the venue takes."""
    return on_tick(order).passed


def _on_tick(price: Decimal, order: Order) -> bool:
    if not is_figure(price):
        return False
    options = all(leg.contract.is_option for leg in order.legs)
    return is_on_tick(price, product(order.root), len(order.legs), is_option=options)


def trigger_is_a_price(order: Order) -> Reading:
    """A trigger is what a contract is quoted at: above zero, without a sign."""
    seen = "not above zero" if order.trigger is not None and order.trigger <= ZERO else "above zero"
    return is_("trigger is a price", seen, "above zero")


def bought_at_a_debit(order: Order) -> Reading:
    """Legs that all buy cannot bring a credit."""
    buys = all(leg.quantity > 0 for leg in order.legs)
    wrong = order.limit is not None and buys and order.limit > ZERO
    return is_("price agrees with buying", "all legs buy at a credit" if wrong else AGREE, AGREE)


def sold_at_a_credit(order: Order) -> Reading:
    """Legs that all sell cannot cost a debit."""
    sells = all(leg.quantity < 0 for leg in order.legs)
    wrong = order.limit is not None and sells and order.limit < ZERO
    return is_("price agrees with selling", "all legs sell at a debit" if wrong else AGREE, AGREE)
