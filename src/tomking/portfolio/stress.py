"""Margin at stress: what an account is worth, needs and has left in a world that is asked about.

Everything is repriced: options at the shocked prices and volatilities, and margin by the whole
engine at those prices. A factor on today's margin is what the gates use; this is the other way. An
option that is over by then is worth what it is exercised for, and needs nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from math import inf, nan
from typing import Protocol

import numpy as np

from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Stamped
from tomking.core.money import ZERO
from tomking.core.reading import Reading, Sense, Skip, Stage
from tomking.core.value import value
from tomking.market.expiry import ends
from tomking.market.landscape import MINUTES_A_DAY
from tomking.market.moves import move_of
from tomking.market.snapshot import NO_SHOCK, Legs, Marks, Shock
from tomking.portfolio import marks as worth
from tomking.portfolio.book import Book
from tomking.portfolio.margin.account import TASTYTRADE, Terms, maintained
from tomking.portfolio.power import buying_power
from tomking.portfolio.scenarios import Scenario, multipliers, term


class World(Protocol):
    """What can be stressed: a snapshot, or a file of typed quotes."""

    @property
    def at(self) -> datetime:
        """The instant."""
        ...

    @property
    def vix(self) -> Stamped:
        """VIX now."""
        ...

    def spot(self, root: str) -> Stamped | Skip:
        """The price of a root's front future, index or share now."""
        ...

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Every leg marked in one call, smooth in the shock."""
        ...


@value
class Stressed:
    """An account in one world; dollars.

    ``net_liq`` is at mid, and so are the ``options`` in it. ``at_exit`` is what would be left if all of
    it were closed there, longs at the bid and shorts at the ask of quotes as wide as the shock makes
    them.
    """

    shock: Shock
    net_liq: float
    options: float
    at_exit: float
    requirement: Decimal

    @property
    def buying_power(self) -> float:
        """What is free there; below nought there is a margin call."""
        return buying_power(self.net_liq, self.options, float(self.requirement))


@value
class Replay:
    """An account before a scenario and in it."""

    scenario: Scenario
    before: Stressed
    after: Stressed

    @property
    def loss(self) -> float:
        """Dollars lost (+) if all is closed there."""
        return self.before.net_liq - self.after.at_exit

    @property
    def margin(self) -> float:
        """Dollars needed there: by repricing, or by the houses' factor on today's if that is more."""
        by_factor = self.scenario.margin_factor * float(self.before.requirement)
        return max(float(self.after.requirement), by_factor)

    @property
    def buying_power(self) -> float:
        """What is free there when that margin is asked for; below nought there is a margin call."""
        return buying_power(self.after.net_liq, self.after.options, self.margin)

    @property
    def called(self) -> bool:
        """Whether there is a margin call."""
        return self.buying_power < 0.0

    @property
    def beyond(self) -> bool:
        """Whether more is lost than the scenario allows."""
        return not self.readings[0].passed

    @property
    def readings(self) -> tuple[Reading, Reading]:
        """Loss and margin against what the scenario allows; unknown when nothing is left."""
        row, whole, left = self.scenario, self.before.net_liq, self.after.at_exit
        return (
            Reading(
                f"loss under {row.name}", Stage.MARGIN, Sense.AT_MOST,
                self.loss / whole if whole > 0 else None, row.loss_max, "of net liq",
            ),
            Reading(
                f"margin under {row.name}", Stage.MARGIN, Sense.AT_MOST,
                self.margin / left if left > 0 else None, row.margin_max, "of what is left",
            ),
        )  # fmt: skip


def money(book: Book) -> float:
    """Cash and the futures' basis: what is worth the same in every world, in dollars."""
    return float(book.cash + sum((held.basis for held in book.positions.values()), ZERO))


def valued(
    holdings: Legs, cash: float, market: World, shock: Shock = NO_SHOCK, terms: Terms = TASTYTRADE
) -> Stressed:
    """An account under a shock.

    Parameters
    ----------
    holdings
        Signed contracts of any roots; shares count in lots.
    cash
        Dollars that no price moves: cash, less what futures were bought at (``money``).
    market
        Where prices come from.

    Raises
    ------
    QuoteMissing
        If a contract has no mark in that world, or an index or share no price.
    """
    if shock.minutes:
        holdings, settled = _alive(holdings, market, shock)
        cash += settled
    marks = market.marks(holdings, shock)
    value_usd = worth.total(holdings, marks)
    if value_usd != value_usd:
        raise QuoteMissing(f"not every holding has a mark at {market.at}; wait for quotes")
    then = market.at + timedelta(minutes=shock.minutes)
    roots = (contract.root for contract in holdings.contracts)
    needs = maintained(
        roots, holdings, marks, lambda root: _spot(root, market, shock, terms), then, terms
    )
    at_exit = worth.at_exit(holdings, marks)
    options = worth.of_options(holdings, marks)
    return Stressed(shock, cash + value_usd, options, cash + at_exit, needs)


def _alive(holdings: Legs, market: World, shock: Shock) -> tuple[Legs, float]:
    """The holdings that are not over by then, and the dollars the others are exercised for."""
    then = market.at + timedelta(minutes=shock.minutes)
    over = np.array([c.is_option and ends(c) <= then for c in holdings.contracts], dtype=np.bool_)
    if not over.any():
        return holdings, 0.0
    gone = holdings.where(over)
    inside = np.maximum(gone.sign * (market.marks(gone, shock).spot - gone.strike), 0.0)
    return holdings.where(~over), float(np.dot(gone.quantity * gone.multiplier, inside))


def _spot(root: str, market: World, shock: Shock, terms: Terms) -> float:
    """The price of an index or share in the shocked world; a future's comes with its mark."""
    price = market.spot(root)
    if not isinstance(price, Stamped):
        return nan
    beta = terms.betas.get(root, 1.0)
    return price.value * (1.0 + move_of(terms.product(root), shock, terms.leverage, beta))


def replayed(
    holdings: Legs, cash: float, market: World, scenario: Scenario, terms: Terms = TASTYTRADE
) -> Replay:
    """An account before a scenario and in it; parameters as in ``valued``."""
    before = valued(holdings, cash, market, NO_SHOCK, terms)
    return Replay(scenario, before, valued(holdings, cash, market, scenario.shock, terms))


def world(spot: float, vol: float, days: float = 0.0, loss_max: float = inf) -> Scenario:
    """The scenario at a place of a table.

    Parameters
    ----------
    spot
        Return of the index, such as -0.05.
    vol
        Factor on 30-day volatility; other terms follow as in ``scenarios.term``, spreads and margin as
        in ``scenarios.multipliers``.
    days
        Calendar days gone by.
    loss_max
        The most it may cost, as a share of net liquidation.
    """
    spread, margin = multipliers(vol)
    shock = Shock(spot, term(vol), spread=spread, minutes=days * MINUTES_A_DAY)
    return Scenario(f"{spot:+.1%}, vol x {vol:g}, {days:g} days", shock, margin, loss_max)


def grid(
    holdings: Legs,
    cash: float,
    market: World,
    worlds: Sequence[Sequence[Scenario]],
    terms: Terms = TASTYTRADE,
) -> tuple[tuple[Replay, ...], ...]:
    """An account in every world of a table; parameters as in ``valued``."""
    before = valued(holdings, cash, market, NO_SHOCK, terms)
    return tuple(
        tuple(
            Replay(each, before, valued(holdings, cash, market, each.shock, terms)) for each in row
        )
        for row in worlds
    )
