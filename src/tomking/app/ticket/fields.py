"""Fields of a file: each reader takes what stands there and its place, and answers or says why not.

A place is written as a person would point at it: ``legs[2].strike``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

from tomking.app.ticket.source import Fault
from tomking.core.calendar import NEW_YORK, OPEN, new_york
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.market.sessions_table import FIRST_YEAR, LAST_YEAR

T = TypeVar("T")
Reader = Callable[[Any, str], T]

#: More than any price, strike or amount in dollars that is meant.
FIGURE_MAX = Decimal(1_000_000_000)
#: Less than any of them, unless it is 0; and more decimals than any has, a float printed in full too.
FIGURE_MIN = Decimal("1e-9")
DECIMALS_MAX = 30
COUNT_MAX = 100_000
VIX_MIN, VIX_MAX = 1, 1000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SYMBOL = re.compile(r"[A-Za-z0-9^][A-Za-z0-9./^_-]{0,15}")


def wrong(place: str, what: str) -> ConfigError:
    """The error that names a place: ``legs[2].strike: -5 is not above 0``."""
    return ConfigError(f"{place}: {what}" if place else what)


def named(x: Any) -> str:
    """A value as it stands in the file, cut to a sentence's length."""
    if isinstance(x, bool) or x is None:
        return {True: "true", False: "false", None: "null"}[x]
    if isinstance(x, Mapping):
        return "an object"
    if isinstance(x, list):
        return "a list"
    return short(f"{x!r}" if isinstance(x, str) else f"{x}")


def members(
    x: Any, place: str, needed: Sequence[str], allowed: Sequence[str] = ()
) -> Mapping[str, Any]:
    """An object's members; every needed key stands there, and none that is not known."""
    if not isinstance(x, dict):
        with_ = f" with {_listed(needed)}" if needed else ""
        raise wrong(place, f"{named(x)} is not an object: write {{…}}{with_}")
    found = cast("dict[str, Any]", x)
    known = (*needed, *allowed)
    for key, part in found.items():
        if key not in known:
            raise wrong(inside(place, key), f"unknown key{did_you_mean(key, known)}")
        if part is Fault.TWICE:
            raise wrong(inside(place, key), Fault.TWICE.value)
    for key in needed:
        if key not in found:
            raise wrong(
                inside(place, key), f"is missing: {place or 'the file'} needs {_listed(needed)}"
            )
    return found


def _listed(keys: Sequence[str]) -> str:
    """``underlying, house and legs``."""
    return " and ".join(part for part in (", ".join(keys[:-1]), keys[-1]) if part)


def inside(place: str, key: str) -> str:
    """The place of a member: ``underlying.price``; a key that would break the line is quoted."""
    shown = short(key if key.isprintable() else repr(key))
    return f"{place}.{shown}" if place else shown


def short(text: str) -> str:
    """A text cut to what fits into a sentence."""
    return text if len(text) <= 40 else f"{text[:37]}…"


def items(x: Any, place: str, read: Reader[T], most: int) -> tuple[T, ...]:
    """A list's items, each read by the same reader."""
    if not isinstance(x, list):
        raise wrong(place, f"{named(x)} is not a list: write […]")
    if len(x) > most:
        raise wrong(place, f"{len(x)} are too many: at most {most}")
    return tuple(read(part, f"{place}[{row}]") for row, part in enumerate(x))


def number(x: Any, place: str) -> Decimal:
    """A finite figure, exactly as it is written."""
    if isinstance(x, bool) or not isinstance(x, int | float | Decimal):
        raise wrong(place, f"{named(x)} is not a number")
    if isinstance(x, float) or not Decimal(x).copy_abs() < FIGURE_MAX:
        raise wrong(place, f"{named(x)} is not a figure below {FIGURE_MAX:,} in size")
    if x and Decimal(x).copy_abs() < FIGURE_MIN:
        raise wrong(place, f"{named(x)} is nearer to 0 than any figure here")
    if -int(Decimal(x).as_tuple().exponent) > DECIMALS_MAX:
        raise wrong(place, f"{named(x)} has more than {DECIMALS_MAX} decimals: round it")
    return Decimal(x)


