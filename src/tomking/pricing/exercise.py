"""Kernels of American exercise: the boundary, solved by collocation, and what exercise adds.

Exercise *earns* the rate on the strike (put) or the yield of the underlying (call) and *pays* the
other of the two. A put is exercised at spots up to the boundary, a call from the boundary on, and a
call is a put with spot and strike, rate and yield exchanged; so one boundary is solved, that of a put
on a strike of 1. It depends on time, volatility and the two rates alone: options that share those
share it, whatever their strikes and wherever the spot.

* ``earn ≤ 0`` and ``pay ≥ earn``: exercise never pays; the option is European.
* ``earn ≤ 0`` and ``pay < earn``: exercise pays between two boundaries. Refused: NaN.
* ``earn > 0``: one boundary, whatever the sign of ``pay``. An option on a future is ``earn = pay``.

Notes
-----
Where the price is the payoff, Kim's representation of it says ``B(t) = exp(−(earn − pay) t) N / D``
with N and D integrals over the boundary B at less time left than t. It is solved as in [1]_: ln²(B(t) /
B(0+)) is a polynomial in √t through Chebyshev nodes, and the equation is iterated at them. Formula A
of [1]_ (the slopes match at the boundary) contracts fast unless drift outweighs volatility; formula B
(the values match) always contracts, slowly. Which one is asked is the caller's choice.

One choice is our own. The time from now to a later exercise is written ``t sin² θ``, which leaves ``t
cos² θ``. The roots of both are smooth in θ, so the integrands are, and a few Gauss-Legendre points
in θ are as good as dozens in √s, where the root that B has at its end slows them to points⁻³. Where
the points lie among the nodes is the same for every option: interpolation is a matrix, made once.

Options go through the loops many at a time, and the loops have neither a branch nor a call.

References
----------
.. [1] Andersen, Lake, Offengenden (2016), "High-performance American option pricing", J. Computational
   Finance 20.
.. [2] Kim (1990), "The analytic valuation of American options", Review of Financial Studies 3.
.. [3] Bjerksund, Stensland (1993), "Closed-form approximation of American options", Scandinavian J.
   Management 9: the first guess, an exponential approach of the perpetual boundary.
.. [4] Battauz, De Donno, Sbuelz (2015), "Real options and American derivatives: the double
   continuation region", Management Science 61.
"""

import math

import numpy as np

from tomking.pricing.kernel import F64, kernel, loop, part

LOG_COEFFICIENTS = np.array([
    0.14617093237558204, 0.15331664799306263, 0.1818289100504977, 0.2222221110612709,
    0.28571428626173057, 0.39999999999899005, 0.666666666666667,
])  # fmt: skip
# Good to 1e-10: the boundary and what early exercise is worth ask for no more.
DECAY_COEFFICIENTS = np.array([
    0.00019915869191389535, 0.0013948580818093912, 0.008333266093189582, 0.04166621827440191,
    0.16666666891074364, 0.5000000107749384, 0.9999999999797808, 0.9999999999595482,
])  # fmt: skip
TAIL_COEFFICIENTS = np.array([
    -7.981697582535182e-06, -5.792008862282183e-07, 7.903838441835965e-05,
    -2.6015771839156885e-06, -0.0005727889693374022, 0.0003330645561001305,
    0.004085306978960193, -0.00872193908709802, -0.018899929446759244, 0.15139170870372742,
    -0.46754101038904944, 0.9704095579785718, -1.523770909568052, 1.8932190632784764,
])  # fmt: skip

NEVER = -1e6  # logarithm of a boundary that no spot reaches
TOTAL_MIN = 1e-6  # a total volatility at or below this is none
LANES = 128  # options that go through the loops together

_LOG2_E = 1.4426950408889634
_LN2 = 0.6931471805599453
_LN2_HIGH = 0.6931471805598903
_LN2_LOW = 5.497923018708371e-14
_ROUNDING = 6755399441055744.0
_TWO_52 = 4503599627370496.0
_TWO_52_BITS = np.uint64(0x4330000000000000)
_HALF_OCTAVE = np.uint64(0x0095F619980C433)
_INVERSE_ROOT_TWO_PI = 0.3989422804014327
_LEAST = 1e-300

