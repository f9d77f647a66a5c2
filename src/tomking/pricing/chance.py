"""Chances under a log-normal spot: to end somewhere, to touch a level, to reach a profit on the way.

All are risk-neutral: the spot drifts by ``growth`` a year (rate less yield; 0 for a future), which is
what option prices imply and no forecast. ``below`` and ``touch`` are closed forms. ``reach`` walks a
trinomial lattice on which the whole package is repriced at every node, each leg at its own volatility;
there is no random number in this module.

References
----------
.. [1] Hull, *Options, Futures, and Other Derivatives*, chapter 15 (N(d2)), chapter 26 (barriers).
.. [2] Kamrad, Ritchken (1991), "Multinomial approximating models", Management Science 37.
.. [3] Derman, Kani, Ergener, Bardhan (1995), "Enhanced numerical methods for options with barriers",
   Financial Analysts Journal 51: the interpolation beside the barrier.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import erfc, exp, isfinite, log, nan, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from tomking.core.value import value
from tomking.pricing.black import PRICE, VEGA, bsm
from tomking.pricing.grid import american_grid
from tomking.pricing.kernel import F64

#: Steps of the lattice: within 0.003 of the closed form where there is one, 0.01 for a target that the
#: spot would meet within one step.
STEPS = 240
#: Standard deviations within which a break-even is looked for.
REACH_SD = 8.0
#: The logarithm of the furthest move that is looked at, whatever the volatility: a millionfold one.
FAR = log(1e6)
#: Standard deviations beyond which the tail of the normal distribution is taken by its expansion.
_TAIL = 30.0
_GRID = 2001
_BISECTIONS = 60
_SPREAD = sqrt(3.0)  # a step of the lattice in standard deviations of its time


@value
class Package:
    """Legs on one underlying as columns, and what was received for them.

    ``sign`` is +1 call, -1 put, 0 the underlying itself, whose ``strike`` is the price it was had at;
    ``quantity`` is + long and - short; ``vol`` each leg's own annual volatility and ``years`` the time
    to its expiry (both ignored for the underlying); ``premium`` dollars received (+) or paid (-).
    ``early`` says which options may be exercised at any time, of each leg or of all.
    """

    strike: F64
    sign: F64
    quantity: F64
    multiplier: F64
    vol: F64
    years: F64
    premium: float
    early: NDArray[np.bool_] | bool = False

    @property
    def horizon(self) -> float:
        """Years to the nearest expiry of an option; NaN without one."""
        ends = self.years[self.sign != 0.0]
        return float(ends.min()) if ends.size else nan


@value
class World:
    """The underlying now: its price in points, the rate and its growth, annual fractions."""

    spot: float
    rate: float = 0.0
    growth: float = 0.0

    def forward(self, years: float) -> float:
        """The price it is expected at, risk-neutral."""
        return self.spot * exp(self.growth * years)


def normal(x: float) -> float:
    """The standard normal distribution function.

    >>> normal(0.0), round(normal(-1.96), 4)
    (0.5, 0.025)
    """
    return 0.5 * erfc(-x / sqrt(2.0))


def below(level: float, forward: float, years: float, vol: float) -> float:
    """Chance that the spot ends below a level: ``N(-d2)``.

    Parameters
    ----------
    level, forward
        Points; the forward is to the end.
    years, vol
        Time to the end and annual volatility at the level.

    Returns
    -------
    float
        A fraction; NaN when the volatility is unknown.

    Examples
    --------
    Hull, chapter 15: S = 42, K = 40, 10 %, 20 %, six months has d2 = 0.6278.

    >>> round(1.0 - below(40.0, 42.0 * exp(0.05), 0.5, 0.2), 4)
    0.7349
    """
    if level <= 0.0:
        return 0.0
    deviation = vol * sqrt(years)
    if not deviation > 0.0:
        return nan if deviation != deviation else float(forward < level)
    return normal(log(level / forward) / deviation + 0.5 * deviation)


def touch(level: float, spot: float, years: float, vol: float, growth: float = 0.0) -> float:
    """Chance that the spot stands at a level at some time before the end, watched without a break.

    Notes
    -----
    By reflection (Hull, chapter 26): with ``a = ln(level / spot)``, drift ``m = growth - vol^2 / 2``
    and ``s`` the total deviation, ``N((-a + m t) / s) + exp(2 m a / vol^2) N((-a - m t) / s)`` for a
    level above, mirrored below.

    >>> round(touch(110.0, 100.0, 1.0, 0.2), 4), touch(100.0, 100.0, 1.0, 0.2)
    (0.6033, 1.0)
    """
    deviation = vol * sqrt(years)
    if level == spot:
        return 1.0
    if not deviation > 0.0:
        return nan if deviation != deviation else 0.0
    side = 1.0 if level > spot else -1.0
    away, drift = abs(log(level / spot)), side * (growth - 0.5 * vol * vol)
    short, past = (-away + drift * years) / deviation, (away + drift * years) / deviation
    if past <= _TAIL:
        turned = exp(2.0 * (drift / vol) * (away / vol)) * normal(-past)
    else:  # the first factor may be more than a float holds, the product never is
        turned = exp(-0.5 * short * short) * (1.0 - past**-2) / (past * sqrt(2.0 * pi))
    return min(normal(short) + turned, 1.0)


def gain(held: Package, world: World, spots: F64, gone: float) -> F64:
    """Dollars a package has made if the spot stands there after so many years, each leg repriced.

    Every leg keeps the volatility of its strike. At a leg's expiry it is worth its intrinsic value.
    """
    options = held.sign != 0.0
    dollars = held.quantity * held.multiplier
    total = np.full(len(spots), held.premium)
    for strike, worth in zip(held.strike[~options], dollars[~options], strict=True):
        total += worth * (spots - strike)
    early = np.broadcast_to(held.early, options.shape)
    for mine, priced in ((options & ~early, _european), (options & early, american_grid)):
        if mine.any():
            left = np.maximum(held.years[mine] - gone, 0.0)
            columns = (held.strike[mine], left, held.vol[mine], held.sign[mine])
            total += priced(spots, *columns, world.rate, world.rate - world.growth) @ dollars[mine]
    return total


def _european(
    spots: F64, strike: F64, years: F64, vol: F64, sign: F64, rate: float, yields: float
) -> F64:
    """European prices of every option at every spot, shape (spots, options)."""
    k, t, v, c = (np.tile(column, len(spots)) for column in (strike, years, vol, sign))
    prices: F64 = bsm(np.repeat(spots, len(strike)), k, t, v, c, rate, yields)[PRICE]
    return prices.reshape(len(spots), len(strike))


def path_vol(held: Package, world: World) -> float:
    """The volatility the spot itself is given: the legs' own, weighted by their vega."""
    options = held.sign != 0.0
    vega = bsm(
        world.spot, held.strike[options], held.years[options], held.vol[options],
        held.sign[options], world.rate, world.rate - world.growth,
    )[VEGA]  # fmt: skip
    weight = np.abs(vega * held.quantity[options])
    total = float(weight.sum())
    if not total > 0.0:
        return float(held.vol[options].mean()) if options.any() else nan
    return float(np.dot(weight, held.vol[options])) / total


