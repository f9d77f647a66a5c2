"""Arithmetic on measured figures where a bound may be met exactly."""

from math import isnan

#: Beyond these places a share is rounding: 5970 / 6000 is -0.5 % and not a hair more.
PLACES = 12


def change(now: float, before: float) -> float:
    """Relative change, so that a move of exactly half a per cent is exactly that.

    >>> change(5970.0, 6000.0), change(42_275.0, 44_500.0)
    (-0.005, -0.05)
    """
    return round(now / before - 1.0, PLACES)


def loss(now: float, before: float) -> float | None:
    """Loss since a baseline as a share of it, 0 for a gain; ``None`` when either is unknown.

    >>> loss(42_275.0, 44_500.0), loss(50_000.0, 44_500.0), loss(float("nan"), 1.0)
    (0.05, 0.0, None)
    """
    if isnan(now) or not before > 0.0:
        return None
    return max(0.0, -change(now, before))
