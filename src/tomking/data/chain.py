"""A modelled chain: listed by the rules of its date, priced only where asked."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from tomking.core.contract import Contract, Expiry, Right
from tomking.core.errors import DataError
from tomking.core.evidence import Evidence
from tomking.core.reading import Skip, Stage, skip
from tomking.market import listing
from tomking.market.bars import F64
from tomking.market.modelled import Cut, Instant, forwards, lay_out, mark, one_expiry
from tomking.market.snapshot import ASK, BID, DELTA, NO_SHOCK, VOL, Quote
from tomking.market.surface import atm_sd_into, strike_at_delta
from tomking.market.variance import VarianceClock


@dataclass(frozen=True, slots=True)
class ModelChain:
    """The options of one root at one instant. Strikes are chosen by the delta of the uncut model."""

    root: str
    at: datetime
    now: Instant
    clock: VarianceClock

    def expiry_near(self, dte: int, within: int) -> Expiry | Skip:
        """The listed expiry with the least distance from ``dte`` days."""
        today = date.fromordinal(self.now.day)
        found = listing.expiry_near(listing.expiries(self.root, today), today, dte, within)
        if found is None:
            return skip(
                f"{self.root} expiry",
                Stage.DATA,
                f"none within {within} days of {dte}",
                "a listed one",
            )
        return found

    def by_delta(self, expiry: Expiry, right: Right, delta: float) -> Quote | Skip:
        """The listed strike whose absolute delta is nearest."""
        forward, sd, left = self._level(expiry)
        target = strike_at_delta(forward, sd, self.now.vix, left, float(right.sign), delta)
        if not target > 0.0:
            return skip(f"{delta:g} delta", Stage.DATA, "no strike has it", "a strike")
        days = expiry.day.toordinal() - self.now.day
        step = listing.strike_step(self.root, target, forward, days)
        near = listing.listed_strikes(
            self.root, forward, days, target - 2 * step, target + 2 * step
        )
        if not len(near):
            return skip("strikes", Stage.DATA, f"none near {target:,.0f}", "a listed one")
        deltas = np.abs(self._marks(expiry, right, near, uncut=True)[DELTA])
        return self._quote(expiry, right, float(near[int(np.argmin(np.abs(deltas - delta)))]))

    def by_strike(self, expiry: Expiry, right: Right, strike: float) -> Quote | Skip:
        """The nearest listed strike; half way between two, the one further out of the money."""
        forward, _, _ = self._level(expiry)
        days = expiry.day.toordinal() - self.now.day
        try:
            listed = listing.nearest_strike(self.root, forward, days, strike, right.sign)
        except DataError as missing:
            return skip("strike", Stage.DATA, str(missing), "a listed one")
        return self._quote(expiry, right, listed)

    def strikes(self, expiry: Expiry, low: float, high: float) -> F64:
        """Listed strikes between two prices."""
        forward, _, _ = self._level(expiry)
        days = expiry.day.toordinal() - self.now.day
        return listing.listed_strikes(self.root, forward, days, low, high)

    def contract(self, expiry: Expiry, right: Right | None, strike: float) -> Contract:
        """The contract of a strike of an expiry."""
        whole = strike.is_integer()
        exact = (Decimal(int(strike)) if whole else Decimal(f"{strike:.2f}")) if right else None
        return Contract(self.root, expiry.day, right, exact, expiry.future, expiry.settles)

    def _level(self, expiry: Expiry) -> tuple[float, float, float]:
        """Forward, at-the-money total deviation and variance years of an expiry."""
        columns = lay_out((self.contract(expiry, Right.PUT, 1.0),), self.clock)
        forward = float(forwards(columns, self.now)[0])
        left = columns.variance - self.now.variance
        sd = np.empty(1)
        today = (columns.expiry == self.now.day) & ~columns.morning
        atm_sd_into(self.now.vix, left, today, self.now.share, sd)
        return forward, float(sd[0]), float(left[0])

    def _marks(self, expiry: Expiry, right: Right, strikes: F64, *, uncut: bool = False) -> F64:
        one = self.contract(expiry, right, float(strikes[0]))
        columns = one_expiry(one, strikes, float(right.sign), self.clock)
        now = replace(self.now, cut=Cut()) if uncut else self.now
        return mark(columns, now, NO_SHOCK).table

    def _quote(self, expiry: Expiry, right: Right, strike: float) -> Quote:
        table = self._marks(expiry, right, np.array([strike]))
        return Quote(
            self.contract(expiry, right, strike), float(table[BID, 0]), float(table[ASK, 0]),
            float(table[DELTA, 0]), float(table[VOL, 0]), self.at, Evidence.MODEL,
        )  # fmt: skip