# Rows of the work tables: an option and one node of its boundary; an option and its premium.
_DEPTH, _YEARS, _VOL, _EARN, _PAY, _TOP, _EDGE, _DRIFT, _SD, _PER_SD, _GAIN, _N, _D = range(13)
_FAR, _SPREAD, _PER_SPREAD, _YIELD, _RATE, _OWED, _SIGN, _START, _SUMS = range(1, 10)


@part
def _log_ratio(a: float, b: float) -> float:
    """``ln(a / b)`` of positive normal numbers, exact to the last bits even when a is close to b.

    a is scaled by a power of two into [b / sqrt 2, b sqrt 2], where ``a − b`` has no rounding.
    """
    exponent = (np.float64(a / b).view(np.uint64) + _HALF_OCTAVE) >> np.uint64(52)
    scale = np.uint64((np.uint64(2046) - exponent) << np.uint64(52)).view(np.float64)
    k = np.uint64(exponent | _TWO_52_BITS).view(np.float64) - (_TWO_52 + 1023.0)
    m = a * scale
    s = (m - b) / (m + b)
    z = s * s
    y: float = LOG_COEFFICIENTS[0]
    for j in range(1, 7):
        y = y * z + LOG_COEFFICIENTS[j]
    return k * _LN2_HIGH + (2.0 * s + (s * z * y + k * _LN2_LOW))


@part
def _decay(x: float) -> float:
    """Exponential to 1e-10 for x below 709; 3e-261 below −600, since denormal numbers are slow."""
    bounded = max(x, -600.0)
    shifted = bounded * _LOG2_E + _ROUNDING
    r = bounded - (shifted - _ROUNDING) * _LN2
    y: float = DECAY_COEFFICIENTS[0]
    for j in range(1, 8):
        y = y * r + DECAY_COEFFICIENTS[j]
    power: float = np.int64((np.float64(shifted).view(np.int64) + 1023) << 52).view(np.float64)
    return y * power


@part
def _chance(d: float, density: float) -> float:
    """N(d) to 1e-10, given φ(d)."""
    v = 1.0 / (abs(d) + 4.0)
    u = 1.0 - 8.0 * v
    p: float = TAIL_COEFFICIENTS[0]
    for j in range(1, 14):
        p = p * u + TAIL_COEFFICIENTS[j]
    tail = density * v * p
    return tail if d < 0.0 else 1.0 - tail


@loop
def _interpolate(matrix: F64, row: int, values: F64, width: int, lane: F64) -> None:
    """One row of the matrix times the values of every lane."""
    for x in range(width):
        lane[_DEPTH, x] = 0.0
    for j in range(0, matrix.shape[1], 3):  # three at a time, to load and store less
        a, b, c = matrix[row, j], matrix[row, j + 1], matrix[row, j + 2]
        for x in range(width):
            lane[_DEPTH, x] += a * values[j, x] + b * values[j + 1, x] + c * values[j + 2, x]


@loop
def _load(cases: F64, start: int, width: int, lane: F64) -> None:
    """Fill the lanes; a row that is not solved is replaced by one that can be."""
    for x in range(width):
        t, v, e, p = (
            cases[0, start + x],
            cases[1, start + x],
            cases[2, start + x],
            cases[3, start + x],
        )
        solved = (v * math.sqrt(t) > TOTAL_MIN) & (t < np.inf) & (v < np.inf) & (e > 0.0)
        solved &= (abs(e) + abs(p)) * max(t, 1.0) < 700.0
        lane[_YEARS, x] = t if solved else 1.0
        lane[_VOL, x] = v if solved else 1.0
        lane[_EARN, x] = e if solved else 1.0
        lane[_PAY, x] = p if solved else 1.0
        lane[_TOP, x] = _log_ratio(lane[_EARN, x], max(lane[_EARN, x], lane[_PAY, x]))


