"""What an order does to an account: margin, Greeks against their limits, and a bad day.

Everything is measured twice, without the order and with it. What the gates say is said by the gates
themselves, over a case that is put together here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from math import isnan
from types import MappingProxyType

from tomking.app.signed import standing
from tomking.app.ticket.closing import opened, purpose
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.gates import Unasked, asked_of, dated, known_of, unasked
from tomking.app.ticket.legs import Priced
from tomking.app.ticket.market import after, before, columns, credit, products
from tomking.app.ticket.money import Money
from tomking.app.ticket.need import asked_for
from tomking.core.errors import QuoteMissing
from tomking.core.money import ZERO
from tomking.core.order import Leg, Order, Purpose
from tomking.core.reading import Reading, Stage
from tomking.core.value import value
from tomking.exchange.account import margin_refusals
from tomking.market.quoted import Quoted
from tomking.market.snapshot import Legs, Marks
from tomking.portfolio import marks as worth
from tomking.portfolio.book import Book, Position
from tomking.portfolio.cover import may_uncover
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.margin.leg import Margin
from tomking.portfolio.order_rules import is_
from tomking.portfolio.power import buying_power
from tomking.portfolio.preview import Preview
from tomking.risk import caps
from tomking.risk.case import Case
from tomking.risk.exposure import Slope, added, slope, stress_loss
from tomking.risk.gates.sanity import price_is_within_the_band
from tomking.risk.limits import Limits
from tomking.risk.view import View

NOTHING: Mapping[str, Position] = MappingProxyType({})


@value
class Needs:
    """Dollars of margin: what the order opens by itself, the account without the order and with it;
    premium and fees of the order.
    """

    alone: Margin
    before: Decimal
    after: Decimal
    premium: Decimal
    fees: Decimal

    @property
    def change(self) -> Decimal:
        """What the order adds to the requirement."""
        return self.after - self.before

    @property
    def effect(self) -> Decimal:
        """What the order takes from buying power: that, less premium received, plus fees."""
        return self.change - self.premium + self.fees


@value
class Greeks:
    """Dollars: delta for a move of 100 %, theta a day, vega a point of volatility."""

    delta: float
    theta: float
    vega: float


@value
class Measured:
    """The order and the account on one scale; ``readings`` are the gates' answers.

    ``unasked`` are the limits nobody could ask for want of a figure.
    ``price`` is what its limit gives away below the typed prices, which every order is asked. One that
    only closes meets no gate here: no limit stands in the way of an exit.
    """

    net_liq: Decimal
    before: Greeks
    after: Greeks
    readings: tuple[Reading, ...]
    unasked: tuple[Unasked, ...]
    price: Reading


def needs(asked: Ticket, market: Quoted, found: Money) -> Needs:
    """What the order does to the margin of the account.

    Before and after are what holding needs: shares are held already, and options, which is all an
    order is made of, need no more to open than to hold.
    """
    here, then = (
        sum((asked_for(legs, root, asked, market).maintenance for root in products(asked)), ZERO)
        for legs in (before(asked), after(asked))
    )
    part = opened(asked)
    alone = asked_for(part.whole if part else (), asked.product.root, asked, market)
    return Needs(alone, here, then, found.premium, found.fees.total)


def order_of(asked: Ticket, strategy: str = "ticket") -> Order:
    """The file's order in the words of the house, at the typed prices if it names no limit."""
    legs = tuple(Leg(leg.contract, leg.quantity, "ticket", leg.opens) for leg in asked.legs)
    why = purpose(asked)
    return Order(
        f"ticket/{why.lower()}", 1, why, strategy, "ticket", legs, asked.order.units,
        credit(asked), closes="" if why is Purpose.OPEN else "held", tif=asked.order.tif,
    )  # fmt: skip


