"""Which strikes a chain lists: ladders of steps that widen with the distance and the term."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, inf
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tomking.core.errors import DataError

F64: TypeAlias = NDArray[np.float64]

#: Steps of a strike ladder with their reach as a share of the forward: a multiple of a step is listed as
#: far as the step reaches, so a coarse strike stays listed nearer in and a ladder gets finer, never
#: different, as an expiry comes nearer. Within one zone every strike has its neighbour 50 points away
#: (100 beyond the last reach); across a border the nearest is 40 to 75 away.
Ladder: TypeAlias = tuple[tuple[float, float], ...]

NEAR_TERM_DAYS = 45
_POINTS_NEAR: Ladder = ((5.0, 0.10), (10.0, 0.20), (25.0, 0.35), (50.0, 0.50), (100.0, inf))
_POINTS_FAR: Ladder = ((10.0, 0.10), (25.0, 0.25), (50.0, 0.40), (100.0, inf))
_SPY_NEAR: Ladder = ((1.0, 0.20), (5.0, inf))
_SPY_FAR: Ladder = ((1.0, 0.10), (5.0, inf))
#: A hundred strikes either way of the money are listed so (CME, contract specifications of LO); those
#: further out, 2.50 and 5.00 apart, are left out: nothing is sold there.
_CRUDE: Ladder = ((0.5, inf),)
#: By root; any other has the ladder of an index.
_LADDERS: Mapping[str, tuple[Ladder, Ladder]] = MappingProxyType(
    {
        "SPY": (_SPY_NEAR, _SPY_FAR),
        "QQQ": (_SPY_NEAR, _SPY_FAR),
        "CL": (_CRUDE, _CRUDE),
        "MCL": (_CRUDE, _CRUDE),
    }
)
#: Slack for a strike that arithmetic put a hair off its multiple.
_HAIR = 1e-9


def ladder(root: str, days: int) -> Ladder:
    """The steps and reaches of a root's strikes so many days before expiry."""
    near, far = _LADDERS.get(root, (_POINTS_NEAR, _POINTS_FAR))
    return near if days <= NEAR_TERM_DAYS else far


def strike_step(root: str, strike: float, forward: float, days: int) -> float:
    """The finest step listed at a strike's distance from the forward, in points.

    >>> strike_step("ES", 5700.0, 6000.0, 120), strike_step("ES", 4800.0, 6000.0, 120)
    (10.0, 25.0)
    """
    distance = abs(strike / forward - 1.0) - _HAIR
    return next(step for step, reach in ladder(root, days) if distance <= reach)


def listed_strikes(root: str, forward: float, days: int, low: float, high: float) -> F64:
    """Every listed strike from ``low`` to ``high`` inclusive, ascending."""
    found: list[F64] = []
    for step, reach in ladder(root, days):
        first = max(low, forward * (1.0 - reach), step)
        last = min(high, forward * (1.0 + reach))
        numbers = np.arange(
            ceil(first / step - _HAIR), floor(last / step + _HAIR) + 1, dtype=np.float64
        )
        found.append(step * numbers)
    return np.unique(np.concatenate(found))


def _at_or_below(steps: Sequence[tuple[float, float]], forward: float, target: float) -> float:
    best = -inf
    for step, reach in steps:
        strike = step * floor(min(target, forward * (1.0 + reach)) / step + _HAIR)
        if strike > best and strike >= max(forward * (1.0 - reach) - _HAIR, step):
            best = strike
    return best


def _at_or_above(steps: Sequence[tuple[float, float]], forward: float, target: float) -> float:
    best = inf
    for step, reach in steps:
        strike = step * max(ceil(max(target, forward * (1.0 - reach)) / step - _HAIR), 1)
        if strike < best and strike <= forward * (1.0 + reach) + _HAIR:
            best = strike
    return best


def nearest_strike(
    root: str, forward: float, days: int, target: float, outward: int, *, further: bool = False
) -> float:
    """The listed strike nearest to a target; half way between two, the one further out of the
    money.

    Parameters
    ----------
    outward
        -1 for a put, +1 for a call: the direction out of the money.
    further
        Take the nearest at or further out of the money than the target, however near the other is.

    Raises
    ------
    DataError
        If nothing is listed there (a put below the lowest strike).

    >>> nearest_strike("ES", 6000.0, 0, 5997.5, -1), nearest_strike("ES", 6000.0, 0, 5997.5, +1)
    (5995.0, 6000.0)
    """
    steps = ladder(root, days)
    below, above = _at_or_below(steps, forward, target), _at_or_above(steps, forward, target)
    outer, inner = (below, above) if outward < 0 else (above, below)
    chosen = outer if further or abs(outer - target) <= abs(inner - target) + _HAIR else inner
    if not 0.0 < chosen < inf:
        raise DataError(f"no {root} strike is listed at {target:g} or further out; choose another")
    return chosen
