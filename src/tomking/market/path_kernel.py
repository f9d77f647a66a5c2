"""The kernel of the modelled day: candidates in a random variance clock, one of which is bent to
fit.

Everything here is the logarithm of a price over the previous close, in VIX days (one VIX day is VIX
/ sqrt(252)), so a variance of 1 is a VIX day squared. Candidates stand on a grid of five minutes.
The file holds the kernel and all it calls: the on-disk cache does not see a change elsewhere.
"""

from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from tomking.pricing.kernel import F64, kernel, part

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Minutes between two points of a candidate; points in a half-hour.
STEP = 5
STEPS = 6
#: Mean variance from close to close as a share of the VIX's: .60 measured in 2014-18, .61 in 1990-2026.
VARIANCE = 0.60
#: The share of it that falls between two sessions.
OVERNIGHT = 0.35
#: Half-hours draw a log-normal multiplier of this dispersion and autocorrelation.
DISPERSION = 1.0
PERSISTENCE = 0.6
#: A continuous path stands this many step deviations beyond its extreme on a grid (Broadie, Glasserman
#: and Kou 1997); minutes take all but 1/sqrt(5) of it.
OVERSHOOT = 0.5826 * (1.0 - 1.0 / sqrt(STEP))
#: The choice is made among so many candidates, those nearest in high and low.
NEAREST = 4


@part
def fill_clock(wander: F64, shares: F64, opens_known: bool, clock: F64) -> None:
    """Variance gone by at each point of the session since the start of the bridge.

    The bridge starts at the open when that is known, else at the previous close. The multipliers
    have mean 1 and follow a first-order autoregression on the logarithm.
    """
    gone = 0.0 if opens_known else VARIANCE * OVERNIGHT
    clock[0] = gone
    state = wander[0]
    for half in range(shares.shape[0]):
        if half > 0:
            state = PERSISTENCE * state + sqrt(1.0 - PERSISTENCE * PERSISTENCE) * wander[half]
        mean = VARIANCE * (1.0 - OVERNIGHT) * shares[half] / STEPS
        step = mean * exp(DISPERSION * state - 0.5 * DISPERSION * DISPERSION)
        for point in range(half * STEPS + 1, (half + 1) * STEPS + 1):
            gone += step
            clock[point] = gone


@part
def fill_walk(noise: F64, clock: F64, walk: F64) -> None:
    """A Brownian motion from zero, seen at the points of a clock (which may begin above zero)."""
    place = 0.0
    before = 0.0
    for point in range(clock.shape[0]):
        place += sqrt(clock[point] - before) * noise[point]
        walk[point] = place
        before = clock[point]


@part
def overshoot(clock: F64, point: int) -> float:
    """How far the minutes around an extreme on the grid are expected to go beyond it."""
    before = max(point - 1, 0)
    after = min(point + 1, clock.shape[0] - 1)
    return OVERSHOOT * sqrt((clock[after] - clock[before]) / (after - before))


@part
def misfit(walk: F64, clock: F64, sign: float, goal: F64, known: Flags) -> float:
    """Squared distance in high and low between a bridge and the day.

    A bridge is ``start + sign * walk`` tilted to end at the close. An extreme that is not known
    (the stale first print) only bounds: staying inside costs nothing.
    """
    start, close, high, low = goal[0], goal[1], goal[2], goal[3]
    last = clock.shape[0] - 1
    tilt = (close - start - sign * walk[last]) / clock[last]
    top = -np.inf
    bottom = np.inf
    peak = trough = 0
    for point in range(last + 1):
        place = sign * walk[point] + tilt * clock[point]
        if place > top:
            top, peak = place, point
        if place < bottom:
            bottom, trough = place, point
    above = start + top + overshoot(clock, peak) - high
    below = low - (start + bottom - overshoot(clock, trough))
    if not known[1]:
        above = max(above, 0.0)
    if not known[2]:
        below = max(below, 0.0)
    miss: float = above * above + below * below
    return miss


