"""How a ticket's legs are said, on one line."""

from collections.abc import Iterable
from decimal import Decimal

from tomking.app.ticket.closing import closed, opened, purpose
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.legs import Priced
from tomking.core.calendar import dte
from tomking.core.contract import Contract
from tomking.core.order import Purpose
from tomking.portfolio.recognise import Recognised, recognise
from tomking.report.words import MINUS, many

#: What an order does, before the name of what it does it to.
DOES = {Purpose.OPEN: "", Purpose.CLOSE: "close of ", Purpose.ROLL: "roll to "}


def named(asked: Ticket) -> Recognised:
    """What an order opens is called, or else what it closes, with the shares or futures beside it."""
    part = opened(asked)
    legs = part.legs if part else closed(asked)
    held = [(leg.contract, leg.quantity) for leg in (*legs, *asked.outright)]
    on = asked.product
    return recognise(held, on.multiplier, float(asked.price), on.is_future)


def title(asked: Ticket, name: Recognised) -> str:
    """``SPY put credit vertical, 10 wide, 2 units: 2026-07-17, 42 days``."""
    if not asked.legs:
        held = (asked.account.held if asked.account else ()) + asked.outright
        return f"No order, {many(len(held), 'holding')}" if held else "No order, nothing held"
    part = opened(asked) or asked
    days = sorted({leg.contract.expiry for leg in part.legs})
    ahead = " and ".join(f"{day}, {dte(day, asked.at.date())} days" for day in days)
    units = name.units * asked.order.units
    size = f", {units} units" if units > 1 else ""
    return f"{asked.product.root} {DOES[purpose(asked)]}{name}{size}: {ahead}"


def line(asked: Ticket) -> str:
    """``−1 580 P at 6.40, +1 570 P at 4.55; SPY at 600``: one unit, and what it is written on."""
    on = asked.product
    beside = f"{on.root} at {asked.price}"
    if asked.shares:
        beside = f"{signed(asked.shares)} {'futures' if on.is_future else 'shares'} of {beside}"
    return f"{legs(asked.legs)}; {beside}" if asked.legs else beside


def legs(held: Iterable[Priced]) -> str:
    """``−1 580 P at 6.40, +1 570 P at 4.55 (closes)``."""
    return ", ".join(
        f"{signed(leg.quantity)} {option(leg.contract)} at {leg.price}"
        f"{'' if leg.opens else ' (closes)'}"
        for leg in held
    )


def option(contract: Contract) -> str:
    """``580 P``."""
    right = contract.right.value[0] if contract.right else ""
    return f"{contract.strike:f} {right}" if contract.strike is not None else contract.root


def signed(count: int) -> str:
    """``−2``, ``+100``."""
    return f"{MINUS if count < 0 else '+'}{abs(count):,}"


def worth_taken(asked: Ticket, net_liq: Decimal) -> str:
    """What an account is taken to be worth of which the file says nothing."""
    if asked.past is None:
        return f"the account is worth ${net_liq:,.0f}, from the settings, and holds nothing"
    return (
        f"the account is worth ${net_liq:,.0f}, by its own files; what it holds is not in the file and "
        "is not counted"
    )
