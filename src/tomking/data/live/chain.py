"""The options of one root as they stream: chosen among listed contracts with a sound quote."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Contract, Expiry, Right
from tomking.core.evidence import Evidence
from tomking.core.reading import Skip, Stage, skip
from tomking.core.value import value
from tomking.data.chain import nearest_delta
from tomking.data.live.cache import FRESH_S, View
from tomking.data.live.fields import ASK, BID, DELTA, GREEKS, VOL
from tomking.data.live.listed import Listed
from tomking.data.live.quotes import sound
from tomking.market import listing
from tomking.market.bars import F64
from tomking.market.snapshot import Nearest, Quote

#: How many listed strikes may be nearer than the one that is taken, because they have no sound quote.
PASSED_OVER_MAX = 2
#: A delta is a stranger's that is off by more than this share of what was wanted, and more than so much.
STRANGE, STRANGE_MIN = 0.25, 0.02
#: How many on either side of a strike nobody streams are asked for with it: the price moves meanwhile.
BESIDE = 2
#: Volatility and delta of contracts whose Greeks do not stream: two columns of their quotes' own.
Implied = Callable[[Sequence[Contract]], tuple[F64, F64]]


@value
class Side:
    """The calls or the puts of an expiry that have a sound quote: their places and figures."""

    places: NDArray[np.intp]
    strikes: F64
    bid: F64
    ask: F64
    delta: F64
    vol: F64


@dataclass(frozen=True, slots=True)
class LiveChain:
    """A chain at one instant; a side of an expiry is read when it is first asked for.

    ``missed`` is where it leaves what was asked for and does not stream, for whoever can have that.
    """

    listed: Listed
    view: View
    at: datetime
    evidence: Evidence
    implied: Implied
    missed: set[Contract] = field(default_factory=set[Contract])
    sides: dict[tuple[Expiry, Right], Side] = field(
        default_factory=dict[tuple[Expiry, Right], Side]
    )

    def expiry_near(self, dte: int, within: int) -> Expiry | Skip:
        """The listed expiry with the least distance from ``dte`` days."""
        found = listing.expiry_near(self.listed.expiries, self.at.date(), dte, within)
        if found is None:
            return self._none("expiry", f"none within {within} days of {dte}")
        return found

    def by_delta(
        self, expiry: Expiry, right: Right, delta: float, nearest: Nearest = "either"
    ) -> Quote | Skip:
        """The strike whose absolute delta is nearest, on the side asked for.

        One that is far from what is wanted is not taken while nearer ones have no sound quote: after a
        new connection a chain is told in parts.
        """
        side = self._side(expiry, right)
        known = np.where(np.isnan(side.delta), np.inf, side.delta)
        found = nearest_delta(known.tolist(), delta, nearest)
        if found is None:
            return self._none(f"{delta:g} delta", f"no {right.lower()} of {expiry.day} streams it")
        seen = abs(float(known[found]))
        left_out = self._left_out(side, found, expiry, right, nearer=seen < delta)
        if abs(seen - delta) > max(STRANGE_MIN, STRANGE * delta) and left_out > PASSED_OVER_MAX:
            why = f"{left_out} strikes beyond the one of {seen:.2f} are not quoted"
            return self._none(f"{delta:g} delta", why)
        return self._quote(side, found, expiry, right)

    def _left_out(
        self, side: Side, found: int, expiry: Expiry, right: Right, *, nearer: bool
    ) -> int:
        """How many listed strikes beside a place have no sound quote: nearer the money, or further."""
        place, many = int(side.places[found]), len(self.listed.strikes[expiry].prices)
        if nearer is (right is Right.PUT):
            beside = side.places[side.places > place]
            return int(beside.min(initial=many)) - place - 1
        beside = side.places[side.places < place]
        return place - int(beside.max(initial=-1)) - 1

    def by_strike(self, expiry: Expiry, right: Right, strike: float) -> Quote | Skip:
        """The nearest strike; half way between two, the one further out of the money.

        One that is passed over because it has no sound quote may have a neighbour taken for it, but not
        a stranger.
        """
        side = self._side(expiry, right)
        away = np.abs(side.strikes - strike)
        if not away.size:
            return self._none(f"strike {strike:g}", f"no {right.lower()} of {expiry.day} is quoted")
        tied = np.flatnonzero(away == away.min())
        found = int(tied[-1] if right is Right.CALL else tied[0])
        nearer = np.abs(self.listed.strikes[expiry].prices - strike) < away[found]
        if nearer.sum() > PASSED_OVER_MAX:
            self._miss(expiry, right, strike)
            return self._none(f"strike {strike:g}", f"{nearer.sum()} nearer ones are not quoted")
        return self._quote(side, found, expiry, right)

    def _miss(self, expiry: Expiry, right: Right, strike: float) -> None:
        """Note the listed strikes about one that was asked for."""
        listed = self.listed.strikes[expiry].prices
        at = int(np.abs(listed - strike).argmin())
        for place in range(max(0, at - BESIDE), min(len(listed), at + BESIDE + 1)):
            self.missed.add(self.listed.contract(expiry, right, place))

    def strikes(self, expiry: Expiry, low: float, high: float) -> F64:
        """Strikes between two prices at which both rights, or the one that streams, are quoted."""
        sides = [self._side(expiry, right).strikes for right in Right]
        known: F64 = np.unique(np.concatenate(sides))
        return known[(known >= low) & (known <= high)]

    def _side(self, expiry: Expiry, right: Right) -> Side:
        known = self.sides.get((expiry, right))
        if known is None:
            known = self.sides[expiry, right] = self._read(expiry, right)
        return known

    def _read(self, expiry: Expiry, right: Right) -> Side:
        """The sound quotes of a side; where the feed gives no fresh Greeks, those the quote implies."""
        strikes = self.listed.strikes.get(expiry)
        if strikes is None:
            return Side(np.zeros(0, dtype=np.intp), *(np.zeros(0) for _ in range(5)))
        rows = self.view.rows(strikes.symbols[right])
        places = np.flatnonzero(sound(self.view, rows))
        rows = rows[places]
        bid, ask, delta, vol = (self.view.table[row, rows] for row in (BID, ASK, DELTA, VOL))
        blind = np.flatnonzero(np.isnan(delta) | (self.view.ages(GREEKS, rows) > FRESH_S))
        if blind.size:
            told = [self.listed.contract(expiry, right, int(place)) for place in places[blind]]
            vol[blind], delta[blind] = self.implied(told)
        return Side(places, strikes.prices[places], bid, ask, delta, vol)

    def _quote(self, side: Side, found: int, expiry: Expiry, right: Right) -> Quote:
        contract = self.listed.contract(expiry, right, int(side.places[found]))
        columns = (side.bid, side.ask, side.delta, side.vol)
        bid, ask, delta, vol = (float(column[found]) for column in columns)
        return Quote(contract, bid, ask, delta, vol, self.at, self.evidence)

    def _none(self, what: str, why: str) -> Skip:
        return skip(f"{self.listed.root} {what}", Stage.DATA, why, "one with a sound quote")
