"""Everything about one order, as one value: what a page prints and what JSON mirrors."""

from dataclasses import replace
from decimal import Decimal
from math import isfinite

from tomking.app import strategies
from tomking.app.config.load import Settings
from tomking.app.ticket.book import Measured, Needs, measured, needs, order_of, uncovers
from tomking.app.ticket.campaigns import NOBODY, TAKEN, held
from tomking.app.ticket.closing import CLOSES, ROLLS, apart, facing, opened, purpose
from tomking.app.ticket.dividends import Eve, eves
from tomking.app.ticket.exits import Exit, exits
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.holdings import Account
from tomking.app.ticket.market import after, market_of, net_of, worth_of
from tomking.app.ticket.money import Money, money
from tomking.app.ticket.odds import Odds, odds
from tomking.app.ticket.plans import Fit, as_plan, recognised
from tomking.app.ticket.second import Second, second
from tomking.app.ticket.sound import lowest, outcome
from tomking.app.ticket.stress import BadDay, margin_call, stressed
from tomking.app.ticket.underlying import has_row
from tomking.app.ticket.words import named, worth_taken
from tomking.core.errors import ConfigError
from tomking.core.order import Purpose
from tomking.core.reading import Reading
from tomking.core.style import is_american
from tomking.core.value import value
from tomking.market.quoted import Quoted
from tomking.market.sessions import session_of
from tomking.portfolio.call import CallClock, Uncalled
from tomking.portfolio.preflight import Situation, objections
from tomking.portfolio.recognise import Recognised
from tomking.report.words import percent
from tomking.strategies.plan import Plan
from tomking.strategies.tune import tune

#: Dollars, and the share of net liquidation, by which cash and holdings may differ from it unsaid.
APART, APART_SHARE = Decimal(1), Decimal("0.01")
#: What an order that closes does to the figures about it.
NOTES = {Purpose.CLOSE: CLOSES, Purpose.ROLL: ROLLS}


@value
class Opened:
    """What becomes of the legs that open; ``fit`` is the plan they belong to, if any."""

    odds: Odds
    fit: Fit | None
    exits: tuple[Exit, ...]


@value
class Explained:
    """One order from every side; ``opened`` is missing when it only closes.

    ``purpose`` is why it is sent, ``note`` what this does to the figures.
    """

    asked: Ticket
    purpose: Purpose
    note: str
    name: Recognised
    money: Money
    opened: Opened | None
    needs: Needs
    stressed: tuple[BadDay, ...]
    margin_call: CallClock | Uncalled | None
    measured: Measured
    second: Second
    eves: tuple[Eve, ...]
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
        If a leg goes beyond what is held against it, or the strategy is unknown or has no shape with
        these legs.
    """
    asked = facing(lowest(asked))
    market = market_of(asked)
    found, why = money(asked, market), purpose(asked)
    net_liq = asked.account.net_liq if asked.account else settings.capital
    part, need = opened(asked), needs(asked, market, found)
    met = asked if asked.account else replace(asked, account=Account(net_liq, None, (), {}))
    come = _opened(part, market, settings, as_strategy, net_liq)
    strategy = come.fit.plan.name if come and come.fit else "ticket"
    positions = held(asked, lambda part: _whose(part, settings))
    book = measured(asked, market, need, settings.limits, net_liq, strategy, positions)
    return Explained(
        asked, why, NOTES.get(why, ""), named(asked), found, come, need, stressed(met, market, found),
        margin_call(met, market, found),
        book, second(asked, market),
        eves(after(asked), asked.dividends, asked.product, market),
        (
            *venue_objections(asked), *uncovers(asked, need, net_liq),
            *(one for one in (*outcome(asked, found), book.price) if not one.passed),
        ),
        assumed(asked, market, come.odds if come else None, net_liq),
    )  # fmt: skip


def _opened(
    part: Ticket | None, market: Quoted, settings: Settings, wanted: str | None, net_liq: Decimal
) -> Opened | None:
    """What becomes of what an order opens, if it opens anything."""
    if part is None:
        if wanted is not None:
            raise ConfigError(
                "--as says whose exits an order has, and this one only closes: drop it"
            )
        return None
    made, fit = money(part, market), fit_of(part, settings, wanted)
    return Opened(odds(part, market, made), fit, exits(part, market, made, fit, net_liq))


def fit_of(asked: Ticket, settings: Settings, wanted: str | None) -> Fit | None:
    """The plan that was named, else the one whose trade this is."""

    def tuned(plan: Plan) -> Plan:
        """A plan as the settings have it."""
        return tune(plan, settings.tunings.get(plan.name, {}))

    if wanted is not None:
        return as_plan(asked, tuned(strategies.plan(wanted)))
    plans = (each.strategy for each in strategies.found().values())
    return recognised(asked, [tuned(plan) for plan in plans if isinstance(plan, Plan)])


def _whose(part: Ticket, settings: Settings) -> str:
    """Whose trade some holdings are: the plan's that trades such legs."""
    fit = fit_of(part, settings, None)
    return fit.plan.name if fit else NOBODY


def venue_objections(asked: Ticket) -> tuple[Reading, ...]:
    """What the venue would object to; a symbol without a row of its own is not asked about."""
    if not has_row(asked.product):
        return ()
    holdings = net_of(asked.account.held if asked.account else ())
    met = Situation(holdings, session_of(asked.at.date()), asked.at)
    return objections(order_of(asked), met)


def assumed(
    asked: Ticket, market: Quoted, likely: Odds | None, net_liq: Decimal
) -> tuple[str, ...]:
    """Every figure and rule that nobody typed."""
    on = asked.product
    said = list(asked.assumed)
    if "rate" not in asked.said:
        said.append("interest is 0 %")
    if not asked.said & {"dividend_yield", "dividends"} and not on.is_future:
        said.append("no dividends")
    if asked.dividends:
        said.append(
            f"chances take the cash dividends as a yield of {percent(asked.dividend_yield, 2)}"
        )
    said.append(
        "prices are typed and have no width; bids and asks on a bad day are modelled (MODEL)"
    )
    said.append(
        "volatilities are implied from the typed prices and stay with their strikes (MODEL)"
    )
    if likely is not None and any(is_american(leg.contract, on) for leg in asked.legs):
        said.append(
            f"options on {on.root} are American and priced so; chances take nobody to exercise early"
        )
    worth = worth_of(asked)
    if worth is not None and abs(worth - net_liq) > max(APART, APART_SHARE * abs(net_liq)):
        said.append(
            f"the account is worth ${net_liq:,.2f}, as its net_liq says, and not the "
            f"${worth:,.2f} of its cash and holdings: check them"
        )
    if asked.account is None:
        said.append(worth_taken(asked, net_liq))
    if asked.account and asked.account.held:
        said.append(TAKEN)
    if asked.vix is None:
        said.append("VIX is unknown, so its band does not bind buying power here")
    if asked.shares:
        said.append("the shares are held already: no fee and no premium is counted for them")
    if not has_row(on):
        said.append(f"{on.root} has no row of its own: ticks of a cent, and no tick is checked")
    said += [
        f"{contract} is taken at {taken}, not at the {other} of another row"
        for contract, taken, other in apart(asked)
    ]
    blind = sorted((c for c in market.stood_in if c.root == on.root), key=str)
    said += [f"no volatility gives {c} its price: its neighbours' is taken" for c in blind]
    if likely is not None and not isfinite(likely.half):
        said.append("the chance of half is unknown: no volatility, or no target")
    return tuple(said)
