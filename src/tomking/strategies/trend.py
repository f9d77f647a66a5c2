"""Entry rules of a root's own price: where it stands, how far it has come, how it moves."""

from math import isnan, nan
from typing import ClassVar

import numpy as np

from tomking.core.figures import change
from tomking.core.reading import Reading, Sense, Skip, Stage
from tomking.core.value import value
from tomking.market.bars import F64, Bars
from tomking.risk.view import View


def known(x: float) -> float | None:
    """A figure as a reading takes it: NaN is nobody's knowledge."""
    return None if isnan(x) else x


def price(view: View, root: str) -> float:
    """The price of a root now; NaN without one."""
    spot = view.market.spot(root)
    return nan if isinstance(spot, Skip) else spot.value


def indicator(view: View, root: str, name: str) -> float:
    """A daily indicator as of the last close; NaN when nobody supplied it."""
    return view.market.day.indicators.get(root, {}).get(name, nan)


def last(view: View, root: str, days: int) -> Bars | None:
    """The last so many daily rows of a root; nothing when there are fewer."""
    bars = view.market.day.bars.get(root)
    return bars.cut(len(bars) - days, len(bars)) if bars is not None and len(bars) >= days else None


def move_from_open(view: View, root: str) -> float | None:
    """Return since the session's open; ``None`` when either price is missing or no number."""
    spot, opened = view.market.spot(root), view.market.session_open(root)
    if isinstance(spot, Skip) or isinstance(opened, Skip):
        return None
    return known(change(spot.value, opened.value))


def place_in(low: float, high: float, x: float) -> float:
    """Where a price stands in a range, 0 at its low and 1 at its high; half when it has no width.

    >>> place_in(90.0, 110.0, 95.0), place_in(100.0, 100.0, 100.0)
    (0.25, 0.5)
    """
    return (x - low) / (high - low) if high > low else 0.5


@value
class NotAtHigh:
    """The price is under the highest high of so many sessions."""

    days: int
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        rows, seen = last(view, root, self.days), price(view, root)
        high = 0.0 if rows is None else float(np.max(rows.high))
        return Reading(
            f"{root} against its {self.days}-day high", self.stage, Sense.BELOW,
            None if rows is None else known(seen), high, "points", self.rule,
        )  # fmt: skip

    def __str__(self) -> str:
        return f"the price is under its {self.days}-day high"


@value
class MovedUp:
    """The price has risen by more than a share since the open, strictly."""

    share: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        return Reading(
            "move from the open", self.stage, Sense.ABOVE, move_from_open(view, root),
            self.share, "share", self.rule,
        )  # fmt: skip

    def __str__(self) -> str:
        return f"the price is up by more than {self.share:.1%} since the open"


@value
class MovedDown:
    """The price has fallen by more than a share since the open, strictly."""

    share: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        return Reading(
            "move from the open", self.stage, Sense.BELOW, move_from_open(view, root),
            -self.share, "share", self.rule,
        )  # fmt: skip

    def __str__(self) -> str:
        return f"the price is down by more than {self.share:.1%} since the open"


@value
class MovedAtLeast:
    """The price has moved by a share since the open or by more, either way."""

    share: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        move = move_from_open(view, root)
        return Reading(
            "size of the move from the open", self.stage, Sense.AT_LEAST,
            None if move is None else abs(move), self.share, "share", self.rule,
        )  # fmt: skip

    def __str__(self) -> str:
        return f"the price has moved by {self.share:.1%} or more since the open"


@value
class IvRankAtLeast:
    """Implied volatility stands this high in its year: 0 at its least, 1 at its greatest."""

    rank: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.VIX

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = known(indicator(view, root, "iv_rank"))
        return Reading("IV rank", self.stage, Sense.AT_LEAST, seen, self.rank, "share", self.rule)

    def __str__(self) -> str:
        return f"IV rank is at least {self.rank * 100:g}"


