"""A file of legs as values: one underlying, options on it, and the account they are meant for.

The format is a promise (``docs/reference/margin-file.md``). Nothing is guessed in place of a figure
that is needed; what may be left out has a default, and :attr:`Ticket.assumed` says which were taken.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tomking.app.ticket import fields
from tomking.app.ticket.fields import inside, members, wrong
from tomking.app.ticket.possible import check_leverage, check_outright, check_price
from tomking.core.contract import Contract, Right, Settles
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.core.order import TimeInForce
from tomking.core.product import (
    DELIVERED,
    PRODUCTS,
    Delivers,
    Kind,
    Product,
    TickTable,
    is_adjusted,
    product,
)
from tomking.core.value import value
from tomking.market.delivery import future, future_after
from tomking.market.expiry import ends
from tomking.portfolio.margin.house import HOUSES

LEGS_MAX, HELD_MAX = 100, 200
NEEDED = ("underlying", "house", "legs")
OPTIONAL = (
    "shares", "at", "multiplier", "rate", "dividend_yield", "vix", "order", "account",
)  # fmt: skip
LEG = ("right", "strike", "expiry", "quantity", "price")
RIGHTS = {"C": Right.CALL, "P": Right.PUT}
TIFS = {"DAY": TimeInForce.DAY, "GTC": TimeInForce.GTC}
CENT = Decimal("0.01")


@value
class Priced:
    """A signed number of one contract at its typed price in points; shares count one by one.

    ``opens`` is false of a leg that takes down what the account holds.
    """

    contract: Contract
    quantity: int
    price: Decimal
    opens: bool = True


@value
class Wanted:
    """How the order is to be sent: units of the legs, and the net credit (+) or debit (-) a unit."""

    limit: Decimal | None = None
    units: int = 1
    tif: TimeInForce = TimeInForce.DAY


@value
class Account:
    """What the account is worth and holds; ``spots`` is what the holdings are written on, by root."""

    net_liq: Decimal
    cash: Decimal | None
    held: tuple[Priced, ...]
    spots: Mapping[str, Decimal]


@value
class Ticket:
    """A whole file. ``legs`` are one unit of the order; ``product`` stands in for an unknown symbol.

    ``said`` are the keys the file has; ``assumed`` what was taken for those that say what the legs are.
    """

    product: Product
    price: Decimal
    leverage: Decimal
    house: str
    legs: tuple[Priced, ...]
    shares: int
    at: datetime
    rate: float
    dividend_yield: float
    vix: float | None
    order: Wanted
    account: Account | None
    said: frozenset[str]
    assumed: tuple[str, ...]

    @property
    def outright(self) -> tuple[Priced, ...]:
        """The shares or futures of the file as a leg, if there are any."""
        if not self.shares:
            return ()
        return (Priced(outright(self.product, self.at), self.shares, self.price),)

    @property
    def whole(self) -> tuple[Priced, ...]:
        """Every leg at the size of the order; shares are a file's own number, whatever the units."""
        units = self.order.units
        return (
            *(replace(leg, quantity=leg.quantity * units) for leg in self.legs),
            *self.outright,
        )


def outright(on: Product, at: datetime) -> Contract:
    """The share itself, or the future that is in front."""
    if not on.is_future:
        return Contract(on.root, date.max)
    return future(on.root, future_after(on.root, at.date()))


