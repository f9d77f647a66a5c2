"""A market of typed quotes: one price a leg, one price an underlying, and nothing else.

From each price follows an implied volatility, which stays with its strike when the spot moves. A
typed figure is RECORDED at best; whatever is implied, repriced or made into a bid and an ask is
MODEL. What nobody typed (a chain, an open, VIX unless it is given) is not there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import nan

import numpy as np
from numpy.typing import NDArray

from tomking.core.calendar import dte, session
from tomking.core.contract import Contract
from tomking.core.evidence import Evidence, Stamped
from tomking.core.product import Product, product
from tomking.core.reading import Skip, Stage, skip
from tomking.core.style import is_american
from tomking.core.value import value
from tomking.market.bars import F64
from tomking.market.cash_dividends import Paid, groups
from tomking.market.expiry import years_left
from tomking.market.landscape import MINUTES_A_DAY, Axes, CashPaid, Landscape, factors
from tomking.market.moves import move_of, moves_over, vol_30
from tomking.market.sessions import session_of
from tomking.market.snapshot import (
    AGE,
    ASK,
    BID,
    DELTA,
    GAMMA,
    MID,
    NO_SHOCK,
    THETA,
    VEGA,
    VOL,
    Chain,
    Day,
    Legs,
    Marks,
    Shock,
)
from tomking.market.spread import quote_into, quote_rules
from tomking.market.surface import shock_into
from tomking.pricing import black
from tomking.pricing.american import american_slopes
from tomking.pricing.american_vol import american_vol, american_vol_with_dividends
from tomking.pricing.dividend_slopes import slopes_with_dividends
from tomking.pricing.implied import implied_vol

ROWS = 9
DAYS_A_YEAR = 365.0
#: Where the rows of ``slopes_with_dividends`` stand in a table of marks.
SLOPES = (MID, DELTA, GAMMA, THETA, VEGA)
#: The best a typed figure can be, and what is worked out from it.
TYPED, IMPLIED = Evidence.RECORDED, Evidence.MODEL


@value
class Underlying:
    """A product, its typed price in points, and its dividend yield (annual fraction).

    Cash ``dividends`` price its American options; the yield is then what stands for them elsewhere.
    ``leverage`` is how many times a fund moves with what it follows, negative for an inverse one;
    ``beta`` how many times anything else moves with the index. ``future`` is the one it is the price
    of; empty for a price that stands for every future of its root.
    """

    product: Product
    price: float
    dividend_yield: float = 0.0
    dividends: Paid = ()
    leverage: float = 1.0
    beta: float = 1.0
    future: str = ""

    @property
    def name(self) -> str:
        """What it is known by: its future, or its root."""
        return self.future or self.product.root

    def moved(self, shock: Shock) -> float:
        """Its price in a shocked world, in points."""
        return self.price * (1.0 + move_of(self.product, shock, self.leverage, self.beta))


@value
class Quoted:
    """A snapshot made of typed figures.

    ``prices`` are points a contract, ``vols`` annual fractions; ``stood_in`` are contracts whose price
    implies no volatility, so that their neighbours' stands in. ``vix`` is NaN when it was not typed.
    """

    at: datetime
    day: Day
    underlyings: Mapping[str, Underlying]
    prices: Mapping[Contract, float]
    vols: Mapping[Contract, float]
    stood_in: frozenset[Contract]
    rate: float
    vix: Stamped

    @property
    def minute(self) -> float:
        """Minutes since the session's open."""
        return self.day.session.minute(self.at)

    def spot(self, root: str) -> Stamped | Skip:
        """The typed price of an underlying."""
        if root not in self.underlyings:
            return skip(f"{root} price", Stage.DATA, "nobody typed one", "a price")
        return Stamped(self.underlyings[root].price, self.at, TYPED)

    def underlying(self, contract: Contract) -> Stamped | Skip:
        """The typed price of what a contract is written on."""
        return self.spot(named(contract, self.underlyings))

    def session_open(self, root: str) -> Stamped | Skip:
        """Nothing: a file of quotes has one instant."""
        return skip(f"{root} open", Stage.DATA, "nobody typed one", "the price at the open")

    def vwap(self, root: str) -> float:
        """NaN: a file of quotes has one instant."""
        return nan

    def chain(self, root: str) -> Chain | Skip:
        """Nothing: only the legs are quoted."""
        return skip(f"{root} options", Stage.DATA, "only the typed legs", "a chain")

    def fixing(self, contract: Contract) -> Stamped | Skip:
        """Nothing: what is typed still trades."""
        return skip(f"{contract} fixing", Stage.DATA, "nobody typed one", "a settlement price")

    def growth(self, root: str) -> float:
        """What an underlying grows by a year, risk-neutral: a future not at all."""
        on = self.underlyings.get(root)
        if on is None:
            return nan
        return 0.0 if on.product.is_future else self.rate - on.dividend_yield

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Every leg repriced at its own volatility; a leg nobody typed has NaN and an infinite age.

        Unless spot, volatility or time are shocked the mid is the typed price itself.
        """
        if not len(legs):
            return Marks(np.zeros((ROWS, 0)), np.zeros(0))
        here = self._laid_out(legs, shock)
        early = np.array([is_american(c, self._on(c).product) for c in legs.contracts])
        table = _priced(legs, here, self.rate, early)
        for rows, ex, amounts in groups(
            legs.contracts, early, _paid(self.underlyings), self.at, shock.minutes
        ):
            slopes = slopes_with_dividends(
                here.spot[rows], legs.strike[rows], here.years[rows], here.vol[rows],
                legs.sign[rows], self.rate, ex, amounts,
            )  # fmt: skip
            for row, figures in zip(SLOPES, slopes, strict=True):
                table[row, rows] = figures
        if not (shock.spot or shock.minutes or shock.wing or shock.vol):
            typed = np.array([self.prices.get(contract, nan) for contract in legs.contracts])
            table[MID] = np.where(legs.sign == 0.0, here.spot, typed)
        products = [self._on(contract).product for contract in legs.contracts]
        _quote(legs, here, early, quote_rules(products), shock.spread, table)
        return Marks(table, here.spot)

    def landscape(self, legs: Legs, axes: Axes) -> Landscape:
        """What a table of worlds needs to know of the legs; volatilities stay with their strikes."""
        names = [named(contract, self.underlyings) for contract in legs.contracts]
        roots = list(dict.fromkeys(names))
        month = np.array([vol_30(Shock(vol=vol)) for vol in axes.vols])
        level = [self._levels(root, np.array(axes.spots), month) for root in roots]
        years = np.array([years_left(contract, self.at) for contract in legs.contracts])
        gone = np.array(axes.days) / DAYS_A_YEAR
        vol = np.array([self.vols.get(contract, nan) for contract in legs.contracts])
        early = np.array(
            [is_american(c, self._on(c).product) for c in legs.contracts], dtype=np.bool_
        )
        return Landscape(
            np.array(level).reshape(len(roots), len(axes.vols), len(axes.spots)),
            np.array([roots.index(name) for name in names], dtype=np.int64),
            np.maximum(years.reshape(-1, 1) - gone, 0.0),
            np.ones((len(legs), len(gone))),
            np.array([self.growth(name) for name in names]),
            np.repeat(vol, len(gone) * len(axes.spots)).reshape(-1, len(gone), len(axes.spots)),
            factors(np.maximum(self._days(legs)[:, None] - axes.days, 0.0), axes.vols),
            gone,
            self.rate,
            early,
            tuple(
                CashPaid(*group)
                for group in groups(legs.contracts, early, _paid(self.underlyings), self.at)
            ),
        )

    def _levels(self, root: str, spots: F64, vols: F64) -> F64:
        """The price of an underlying in every world of a table, (vols, spots)."""
        on = self.underlyings.get(root)
        if on is None:
            return np.full((len(vols), len(spots)), nan)
        moves = moves_over(on.product, spots, vols, on.leverage, on.beta)
        return on.price * (1.0 + moves)

    def _days(self, legs: Legs) -> F64:
        """Calendar days to expiry; none for the underlying itself."""
        today = self.at.date()
        days = [dte(c.expiry, today) if c.is_option else 0 for c in legs.contracts]
        return np.array(days, dtype=np.float64)

    def _on(self, contract: Contract) -> Underlying:
        """What a contract is written on; for one nobody typed, whatever there is, or nothing's price."""
        known = self.underlyings.get(named(contract, self.underlyings))
        anything = known or next(iter(self.underlyings.values()), None)
        return anything or Underlying(product(contract.root), nan)

    def _laid_out(self, legs: Legs, shock: Shock) -> "Columns":
        """Spot, forward, years and volatility of each leg under a shock."""
        there = {name: on.moved(shock) for name, on in self.underlyings.items()}
        names = [named(contract, self.underlyings) for contract in legs.contracts]
        spot = np.array([there.get(name, nan) for name in names])
        growth = np.array([self.growth(name) for name in names])
        years = np.array([years_left(c, self.at, shock.minutes) for c in legs.contracts])
        vol = np.array([self.vols.get(contract, nan) for contract in legs.contracts])
        forward = spot * np.exp(growth * years)
        if shock.vol or shock.wing:
            moneyness = np.log(np.where(legs.sign == 0.0, forward, legs.strike) / forward)
            deviation = vol * np.sqrt(years)
            days = np.maximum(self._days(legs) - shock.minutes / MINUTES_A_DAY, 0.0)
            shock_into(deviation, moneyness, days, years, shock, deviation)
            vol = deviation / np.sqrt(np.where(years > 0.0, years, nan))
        return Columns(spot, forward, years, vol, growth)


