"""Families of roots that follow one daily history, and all a modelled market must know of each.

Only of the S&P 500 is there both a history and a volatility that somebody measured. NASDAQ and WTI have
a history alone: what their options cost is invented here, so that plans written for them can run at all
and show their mechanics. Nobody counts money on it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from types import MappingProxyType

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tomking.core.evidence import Evidence
from tomking.core.product import PRODUCTS
from tomking.core.value import value
from tomking.data.embedded import History, nasdaq, wti
from tomking.data.tables import spy_dividends
from tomking.market.bars import F64, Bars
from tomking.market.carry import Carry, Dividend
from tomking.market.indicators import YEAR, log_returns
from tomking.market.path import VIX_RESPONSE
from tomking.market.snapshot import DAYS_AHEAD

Dividends = Mapping[str, tuple[Dividend, ...]]

#: A dividend is declared to this many dollars a share.
DECLARED = Decimal("0.00001")
#: The NASDAQ Composite beside an S&P 500 of 6,000, and QQQ's part of it: $154.26 of 6,635.28 at the end
#: of 2018, about $500 at this level.
NASDAQ_LEVEL, QQQ_SHARE = 21_500.0, 0.02325
#: Invented: implied over realised volatility of crude oil, the sessions it is realised over, and the
#: least it is taken to be, in points.
OIL_PREMIUM, OIL_SESSIONS, OIL_FLOOR = 1.1, 63, 20.0
#: Inputs that nobody supplies in the embedded history; a filter on one of them answers unknown.
MISSING = ("ES volume", "put/call ratio", "VIX9D", "sector correlation", "LEAP volume")


@value
class Family:
    """Roots that stand at fixed multiples of one daily history.

    ``name`` keys their paths. ``shares`` gives the price of each root as a multiple of the history,
    before a future's carry. ``rows`` and ``volatility`` are the daily rows and the closes of what VIX is
    to the S&P 500, in points. ``carried`` says what carries a price forward; ``response`` how far the
    logarithm of volatility goes for a day's deviation of the path. A history of ``closes_only`` has
    neither opens nor extremes. ``events`` are those that move it, ``dividends`` those told on a day.
    ``counted`` is false where volatility is invented: then no money is counted.
    """

    name: str
    shares: Mapping[str, float]
    rows: Callable[[History], Bars]
    volatility: Callable[[History], Bars]
    carried: Callable[[Carry], Carry]
    response: float = VIX_RESPONSE
    closes_only: bool = False
    events: tuple[str, ...] = ("FOMC", "CPI", "NFP")
    dividends: Callable[[History, date], Dividends] = lambda history, day: {}
    missing: tuple[str, ...] = MISSING
    counted: bool = True

    @property
    def roots(self) -> tuple[str, ...]:
        """The roots that can be traded."""
        return tuple(self.shares)


def _index(carry: Carry) -> Carry:
    """An index is carried by the rate less its own dividends."""
    return carry


def _unpaid(carry: Carry) -> Carry:
    """Without a table of dividends none is paid: the rate alone carries."""
    return Carry(carry.rate, 0.0, carry.quarter, "no dividends are known")


def _flat(carry: Carry) -> Carry:
    """A flat curve: every month of a future stands where the front one does."""
    return Carry(carry.rate, carry.rate, carry.quarter, "a flat curve")


def _of_spy(history: History, day: date) -> Dividends:
    """SPY's dividends of today and of a week ahead, on the level history was brought to.

    Its ex-dates are published for a year; an amount, a day or two before, and no rule looks at one
    earlier than its eve. The modelled share is a tenth of the index and does not fall on the
    ex-date: what the table pays out was never in its price.
    """
    factor = Decimal(repr(history.scale_factor))
    paid = spy_dividends().between(day, day + timedelta(days=DAYS_AHEAD))
    brought = (Dividend(one.ex_date, (one.amount * factor).quantize(DECLARED)) for one in paid)
    return {"SPY": tuple(brought)}


def _none_of_qqq(history: History, day: date) -> Dividends:
    """The modelled QQQ is known to pay none: without a table its carry has none either."""
    return {"QQQ": ()}


def nasdaq_rows(history: History) -> Bars:
    """The NASDAQ Composite, rebased like the S&P 500: the window's last close is ``NASDAQ_LEVEL``."""
    bars = nasdaq()
    if history.scale_mode == "literal":
        return bars
    return bars.scaled(NASDAQ_LEVEL / float(bars.close[bars.row(history.last)]))