def above_zero(x: Any, place: str) -> Decimal:
    """A price, strike or size that must be positive."""
    found = number(x, place)
    if found <= 0:
        raise wrong(place, f"{named(x)} is not above 0")
    return found


def at_least_zero(x: Any, place: str) -> Decimal:
    """A price or amount that may be nothing, but not negative."""
    found = number(x, place)
    if found < 0:
        raise wrong(place, f"{named(x)} is below 0")
    return found


def index_points(x: Any, place: str) -> float:
    """VIX, in points."""
    said = f"{named(x)} is not from {VIX_MIN} to {VIX_MAX:,}: write index points, such as 17.5"
    if isinstance(x, int | float | Decimal) and not VIX_MIN <= x <= VIX_MAX:
        raise wrong(place, said)
    return float(number(x, place))


def share(x: Any, place: str) -> float:
    """A yearly fraction, such as an interest rate."""
    found = number(x, place)
    if abs(found) > 1:
        raise wrong(place, f"{named(x)} is not a fraction: write 4 % as 0.04")
    return float(found)


def count(x: Any, place: str) -> int:
    """A whole number, signed."""
    found = number(x, place)
    if found != found.to_integral_value() or abs(found) > COUNT_MAX:
        raise wrong(place, f"{named(x)} is not a whole number up to {COUNT_MAX:,}")
    return int(found)


def some(x: Any, place: str) -> int:
    """A whole number that is not nothing: + long, - short."""
    found = count(x, place)
    if not found:
        raise wrong(place, "0 is no position: + for long, - for short, or leave the leg out")
    return found


def counted(x: Any, place: str) -> int:
    """A whole number, one at least."""
    found = count(x, place)
    if found < 1:
        raise wrong(place, f"{named(x)} is not a whole number from 1")
    return found


def text(x: Any, place: str, such_as: str = "") -> str:
    """A word; whoever asks may say what is meant."""
    if not isinstance(x, str) or not x.strip():
        raise wrong(place, f"{named(x)} is not a word{such_as}")
    return x.strip()


def symbol(x: Any, place: str) -> str:
    """A ticker or a root; a futures symbol may keep its slash."""
    found = text(x, place, ", such as SPY or ES").removeprefix("/").upper()
    if not _SYMBOL.fullmatch(found):
        raise wrong(place, f"{named(x)} is not a symbol, such as SPY or ES")
    return found


def word(known: Sequence[str]) -> Reader[str]:
    """One of some words, as they are written."""

    def read(x: Any, place: str) -> str:
        """The word, if it is one of them."""
        found = text(x, place, did_you_mean("", known))
        if found not in known:
            raise wrong(place, f"{named(found)} is unknown{did_you_mean(found, known)}")
        return found

    return read


def day(x: Any, place: str) -> date:
    """A date, written 2026-07-17."""
    found = text(x, place, ': write the date as "2026-07-17"')
    try:
        if _DAY.fullmatch(found):
            return date.fromisoformat(found)
    except ValueError:
        pass
    raise wrong(place, f"{named(found)} is not a date: write it as 2026-07-17")


def instant(x: Any, place: str) -> datetime:
    """An instant in New York's time; a bare date stands for its open, 09:30."""
    found = text(x, place, ': write it as "2026-06-05T10:30"')
    try:
        if _DAY.fullmatch(found):
            at = new_york(date.fromisoformat(found), OPEN)
        elif not _DAY.fullmatch(found[:10]):
            raise ValueError(found)
        else:
            told = datetime.fromisoformat(found)
            at = told.astimezone(NEW_YORK) if told.tzinfo else told.replace(tzinfo=NEW_YORK)
    except (ValueError, OverflowError):
        raise wrong(
            place, f"{named(found)} is not a date or a time: write 2026-06-05 or 2026-06-05T10:30"
        ) from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise wrong(place, f"{named(found)} lies outside {FIRST_YEAR} to {LAST_YEAR}")
    return at
