"""A leg of a file: an option that can be traded, at a price it can have."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tomking.app.ticket import fields
from tomking.app.ticket.fields import inside, members, wrong
from tomking.app.ticket.possible import check_price
from tomking.core.calendar import FRIDAY
from tomking.core.contract import Contract, Right, Settles
from tomking.core.errors import DataError
from tomking.core.product import Delivers, Kind, Product
from tomking.core.value import value
from tomking.market.delivery import future_after, future_contract
from tomking.market.expiry import ends
from tomking.market.sessions_table import FIRST_YEAR, LAST_YEAR

#: No option is listed for longer, and figures of one that was would mean nothing.
YEARS_MAX = 30
LEG = ("right", "strike", "expiry", "quantity", "price")
RIGHTS = {"C": Right.CALL, "P": Right.PUT}


@value
class Priced:
    """A signed number of one contract at its typed price in points; shares count one by one.

    ``opens`` is false of a leg that takes down what the account holds.
    """

    contract: Contract
    quantity: int
    price: Decimal
    opens: bool = True


def outright(on: Product, at: datetime, beside: Sequence[Contract] = ()) -> Contract:
    """The share itself; or the future that the options beside it are on, else the one in front."""
    if not on.is_future:
        return Contract(on.root, date.max)
    theirs = (option.future for option in beside if option.root == on.root)
    return future_contract(on.root, next(theirs, None) or future_after(on.root, at.date()))


def leg(x: Any, place: str, on: Product, spot: Decimal, at: datetime) -> Priced:
    """A leg of the order, on what the file is about and at its price."""
    found = members(x, place, LEG, ("settles",))
    contract = contract_of(found, place, on, at)
    quantity = fields.some(found["quantity"], inside(place, "quantity"))
    price = fields.at_least_zero(found["price"], inside(place, "price"))
    check_price(price, contract, on, spot, inside(place, "price"))
    return Priced(contract, quantity, price)


def contract_of(found: Mapping[str, Any], place: str, on: Product, at: datetime) -> Contract:
    """An option that still trades at the instant, on a future the first that outlives it."""
    right = RIGHTS[fields.word(tuple(RIGHTS))(found["right"], inside(place, "right"))]
    strike = fields.above_zero(found["strike"], inside(place, "strike"))
    expiry = fields.day(found["expiry"], inside(place, "expiry"))
    settles = fields.word([one.value for one in Settles])
    usual = (
        Settles.AM if on.kind is Kind.VOLATILITY and on.delivers is Delivers.CASH else Settles.PM
    )
    fixed = Settles(settles(found.get("settles", usual.value), inside(place, "settles")))
    contract = Contract(on.root, expiry, right, strike, settles=fixed)
    if at >= ends(contract):
        raise wrong(
            inside(place, "expiry"),
            f"{expiry} is over at {at:%Y-%m-%d %H:%M} New York: drop the leg, or say an earlier `at`",
        )
    if expiry.weekday() > FRIDAY:
        friday = expiry - timedelta(days=expiry.weekday() - FRIDAY)
        raise wrong(
            inside(place, "expiry"),
            f"{expiry} is a {expiry:%A}, on which nothing expires: the Friday before is {friday}",
        )
    if expiry.year > at.year + YEARS_MAX:
        raise wrong(
            inside(place, "expiry"), f"{expiry} is over {YEARS_MAX} years ahead: check the year"
        )
    if not on.is_future:
        return contract
    return replace(contract, future=_future(contract, inside(place, "expiry")))


def _future(contract: Contract, place: str) -> str:
    """The future an option is written on: the first that outlives it."""
    try:
        return future_after(contract.root, contract.expiry, contract.settles)
    except DataError:
        raise wrong(
            place,
            f"no {contract.root} future after {contract.expiry} is known here: the calendar holds "
            f"{FIRST_YEAR} to {LAST_YEAR}",
        ) from None