def named(contract: Contract, underlyings: Mapping[str, Underlying]) -> str:
    """What a contract is written on: its own future where that has a price, else its root."""
    return contract.future if contract.future in underlyings else contract.root


def _paid(underlyings: Mapping[str, Underlying]) -> Mapping[str, Paid]:
    return {root: on.dividends for root, on in underlyings.items() if on.dividends}


@value
class Columns:
    """The world of each leg: points, points, years, annual fractions; shape (legs,) each."""

    spot: F64
    forward: F64
    years: F64
    vol: F64
    growth: F64


def _priced(legs: Legs, here: Columns, rate: float, early: NDArray[np.bool_]) -> F64:
    """Mids and Greeks of every leg; the underlying itself has its spot and a delta of one."""
    table = np.zeros((ROWS, len(legs)))
    outright = legs.sign == 0.0
    greeks = black.bsm(
        here.spot, np.where(outright, 1.0, legs.strike), here.years, here.vol,
        np.where(outright, 1.0, legs.sign), rate, rate - here.growth,
    )  # fmt: skip
    if early.any():
        greeks[:, early] = american_slopes(
            here.spot[early], legs.strike[early], here.years[early], here.vol[early],
            legs.sign[early], rate, (rate - here.growth)[early],
        )  # fmt: skip
    table[MID], table[DELTA] = greeks[black.PRICE], greeks[black.DELTA]
    table[GAMMA], table[VEGA] = greeks[black.GAMMA], greeks[black.VEGA]
    table[THETA], table[VOL] = greeks[black.THETA], here.vol
    table[:, outright] = 0.0
    table[MID, outright], table[DELTA, outright] = here.spot[outright], 1.0
    return table


