"""An order on a bad day: the rulebook's scenarios, repriced, with margin worked out again there."""

from math import nan

from tomking.app.ticket.closing import opened
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import after, before, columns, products
from tomking.app.ticket.money import Money
from tomking.app.ticket.need import terms
from tomking.core.errors import QuoteMissing
from tomking.core.value import value
from tomking.market.quoted import Quoted
from tomking.market.snapshot import NO_SHOCK, Legs, Shock
from tomking.portfolio import marks as worth
from tomking.portfolio.call import CallClock, Uncalled, clock
from tomking.portfolio.margin.house import AccountType, account_of
from tomking.portfolio.scenarios import SCENARIOS
from tomking.portfolio.stress import valued

#: The name of the row in which nothing has happened.
NOW = "now"


@value
class Side:
    """What some legs lose (+) when all of them are closed in a scenario, and what they ask for in it.

    ``power`` is the account's buying power there; NaN without an account.
    """

    loss: float
    requirement: float
    power: float = nan


@value
class BadDay:
    """What an order does on a bad day, dollars; NaN where a leg has no price there.

    ``order`` is what it opens, by itself; ``before`` and ``after`` are the account without it and with
    it, what it closes being gone.
    """

    name: str
    spot: float
    order: Side
    before: Side
    after: Side

    @property
    def loss(self) -> float:
        """Dollars that what the order opens loses."""
        return self.order.loss

    @property
    def requirement(self) -> float:
        """What the order's opening legs ask for by themselves."""
        return self.order.requirement


def stressed(ticket: Ticket, market: Quoted, made: Money) -> tuple[BadDay, ...]:
    """The order at its size, the file's shares or futures with it: now, and in every scenario."""
    part, on = opened(ticket), products(ticket)
    alone, here, then = (
        columns(legs, on) for legs in (part.whole if part else (), before(ticket), after(ticket))
    )
    cash = cash_of(ticket, market, here)
    spent = float(made.premium - made.fees.total)
    sides = ((alone, nan), (here, cash), (then, cash + spent))
    return tuple(
        BadDay(
            name, market.underlyings[ticket.product.root].moved(shock),
            *(_side(legs, money, shock, ticket, market) for legs, money in sides),
        )
        for name, shock in ((NOW, NO_SHOCK), *((row.name, row.shock) for row in SCENARIOS.values()))
    )  # fmt: skip


def cash_of(ticket: Ticket, market: Quoted, held: Legs) -> float:
    """Dollars of the account that no price moves; NaN without an account or a price of a holding."""
    if ticket.account is None:
        return nan
    try:
        moved = valued(held, 0.0, market, terms=terms(ticket)).net_liq if len(held) else 0.0
    except QuoteMissing:
        return nan
    return float(ticket.account.net_liq) - moved


def _side(legs: Legs, cash: float, shock: Shock, ticket: Ticket, market: Quoted) -> Side:
    """Some legs in a scenario; unknown when one has no price there."""
    try:
        there = valued(legs, 0.0, market, shock, terms(ticket))
    except QuoteMissing:
        return Side(nan, nan)
    here = worth.total(legs, market.marks(legs))
    return Side(here - there.at_exit, float(there.requirement), cash + there.buying_power)


def margin_call(ticket: Ticket, market: Quoted, made: Money) -> CallClock | Uncalled | None:
    """Where buying power would be gone once the order has traded, or that the account has no margin.

    Nothing without an account, without a VIX for the index to move, or without a price for a holding.
    """
    if account_of(ticket.house) is AccountType.CASH:
        return Uncalled()  # whatever the file says of it
    if ticket.account is None or ticket.vix is None:
        return None
    here, then = (columns(legs, products(ticket)) for legs in (before(ticket), after(ticket)))
    cash = cash_of(ticket, market, here) + float(made.premium - made.fees.total)
    try:
        return clock(then, cash, market, terms(ticket)) if cash == cash else None
    except QuoteMissing:
        return None
