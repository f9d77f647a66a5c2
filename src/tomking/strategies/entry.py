"""Entry rules of the calendar and of VIX: measurements that must all hold before anything is wanted.

A rule is a frozen value that can be called, printed, compared and tuned. It measures; whether it
passed is arithmetic on the reading. ``rule`` is the id under which a plan states it.
"""

from typing import ClassVar, Protocol

from tomking.core.calendar import dte
from tomking.core.figures import change
from tomking.core.product import Delivers, Kind, product
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.value import value
from tomking.market.events import Ahead
from tomking.market.snapshot import DAYS_AHEAD
from tomking.risk.view import View


class EntryRule(Protocol):
    """True while the trade may be entered."""

    stage: ClassVar[Stage]

    @property
    def rule(self) -> str:
        """The id of the sentence of the plan it stands for."""
        ...

    def __call__(self, view: View, root: str, /) -> Reading:
        """The measurement, for one candidate root."""
        ...


@value
class FullSession:
    """Not on a half day."""

    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        kind = "half day" if view.session.early else "full"
        return Reading("session", self.stage, Sense.IS, kind, "full", "", self.rule)

    def __str__(self) -> str:
        return "the session is a full one"


@value
class NoEvent:
    """None of these events falls on the day (R-EVT-04)."""

    names: tuple[str, ...]
    rule: str = "R-EVT-04"
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        today = [name for name in view.market.day.blocked if name in self.names]
        seen = ", ".join(today) or "none"
        return Reading("events of the day", self.stage, Sense.IS, seen, "none", "", self.rule)

    def __str__(self) -> str:
        return f"no {' or '.join(self.names)} that day"


@value
class VixBelow:
    """VIX under a ceiling, the ceiling excluded."""

    ceiling: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.VIX

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = view.market.vix.value
        return Reading("VIX", self.stage, Sense.BELOW, seen, self.ceiling, "points", self.rule)

    def __str__(self) -> str:
        return f"VIX is below {self.ceiling:g}"


@value
class VixAtLeast:
    """VIX at a floor or above it."""

    floor: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.VIX

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = view.market.vix.value
        return Reading("VIX", self.stage, Sense.AT_LEAST, seen, self.floor, "points", self.rule)

    def __str__(self) -> str:
        return f"VIX is at least {self.floor:g}"


@value
class VixAbove:
    """VIX over a floor, the floor excluded."""

    floor: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.VIX

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = view.market.vix.value
        return Reading("VIX", self.stage, Sense.ABOVE, seen, self.floor, "points", self.rule)

    def __str__(self) -> str:
        return f"VIX is above {self.floor:g}"


@value
class VixAtMost:
    """VIX at a ceiling or under it."""

    ceiling: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.VIX

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = view.market.vix.value
        return Reading("VIX", self.stage, Sense.AT_MOST, seen, self.ceiling, "points", self.rule)

    def __str__(self) -> str:
        return f"VIX is at most {self.ceiling:g}"


@value
class VixRiseAtMost:
    """VIX up by no more than a share since the last close."""

    share: float
    rule: str = ""
    stage: ClassVar[Stage] = Stage.VIX

    def __call__(self, view: View, root: str, /) -> Reading:
        rise = change(view.market.vix.value, view.market.day.vix_previous.value)
        return Reading(
            "rise of VIX", self.stage, Sense.AT_MOST, rise, self.share, "share", self.rule
        )

    def __str__(self) -> str:
        return f"VIX is up by no more than {self.share:.0%} since the last close"


@value
class NoEventWithin:
    """None of these events falls on the day or on one of so many calendar days after it.

    Unknown where no table answers so far ahead.
    """

    names: tuple[str, ...]
    days: int
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        coming, near, blind = view.market.day.coming, list[str](), False
        for name in self.names:
            ahead = coming.get(name, Ahead(None, -1))
            if ahead.next is not None and ahead.next <= self.days:
                near.append(name)
            blind |= ahead.known < self.days
        seen = ", ".join(near) or (None if blind else "none")
        return Reading("events ahead", self.stage, Sense.IS, seen, "none", "", self.rule)

    def __str__(self) -> str:
        return f"no {' or '.join(self.names)} falls within {self.days} days"


@value
class NoExDateWithin:
    """The root's shares do not go ex-dividend on the day or within so many calendar days.

    Unknown of a share whose dates nobody told, or told not so far ahead. An index or a future pays none.
    """

    days: int
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        today, told = view.session.day, view.market.day.dividends.get(root)
        near = [each.ex_date for each in told or () if 0 <= dte(each.ex_date, today) <= self.days]
        known = told is not None and self.days <= DAYS_AHEAD
        none = "none" if known or product(root).delivers is not Delivers.SHARES else None
        seen = str(min(near)) if near else none
        return Reading("ex-date ahead", self.stage, Sense.IS, seen, "none", "", self.rule)

    def __str__(self) -> str:
        return f"no ex-date falls within {self.days} days"


@value
class NoEarningsWithin:
    """No earnings within so many days. A fund or an index has none; of a share nobody told us."""

    days: int
    rule: str = ""
    stage: ClassVar[Stage] = Stage.MARKET

    def __call__(self, view: View, root: str, /) -> Reading:
        seen = None if product(root).kind is Kind.EQUITY else "none"
        return Reading("earnings ahead", self.stage, Sense.IS, seen, "none", "", self.rule)

    def __str__(self) -> str:
        return f"no earnings fall within {self.days} days"
