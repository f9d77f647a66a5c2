"""What a house asks for some legs: the one place where a file meets the margin engine."""

from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from typing import Any

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.legs import Priced
from tomking.app.ticket.market import columns, products
from tomking.core.money import usd
from tomking.market.quoted import Quoted
from tomking.portfolio.margin.account import Terms, asked, scan_of
from tomking.portfolio.margin.leg import Margin, Uncovered
from tomking.portfolio.margin.scan import Scan


def needed(ticket: Ticket, market: Quoted) -> Margin:
    """What the house asks for a whole file, at the size of its order."""
    return asked_for(ticket.whole, ticket.product.root, ticket, market)


def asked_for(legs: Sequence[Priced], root: str, ticket: Ticket, market: Quoted) -> Margin:
    """What the file's house asks for the legs on one underlying, at the typed prices."""
    laid = columns(legs, products(ticket))
    spot = market.underlyings[root].price
    return asked(root, laid, market.marks(laid), spot, ticket.at, terms(ticket))


def scan_behind(ticket: Ticket, market: Quoted) -> Scan | None:
    """The scan behind the figure, with its parts, where the legs are on a future."""
    if not ticket.product.is_future:
        return None
    laid = columns(ticket.whole, products(ticket))
    return scan_of(ticket.product.root, laid, market.marks(laid), ticket.at, terms(ticket))


def scan_parts(found: Scan) -> dict[str, Any]:
    """What a scan is made of, dollars."""
    return {
        "scenario": found.scenario,
        "loss": usd(found.loss),
        "spread_credit": usd(found.credit),
        "short_option_minimum": usd(found.minimum),
        "option_value": usd(found.option_value),
        "idle_longs": usd(found.idle),
        "factor": found.factor,
        "most": usd(found.most) if isfinite(found.most) else None,
    }


def terms(ticket: Ticket) -> Terms:
    """What the file says its account is margined by."""
    return Terms(ticket.house, products(ticket), float(ticket.leverage), ticket.betas)


def margin_of(found: Margin) -> dict[str, Any]:
    """A requirement in the words of the contract."""
    return {
        "requirement": found.requirement,
        "bp_effect": found.bp_effect,
        "uncovered": [uncovered(one) for one in found.uncovered],
        "method": found.method,
        "maintenance": found.maintenance,
    }


def uncovered(one: Uncovered) -> dict[str, Any]:
    """Uncovered shorts as a leg of the file; the quantity is negative, as they are short."""
    return {
        "right": one.right.value[0],
        "strike": plain_number(Decimal(repr(one.strike))),
        "expiry": one.expiry,
        "quantity": -one.count,
        "settles": one.settles.value,
    }


def plain_number(x: Decimal) -> Decimal:
    """A figure without idle noughts: 45, not 45.0."""
    return x.to_integral_value() if x == x.to_integral_value() else x.normalize()