def measured(
    asked: Ticket, market: Quoted, need: Needs, limits: Limits, net_liq: Decimal, strategy: str,
    positions: Mapping[str, Position] = NOTHING,
) -> Measured:  # fmt: skip
    """Greeks before and after, what the gates say that the file suffices for, and what of the price.

    ``positions`` is what the account holds as campaigns.
    """
    order, seen = order_of(asked, strategy), dated(market, asked.product.root, limits)
    case = _case(asked, seen, need, limits, net_liq, order, positions)
    here, alone = _greeks(case.view.book.legs, case.view.marks), _greeks(case.legs, case.marks)
    then = Greeks(here.delta + alone.delta, here.theta + alone.theta, here.vega + alone.vega)
    known = known_of(case, asked)
    said, left = (asked_of(case, known), tuple(unasked(known))) if order.adds_risk else ((), ())
    return Measured(net_liq, here, then, said, left, price_is_within_the_band(case))


def uncovers(asked: Ticket, need: Needs, net_liq: Decimal) -> tuple[Reading, ...]:
    """What the venue would say of a closing order that leaves more to carry than the account can."""
    if purpose(asked) is not Purpose.CLOSE or need.after <= need.before:
        return ()
    held = {leg.contract: leg.quantity for leg in before(asked)}
    if not may_uncover(order_of(asked), held):
        return ()
    said = _dry_run(asked, need, net_liq).refusals
    name = "margin once the legs are closed"
    return tuple(is_(name, str(one), "carried", Stage.MARGIN) for one in said[:1])


def _greeks(legs: Legs, marks: Marks) -> Greeks:
    return Greeks(
        worth.dollar_delta(legs, marks),
        worth.dollar_theta(legs, marks),
        worth.dollar_vega(legs, marks),
    )


def _case(
    asked: Ticket, market: Quoted, need: Needs, limits: Limits, net_liq: Decimal, order: Order,
    positions: Mapping[str, Position],
) -> Case:  # fmt: skip
    """The order before the gates, with an account that is only a file."""
    on = products(asked)
    view = view_of(asked, before(asked), market, limits, net_liq, positions)
    held, marks = view.book.legs, view.marks
    legs = columns(asked.whole[: len(asked.legs)], on)
    mine = market.marks(legs)
    here, alone = _slope(held, view, marks), _slope(legs, view, mine)
    stressed = stress_loss(held, view, marks)
    more = added(lambda some, at: stress_loss(some, view, at), order, legs, mine)
    return Case(
        order, view, _dry_run(asked, need, net_liq), legs, mine, allowed(view), here,
        here + alone, stressed, stressed + more,
    )  # fmt: skip


def view_of(
    asked: Ticket, legs: Sequence[Priced], market: Quoted, limits: Limits, net_liq: Decimal,
    positions: Mapping[str, Position] = NOTHING,
) -> View:  # fmt: skip
    """An account that is only a file, holding some legs, with the past of the one it is meant for."""
    held = columns(legs, products(asked))
    cash = asked.account.cash if asked.account and asked.account.cash is not None else net_liq
    marks = market.marks(held)
    return View(
        market, Book(cash, positions, {}, {}, held), marks, worth.values(held, marks),
        asked.past or standing(net_liq, limits), limits, TASTYTRADE, float(net_liq),
    )  # fmt: skip


def allowed(view: View) -> caps.Allowance:
    """What the governors allow; VIX binds nothing where nobody typed it."""
    given = caps.caps(view.market.vix.value, view.net_liq, view.standing, view.limits)
    return caps.allowance(given[1:] if isnan(view.market.vix.value) else given)


def _dry_run(asked: Ticket, need: Needs, net_liq: Decimal) -> Preview:
    """The venue's dry run as the file's figures have it.

    The file's shares are held already, so that by itself too the order has what holding needs.
    """
    on = products(asked)
    options = sum(
        (
            held.quantity * held.price * on[held.contract.root].multiplier
            for held in before(asked)
            if held.contract.is_option
        ),
        ZERO,
    )
    seen = Preview(
        need.before, need.after, need.alone.maintenance, need.fees, "estimate", need.premium,
        buying_power(net_liq, options, need.before),
    )  # fmt: skip
    return replace(seen, refusals=margin_refusals(seen))


def _slope(legs: Legs, view: View, marks: Marks) -> Slope:
    """The slope of some legs; unknown where the literal counting wants SPY and nobody typed it."""
    try:
        return slope(legs, view, marks)
    except QuoteMissing:
        unknown = float("nan")
        return Slope(unknown, unknown, unknown)