def break_evens(held: Package, world: World) -> tuple[float, ...]:
    """Spots at the nearest expiry where the gain changes sign, rising; none without an option."""
    if not held.horizon >= 0.0:
        return ()
    reach_ = exp(min(REACH_SD * path_vol(held, world) * sqrt(held.horizon), FAR))
    knots = held.strike[held.sign != 0.0]
    low = min(world.spot / reach_, 0.5 * float(knots.min()))
    high = max(world.spot * reach_, 2.0 * float(knots.max()))
    grid = np.union1d(np.geomspace(low, high, _GRID), knots)
    made = gain(held, world, grid, held.horizon)
    crossed = np.flatnonzero(np.signbit(made[:-1]) != np.signbit(made[1:]))
    return tuple(_zero(held, world, float(grid[i]), float(grid[i + 1])) for i in crossed)


def _zero(held: Package, world: World, left: float, right: float) -> float:
    """The crossing between two spots, by bisection."""
    rising = float(gain(held, world, np.array([right]), held.horizon)[0]) > 0.0
    for _ in range(_BISECTIONS):
        middle = 0.5 * (left + right)
        above = float(gain(held, world, np.array([middle]), held.horizon)[0]) > 0.0
        left, right = (left, middle) if above == rising else (middle, right)
    return 0.5 * (left + right)


