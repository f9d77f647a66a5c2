"""What is known before the open, from daily candles of the feed and the tables shipped here.

Indexes and shares have candles of their own. A future on the S&P 500 has those of the index at its
own level, because a single contract is thinly traded before it is the front one; another future has
its front contract's. History that does not reach the session before is left out. Whatever is not
known is named.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from math import isnan, nan
from typing import Any

import numpy as np

from tomking.core.calendar import Session
from tomking.core.errors import DataError
from tomking.core.evidence import Evidence, Stamped
from tomking.core.product import PRODUCTS, Delivers
from tomking.core.value import value
from tomking.data import tables
from tomking.data.families import MISSING, family_of
from tomking.data.live.names import SPX, VIX
from tomking.data.live.worth import Carried
from tomking.data.modelled import known_at, level_of
from tomking.market.bars import Bars
from tomking.market.carry import Carry, Dividend
from tomking.market.indicators import (
    all_indicators,
    iv_percentile,
    iv_rank,
    log_returns,
    rolling_correlation,
)
from tomking.market.sessions import previous_session
from tomking.market.snapshot import DAYS_AHEAD, Day
from tomking.risk.correlation import family

#: Daily returns over which two roots are correlated.
CORRELATED = 60
#: Events that move whatever has no family of its own.
EVENTS = ("FOMC", "CPI", "NFP")
YIELD = "S&P 500 dividend yield"


@value
class Known:
    """What feed and venue told before the open: daily rows by root, VIX among them, and a rate."""

    bars: Mapping[str, Bars]
    rate: float
    evidence: Evidence


def day_of(session: Session, known: Known, roots: Sequence[str]) -> Day:
    """The day of a session for some roots."""
    day, missing = session.day, list(MISSING)
    carried = carry_on(day, known.rate, missing)
    bars = {root: rows for root in roots if (rows := _rows(root, day, known, carried)) is not None}
    missing += [f"{root} history" for root in roots if root not in bars]
    vix = known.bars.get(VIX)
    fresh = vix is not None and _reaches(vix, day)
    if vix is None or not fresh:
        missing.append("VIX history")
    before = float(vix.close[-1]) if vix is not None and fresh else nan
    iv = _iv(vix) if vix is not None and fresh else {}
    shares = [root for root in roots if PRODUCTS[root].delivers is Delivers.SHARES]
    paid = {root: told for root in shares if (told := paid_by(root, day)) is not None}
    missing += [f"{root} dividends" for root in shares if root not in paid]
    names = tuple(dict.fromkeys(name for root in roots for name in events_of(root)))
    return Day(
        session,
        bars,
        {root: _latest(root, rows, iv) for root, rows in bars.items()},
        correlated(bars),
        tables.events().on(day, names),
        {root: float(rows.close[-1]) for root, rows in bars.items()},
        Stamped(before, known_at(day), known.evidence),
        carried.rate,
        tuple(dict.fromkeys(missing)),
        paid,
        tables.events().coming(day, DAYS_AHEAD),
    )


def carry_on(day: date, rate: float, missing: list[str]) -> Carry:
    """Rate and yield of the S&P 500: the venue's rate if it told one, else the table's.

    Where the table has no yield yet its last one stands in, which is named.
    """
    table = tables.carry()
    try:
        found = table.at(day)
    except DataError:
        missing.append(YIELD)
        last = max(number for number, row in table.quarters.items() if row.dividend_yield)
        paid = float(np.log1p(table.quarters[last].dividend_yield or 0.0))
        found = Carry(rate, paid, "", "the last published yield")
    return found if isnan(rate) else Carry(rate, found.dividend_yield, found.quarter, found.note)


def carried_by(day: date, rate: float, roots: Sequence[str]) -> Carried:
    """What carries the prices of roots; a share that is not known to pay has no yield here."""
    carried = carry_on(day, rate, [])
    pays = (root for root in roots if follows_index(root) and not PRODUCTS[root].is_future)
    return Carried(carried.rate, dict.fromkeys(pays, carried.dividend_yield), {})


def rate_in(data: Any) -> float:
    """The risk-free rate in the venue's answer; NaN if it has none."""
    try:
        return float(data["risk-free-rate"])
    except (KeyError, TypeError, ValueError):
        return nan


def follows_index(root: str) -> bool:
    """Whether a root is the S&P 500 in another size."""
    return root in PRODUCTS and not isnan(PRODUCTS[root].per_index)


def stands_on(root: str) -> str:
    """The root whose candles a root's history is made of: the index for its futures, else its own."""
    return SPX if follows_index(root) and PRODUCTS[root].is_future else root


def events_of(root: str) -> tuple[str, ...]:
    """The events that move a root."""
    known = family_of(root)
    return known.events if known else EVENTS


def _rows(root: str, day: date, known: Known, carried: Carry) -> Bars | None:
    own = known.bars.get(stands_on(root))
    if own is None or not _reaches(own, day):
        return None
    if stands_on(root) == root:
        return own
    return own.scaled(level_of(root, PRODUCTS[root].per_index, day, carried))


def _reaches(bars: Bars, day: date) -> bool:
    """Whether the last row is that of the session before."""
    return len(bars) > 0 and int(bars.days[-1]) == previous_session(day).day.toordinal()


def _latest(root: str, bars: Bars, iv: Mapping[str, float]) -> Mapping[str, float]:
    """Indicators as of yesterday's close; VIX tells the volatility of the S&P 500 alone."""
    figures = {name: float(column[-1]) for name, column in all_indicators(bars).items()}
    return {**figures, **(iv if follows_index(root) else {})}


def _iv(vix: Bars) -> Mapping[str, float]:
    closes = vix.close
    return {
        "iv_rank": float(iv_rank(closes)[-1]),
        "iv_percentile": float(iv_percentile(closes)[-1]),
    }


def correlated(bars: Mapping[str, Bars]) -> Mapping[tuple[str, str], float]:
    """Correlations of daily returns of every two families, over the days both have."""
    one_each = {family(root): rows for root, rows in bars.items()}
    found: dict[tuple[str, str], float] = {}
    for (one, first), (other, second) in combinations(one_each.items(), 2):
        _, mine, theirs = np.intersect1d(first.days, second.days, return_indices=True)
        if len(mine) > CORRELATED:
            moves, others = log_returns(first.close[mine]), log_returns(second.close[theirs])
            found[one, other] = float(rolling_correlation(moves, others, CORRELATED)[-1])
    return found


def paid_by(root: str, day: date) -> tuple[Dividend, ...] | None:
    """A share's dividends from a day on, as far as a day looks ahead; nothing where nobody knows."""
    if root != "SPY":
        return None
    try:
        return tables.spy_dividends().between(day, day + timedelta(days=DAYS_AHEAD))
    except DataError:
        return None