@loop
def _guess(lane: F64, nodes: F64, width: int, edge: F64, depth: F64) -> None:
    """Between B(0+) and the perpetual boundary, which is approached exponentially."""
    for i in range(nodes.shape[0]):
        for x in range(width):
            t, v, e, p = lane[_YEARS, x], lane[_VOL, x], lane[_EARN, x], lane[_PAY, x]
            drift = e - p - 0.5 * v * v
            root = math.sqrt(drift * drift + 2.0 * e * v * v)
            power = (drift + root) / (v * v) if drift > 0.0 else 2.0 * e / (root - drift)
            top, least = _decay(lane[_TOP, x]), power / (1.0 + power)
            span = max(top - least, _LEAST)
            near = nodes[i] * math.sqrt(t)
            speed = ((e - p) * near - 2.0 * v) * near * top / span
            ratio = (least + span * _decay(min(speed, 0.0))) / top
            edge[i, x] = _log_ratio(min(ratio, 1.0), 1.0)
            depth[i, x] = edge[i, x] * edge[i, x]


@loop
def _grow(lane: F64, nodes: F64, sines: F64, weights: F64, width: int, growth: F64) -> None:
    """``exp(pay · time left after exercise)`` at every point, weighted; it outlives the iterations."""
    points = sines.shape[0]
    for i in range(nodes.shape[0]):
        for k in range(points):
            share = nodes[i] * nodes[i] * (1.0 - sines[k] * sines[k])
            for x in range(width):
                paid = lane[_PAY, x] * lane[_YEARS, x] * share
                growth[i * points + k, x] = weights[k] * _decay(paid)


@loop
def _enter(lane: F64, i: int, node: float, edge: F64, width: int) -> None:
    """What stays the same at node i while its integrals are summed."""
    for x in range(width):
        t = lane[_YEARS, x] * node * node
        lane[_EDGE, x] = edge[i, x]
        lane[_DRIFT, x] = (lane[_EARN, x] - lane[_PAY, x]) * t
        lane[_GAIN, x] = lane[_EARN, x] * t
        lane[_SD, x] = lane[_VOL, x] * math.sqrt(lane[_YEARS, x]) * node
        lane[_PER_SD, x] = 1.0 / lane[_SD, x]
        lane[_N, x] = 0.0
        lane[_D, x] = 0.0


@loop
def _add_slopes(lane: F64, growth: F64, row: int, width: int, sine: float, weight: float) -> None:
    """One point of the integrals of formula A."""
    squared, per_sine, half = sine * sine, 1.0 / sine, 0.5 * sine
    for x in range(width):
        sd, per_sd = lane[_SD, x], lane[_PER_SD, x]
        fall = lane[_EDGE, x] + math.sqrt(max(lane[_DEPTH, x], 0.0))
        plus = (fall + lane[_DRIFT, x] * squared) * per_sd * per_sine + half * sd
        minus = plus - sine * sd
        density = _decay(-0.5 * plus * plus) * _INVERSE_ROOT_TWO_PI
        earned = _decay(lane[_GAIN, x] * (1.0 - squared) - 0.5 * minus * minus)
        lane[_N, x] += weight * earned
        lane[_D, x] += growth[row, x] * (sine * _chance(plus, density) + density * per_sd)


@loop
def _add_values(lane: F64, growth: F64, row: int, width: int, sine: float, weight: float) -> None:
    """One point of the integrals of formula B."""
    squared, per_sine, half = sine * sine, 1.0 / sine, 0.5 * sine
    for x in range(width):
        sd = lane[_SD, x]
        fall = lane[_EDGE, x] + math.sqrt(max(lane[_DEPTH, x], 0.0))
        plus = (fall + lane[_DRIFT, x] * squared) * lane[_PER_SD, x] * per_sine + half * sd
        minus = plus - sine * sd
        above = _chance(plus, _decay(-0.5 * plus * plus) * _INVERSE_ROOT_TWO_PI)
        below = _chance(minus, _decay(-0.5 * minus * minus) * _INVERSE_ROOT_TWO_PI)
        lane[_N, x] += weight * sine * _decay(lane[_GAIN, x] * (1.0 - squared)) * below
        lane[_D, x] += growth[row, x] * sine * above


