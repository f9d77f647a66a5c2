"""A modelled chain: listed by the rules of its date, priced only where asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from math import floor

import numpy as np

from tomking.core.contract import Contract, Expiry, Right
from tomking.core.errors import DataError
from tomking.core.evidence import Evidence
from tomking.core.reading import Skip, Stage, skip
from tomking.market import listing
from tomking.market.bars import F64
from tomking.market.modelled import (
    SHARES,
    Columns,
    Cut,
    Instant,
    forwards,
    lay_out,
    mark,
    strikes_of,
)
from tomking.market.snapshot import ASK, BID, DELTA, VOL, Nearest, Quote
from tomking.market.strikes import listed_strikes, nearest_strike, strike_step
from tomking.market.surface import atm_sd_into, strike_at_delta
from tomking.market.variance import VarianceClock

#: A strike and its neighbours, in steps.
_NEIGHBOURS = np.array([-1.0, 0.0, 1.0, 2.0])


@dataclass(frozen=True, slots=True)
class ModelChain:
    """The options of one root at one instant. Strikes are chosen by the delta of the uncut model.

    ``rows`` are layouts of an expiry's first contract, kept by the market from one instant to the next;
    ``shares`` the prices of roots as multiples of the index.
    """

    root: str
    at: datetime
    now: Instant
    clock: VarianceClock
    rows: dict[tuple[str, Expiry], Columns]
    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)
    levels: dict[date, tuple[Expiry, tuple[float, float, float]]] = field(default_factory=dict)

    def expiry_near(self, dte: int, within: int) -> Expiry | Skip:
        """The listed expiry with the least distance from ``dte`` days."""
        today = date.fromordinal(self.now.day)
        found = _near(self.root, today, dte, within)
        if found is None:
            return skip(
                f"{self.root} expiry",
                Stage.DATA,
                f"none within {within} days of {dte}",
                "a listed one",
            )
        return found

    def by_delta(
        self, expiry: Expiry, right: Right, delta: float, nearest: Nearest = "either"
    ) -> Quote | Skip:
        """The listed strike whose absolute delta is nearest, on the side asked for."""
        forward, sd, left = self._level(expiry)
        target = strike_at_delta(forward, sd, self.now.vix, left, float(right.sign), delta)
        if not target > 0.0:
            return skip(f"{delta:g} delta", Stage.DATA, "no strike has it", "a strike")
        days = expiry.day.toordinal() - self.now.day
        near = _around(self.root, forward, days, target)
        table = self._marks(expiry, right, near, uncut=True)
        found = nearest_delta(table[DELTA].tolist(), delta, nearest)
        if found is None:
            return skip("strikes", Stage.DATA, f"none near {target:,.0f}", "a listed one")
        strike = float(near[found])
        if self.now.cut.any:
            return self._quote(expiry, right, strike)
        return self._told(expiry, right, strike, table[:, found])

    def by_strike(self, expiry: Expiry, right: Right, strike: float) -> Quote | Skip:
        """The nearest listed strike; half way between two, the one further out of the money."""
        forward, _, _ = self._level(expiry)
        days = expiry.day.toordinal() - self.now.day
        try:
            listed = nearest_strike(self.root, forward, days, strike, right.sign)
        except DataError as missing:
            return skip("strike", Stage.DATA, str(missing), "a listed one")
        return self._quote(expiry, right, listed)

    def strikes(self, expiry: Expiry, low: float, high: float) -> F64:
        """Listed strikes between two prices."""
        forward, _, _ = self._level(expiry)
        days = expiry.day.toordinal() - self.now.day
        return listed_strikes(self.root, forward, days, low, high)

    def _row(self, expiry: Expiry) -> Columns:
        """The layout of one contract of an expiry, from which all its strikes are laid out."""
        key = (self.root, expiry)
        known = self.rows.get(key)
        if known is None:
            one = contract_of(self.root, expiry, Right.PUT, 1.0)
            known = self.rows[key] = lay_out((one,), self.clock, self.shares)
        return known

    def _level(self, expiry: Expiry) -> tuple[float, float, float]:
        """Forward, at-the-money total deviation and variance years of an expiry."""
        known = self.levels.get(expiry.day)
        if known is None or known[0] is not expiry:
            row = self._row(expiry)
            left = row.variance - self.now.variance
            sd = np.empty(1)
            today = (row.expiry == self.now.day) & ~row.morning
            atm_sd_into(self.now.vix, left, today, self.now.share, sd)
            level = float(forwards(row, self.now)[0]), float(sd[0]), float(left[0])
            known = self.levels[expiry.day] = (expiry, level)
        return known[1]

    def _marks(self, expiry: Expiry, right: Right, strikes: F64, *, uncut: bool = False) -> F64:
        columns = strikes_of(self._row(expiry), strikes, float(right.sign))
        now = replace(self.now, cut=Cut()) if uncut and self.now.cut.any else self.now
        return mark(columns, now).table

    def _quote(self, expiry: Expiry, right: Right, strike: float) -> Quote:
        return self._told(
            expiry, right, strike, self._marks(expiry, right, np.array([strike]))[:, 0]
        )

    def _told(self, expiry: Expiry, right: Right, strike: float, marks: F64) -> Quote:
        """The quote of a strike from the column of its marks."""
        seen: list[float] = marks.tolist()
        contract = contract_of(self.root, expiry, right, strike)
        return Quote(
            contract, seen[BID], seen[ASK], seen[DELTA], seen[VOL], self.at, Evidence.MODEL
        )


def nearest_delta(deltas: Sequence[float], wanted: float, nearest: Nearest) -> int | None:
    """The place of the delta nearest to one that is wanted, on the side asked for."""
    best, least = None, 1.0
    for place, delta in enumerate(map(abs, deltas)):
        beyond = (nearest == "at_least" and delta < wanted) or (
            nearest == "at_most" and delta > wanted
        )
        away = abs(delta - wanted)
        if away < least and not beyond:
            best, least = place, away
    return best


def contract_of(root: str, expiry: Expiry, right: Right, strike: float) -> Contract:
    """The contract of a strike of an expiry."""
    exact = Decimal(int(strike)) if strike.is_integer() else Decimal(f"{strike:.2f}")
    return Contract(root, expiry.day, right, exact, expiry.future, expiry.settles)


def _around(root: str, forward: float, days: int, target: float) -> F64:
    """The listed strikes within two steps of a target, ascending."""
    step = strike_step(root, target, forward, days)
    low, high = target - 2.0 * step, target + 2.0 * step
    edges = (strike_step(root, edge, forward, days) for edge in (low, high))
    if any(edge != step for edge in edges):
        return listed_strikes(root, forward, days, low, high)
    return step * (floor(target / step) + _NEIGHBOURS)


@cache
def _near(root: str, today: date, days: int, within: int) -> Expiry | None:
    return listing.expiry_near(listing.expiries(root, today), today, days, within)
