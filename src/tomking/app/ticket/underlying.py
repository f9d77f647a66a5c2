"""What a file is about: a product that is known, or one that stands in for a share or index."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tomking.app.ticket import fields
from tomking.app.ticket.fields import inside, members, wrong
from tomking.app.ticket.possible import check_leverage
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.core.product import (
    PRODUCTS,
    Delivers,
    Kind,
    Product,
    TickTable,
    delivered,
    is_adjusted,
    product,
)

CENT = Decimal("0.01")


def underlying(found: Mapping[str, Any]) -> tuple[Product, Decimal, Decimal]:
    """What the options are written on, its price and its leverage."""
    place = "underlying"
    told = members(found[place], place, ("symbol", "price", "kind"), ("leverage",))
    kind = Kind(fields.word([kind.value for kind in Kind])(told["kind"], inside(place, "kind")))
    root = fields.symbol(told["symbol"], inside(place, "symbol"))
    size = fields.counted(found["multiplier"], "multiplier") if "multiplier" in found else None
    leverage = fields.number(told.get("leverage", 1), inside(place, "leverage"))
    if not 1 <= abs(leverage) <= 10:
        raise wrong(inside(place, "leverage"), f"{leverage} is not from 1 to 10, or from -1 to -10")
    check_leverage(leverage, kind, inside(place, "leverage"))
    on = _product(root, kind, size, inside(place, "symbol"))
    return on, fields.above_zero(told["price"], inside(place, "price")), leverage


def _product(root: str, kind: Kind, size: int | None, place: str) -> Product:
    """The product of a symbol; any share or index will do, a future must be one that is known."""
    known = PRODUCTS.get(root)
    if is_adjusted(root):
        known_product(root, place)
    if known is None and root[-1].isdigit() and delivered(kind, root) is Delivers.SHARES:
        raise wrong(
            place, f"{root} is no share's symbol but that of an adjusted contract, which delivers "
            "something else than 100 shares: close it in the broker's own application",
        )  # fmt: skip
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


def has_row(on: Product) -> bool:
    """Whether a product is one that is known, and no stand-in, be it for one of the same name."""
    return PRODUCTS.get(on.root) is on


def known_product(root: str, place: str) -> Product:
    """A product that has a row of its own; why there is none is said at its place."""
    try:
        return product(root)
    except ConfigError as fault:
        raise wrong(place, str(fault)) from None


def stand_in(root: str, kind: Kind, multiplier: int) -> Product:
    """A product for a symbol without a row of its own: cents everywhere, American if it delivers."""
    delivers = delivered(kind, root)
    cents = TickTable(CENT, Decimal(0), CENT, CENT)
    american = delivers is Delivers.SHARES
    return Product(root, root, kind, multiplier, cents, delivers, american, CENT)
