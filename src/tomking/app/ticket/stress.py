"""An order on a bad day: the rulebook's scenarios, repriced, with margin worked out again there."""

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import columns, held_of, products
from tomking.app.ticket.money import Money
from tomking.app.ticket.need import terms
from tomking.core.errors import QuoteMissing
from tomking.core.value import value
from tomking.market.quoted import Quoted
from tomking.portfolio.call import Clock, Uncalled, clock
from tomking.portfolio.margin.house import AccountType, account_of
from tomking.portfolio.scenarios import SCENARIOS
from tomking.portfolio.stress import valued


@value
class Stressed:
    """Dollars the order loses (+) when it is closed in a scenario, and what it asks for in it.

    Both are NaN when a leg has no price there.
    """

    name: str
    spot: float
    loss: float
    requirement: float


def stressed(ticket: Ticket, market: Quoted) -> tuple[Stressed, ...]:
    """The order at its size, the file's shares or futures with it, in every scenario."""
    legs = columns(ticket.whole, products(ticket))
    rows: list[Stressed] = []
    for row in SCENARIOS.values():
        spot = float(ticket.price) * (1.0 + row.shock.spot)
        try:
            before = valued(legs, 0.0, market, terms=terms(ticket))
            there = valued(legs, 0.0, market, row.shock, terms(ticket))
        except QuoteMissing:
            rows.append(Stressed(row.name, spot, float("nan"), float("nan")))
            continue
        loss = before.net_liq - there.at_exit
        rows.append(Stressed(row.name, spot, loss, float(there.requirement)))
    return tuple(rows)


def margin_call(ticket: Ticket, market: Quoted, made: Money) -> Clock | Uncalled | None:
    """Where buying power would be gone once the order has traded, or that the account has no margin.

    Nothing without an account, without a VIX for the index to move, or without a price for a holding.
    """
    if account_of(ticket.house) is AccountType.CASH:
        return Uncalled()
    if ticket.account is None or ticket.vix is None:
        return None
    held = held_of(ticket)
    before, after = (
        columns(legs, products(ticket))
        for legs in (held, (*held, *ticket.whole[: len(ticket.legs)]))
    )
    try:
        moved = valued(before, 0.0, market, terms=terms(ticket)).net_liq if held else 0.0
        cash = float(ticket.account.net_liq + made.premium - made.opening.total) - moved
        return clock(after, cash, market, terms(ticket))
    except QuoteMissing:
        return None
