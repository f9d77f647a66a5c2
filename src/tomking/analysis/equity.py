"""The account from close to close: net liq, margin, drawdown, months, named windows."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tomking.core.facts import Fact, Judged, LegFilled, SessionClosed
from tomking.core.order import Purpose
from tomking.core.value import value

F64: TypeAlias = NDArray[np.float64]

#: The reading of every opening order that says what margin would take with it, of net liq.
MARGIN_READING = "margin in all"
LONG_WEEKEND = timedelta(days=4)
#: Crashes of the embedded years that a seller of puts remembers: name, first and last day.
WINDOWS = (
    ("August 2015", date(2015, 8, 1), date(2015, 8, 31)),
    ("February 2018", date(2018, 2, 1), date(2018, 2, 28)),
    ("December 2018", date(2018, 12, 1), date(2018, 12, 31)),
)


@value
class Curve:
    """Daily closes: net liq, money moved in since the start, margin requirement, VIX; dollars, points.

    ``entered`` is the largest share of net liq that margin took with an entry of that day, 0 on days
    without one. Row 0 is the start of the run: the capital, on the first session, before it opened.
    """

    days: tuple[date, ...]
    net_liq: F64
    flows: F64
    requirement: F64
    entered: F64
    vix: F64

    @property
    def returns(self) -> F64:
        """Daily returns net of money moved, one for each session, as fractions."""
        moved = np.diff(self.flows)
        found: F64 = (self.net_liq[1:] - moved) / self.net_liq[:-1] - 1.0
        return found

    @property
    def growth(self) -> F64:
        """What one dollar at the start has become, row by row."""
        grown: F64 = np.concatenate(([1.0], np.cumprod(1.0 + self.returns)))
        return grown

    @property
    def drawdown(self) -> F64:
        """How far below the highest point so far, as a fraction of it, row by row."""
        grown = self.growth
        fall: F64 = 1.0 - grown / np.maximum.accumulate(grown)
        return fall

    @property
    def utilisation(self) -> F64:
        """Margin as a fraction of net liq, the larger of close and entries; may exceed one."""
        share: F64 = np.maximum(self.requirement / np.maximum(self.net_liq, 0.01), self.entered)
        return share


@value
class Fall:
    """The deepest drawdown: how deep, from which day to which, and when it was made good."""

    depth: float
    peak: date
    trough: date
    recovered: date | None


@value
class Month:
    """The return of a calendar month as a fraction."""

    year: int
    month: int
    gain: float


@value
class Window:
    """A named stretch of days; figures are ``None`` where the run does not cover all of it."""

    name: str
    first: date
    last: date
    pnl: float | None = None
    drawdown: float | None = None
    margin_peak: float | None = None
    vix_peak: float | None = None


def curve(facts: Sequence[Fact], capital: Decimal) -> Curve:
    """The closes of a run, the start put before them."""
    closes = [fact for fact in facts if isinstance(fact, SessionClosed)]
    start = (closes[0].day,) if closes else ()
    entered = entry_margin(facts)
    return Curve(
        (*start, *(close.day for close in closes)),
        np.array([float(capital), *(float(close.net_liq) for close in closes)]),
        np.array([0.0, *(float(close.flows) for close in closes)]),
        np.array([0.0, *(float(close.requirement) for close in closes)]),
        np.array([0.0, *(entered.get(close.day, 0.0) for close in closes)]),
        np.array([closes[0].vix if closes else 0.0, *(close.vix for close in closes)]),
    )


def entry_margin(facts: Sequence[Fact]) -> Mapping[date, float]:
    """The largest share of net liq that margin took with an opening order that traded, by day.

    What is opened and closed within a day leaves no trace in the closes.
    """
    traded = {fact.order for fact in facts if isinstance(fact, LegFilled)}
    found: dict[date, float] = {}
    for fact in facts:
        if not isinstance(fact, Judged) or fact.order.id not in traded or not fact.approved:
            continue
        if fact.order.purpose is Purpose.OPEN:
            shares = (r.observed for r in fact.readings if r.name == MARGIN_READING)
            seen = (float(share) for share in shares if isinstance(share, int | float))
            day = fact.at.date()
            found[day] = max(found.get(day, 0.0), *seen, 0.0)
    return found


def deepest(path: Curve) -> Fall:
    """The deepest drawdown of a curve."""
    fall = path.drawdown
    trough = int(np.argmax(fall))
    peak = int(np.argmax(path.growth[: trough + 1]))
    after = np.flatnonzero(path.growth[trough:] >= path.growth[peak])
    back = path.days[trough + int(after[0])] if len(after) and trough > peak else None
    return Fall(float(fall[trough]), path.days[peak], path.days[trough], back)


def months(path: Curve) -> tuple[Month, ...]:
    """The return of every calendar month; they multiply up to the whole."""
    found: list[Month] = []
    grown, last = path.growth, 0
    for row in range(1, len(path.days)):
        day = path.days[row]
        after = path.days[row + 1] if row + 1 < len(path.days) else None
        if after is None or (after.year, after.month) != (day.year, day.month):
            found.append(Month(day.year, day.month, float(grown[row] / grown[last] - 1.0)))
            last = row
    return tuple(found)


def window(path: Curve, name: str, first: date, last: date) -> Window:
    """What happened between two days: profit, deepest fall within, margin and VIX at their highest."""
    rows = [row for row in range(1, len(path.days)) if first <= path.days[row] <= last]
    if not rows or not _spans(path, first, last):
        return Window(name, first, last)
    low, high = rows[0] - 1, rows[-1] + 1
    grown = path.growth[low:high]
    fall = 1.0 - grown / np.maximum.accumulate(grown)
    moved = path.flows[high - 1] - path.flows[low]
    return Window(
        name, first, last,
        float(path.net_liq[high - 1] - path.net_liq[low] - moved),
        float(fall.max()), float(path.utilisation[low + 1 : high].max()),
        float(path.vix[low + 1 : high].max()),
    )  # fmt: skip


def _spans(path: Curve, first: date, last: date) -> bool:
    """Whether a run reaches over a stretch; a weekend and a holiday at either end do not count."""
    return path.days[0] <= first + LONG_WEEKEND and path.days[-1] >= last - LONG_WEEKEND