def nasdaq_volatility(history: History) -> Bars:
    """INVENTED: VIX times what NASDAQ has moved over what the S&P 500 has, in a year of sessions."""
    known, both, here = np.intersect1d(history.vix.days, history.spx.days, return_indices=True)
    times = realised(nasdaq().close, YEAR) / realised(history.spx.close, YEAR)
    return closes(known, history.vix.close[both] * times[here])


def oil_rows(history: History) -> Bars:
    """WTI on the days of the stock exchange, dollars a barrel as they were.

    A session without a price (half days before a holiday) has the last one. Only closes are known: the
    high and low of a day are the larger and the smaller of its close and the one before.
    """
    days, spot = history.spx.days, wti()
    close = spot.close[np.searchsorted(spot.days, days, side="right") - 1]
    before = np.concatenate((close[:1], close[:-1]))
    nothing = np.full(len(close), np.nan)
    high, low = np.maximum(before, close), np.minimum(before, close)
    return Bars(days, nothing, high, low, close, nothing, spot.evidence)


def oil_volatility(history: History) -> Bars:
    """INVENTED: what oil has moved in 63 sessions, a tenth on top, 20 points at the least."""
    rows = oil_rows(history)
    points = 100.0 * OIL_PREMIUM * realised(rows.close, OIL_SESSIONS)
    return closes(rows.days, np.maximum(points, OIL_FLOOR))


def realised(close: F64, sessions: int) -> F64:
    """Annual volatility of the last so many daily returns, as a fraction; NaN before there are any."""
    moves = log_returns(close)[1:]
    spread = sliding_window_view(moves, sessions).std(axis=1) * sqrt(YEAR)
    return np.concatenate((np.full(sessions, np.nan), spread))


def closes(days: np.ndarray, points: F64) -> Bars:
    """A column of invented closes as daily rows."""
    nothing = np.full(len(days), np.nan)
    return Bars(days, nothing, nothing, nothing, points, nothing, Evidence.MODEL)


def _shares(*roots: str) -> Mapping[str, float]:
    return MappingProxyType({root: PRODUCTS[root].per_index for root in roots})


SP500 = Family(
    "SPX", _shares("ES", "MES", "SPX", "SPY"), lambda history: history.spx,
    lambda history: history.vix, _index, dividends=_of_spy,
)  # fmt: skip
#: QQQ on the NASDAQ Composite, which stands in for the NASDAQ 100.
NASDAQ = Family(
    "NASDAQ", MappingProxyType({"QQQ": QQQ_SHARE}), nasdaq_rows, nasdaq_volatility, _unpaid,
    dividends=_none_of_qqq,
    missing=(*MISSING, "QQQ dividends", "NASDAQ volatility"), counted=False,
)  # fmt: skip
#: Crude oil on the spot price. What it costs to insure is taken to stay where it was at the last close.
WTI = Family(
    "WTI", MappingProxyType({"CL": 1.0, "MCL": 1.0}), oil_rows, oil_volatility, _flat, 0.0,
    closes_only=True, events=("OPEC",), missing=(*MISSING, "oil volatility", "oil curve"),
    counted=False,
)  # fmt: skip
FAMILIES = (SP500, NASDAQ, WTI)


def family_of(root: str) -> Family | None:
    """The family a root belongs to; ``None`` where the embedded history has nothing of it."""
    return next((family for family in FAMILIES if root in family.shares), None)


def invented(roots: Iterable[str]) -> tuple[Family, ...]:
    """The families behind some roots, if every one that has a history has an invented volatility.

    >>> [family.name for family in invented(("CL", "MCL"))], invented(("SPY", "QQQ"))
    (['WTI'], ())
    """
    known = (family_of(root) for root in roots)
    found = tuple({family.name: family for family in known if family}.values())
    return () if any(family.counted for family in found) else found
