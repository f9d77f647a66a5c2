"""What the rest of the house sees of a market: the day, an instant, a chain, marks of held legs."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tomking.core.calendar import Session
from tomking.core.contract import Contract, Expiry, Right
from tomking.core.evidence import Evidence, Stamped
from tomking.core.reading import Skip
from tomking.core.value import value
from tomking.market.bars import Bars
from tomking.market.carry import Dividend
from tomking.market.events import Ahead

F64 = NDArray[np.float64]

#: Calendar days ahead of which a day knows events and ex-dates.
DAYS_AHEAD = 7
#: Rows of ``Marks.table``: prices in points, ``vol`` an annual fraction, delta and gamma per point of
#: the underlying, vega per 0.01 of vol, theta per calendar day, age in seconds. One column a leg.
BID, ASK, MID, VOL, DELTA, GAMMA, VEGA, THETA, AGE = range(9)


@value
class Day:
    """Known before the open; built once a session.

    ``bars`` and ``indicators`` are by root and end the day before; the closes of VIX may stand among the
    bars. ``blocked`` names the events of
    today with their New York time (``{"CPI": "08:30"}``); the key ``unknown`` says the event file
    has run out. ``missing`` lists inputs nobody supplied. ``dividends`` are those of each root
    whose dates are known, from today's ex-date to ``DAYS_AHEAD`` away; ``coming`` is what lies ahead of
    each event that has a table, as far.
    """

    session: Session
    bars: Mapping[str, Bars]
    indicators: Mapping[str, Mapping[str, float]]
    correlations: Mapping[tuple[str, str], float]
    blocked: Mapping[str, str]
    previous_close: Mapping[str, float]
    vix_previous: Stamped
    rate: float
    missing: tuple[str, ...] = ()
    dividends: Mapping[str, tuple[Dividend, ...]] = field(
        default_factory=dict[str, tuple[Dividend, ...]]
    )
    coming: Mapping[str, Ahead] = field(default_factory=dict[str, Ahead])


@value
class Quote:
    """One option at one instant; prices in points, ``delta`` signed, ``vol`` an annual fraction."""

    contract: Contract
    bid: float
    ask: float
    delta: float
    vol: float
    at: datetime
    evidence: Evidence

    @property
    def mid(self) -> float:
        """Half way between bid and ask."""
        return 0.5 * (self.bid + self.ask)

    @property
    def width(self) -> float:
        """Ask less bid."""
        return self.ask - self.bid


@value
class Legs:
    """Held or wanted legs as columns; ``sign`` is +1 call, -1 put, 0 the future or share itself."""

    contracts: tuple[Contract, ...]
    strike: F64
    sign: F64
    quantity: F64
    multiplier: F64

    def __len__(self) -> int:
        return len(self.contracts)

    def where(self, rows: NDArray[np.bool_]) -> "Legs":
        """Those of the legs whose row is true."""
        kept = tuple(c for c, keep in zip(self.contracts, rows.tolist(), strict=True) if keep)
        columns = (self.strike, self.sign, self.quantity, self.multiplier)
        return Legs(kept, *(column[rows] for column in columns))


@value
class Marks:
    """One float table for a set of legs: rows ``BID`` to ``AGE``, a column each leg.

    ``spot`` is the underlying's price each leg was marked against, so a delta can be made dollars.
    """

    table: F64
    spot: F64

    def where(self, rows: NDArray[np.bool_]) -> "Marks":
        """The marks of those legs whose row is true."""
        return Marks(self.table[:, rows], self.spot[rows])


@value
class Shock:
    """A change of the world to reprice under; stress is the same call as marking, without ticks.

    ``spot`` is a return (-0.0425); ``vol`` pairs of (days to expiry then, factor on implied volatility),
    interpolated between; ``wing`` volatility added at the 5-delta put and beyond, in full, and in
    proportion nearer the money; ``spread`` a factor on bid-ask widths; ``minutes`` time gone by.
    """

    spot: float = 0.0
    vol: tuple[tuple[float, float], ...] = ()
    wing: float = 0.0
    spread: float = 1.0
    minutes: float = 0.0


NO_SHOCK = Shock()


Nearest = Literal["either", "at_least", "at_most"]


class Chain(Protocol):
    """The listed options of one root at one instant; priced only when asked."""

    def expiry_near(self, dte: int, within: int) -> Expiry | Skip:
        """The listed expiry with the least distance from ``dte`` days, not more than ``within``."""
        ...

    def by_delta(
        self, expiry: Expiry, right: Right, delta: float, nearest: Nearest = "either"
    ) -> Quote | Skip:
        """The listed strike whose absolute delta is nearest to ``delta``, on the side asked for.

        ``at_least`` takes the furthest strike that still has the delta, ``at_most`` the nearest one
        that no longer exceeds it.
        """
        ...

    def by_strike(self, expiry: Expiry, right: Right, strike: float) -> Quote | Skip:
        """The nearest listed strike; half way between two, the one further out of the money."""
        ...

    def strikes(self, expiry: Expiry, low: float, high: float) -> F64:
        """Listed strikes from ``low`` to ``high``, ascending."""
        ...


class Snapshot(Protocol):
    """The market as known at an instant: frozen outside, lazy inside, one a tick."""

    @property
    def at(self) -> datetime:
        """The instant."""
        ...

    @property
    def minute(self) -> float:
        """Minutes since the session's open."""
        ...

    @property
    def day(self) -> Day:
        """What was known before the open."""
        ...

    @property
    def vix(self) -> Stamped:
        """VIX now."""
        ...

    def spot(self, root: str) -> Stamped | Skip:
        """The price of a root's front future, index or share now."""
        ...

    def session_open(self, root: str) -> Stamped | Skip:
        """The price of the same thing at today's open; nothing before the open."""
        ...

    def vwap(self, root: str) -> float:
        """The volume-weighted price of today's session so far (NaN before the open)."""
        ...

    def chain(self, root: str) -> Chain | Skip:
        """The options of a root, or why there are none."""
        ...

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Every leg marked in one call; a leg without a quote has NaN and an infinite age.

        Under a shock nothing is rounded to ticks: prices are smooth in it.
        """
        ...

    def underlying(self, contract: Contract) -> Stamped | Skip:
        """The price now of what a contract is written on: its own future, the index or the share.

        For a future or a share itself, its own price.
        """
        ...

    def fixing(self, contract: Contract) -> Stamped | Skip:
        """The settlement price of an expired contract: an opening print for AM, else the close."""
        ...
