"""What cannot be, however well it is written: prices beyond their bounds, an index held as shares."""

from decimal import Decimal

from tomking.app.ticket.fields import wrong
from tomking.core.contract import Contract, Right
from tomking.core.product import Delivers, Kind, Product

#: Kinds whose leverage is a figure of the file; a volatility fund is charged in full whatever it is.
LEVERED = (Kind.LEVERAGED_ETF, Kind.VOLATILITY)


def check_price(price: Decimal, contract: Contract, on: Product, spot: Decimal, place: str) -> None:
    """A put is worth its strike at most and a call what it is written on.

    A volatility index is no bound for its calls: they are priced on its forward, which may be higher.

    Raises
    ------
    ConfigError
        If the price is more.
    """
    strike = contract.strike or Decimal(0)
    if contract.right is Right.PUT and price > strike:
        raise wrong(
            place, f"{price} is above {strike}, its strike, and no put is worth more: check both"
        )
    if contract.right is Right.CALL and on.kind is not Kind.VOLATILITY and price > spot:
        raise wrong(
            place,
            f"{price} is above {spot}, the price of {on.root}, and no call is worth more: check both",
        )


def check_outright(count: int, on: Product, place: str) -> None:
    """An index is no share: there is nothing of it to hold.

    Raises
    ------
    ConfigError
        If some is said to be held.
    """
    if count and on.delivers is Delivers.CASH:
        raise wrong(
            place,
            f"{count:,} of {on.root} cannot be held, as it is of the kind {on.kind}: leave them out",
        )


def check_leverage(leverage: Decimal, kind: Kind, place: str) -> None:
    """A leveraged fund has a leverage, and nothing else has.

    Raises
    ------
    ConfigError
        If the two contradict each other.
    """
    if kind is Kind.LEVERAGED_ETF and leverage == 1:
        raise wrong(
            place,
            "leveraged_etf needs one that is not 1: say 2 or 3, -1 to -3 if inverse, or the kind etf",
        )
    if kind not in LEVERED and leverage != 1:
        raise wrong(
            place, f"{leverage} is not for the kind {kind}: say leveraged_etf, or leave it out"
        )
