"""Entry rules: measurements that must all hold before anything is wanted.

A rule is a frozen value that can be called, printed, compared and tuned. It measures; whether it
passed is arithmetic on the reading.
"""

from typing import ClassVar, Protocol

import numpy as np

from tomking.core.figures import change
from tomking.core.reading import Reading, Sense, Skip, Stage
from tomking.core.value import value
from tomking.risk.view import View


class EntryRule(Protocol):
    """True while the trade may be entered."""

    stage: ClassVar[Stage]

    def __call__(self, view: View, root: str, /) -> Reading:
        """The measurement, for one candidate root."""
        ...


@value
class FullSession:
    """Not on a half day (R-0DTE-10)."""

    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        kind = "half day" if view.session.early else "full"
        return Reading("session", self.stage, Sense.IS, kind, "full", "", "R-0DTE-10")

    def __str__(self) -> str:
        return "the session is a full one"


@value
class NoEvent:
    """None of these events falls on the day (R-EVT-04)."""

    names: tuple[str, ...]
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        today = [name for name in view.market.day.blocked if name in self.names]
        seen = ", ".join(today) or "none"
        return Reading("events of the day", self.stage, Sense.IS, seen, "none", "", "R-EVT-04")

    def __str__(self) -> str:
        return f"no {' or '.join(self.names)} that day"


@value
class VixBelow:
    """VIX under a ceiling, the ceiling excluded (R-0DTE-02)."""

    ceiling: float
    stage: ClassVar[Stage] = Stage.VIX

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = view.market.vix.value
        return Reading("VIX", self.stage, Sense.BELOW, seen, self.ceiling, "points", "R-0DTE-02")

    def __str__(self) -> str:
        return f"VIX is below {self.ceiling:g}"


@value
class VixAtLeast:
    """VIX at a floor or above it (R-112-03)."""

    floor: float
    stage: ClassVar[Stage] = Stage.VIX

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = view.market.vix.value
        return Reading("VIX", self.stage, Sense.AT_LEAST, seen, self.floor, "points", "R-112-03")

    def __str__(self) -> str:
        return f"VIX is at least {self.floor:g}"


@value
class VixAtMost:
    """VIX at a ceiling or under it (R-112-03)."""

    ceiling: float
    stage: ClassVar[Stage] = Stage.VIX

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = view.market.vix.value
        return Reading("VIX", self.stage, Sense.AT_MOST, seen, self.ceiling, "points", "R-112-03")

    def __str__(self) -> str:
        return f"VIX is at most {self.ceiling:g}"


@value
class VixRiseAtMost:
    """VIX up by no more than a share since the last close (R-0DTE-09)."""

    share: float
    stage: ClassVar[Stage] = Stage.VIX

    def __call__(self, view: View, root: str, /) -> Reading:
        rise = change(view.market.vix.value, view.market.day.vix_previous.value)
        return Reading("rise of VIX", self.stage, Sense.AT_MOST, rise, self.share, "", "R-0DTE-09")

    def __str__(self) -> str:
        return f"VIX is up by no more than {self.share:.0%} since the last close"


@value
class NotAtHigh:
    """The price is under the highest high of so many sessions (R-112-04)."""

    days: int
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        bars, spot = view.market.day.bars.get(root), view.market.spot(root)
        known = bars is not None and len(bars) >= self.days and not isinstance(spot, Skip)
        seen = spot.value if known and not isinstance(spot, Skip) else None
        high = float(np.max(bars.high[-self.days :])) if known and bars is not None else 0.0
        return Reading(
            f"{root} against its {self.days}-day high", self.stage, Sense.BELOW, seen, high,
            "points", "R-112-04",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"the price is under its {self.days}-day high"


def move_from_open(view: View, root: str) -> float | None:
    """Return since the session's open; ``None`` when either price is missing."""
    spot, opened = view.market.spot(root), view.market.session_open(root)
    if isinstance(spot, Skip) or isinstance(opened, Skip):
        return None
    return change(spot.value, opened.value)


@value
class MovedUp:
    """The price has risen by more than a share since the open, strictly (R-0DTE-03)."""

    share: float
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        return Reading(
            "move from the open", self.stage, Sense.ABOVE, move_from_open(view, root),
            self.share, "", "R-0DTE-03",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"the price is up by more than {self.share:.1%} since the open"


@value
class MovedDown:
    """The price has fallen by more than a share since the open, strictly (R-0DTE-03)."""

    share: float
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        return Reading(
            "move from the open", self.stage, Sense.BELOW, move_from_open(view, root),
            -self.share, "", "R-0DTE-03",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"the price is down by more than {self.share:.1%} since the open"