@value
class RangeAtMost:
    """The highest high less the lowest low of 20 sessions is at most a share of the close."""

    share: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = known(indicator(view, root, "range20"))
        return Reading(
            "range of 20 days", self.stage, Sense.AT_MOST, seen, self.share, "share", self.rule
        )

    def __str__(self) -> str:
        return f"the range of 20 days is at most {self.share:.0%} of the price"


@value
class PlaceAtLeast:
    """The price stands no lower than a share of the range of so many sessions."""

    days: int
    share: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = _place(view, root, self.days)
        return Reading(
            _place_name(self.days), self.stage, Sense.AT_LEAST, seen, self.share, "share", self.rule
        )

    def __str__(self) -> str:
        return f"the price stands above the lowest {self.share:.0%} of its {self.days}-day range"


@value
class PlaceAtMost:
    """The price stands no higher than a share of the range of so many sessions."""

    days: int
    share: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = _place(view, root, self.days)
        return Reading(
            _place_name(self.days), self.stage, Sense.AT_MOST, seen, self.share, "share", self.rule
        )

    def __str__(self) -> str:
        return (
            f"the price stands below the highest {1 - self.share:.0%} of its {self.days}-day range"
        )


def _place(view: View, root: str, days: int) -> float | None:
    rows, seen = last(view, root, days), price(view, root)
    if rows is None or isnan(seen):
        return None
    return place_in(float(np.min(rows.low)), float(np.max(rows.high)), seen)


def _place_name(days: int) -> str:
    return f"place in the {days}-day range"


@value
class RsiFrom:
    """RSI of 14 days from a floor to a ceiling, both included."""

    low: float
    high: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        away = known(abs(indicator(view, root, "rsi") - middle))
        return Reading(
            f"RSI away from {middle:g}", self.stage, Sense.AT_MOST, away, half, "", self.rule
        )

    def __str__(self) -> str:
        return f"RSI is from {self.low:g} to {self.high:g}"


@value
class BreakdownFailed:
    """A low that did not hold, or a market sold too far: at least one of three signs.

    RSI under ``rsi``; the price back above a support of ``days`` sessions that broke within the last
    ``to`` of them; the low of those sessions ``since`` to ``to`` sessions old.
    """

    rsi: float = 30.0
    days: int = 60
    since: int = 3
    to: int = 14
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        rows, seen = last(view, root, self.days), price(view, root)
        oversold = indicator(view, root, "rsi")
        signs = None
        if rows is not None and not isnan(seen) and not isnan(oversold):
            signs = sum((oversold < self.rsi, self._back(rows.low, seen), self._aged(rows.low)))
        return Reading(
            "signs of a failed breakdown", self.stage, Sense.AT_LEAST, signs, 1, "of 3", self.rule
        )

    def _back(self, lows: F64, seen: float) -> bool:
        """Whether a support broke lately and the price stands above it again."""
        support = float(np.min(lows[: -self.to]))
        return float(np.min(lows[-self.to :])) < support < seen

    def _aged(self, lows: F64) -> bool:
        """Whether the low of all these sessions is neither fresh nor old."""
        ago = len(lows) - int(np.argmin(lows))
        return self.since <= ago <= self.to

    def __str__(self) -> str:
        return (
            f"RSI is under {self.rsi:g}, or the price is back above a broken {self.days}-day support, "
            f"or its low is {self.since} to {self.to} sessions old"
        )


@value
class TrendNotDown:
    """The 8-day average is not under the 21-day one."""

    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        fast, slow = indicator(view, root, "ema8"), indicator(view, root, "ema21")
        seen = None if isnan(fast) or isnan(slow) else change(fast, slow)
        return Reading(
            "8-day EMA over the 21-day", self.stage, Sense.AT_LEAST, seen, 0.0, "", self.rule
        )

    def __str__(self) -> str:
        return "the 8-day average is not under the 21-day one"