def ticket(x: Any, now: datetime) -> Ticket:
    """A file's JSON as a ticket.

    Parameters
    ----------
    now
        What ``at`` is when the file does not say.

    Raises
    ------
    ConfigError
        At the first fault, with its place.
    """
    found = members(x, "", NEEDED, OPTIONAL)
    at = fields.instant(found["at"], "at") if "at" in found else now
    on, price, leverage = _underlying(found)
    legs = fields.items(found["legs"], "legs", lambda y, at_: _leg(y, at_, on, price, at), LEGS_MAX)
    if not legs:
        raise wrong("legs", "none are given: there is nothing to margin")
    shares = fields.count(found.get("shares", 0), "shares")
    check_outright(shares, on, "shares")
    return Ticket(
        on, price, leverage,
        fields.word(tuple(HOUSES))(found["house"], "house"),
        legs,
        shares,
        at,
        fields.share(found.get("rate", 0), "rate"),
        fields.share(found.get("dividend_yield", 0), "dividend_yield"),
        float(fields.above_zero(found["vix"], "vix")) if "vix" in found else None,
        _order(found["order"]) if "order" in found else Wanted(),
        _account(found["account"], on, price, at) if "account" in found else None,
        frozenset(found),
        tuple(_assumed(found, on, at)),
    )  # fmt: skip


def _underlying(found: Mapping[str, Any]) -> tuple[Product, Decimal, Decimal]:
    """What the options are written on, its price and its leverage."""
    place = "underlying"
    told = members(found[place], place, ("symbol", "price", "kind"), ("leverage",))
    kind = Kind(fields.word([kind.value for kind in Kind])(told["kind"], inside(place, "kind")))
    root = fields.symbol(told["symbol"], inside(place, "symbol"))
    size = fields.counted(found["multiplier"], "multiplier") if "multiplier" in found else None
    leverage = fields.number(told.get("leverage", 1), inside(place, "leverage"))
    if not 0 < abs(leverage) <= 10:
        raise wrong(inside(place, "leverage"), f"{leverage} is not from 1 to 10, or from -1 to -10")
    check_leverage(leverage, kind, inside(place, "leverage"))
    on = _product(root, kind, size, inside(place, "symbol"))
    return on, fields.above_zero(told["price"], inside(place, "price")), leverage


def _product(root: str, kind: Kind, size: int | None, place: str) -> Product:
    """The product of a symbol; any share or index will do, a future must be one that is known."""
    known = PRODUCTS.get(root)
    if is_adjusted(root):
        _known(root, place)
    if known is None and kind is Kind.FUTURE:
        futures = sorted(name for name, one in PRODUCTS.items() if one.is_future)
        said = did_you_mean(root, futures) or f"; known futures are {', '.join(futures)}"
        raise wrong(place, f"unknown root {root!r}{said}")
    if kind is Kind.FUTURE and known is not None and known.kind is not kind:
        raise wrong(place, f"{root} is no future here, it is of the kind {known.kind}")
    if known is None or known.kind is not kind:
        return stand_in(root, kind, size or 100)
    if size not in (None, known.multiplier):
        raise wrong("multiplier", f"{root} is {known.multiplier} dollars a point, not {size}")
    return known


def _known(root: str, place: str) -> Product:
    """A product that has a row of its own; why there is none is said at its place."""
    try:
        return product(root)
    except ConfigError as fault:
        raise wrong(place, str(fault)) from None


def stand_in(root: str, kind: Kind, multiplier: int) -> Product:
    """A product for a symbol without a row of its own: cents everywhere, American if it delivers.

    Volatility without a row is a fund (UVXY), which delivers shares; the index VIX has one.
    """
    fund = Delivers.SHARES if kind is Kind.VOLATILITY else Delivers.CASH
    delivers = DELIVERED.get(kind, fund)
    cents = TickTable(CENT, Decimal(0), CENT, CENT)
    american = delivers is Delivers.SHARES
    return Product(root, root, kind, multiplier, cents, delivers, american, CENT)


def _leg(x: Any, place: str, on: Product, spot: Decimal, at: datetime) -> Priced:
    found = members(x, place, LEG, ("settles",))
    contract = _contract(found, place, on, at)
    quantity = fields.some(found["quantity"], inside(place, "quantity"))
    price = fields.at_least_zero(found["price"], inside(place, "price"))
    check_price(price, contract, on, spot, inside(place, "price"))
    return Priced(contract, quantity, price)


