"""When exercising early is rational: the boundary of American options, solved by collocation.

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
(the values match) always contracts, slowly. A row whose (earn − pay) √years / vol is above
``STRONG_DRIFT`` takes B and three times the steps.

One choice is our own. The time from now to a later exercise is written ``t sin² θ``, which leaves ``t
cos² θ``. The roots of both are smooth in θ, so the integrands are, and a few Gauss-Legendre points
in θ are as good as dozens in √s, where the root that B has at its end slows them to points⁻³. Where
the points lie among the nodes is the same for every option: interpolation is a matrix, made once.

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
from numpy.typing import ArrayLike

from tomking.pricing.collocation import DEFAULT, Tier, boundary_tables
from tomking.pricing.kernel import F64, kernel, part, stretch

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

STRONG_DRIFT = 0.75
NEVER = -1e6  # logarithm of a boundary that no spot reaches
TOTAL_MIN = 1e-6  # a total volatility at or below this is none
LANES = 256  # options that go through the loops together

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

# Rows of the work table: what an option is, and what it is at one node.
_YEARS, _VOL, _EARN, _PAY, _TOP, _EDGE, _DRIFT, _SD, _PER_SD, _GAIN, _N, _D, _DEPTH = range(13)


def exercise_boundary(
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    tier: Tier = DEFAULT,
) -> F64:
    """Spot at which exercise with this much time left becomes rational.

    The boundary at other times is the boundary of options with those years left.

    Parameters
    ----------
    strike : array_like, (n,) or a number
        Points.
    years : array_like
        Time left, calendar days / 365; at 0 the limit just before expiry.
    vol, sign, rate, dividend_yield
        As in :func:`tomking.pricing.american.american`.
    tier : Tier
        Accuracy.

    Returns
    -------
    ndarray, (n,)
        Points. A put is exercised at this spot and below (0: never), a call at this spot and above
        (infinity: never). NaN where an argument has no answer.

    Raises
    ------
    PricingError
        When the lengths differ.

    Examples
    --------
    A call on an underlying without a yield is never exercised; a put nearly at the strike at last.

    >>> exercise_boundary(100, [0.5, 0.0], 0.2, [1, -1], 0.05, 0.0).tolist()
    [inf, 100.0]
    """
    k, t, v, c, r, q = stretch((strike, years, vol, sign, rate, dividend_yield))
    edge = boundary(t, v, c, r, q, tier)
    with np.errstate(over="ignore"):
        spots: F64 = k * np.exp(-c * (edge[-1] - np.sqrt(edge[0])))
    spots[~((np.abs(c) == 1.0) & (k > 0.0))] = np.nan
    return spots


def boundary(years: F64, vol: F64, sign: F64, rate: F64, yields: F64, tier: Tier) -> F64:
    """Solve the boundaries of a column of options; columns of one length n.

    Returns
    -------
    ndarray, (nodes + 1, n)
        ``ln²(B / B(0+))`` at the nodes of :func:`boundary_tables`, then ``ln B(0+)``, of a put on a strike of
        1. The last is ``NEVER`` for an option that is European and NaN without an answer.
    """
    put = sign < 0.0
    columns = years, vol, np.where(put, rate, yields), np.where(put, yields, rate)
    tables = boundary_tables(tier)
    out = np.empty((tier.nodes + 1, years.size))
    boundary_into(*columns, *tables, False, tier.steps, out)
    strong = (columns[2] - columns[3]) * np.sqrt(np.abs(years)) > STRONG_DRIFT * vol
    if strong.any():
        again = np.empty((tier.nodes + 1, np.count_nonzero(strong)))
        boundary_into(*(c[strong] for c in columns), *tables, True, 3 * tier.steps, again)
        out[:, strong] = again
    return out


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
    """Exponential to 1e-10 for x below 709; nothing, 3e-308, at −708 and below."""
    bounded = max(x, -708.0)
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


@kernel
def _interpolate(matrix: F64, row: int, values: F64, width: int, into: F64) -> None:
    """One row of the matrix times the values of every lane."""
    for x in range(width):
        into[x] = 0.0
    for j in range(0, matrix.shape[1], 3):
        a, b, c = matrix[row, j], matrix[row, j + 1], matrix[row, j + 2]
        for x in range(width):
            into[x] += a * values[j, x] + b * values[j + 1, x] + c * values[j + 2, x]


@kernel
def _load(years: F64, vol: F64, earn: F64, pay: F64, lane: F64) -> None:
    """Fill the lanes; a row that is not solved is replaced by one that can be."""
    for x in range(years.shape[0]):
        t, v, e, p = years[x], vol[x], earn[x], pay[x]
        solved = (v * math.sqrt(t) > TOTAL_MIN) & (t < np.inf) & (v < np.inf) & (e > 0.0)
        solved &= (abs(e) + abs(p)) * max(t, 1.0) < 700.0
        lane[_YEARS, x] = t if solved else 1.0
        lane[_VOL, x] = v if solved else 1.0
        lane[_EARN, x] = e if solved else 1.0
        lane[_PAY, x] = p if solved else 1.0
        lane[_TOP, x] = _log_ratio(lane[_EARN, x], max(lane[_EARN, x], lane[_PAY, x]))


@kernel
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
            level = _log_ratio(min(ratio, 1.0), 1.0)
            edge[i, x] = level
            depth[i, x] = level * level


@kernel
def _grow(
    lane: F64, nodes: F64, sines: F64, weights: F64, width: int, growth: F64
) -> None:
    """``exp(pay · time left after exercise)`` at every point, weighted; it outlives the iterations."""
    points = sines.shape[0]
    for i in range(nodes.shape[0]):
        for k in range(points):
            share = nodes[i] * nodes[i] * (1.0 - sines[k] * sines[k])
            for x in range(width):
                paid = lane[_PAY, x] * lane[_YEARS, x] * share
                growth[i * points + k, x] = weights[k] * _decay(paid)


@kernel
def _enter(lane: F64, node: float, edge: F64, width: int) -> None:
    """What stays the same at one node while the integrals are summed."""
    for x in range(width):
        t = lane[_YEARS, x] * node * node
        sd = lane[_VOL, x] * math.sqrt(lane[_YEARS, x]) * node
        lane[_EDGE, x] = edge[x]
        lane[_DRIFT, x] = (lane[_EARN, x] - lane[_PAY, x]) * t
        lane[_GAIN, x] = lane[_EARN, x] * t
        lane[_SD, x] = sd
        lane[_PER_SD, x] = 1.0 / sd
        lane[_N, x] = 0.0
        lane[_D, x] = 0.0


@kernel
def _add_slopes(lane: F64, growth: F64, width: int, sine: float, weight: float) -> None:
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
        lane[_D, x] += growth[x] * (sine * _chance(plus, density) + density * per_sd)


@kernel
def _add_values(lane: F64, growth: F64, width: int, sine: float, weight: float) -> None:
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
        lane[_D, x] += growth[x] * sine * above


@kernel
def _leave(lane: F64, width: int, by_value: bool, edge: F64) -> None:
    """The logarithm of the boundary, over B(0+), that the integrals of a node ask for."""
    for x in range(width):
        drift, gain, sd, per_sd = lane[_DRIFT, x], lane[_GAIN, x], lane[_SD, x], lane[_PER_SD, x]
        minus = (lane[_TOP, x] + lane[_EDGE, x] + drift) * per_sd - 0.5 * sd
        plus = minus + sd
        below = _decay(-0.5 * minus * minus) * _INVERSE_ROOT_TWO_PI
        above = _decay(-0.5 * plus * plus) * _INVERSE_ROOT_TWO_PI
        n, d = gain * lane[_N, x], _chance(plus, above) + (gain - drift) * lane[_D, x]
        if by_value:
            n += _chance(minus, below)
        else:
            n = (n * _INVERSE_ROOT_TWO_PI + below) * per_sd
            d += above * per_sd
        level = _log_ratio(max(n, _LEAST), max(d, _LEAST)) - drift - lane[_TOP, x]
        edge[x] = min(level, 0.0)


@kernel
def _store(
    years: F64, vol: F64, earn: F64, pay: F64, lane: F64, depth: F64, out: F64
) -> None:
    """Hand the lanes over, and say of the rows that were not solved what they are."""
    places = depth.shape[0]
    for x in range(years.shape[0]):
        t, v, e, p = years[x], vol[x], earn[x], pay[x]
        known = (t >= 0.0) & (t < np.inf) & (v >= 0.0) & (v < np.inf)
        known &= (abs(e) + abs(p)) * max(t, 1.0) < 700.0
        solved = (v * math.sqrt(t) > TOTAL_MIN) & (e > 0.0)
        top = _log_ratio(e, max(e, p)) if e > 0.0 else NEVER
        out[places, x] = top if known & ((e > 0.0) | (p >= e)) else np.nan
        for i in range(places):
            out[i, x] = depth[i, x] if known & solved else 0.0


@kernel
def boundary_into(
    years: F64, vol: F64, earn: F64, pay: F64,
    nodes: F64, sines: F64, weights: F64, matrix: F64, by_value: bool, steps: int, out: F64,
) -> None:  # fmt: skip
    """Boundaries without a safety net: C-contiguous float64 columns of one length n, out (nodes + 1,
    n).

    Releases the interpreter lock. Answers are those of :func:`boundary`; the tables are its own.
    """
    places, points = nodes.shape[0], sines.shape[0]
    lane = np.empty((13, LANES))
    edge, depth = np.empty((places, LANES)), np.empty((places, LANES))
    growth = np.empty((places * points, LANES))
    for start in range(0, years.shape[0], LANES):
        width = min(LANES, years.shape[0] - start)
        b = slice(start, start + width)
        _load(years[b], vol[b], earn[b], pay[b], lane)
        _guess(lane, nodes, width, edge, depth)
        _grow(lane, nodes, sines, weights, width, growth)
        for _ in range(steps):
            for i in range(places):
                _enter(lane, nodes[i], edge[i], width)
                for k in range(points):
                    row = i * points + k
                    _interpolate(matrix, row, depth, width, lane[_DEPTH])
                    if by_value:
                        _add_values(lane, growth[row], width, sines[k], weights[k])
                    else:
                        _add_slopes(lane, growth[row], width, sines[k], weights[k])
                _leave(lane, width, by_value, edge[i])
            for i in range(places):
                for x in range(width):
                    depth[i, x] = edge[i, x] * edge[i, x]
        _store(years[b], vol[b], earn[b], pay[b], lane, depth, out[:, b])
