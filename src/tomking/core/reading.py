"""The one answer of rules, gates, breakers and alarms: a measurement and its bound."""

from enum import StrEnum
from math import isfinite

from tomking.core.value import value


class Stage(StrEnum):
    """The evaluation stages, in the order in which a refusal is named (rulebook 18)."""

    DATA = "DATA"
    MARKET = "MARKET"
    CORRELATION = "CORRELATION"
    VIX = "VIX"
    PATTERN = "PATTERN"
    GREEKS = "GREEKS"
    MARGIN = "MARGIN"
    POSITION_LIMIT = "POSITION_LIMIT"


STAGES = tuple(Stage)
#: Between a root and the name of a reading taken for it.
ROOT_MARK = ": "


class Sense(StrEnum):
    """How a measurement is held against its bound."""

    AT_MOST = "at most"
    BELOW = "below"
    AT_LEAST = "at least"
    ABOVE = "above"
    IS = "is"


def holds(sense: Sense, observed: float, bound: float) -> bool:
    """Whether a number stands where it should; false for NaN, whatever the sense.

    >>> holds(Sense.BELOW, 30.0, 30.0), holds(Sense.AT_MOST, 30.0, 30.0)
    (False, True)
    """
    if sense is Sense.AT_MOST:
        return observed <= bound
    if sense is Sense.BELOW:
        return observed < bound
    if sense is Sense.AT_LEAST:
        return observed >= bound
    if sense is Sense.ABOVE:
        return observed > bound
    return observed == bound


@value
class Reading:
    """A measurement, the bound it is held against, and whose it is.

    ``observed`` is ``None`` when nobody could measure it: unknown never passes.
    """

    name: str
    stage: Stage
    sense: Sense
    observed: float | str | None
    bound: float | str
    unit: str = ""
    rule: str = ""

    @property
    def passed(self) -> bool:
        """Arithmetic on the two figures, never an opinion."""
        seen, bound = self.observed, self.bound
        if seen is None:
            return False
        if isinstance(seen, str) or isinstance(bound, str):
            return self.sense is Sense.IS and seen == bound
        return holds(self.sense, seen, bound)

    def __str__(self) -> str:
        """``margin in all: 82 % of net liq, must be at most 80 %``."""
        seen, beside = self.observed, basis(self.unit)
        said = "unknown" if seen is None else in_unit(seen, self.unit)
        unit = f" {beside}" if beside and seen is not None else ""
        verb = "must be" if self.sense is Sense.IS else f"must be {self.sense.value}"
        return f"{self.name}: {said}{unit}, {verb} {in_unit(self.bound, self.unit)}"


def is_share(unit: str) -> bool:
    """Whether figures of a unit are fractions: ``of net liq`` is one, ``of 100`` counts points."""
    return unit in ("share", "a year") or (unit.startswith("of ") and not unit[3:].isdigit())


def in_unit(x: float | str, unit: str) -> str:
    """A figure of a reading as people are shown it, wherever that is: per cent, dollars or as it is.

    Dollars have cents below a thousand only.

    >>> in_unit(0.0532, "of net liq"), in_unit(-300.0, "dollars a day"), in_unit(2.5, "times net liq")
    ('5.32 %', '−$300', '2.5 times')
    >>> in_unit(17.5, "points"), in_unit(0.31, ""), in_unit("none", ""), in_unit(65.0, "of 100")
    ('17.5', '0.31', 'none', '65')
    """
    if isinstance(x, str) or not isfinite(x):
        return figure(x)
    size = abs(x)
    if is_share(unit):
        return _signed(x, f"{figure(round(100.0 * size, 3))} %")
    if unit.startswith("dollars"):
        cents = round(size, 2)
        whole = cents >= 1000.0 or cents == round(cents)
        return _signed(x, f"${cents:,.{0 if whole else 2}f}")
    if unit.startswith("times "):
        return _signed(x, f"{figure(round(size, 3))} times")
    return _signed(x, figure(size))


def _signed(x: float, shown: str) -> str:
    """A size with its sign; what is shown as nothing has none.

    >>> _signed(-0.004, "$0"), _signed(-2.0, "$2")
    ('$0', '−$2')
    """
    nothing = not any(digit in shown for digit in "123456789")
    return f"\N{MINUS SIGN}{shown}" if x < 0.0 and not nothing else shown


def basis(unit: str) -> str:
    """What ``in_unit`` leaves to be said of a unit: what a share is of, what dollars are by.

    >>> basis("of net liq"), basis("dollars a day"), basis("dollars"), basis("share"), basis("points")
    ('of net liq', 'a day', '', '', 'points')
    """
    if unit == "share":
        return ""
    return unit.removeprefix("dollars").removeprefix("times").lstrip()


def figure(x: float | str) -> str:
    """A figure as people write it: five significant digits, no exponent for money.

    >>> figure(17800.0), figure(0.123456), figure("open"), figure(float("inf"))
    ('17,800', '0.12346', 'open', 'no limit')
    """
    if isinstance(x, str):
        return x
    if not isfinite(x):
        return "no limit" if x > 0 else "nothing" if x < 0 else "unknown"
    if abs(x) >= 1000:
        return f"{x:,.0f}" if abs(x - round(x)) < 0.005 else f"{x:,.2f}"
    return f"{x:.5g}"


@value
class Skip:
    """Why nothing is wanted: every reading that was taken, the failing ones among them."""

    readings: tuple[Reading, ...]

    @property
    def failed(self) -> tuple[Reading, ...]:
        """The readings that did not hold."""
        return tuple(reading for reading in self.readings if not reading.passed)

    def __str__(self) -> str:
        """The first failing reading as a sentence."""
        return str(self.failed[0]) if self.failed else "no reason recorded"


def skip(name: str, stage: Stage, observed: str, wanted: str, rule: str = "") -> Skip:
    """A skip for a thing that is not there: ``skip("option data", DATA, "none for GLD", "present")``."""
    return Skip((Reading(name, stage, Sense.IS, observed, wanted, rule=rule),))


def refuses(readings: tuple[Reading, ...]) -> bool:
    """Whether any reading does not hold."""
    return not all(reading.passed for reading in readings)


def first_failure(readings: tuple[Reading, ...]) -> Reading | None:
    """The failing reading that names a rejection: the earliest stage, then the order of asking."""
    failing = [reading for reading in readings if not reading.passed]
    return min(failing, key=lambda reading: STAGES.index(reading.stage), default=None)


def of_root(root: str, measured: Reading) -> Reading:
    """A reading that says which root it was taken for: ``MES: credit of the put side``."""
    seen = measured
    return Reading(
        f"{root}{ROOT_MARK}{seen.name}", seen.stage, seen.sense, seen.observed, seen.bound,
        seen.unit, seen.rule,
    )  # fmt: skip


def refusals(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """What named the refusal of each root that was tried, the first root first.

    The first root is the one that was wanted; a smaller one is tried only because it did not fit.
    Readings that name no root stand for one.
    """
    groups: dict[str, list[Reading]] = {}
    for reading in readings:
        root, mark, _ = reading.name.partition(ROOT_MARK)
        groups.setdefault(root if mark and root.isupper() else "", []).append(reading)
    named = (first_failure(tuple(group)) for group in groups.values())
    return tuple(failed for failed in named if failed is not None)
