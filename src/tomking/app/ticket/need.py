"""What a house asks for some legs: the one place where a file meets the margin rule."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tomking.app.ticket.file import Priced, Ticket
from tomking.core.money import usd
from tomking.core.product import Product
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.margin.leg import Margin, MarginLeg, Uncovered, Underlying
from tomking.portfolio.margin.rule import requirement


def needed(asked: Ticket) -> Margin:
    """What the house asks for a whole file, at the size of its order."""
    return asked_for(asked.whole, asked.product, float(asked.price), asked)


def asked_for(legs: Sequence[Priced], on: Product, spot: float, asked: Ticket) -> Margin:
    """What the file's house asks for some legs on one underlying at a price of it."""
    if not legs:
        nothing = usd(0.0)
        return Margin(nothing, nothing, (), "universal")
    underlying = Underlying(on.root, spot, on.kind, float(asked.leverage), float(on.multiplier))
    return requirement(map(margin_leg, legs), underlying, house_for(on.kind, asked.house, on.root))


def margin_leg(leg: Priced) -> MarginLeg:
    """A typed leg as the margin rule sees it."""
    held = leg.contract
    strike = float(held.strike or 0)
    return MarginLeg(held.right, strike, held.expiry, leg.quantity, float(leg.price), held.settles)


def margin_of(found: Margin) -> dict[str, Any]:
    """A requirement in the words of the contract."""
    return {
        "requirement": found.requirement,
        "bp_effect": found.bp_effect,
        "uncovered": [uncovered(one) for one in found.uncovered],
        "method": found.method,
    }


def uncovered(one: Uncovered) -> dict[str, Any]:
    """Uncovered shorts as a leg of the file; the quantity is negative, as they are short."""
    return {
        "right": one.right.value[0],
        "strike": plain_number(Decimal(repr(one.strike))),
        "expiry": one.expiry,
        "quantity": -one.count,
    }


def plain_number(x: Decimal) -> Decimal:
    """A figure without idle noughts: 45, not 45.0."""
    return x.to_integral_value() if x == x.to_integral_value() else x.normalize()