@loop
def _leave(lane: F64, i: int, width: int, by_value: bool, edge: F64) -> None:
    """The logarithm of the boundary, over B(0+), that the integrals of node i ask for."""
    for x in range(width):
        drift, gain, sd, per_sd = lane[_DRIFT, x], lane[_GAIN, x], lane[_SD, x], lane[_PER_SD, x]
        minus = (lane[_TOP, x] + lane[_EDGE, x] + drift) * per_sd - 0.5 * sd
        plus = minus + sd
        below = _decay(-0.5 * minus * minus) * _INVERSE_ROOT_TWO_PI
        above = _decay(-0.5 * plus * plus) * _INVERSE_ROOT_TWO_PI
        slope_n = (gain * lane[_N, x] * _INVERSE_ROOT_TWO_PI + below) * per_sd
        value_n = gain * lane[_N, x] + _chance(minus, below)
        value_d = _chance(plus, above) + (gain - drift) * lane[_D, x]
        n = value_n if by_value else slope_n
        d = value_d if by_value else value_d + above * per_sd
        level = _log_ratio(max(n, _LEAST), max(d, _LEAST)) - drift - lane[_TOP, x]
        edge[i, x] = min(level, 0.0)


@loop
def _store(cases: F64, start: int, width: int, depth: F64, out: F64) -> None:
    """Hand the lanes over, and say of the rows that were not solved what they are."""
    places = depth.shape[0]
    for x in range(width):
        t, v, e, p = (
            cases[0, start + x],
            cases[1, start + x],
            cases[2, start + x],
            cases[3, start + x],
        )
        known = (t >= 0.0) & (t < np.inf) & (v >= 0.0) & (v < np.inf)
        known &= (abs(e) + abs(p)) * max(t, 1.0) < 700.0
        solved = known & (v * math.sqrt(t) > TOTAL_MIN) & (e > 0.0)
        top = _log_ratio(e, max(e, p)) if e > 0.0 else NEVER
        out[places, start + x] = top if known & ((e > 0.0) | (p >= e)) else np.nan
        for i in range(places):
            out[i, start + x] = depth[i, x] if solved else 0.0


@kernel
def boundary_into(
    cases: F64, nodes: F64, sines: F64, weights: F64, matrix: F64, by_value: bool, steps: int, out: F64
) -> None:  # fmt: skip
    """Boundaries without a safety net: cases (4, n) have rows years, vol, earn, pay.

    C-contiguous float64, out (nodes + 1, n). Releases the interpreter lock. Answers are those of
    :func:`tomking.pricing.american.boundary`, the tables those of its tier.
    """
    places, points = nodes.shape[0], sines.shape[0]
    lane, growth = np.empty((13, LANES)), np.empty((places * points, LANES))
    edge, depth = np.empty((places, LANES)), np.empty((places, LANES))
    for start in range(0, cases.shape[1], LANES):
        width = min(LANES, cases.shape[1] - start)
        _load(cases, start, width, lane)
        _guess(lane, nodes, width, edge, depth)
        _grow(lane, nodes, sines, weights, width, growth)
        for _ in range(steps):
            for i in range(places):
                _enter(lane, i, nodes[i], edge, width)
                for k in range(points):
                    row = i * points + k
                    _interpolate(matrix, row, depth, width, lane)
                    if by_value:
                        _add_values(lane, growth, row, width, sines[k], weights[k])
                    else:
                        _add_slopes(lane, growth, row, width, sines[k], weights[k])
                _leave(lane, i, width, by_value, edge)
            for i in range(places):
                for x in range(width):
                    depth[i, x] = edge[i, x] * edge[i, x]
        _store(cases, start, width, depth, out)


@loop
def _load_premium(
    options: F64, start: int, width: int, edge: F64, lane: F64, depth: F64
) -> None:  # fmt: skip
    """Fill the lanes; a row without volatility or without an answer is replaced by one that has."""
    places = depth.shape[0]
    for x in range(width):
        i = start + x
        s, k, t, v = options[0, i], options[1, i], options[2, i], options[3, i]
        r, q, top = options[5, i], options[6, i], edge[places, i]
        sd = v * math.sqrt(t)
        good = (sd > TOTAL_MIN) & (sd < np.inf) & (s > 1e-100) & (s < 1e100) & (top <= 0.0)
        good &= (k > 1e-100) & (k < 1e100) & ((abs(r) + abs(q)) * t < 700.0)
        lane[_FAR, x] = _log_ratio(s, k) if good else 0.0
        lane[_SPREAD, x] = sd if good else 1.0
        lane[_PER_SPREAD, x] = 1.0 / sd if good else 1.0
        lane[_YIELD, x] = q * t if good else 0.0
        lane[_RATE, x] = r * t if good else 0.0
        lane[_OWED, x] = k / s if good else 1.0
        lane[_SIGN, x] = options[4, i] if good else 1.0
        lane[_START, x] = top if good else -1.0
        lane[_SUMS, x] = lane[_SUMS + 1, x] = lane[_SUMS + 2, x] = 0.0
        for j in range(places):
            depth[j, x] = edge[j, i]


