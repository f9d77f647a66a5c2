"""Rules of the venue as data: what an order may look like before it is sent (tastytrade-wire b).

One table for the simulator, the SANITY gates and the live pre-flight, so they cannot disagree.
"""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from tomking.core.product import Product


class Code(StrEnum):
    """The broker's own names for what it objects to; ``validation_error`` where it gives none."""

    MARGIN = "margin_check_failed"
    BUYS_FOR_CREDIT = "cant_buy_for_credit"
    SELLS_FOR_DEBIT = "cant_sell_for_debit"
    GTC_MARKET = "gtc_market_orders_not_supported"
    INSTRUMENT = "instrument_validation_failed"
    CLOSING_ONLY = "closing_only"
    NO_POSITION = "closing_with_no_position"
    NEXT_SESSION = "tif.next_valid_session"
    CANNOT_UPDATE = "cannot_update_order"
    VALIDATION = "validation_error"


class Checkpoint(StrEnum):
    """When the broker looks at a rule: in its dry run, or only once an order has been routed."""

    PREFLIGHT = "pre-flight"
    ROUTING = "routing"


LEGS_MAX = 4
#: More than anything is quoted at: from here on a price is a slip, and arithmetic with it gives out.
PRICE_MAX = Decimal(1_000_000_000)
#: An order good till a date names one at most this far ahead. The broker prints no bound; what is meant
#: to wait for longer is good till it is cancelled.
GOOD_TILL_MAX = timedelta(days=365)
#: Selling to open an option stops this long before its market closes on the day it expires.
SELL_TO_OPEN_CUTOFF = timedelta(minutes=30)
#: An order's price may not stand further from the package's mid than this share of the legs' value ...
BAND_SHARE = 0.50
#: ... or this many points, whichever is more.
BAND_POINTS_MIN = 2.0


def is_figure(price: Decimal) -> bool:
    """Whether a price is a number of a size that prices have; an infinity or NaN is none.

    >>> is_figure(Decimal("-1.25")), is_figure(Decimal("NaN")), is_figure(Decimal("1e400"))
    (True, False, False)
    """
    return price.is_finite() and abs(price) < PRICE_MAX


def step_of(product: Product, price: Decimal, legs: int, *, is_option: bool = True) -> Decimal:
    """The step of an order's price: that of a package, of one option at a price, or of what underlies.

    >>> from tomking.core.product import product
    >>> es = product("ES")
    >>> step_of(es, Decimal(6), 1), step_of(es, Decimal(6), 2)
    (Decimal('0.25'), Decimal('0.05'))
    >>> step_of(es, Decimal(6000), 1, is_option=False)
    Decimal('0.25')
    """
    if not is_option:
        return product.underlying_tick
    return product.ticks.package if legs > 1 else product.ticks.tick(price)


def on_step(price: Decimal, step: Decimal, rounding: str) -> Decimal:
    """A price moved to a whole number of steps.

    >>> from decimal import ROUND_CEILING
    >>> on_step(Decimal("-2.31"), Decimal("0.05"), ROUND_CEILING)
    Decimal('-2.30')
    """
    return (price / step).to_integral_value(rounding) * step


def is_on_tick(price: Decimal, product: Product, legs: int, *, is_option: bool = True) -> bool:
    """Whether a net price is one the venue takes."""
    return price % step_of(product, price, legs, is_option=is_option) == 0