def smile(held: Package, level: float) -> float:
    """The volatility at a level: between the legs' strikes on a straight line, flat beyond them.

    Of legs at one strike the nearest expiry counts, then the mean.
    """
    options = held.sign != 0.0
    nearest = options & (held.years == held.horizon)
    used = nearest if nearest.any() else options
    strikes = np.unique(held.strike[used])
    vols = [float(held.vol[used & (held.strike == strike)].mean()) for strike in strikes]
    return float(np.interp(level, strikes, vols))


def profit(held: Package, world: World, zeros: Sequence[float]) -> float:
    """Chance that the package has made money at the nearest expiry.

    Between its break-evens it wins or loses; each break-even is weighed with the volatility at it.

    Parameters
    ----------
    zeros
        The break-evens, rising: exact ones from the payoff, or those of :func:`break_evens`.
    """
    years = held.horizon
    forward = world.forward(years)
    edges = [0.0, *(zero for zero in zeros if zero > 0.0)]
    reached = [below(edge, forward, years, smile(held, edge)) for edge in edges] + [1.0]
    inside = [0.5 * (a + b) for a, b in pairwise(edges)]
    inside.append(2.0 * max(edges[-1], world.spot))
    made = gain(held, world, np.maximum(np.array(inside), 1e-9), held.horizon)
    won = sum(
        max(reached[i + 1] - reached[i], 0.0) for i, dollars in enumerate(made) if dollars > 0.0
    )
    return float(min(won, 1.0)) if all(map(isfinite, reached)) else nan


Gain = Callable[[F64, float], F64]


def reach(
    made: Gain, target: float, world: World, years: float, vol: float, steps: int = STEPS
) -> float:
    """Chance that a gain stands at a target or above at some time before the end.

    Parameters
    ----------
    made
        Dollars made at some spots after so many years.
    target
        Dollars; what is already reached has a chance of 1.
    years, vol
        Time to the end and the volatility of the spot.

    Notes
    -----
    Backwards over a trinomial lattice [2]_: 1 where the target is met, else the mean of what may
    follow. The target seldom lies on a node, so a node beside it is met in part, in proportion to its
    distance [3]_. Watched at every step and, by that, nearly without a break.
    """
    if not (vol > 0.0 and years > 0.0 and isfinite(target)):
        return nan
    step = years / steps
    width = vol * sqrt(step) * _SPREAD
    lean = (world.growth - 0.5 * vol * vol) * step / (2.0 * width)
    up, stay, down = 1.0 / 6.0 + lean, 2.0 / 3.0, 1.0 / 6.0 - lean
    if min(up, down) < 0.0:
        return nan
    spots = world.spot * np.exp(width * np.arange(-steps, steps + 1))
    chance = _met(made(spots, years) - target, np.zeros(len(spots)))
    for back in range(1, steps + 1):
        spots = spots[1:-1]
        follow = down * chance[:-2] + stay * chance[1:-1] + up * chance[2:]
        chance = _met(made(spots, years - back * step) - target, follow)
    return float(min(max(chance[0], 0.0), 1.0))


def _met(over: F64, follow: F64) -> F64:
    """What each node is worth: 1 where the target is met, in part beside it, else what follows.

    With ``near`` the share of the way from the met node to this one at which the target lies, the part
    that makes the chance fall on a straight line towards the target is ``near / (6 - 5 near)``: a walk
    that stays with 2/3 and may come back would otherwise be granted it again and again.
    """
    inside = over >= 0.0
    part = np.zeros(len(over))
    for mine, other in ((slice(None, -1), slice(1, None)), (slice(1, None), slice(None, -1))):
        beside = ~inside[mine] & inside[other]
        gap = over[other] - over[mine]
        near = np.divide(over[other], gap, out=np.zeros(len(gap)), where=gap > 0.0)
        share = np.divide(near, 6.0 - 5.0 * near, out=np.zeros(len(gap)), where=beside)
        part[mine] = np.maximum(part[mine], share)
    worth: F64 = np.where(inside, 1.0, part + (1.0 - part) * follow)
    return worth