@loop
def _add_premium(lane: F64, width: int, sine: float, weight: float) -> None:
    """One point of the premium, per point of the spot, and of its first two slopes."""
    squared, per_sine = sine * sine, 1.0 / sine
    for x in range(width):
        sign, sd, per_sd = lane[_SIGN, x], lane[_SPREAD, x], lane[_PER_SPREAD, x] * per_sine
        paid, earned = lane[_YIELD, x] * squared, lane[_RATE, x] * squared
        edge = lane[_START, x] - math.sqrt(max(lane[_DEPTH, x], 0.0))
        plus = (lane[_FAR, x] + sign * edge + earned - paid) * per_sd + 0.5 * sine * sd
        minus = plus - sine * sd
        plus_density = _decay(-0.5 * plus * plus) * _INVERSE_ROOT_TWO_PI
        minus_density = _decay(-0.5 * minus * minus) * _INVERSE_ROOT_TWO_PI
        held = _decay(-paid) * lane[_YIELD, x]
        owed = _decay(-earned) * lane[_RATE, x] * lane[_OWED, x]
        chance = sign * held * _chance(sign * plus, plus_density)
        slope = (held * plus_density - owed * minus_density) * per_sd
        flow = chance - sign * owed * _chance(sign * minus, minus_density)
        lane[_SUMS, x] += weight * sine * flow
        lane[_SUMS + 1, x] += weight * sine * (chance + slope)
        lane[_SUMS + 2, x] += weight * sine * per_sd * (held * plus_density - plus * slope)


@loop
def _finish(options: F64, start: int, width: int, edge: F64, lane: F64, out: F64) -> None:
    """Add the premium to the European figures, or say what an exercised option is worth."""
    top = edge.shape[0] - 1
    for x in range(width):
        i = start + x
        s, v, c, r, q = options[0, i], options[3, i], options[4, i], options[5, i], options[6, i]
        poison = 0.0 * edge[top, i]
        price = out[0, i] + max(lane[_SUMS, x], 0.0) * s + poison
        delta = out[1, i] + lane[_SUMS + 1, x] + poison
        gamma = out[2, i] + lane[_SUMS + 2, x] / s + poison
        theta = (r * price - (r - q) * s * delta - 0.5 * v * v * s * s * gamma) / 365.0
        inside = c * (s - options[1, i])
        beyond = c * lane[_FAR, x] + lane[_START, x] - math.sqrt(edge[0, i]) >= 0.0
        exercised = (beyond & (out[0, i] <= inside)) | (price < inside)  # neither when it is NaN
        alive = v * math.sqrt(options[2, i]) > TOTAL_MIN
        price, theta = inside if exercised else price, 0.0 if exercised else theta
        delta, gamma = c if exercised else delta, 0.0 if exercised else gamma
        out[0, i] = price if alive else out[0, i]
        out[1, i] = delta if alive else out[1, i]
        out[2, i] = gamma if alive else out[2, i]
        out[3, i] = theta if alive else out[3, i]


@kernel
def premium_into(options: F64, edge: F64, sines: F64, weights: F64, matrix: F64, out: F64) -> None:
    """Turn European figures into American ones, but for vega and rho, without a safety net.

    ``options`` (7, n) has rows spot, strike, years, vol, sign, rate, yield, C-contiguous float64;
    ``edge`` is what ``boundary_into`` answered for them, the tables are those of its tier, out (6, n)
    holds what :func:`tomking.pricing.black.bsm` answered. Releases the interpreter lock.
    """
    lane, depth = np.empty((12, LANES)), np.empty((edge.shape[0] - 1, LANES))
    for start in range(0, options.shape[1], LANES):
        width = min(LANES, options.shape[1] - start)
        _load_premium(options, start, width, edge, lane, depth)
        for j in range(sines.shape[0]):
            _interpolate(matrix, j, depth, width, lane)
            _add_premium(lane, width, sines[j], weights[j])
        _finish(options, start, width, edge, lane, out)