@part
def nearest(noise: F64, wander: F64, shares: F64, goal: F64, known: Flags) -> I64:
    """The candidates nearest in high and low, each as its row and sign: +-(row + 1).

    Each row of noise gives two candidates, itself and its mirror image.
    """
    points = noise.shape[1]
    clock = np.empty(points)
    walk = np.empty(points)
    names = np.ones(NEAREST, np.int64)
    distance = np.full(NEAREST, np.inf)
    for row in range(noise.shape[0]):
        fill_clock(wander[row], shares, known[0], clock)
        fill_walk(noise[row], clock, walk)
        for sign in (1, -1):
            found = misfit(walk, clock, float(sign), goal, known)
            if found >= distance[NEAREST - 1]:
                continue
            place = NEAREST - 1
            while place > 0 and distance[place - 1] > found:
                names[place] = names[place - 1]
                distance[place] = distance[place - 1]
                place -= 1
            names[place] = sign * (row + 1)
            distance[place] = found
    return names


@part
def refine(path: F64, clock: F64, fine: F64, low: float, high: float) -> F64:
    """Minutes between the points of a path: Brownian bridges, folded back at two bounds."""
    last = path.shape[0] - 1
    minutes = np.empty(last * STEP + 1)
    minutes[0] = path[0]
    for point in range(last):
        minute = (clock[point + 1] - clock[point]) / STEP
        place = path[point]
        for inner in range(1, STEP):
            left = STEP - inner
            place += (path[point + 1] - place) / (left + 1)
            place += sqrt(minute * left / (left + 1)) * fine[point, inner - 1]
            if place > high:
                place = max(low, 2.0 * high - place)
            elif place < low:
                place = min(high, 2.0 * low - place)
            minutes[point * STEP + inner] = place
        minutes[(point + 1) * STEP] = path[point + 1]
    return minutes


@part
def bend(path: F64, goal: F64, known: Flags) -> None:
    """Carry the path's extremes onto the day's by a monotone map of values, in place.

    Straight above and below the band between start (when it is the open) and close, the identity in
    it. Where that band itself ends at the day's extreme, what is beyond is folded back instead, for
    a path seen from its maximum is a reflected one (Levy). An extreme that only bounds is left
    alone unless the path is beyond it; one the path cannot be stretched to stays unmet.
    """
    start = goal[0] if known[0] else goal[1]
    close, high, low = goal[1], goal[2], goal[3]
    ceiling, floor = max(start, close), min(start, close)
    for minute in range(path.shape[0]):
        if ceiling >= high:
            path[minute] = high - abs(high - path[minute])
        if floor <= low:
            path[minute] = low + abs(path[minute] - low)
    top, bottom = path.max(), path.min()
    up = (high - ceiling) / (top - ceiling) if top > ceiling else 1.0
    down = (floor - low) / (floor - bottom) if bottom < floor else 1.0
    if not known[1]:
        up = min(up, 1.0)
    if not known[2]:
        down = min(down, 1.0)
    for minute in range(path.shape[0]):
        if path[minute] > ceiling:
            path[minute] = min(high, ceiling + (path[minute] - ceiling) * up)
        elif path[minute] < floor:
            path[minute] = max(low, floor - (floor - path[minute]) * down)


@kernel
def model_day(
    noise: F64, wander: F64, fine: F64, choice: int, shares: F64, goal: F64, known: Flags
) -> F64:
    """One session minute by minute, given where it started, ended and turned.

    Parameters
    ----------
    noise : (candidates / 2, points) standard normals of the paths
    wander : (candidates / 2, half-hours) standard normals of the clocks
    fine : (points - 1, 4) standard normals of the minutes between points
    choice : which of the nearest, 0 to NEAREST - 1
    shares : (half-hours,) shares of a full session's variance
    goal : start, close, high, low in VIX days from the previous close; the start is the open when that
        is known, else 0
    known : whether the open, the high and the low are

    Returns
    -------
    (minutes + 1,) VIX days from the previous close.
    """
    name = nearest(noise, wander, shares, goal, known)[choice]
    row = abs(name) - 1
    sign = 1.0 if name > 0 else -1.0
    points = noise.shape[1]
    clock = np.empty(points)
    path = np.empty(points)
    fill_clock(wander[row], shares, known[0], clock)
    fill_walk(noise[row], clock, path)
    tilt = (goal[1] - goal[0] - sign * path[points - 1]) / clock[points - 1]
    for point in range(points):
        path[point] = goal[0] + sign * path[point] + tilt * clock[point]
    path[points - 1] = goal[1]
    minutes = refine(path, clock, fine, min(goal[3], path.min()), max(goal[2], path.max()))
    bend(minutes, goal, known)
    return minutes
