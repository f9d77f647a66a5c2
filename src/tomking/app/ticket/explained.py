"""Everything about one order, as one value: what a page prints and what JSON mirrors."""

from decimal import Decimal
from math import isfinite

from tomking.app import strategies
from tomking.app.config.load import Settings
from tomking.app.ticket.book import Measured, Needs, measured, needs, order_of
from tomking.app.ticket.exits import Exit, exits
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import market_of
from tomking.app.ticket.money import Money, money
from tomking.app.ticket.odds import Odds, odds
from tomking.app.ticket.plans import Fit, as_plan, recognised
from tomking.app.ticket.stress import Stressed, margin_call, stressed
from tomking.app.ticket.words import named
from tomking.core.product import PRODUCTS
from tomking.core.reading import Reading
from tomking.core.value import value
from tomking.market.quoted import Quoted
from tomking.market.sessions import session_of
from tomking.portfolio.call import Clock, Uncalled
from tomking.portfolio.preflight import Situation, objections
from tomking.portfolio.recognise import Recognised
from tomking.strategies.plan import Plan
from tomking.strategies.tune import tune


@value
class Explained:
    """One order from every side; ``fit`` is the plan it belongs to, if any."""

    asked: Ticket
    name: Recognised
    money: Money
    odds: Odds
    needs: Needs
    stressed: tuple[Stressed, ...]
    margin_call: Clock | Uncalled | None
    measured: Measured
    fit: Fit | None
    exits: tuple[Exit, ...]
    objections: tuple[Reading, ...]
    assumed: tuple[str, ...]


def explained(asked: Ticket, settings: Settings, as_strategy: str | None = None) -> Explained:
    """Look at an order from every side.

    Parameters
    ----------
    settings
        Whose limits are held against it, and whose capital stands in for an account left out.
    as_strategy
        The strategy whose exits it is to have, whatever it looks like.

    Raises
    ------
    ConfigError
        If the strategy is unknown or has no shape with these legs.
    """
    market = market_of(asked)
    found = money(asked, market)
    net_liq = asked.account.net_liq if asked.account else settings.capital
    fit = _fit(asked, settings, as_strategy)
    need = needs(asked, found)
    likely = odds(asked, market, found)
    strategy = fit.plan.name if fit else "ticket"
    return Explained(
        asked, named(asked), found, likely, need, stressed(asked, market),
        margin_call(asked, market, found),
        measured(asked, market, need, settings.limits, net_liq, strategy), fit,
        exits(asked, market, found, fit, net_liq), venue_objections(asked),
        assumed(asked, market, likely, net_liq),
    )  # fmt: skip


def _fit(asked: Ticket, settings: Settings, wanted: str | None) -> Fit | None:
    """The plan that was named, else the one whose trade this is."""

    def tuned(plan: Plan) -> Plan:
        """A plan as the settings have it."""
        return tune(plan, settings.tunings.get(plan.name, {}))

    if wanted is not None:
        return as_plan(asked, tuned(strategies.plan(wanted)))
    plans = (each.strategy for each in strategies.found().values())
    return recognised(asked, [tuned(plan) for plan in plans if isinstance(plan, Plan)])


def venue_objections(asked: Ticket) -> tuple[Reading, ...]:
    """What the venue would object to; a symbol without a row of its own is not asked about."""
    if asked.product.root not in PRODUCTS:
        return ()
    holdings = {leg.contract: leg.quantity for leg in (asked.account.held if asked.account else ())}
    met = Situation(holdings, session_of(asked.at.date()), asked.at)
    return objections(order_of(asked), met)


def assumed(asked: Ticket, market: Quoted, likely: Odds, net_liq: Decimal) -> tuple[str, ...]:
    """Every figure and rule that nobody typed."""
    on = asked.product
    said = list(asked.assumed)
    if "rate" not in asked.said:
        said.append("interest is 0 %")
    if "dividend_yield" not in asked.said and not on.is_future:
        said.append("no dividends")
    said.append(
        "prices are typed and have no width; bids and asks on a bad day are modelled (MODEL)"
    )
    said.append(
        "volatilities are implied from the typed prices and stay with their strikes (MODEL)"
    )
    if on.american:
        said.append(
            f"options on {on.root} are American; chances take them as European, or as exercised"
        )
    if asked.account is None:
        said.append(f"the account is worth ${net_liq:,.0f}, from the settings, and holds nothing")
    if asked.vix is None:
        said.append("VIX is unknown, so its band does not bind buying power here")
    if asked.shares:
        said.append("the shares are held already: no fee and no premium is counted for them")
    if on.root not in PRODUCTS:
        said.append(f"{on.root} has no row of its own: ticks of a cent, and no tick is checked")
    said += [
        f"no volatility gives {c} its price: its neighbours' is taken" for c in likely.stood_in
    ]
    if not isfinite(likely.half):
        said.append("the chance of half is unknown: no volatility, or no target")
    return tuple(said)
