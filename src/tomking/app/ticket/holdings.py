"""The account an order is meant for, and what it holds: of the file's own symbol or of others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tomking.app.ticket import fields
from tomking.app.ticket.fields import inside, members, wrong
from tomking.app.ticket.legs import LEG, Priced, contract_of, outright
from tomking.app.ticket.possible import check_outright, check_price
from tomking.app.ticket.underlying import known_product
from tomking.core.contract import Contract
from tomking.core.product import Product, product
from tomking.core.value import value

HELD_MAX = 200


@value
class Account:
    """What the account is worth and holds; ``spots`` is what the holdings are written on, by root."""

    net_liq: Decimal
    cash: Decimal | None
    held: tuple[Priced, ...]
    spots: Mapping[str, Decimal]


def account(
    x: Any, on: Product, price: Decimal, at: datetime, beside: Sequence[Contract]
) -> Account:
    """An account, beside a file about a product at a price and its legs."""
    found = members(x, "account", ("net_liq",), ("cash", "held"))
    held = fields.items(
        found.get("held", []), "account.held", lambda y, place: _held(y, place, on, price, at, beside),
        HELD_MAX,
    )  # fmt: skip
    return Account(
        fields.number(found["net_liq"], "account.net_liq"),
        fields.number(found["cash"], "account.cash") if "cash" in found else None,
        tuple(one for one, _ in held),
        _spots([spot for _, spot in held]),
    )


def _spots(said: Sequence[tuple[str, Decimal] | None]) -> Mapping[str, Decimal]:
    """What the holdings are written on, by root; two prices of one root are one too many."""
    spots: dict[str, Decimal] = {}
    for row, one in enumerate(said):
        if one is not None and spots.setdefault(*one) != one[1]:
            raise wrong(
                f"account.held[{row}]",
                f"{one[0]} is at {one[1]} here and at {spots[one[0]]} in a row before: keep one price",
            )
    return spots


def _held(
    x: Any, place: str, on: Product, here: Decimal, at: datetime, beside: Sequence[Contract]
) -> tuple[Priced, tuple[str, Decimal] | None]:
    """A holding, and the price of what it is written on when that is not the file's own symbol."""
    found = members(
        x, place, ("symbol", "quantity", "price"),
        ("right", "strike", "expiry", "settles", "underlying"),
    )  # fmt: skip
    root = fields.symbol(found["symbol"], inside(place, "symbol"))
    quantity = fields.some(found["quantity"], inside(place, "quantity"))
    price = fields.at_least_zero(found["price"], inside(place, "price"))
    spot = _spot(found, place, root, here, on)
    mine = on if root == on.root else product(root)
    if "right" not in found:
        members(x, place, ("symbol", "quantity", "price"), ("underlying",))
        check_outright(quantity, mine, inside(place, "quantity"))
        fields.above_zero(price, inside(place, "price"))
        if spot and spot[1] != price:
            raise wrong(
                inside(place, "underlying"), f"{spot[1]} is not {price}, its price: drop it"
            )
        return Priced(outright(mine, at, beside), quantity, price), _own(root, price, on)
    members(x, place, ("symbol", *LEG), ("settles", "underlying"))
    contract = contract_of(found, place, mine, at)
    check_price(price, contract, mine, spot[1] if spot else here, inside(place, "price"))
    return Priced(contract, quantity, price), spot


def _own(root: str, price: Decimal, on: Product) -> tuple[str, Decimal] | None:
    return None if root == on.root else (root, price)


def _spot(
    found: Mapping[str, Any], place: str, root: str, here: Decimal, on: Product
) -> tuple[str, Decimal] | None:
    """The underlying's price of a holding in another symbol, which must be a known product."""
    told = None
    if "underlying" in found:
        told = fields.above_zero(found["underlying"], inside(place, "underlying"))
    if root == on.root:
        if told not in (None, here):
            raise wrong(
                inside(place, "underlying"),
                f"{told} is not {here}, the file's own price of {root}: leave it out here",
            )
        return None
    known_product(root, inside(place, "symbol"))
    if told is None and "right" in found:
        raise wrong(inside(place, "underlying"), f"is missing: the price of {root}")
    return None if told is None else (root, told)