def _contract(found: Mapping[str, Any], place: str, on: Product, at: datetime) -> Contract:
    """An option that still trades at the instant, on a future the first that outlives it."""
    right = RIGHTS[fields.word(tuple(RIGHTS))(found["right"], inside(place, "right"))]
    strike = fields.above_zero(found["strike"], inside(place, "strike"))
    expiry = fields.day(found["expiry"], inside(place, "expiry"))
    settles = fields.word([one.value for one in Settles])
    fixed = Settles(settles(found.get("settles", "PM"), inside(place, "settles")))
    sits_on = future_after(on.root, expiry, fixed) if on.is_future else ""
    contract = Contract(on.root, expiry, right, strike, sits_on, fixed)
    if at >= ends(contract):
        raise wrong(
            inside(place, "expiry"),
            f"{expiry} is over at {at:%Y-%m-%d %H:%M} New York: drop the leg, or say an earlier `at`",
        )
    return contract


def _order(x: Any) -> Wanted:
    found = members(x, "order", (), ("limit", "units", "tif"))
    tif = fields.word(tuple(TIFS))(found.get("tif", "DAY"), "order.tif")
    return Wanted(
        fields.number(found["limit"], "order.limit") if "limit" in found else None,
        fields.counted(found.get("units", 1), "order.units"),
        TIFS[tif],
    )


def _account(x: Any, on: Product, price: Decimal, at: datetime) -> Account:
    found = members(x, "account", ("net_liq",), ("cash", "held"))
    held = fields.items(
        found.get("held", []), "account.held", lambda y, place: _held(y, place, on, price, at),
        HELD_MAX,
    )  # fmt: skip
    return Account(
        fields.number(found["net_liq"], "account.net_liq"),
        fields.number(found["cash"], "account.cash") if "cash" in found else None,
        tuple(one for one, _ in held),
        dict(spot for _, spot in held if spot is not None),
    )


def _held(
    x: Any, place: str, on: Product, here: Decimal, at: datetime
) -> tuple[Priced, tuple[str, Decimal] | None]:
    """A holding, and the price of what it is written on when that is not the file's own symbol."""
    found = members(
        x, place, ("symbol", "quantity", "price"),
        ("right", "strike", "expiry", "settles", "underlying"),
    )  # fmt: skip
    root = fields.symbol(found["symbol"], inside(place, "symbol"))
    quantity = fields.some(found["quantity"], inside(place, "quantity"))
    price = fields.at_least_zero(found["price"], inside(place, "price"))
    spot = _spot(found, place, root, on)
    mine = on if root == on.root else product(root)
    if "right" not in found:
        members(x, place, ("symbol", "quantity", "price"), ("underlying",))
        check_outright(quantity, mine, inside(place, "quantity"))
        return Priced(outright(mine, at), quantity, price), spot or _own(root, price, on)
    members(x, place, ("symbol", *LEG), ("settles", "underlying"))
    contract = _contract(found, place, mine, at)
    check_price(price, contract, mine, spot[1] if spot else here, inside(place, "price"))
    return Priced(contract, quantity, price), spot


def _own(root: str, price: Decimal, on: Product) -> tuple[str, Decimal] | None:
    return None if root == on.root else (root, price)


def _spot(
    found: Mapping[str, Any], place: str, root: str, on: Product
) -> tuple[str, Decimal] | None:
    """The underlying's price of a holding in another symbol, which must be a known product."""
    if root == on.root:
        return None
    _known(root, inside(place, "symbol"))
    if "underlying" in found:
        return root, fields.above_zero(found["underlying"], inside(place, "underlying"))
    if "right" in found:
        raise wrong(inside(place, "underlying"), f"is missing: the price of {root}")
    return None


def _assumed(found: Mapping[str, Any], on: Product, at: datetime) -> Iterator[str]:
    """What the file left out and what was taken for it."""
    if "at" not in found:
        yield f"the time is now, {at:%Y-%m-%d %H:%M} New York"
    elif len(str(found["at"]).strip()) == 10:
        yield "a date without a time stands for its open, 09:30 New York"
    if on.root not in PRODUCTS and "multiplier" not in found:
        yield "a contract is 100 shares"