def _quote(
    legs: Legs, here: Columns, early: NDArray[np.bool_], rules: F64, spread: float, table: F64
) -> None:
    """A modelled bid and ask around each mid, in place, and the age of what has a mid.

    What may be exercised is inside by the spot too: widths are of what it is worth beyond that.
    """
    inside = np.maximum(legs.sign * (here.forward - legs.strike), 0.0)
    inside = np.where(early, np.maximum(legs.sign * (here.spot - legs.strike), inside), inside)
    outright = legs.sign == 0.0
    otm = np.where(outright, 0.0, np.maximum(table[MID] - inside, 0.0))
    dte = np.where(outright, 0.0, 365.0 * here.years)
    quote_into(table[MID], np.abs(table[DELTA]), otm, dte, rules, spread, table[BID], table[ASK])
    table[AGE] = np.where(np.isnan(table[MID]), np.inf, 0.0)


def quoted(
    at: datetime,
    underlyings: Sequence[Underlying],
    prices: Mapping[Contract, float],
    rate: float = 0.0,
    vix: float | None = None,
) -> Quoted:
    """A market from typed figures.

    Parameters
    ----------
    at
        The instant the figures are of.
    prices
        Points of each option; the underlyings carry their own.
    rate
        Continuously compounded, a fraction a year.
    vix
        Index points; unknown when left out.
    """
    by_root = {on.name: on for on in underlyings}
    options = [contract for contract in prices if contract.is_option]
    found = implied(options, at, by_root, prices, rate)
    vols, stood_in = _filled(options, found)
    hours = session_of(at.date()) or session(at.date())
    seen = Stamped(nan if vix is None else vix, at, TYPED)
    closes = {root: on.price for root, on in by_root.items()}
    day = Day(hours, {}, {}, {}, {}, closes, seen, rate)
    return Quoted(at, day, by_root, dict(prices), vols, stood_in, rate, seen)


