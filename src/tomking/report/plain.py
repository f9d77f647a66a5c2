"""What JSON can hold, and readings as it."""

from math import isfinite
from typing import TypeAlias

from tomking.core.reading import Reading

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
Record: TypeAlias = dict[str, Plain]


def reading(one: Reading) -> Record:
    """A measurement and its bound; what is not finite is ``null``."""
    return {
        "name": one.name,
        "observed": _figure(one.observed),
        "sense": one.sense.value,
        "bound": _figure(one.bound),
        "unit": one.unit,
        "rule": one.rule,
        "passed": one.passed,
    }


def _figure(x: float | str | None) -> Plain:
    return None if isinstance(x, float) and not isfinite(x) else x