def implied(
    options: Sequence[Contract],
    at: datetime,
    underlyings: Mapping[str, Underlying],
    prices: Mapping[Contract, float],
    rate: float,
) -> F64:
    """The volatility at which each option has its typed price; NaN where none does."""
    if not options:
        return np.zeros(0)
    on = [underlyings[named(contract, underlyings)] for contract in options]
    years = np.array([years_left(contract, at) for contract in options])
    growth = np.array([0.0 if x.product.is_future else rate - x.dividend_yield for x in on])
    price = np.array([prices[contract] for contract in options])
    spot = np.array([x.price for x in on])
    strike = np.array([float(contract.strike or 0) for contract in options])
    sign = np.array([float(contract.right.sign if contract.right else 0) for contract in options])
    found = implied_vol(
        price, spot * np.exp(growth * years), strike, years, sign, np.exp(-rate * years)
    )
    early = np.array([is_american(c, x.product) for c, x in zip(options, on, strict=True)])
    if early.any():
        found[early] = american_vol(
            price[early], spot[early], strike[early], years[early], sign[early], rate,
            (rate - growth)[early],
        )  # fmt: skip
    for rows, ex, amounts in groups(options, early, _paid(underlyings), at):
        found[rows] = american_vol_with_dividends(
            price[rows], spot[rows], strike[rows], years[rows], sign[rows], rate, ex, amounts
        )
    return found


def _filled(
    options: Sequence[Contract], found: F64
) -> tuple[dict[Contract, float], frozenset[Contract]]:
    """Volatilities by contract; where a price implies none, that of its neighbours in strike.

    Neighbours are of one root and expiry, else of one root. Without any it stays NaN.
    """
    known = {c: float(vol) for c, vol in zip(options, found, strict=True) if vol > 0.0}
    vols = dict(known)
    blind = [contract for contract in options if contract not in known]
    for contract in blind:
        mine = [c for c in known if c.root == contract.root]
        beside = [c for c in mine if c.expiry == contract.expiry] or mine
        vols[contract] = _between(contract, {c: known[c] for c in beside})
    return vols, frozenset(blind)


def _between(contract: Contract, beside: Mapping[Contract, float]) -> float:
    """The volatility at a strike on straight lines between others, flat beyond them."""
    if not beside:
        return nan
    pairs = sorted((float(c.strike or 0), vol) for c, vol in beside.items())
    strikes, vols = zip(*pairs, strict=True)
    return float(np.interp(float(contract.strike or 0), strikes, vols))
