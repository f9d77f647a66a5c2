"""American options: price, Greeks, and the spot at which exercise becomes rational.

Rows, units and signs are those of :mod:`tomking.pricing.black`. The price is the European one plus a
premium for early exercise: what exercise earns less what it pays, summed over the times and the spots
at which one would have exercised. Delta and gamma come from the same sum, since the boundary does not
move with the spot; theta is what the Black-Scholes equation leaves; vega and rho are differences of
prices whose boundaries were solved again. At and beyond the boundary the option is exercised: its
price is the intrinsic value, its delta the sign, its other Greeks nought.

How the boundary is solved, and what happens with rates below nought, is told in
:mod:`tomking.pricing.exercise`. Without volatility the option is worth what exercise at the best time
brings, for that is known. A row answers NaN as in :mod:`tomking.pricing.black`, and where exercise
has two boundaries.

Error of the price in dollars per $100 of the greater of spot and strike, over 50,000 options of 1 day
to 2 years, 10–60 % volatility, rates of 1–5.5 %, yields of 0–7 %:

===========  ===========  =======
tier         99 of 100    worst
===========  ===========  =======
``FAST``     2e-4         7e-4
``DEFAULT``  1e-5         8e-5
``EXACT``    1e-6         5e-6
===========  ===========  =======

At volatilities of 5–200 %, rates up to 15 % and 5 years the worst are 1e-2, 3e-4 and 1e-5; with a drift
of ten deviations and more (a volatility of half a percent), 3e-3, 6e-4 and 7e-4.

References
----------
.. [1] Kim (1990), "The analytic valuation of American options", Review of Financial Studies 3.
.. [2] Andersen, Lake, Offengenden (2016), "High-performance American option pricing", J. Computational
   Finance 20.
.. [3] McDonald, Schroder (1998), "A parity result for American options", J. Computational Finance 1:
   a call is a put with spot and strike, rate and yield exchanged.
.. [4] Hull, *Options, Futures, and Other Derivatives*, chapters 11, 15 and 21: early exercise.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tomking.pricing.black import PRICE, RHO, VEGA, bsm_into
from tomking.pricing.collocation import DEFAULT, Tier, boundary_tables, premium_tables
from tomking.pricing.exercise import TOTAL_MIN, boundary_into, premium_into
from tomking.pricing.kernel import F64, stretch

#: (earn − pay) · √years / vol above which the boundary is solved by values, in thrice the steps.
STRONG_DRIFT = 0.75

_VOL_STEP = 2e-3  # of the volatility: half the difference that vega is read from
_RATE_STEP = 1e-4


def american(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    tier: Tier = DEFAULT,
) -> F64:
    """Price and Greeks of American options on a spot that pays a continuous yield.

    Parameters
    ----------
    spot, strike : array_like, (n,) or a number
        Points, within (1e-100, 1e100).
    years : array_like
        Time to expiry, calendar days / 365, not negative.
    vol : array_like
        Annual log-normal volatility, a fraction, not negative.
    sign : array_like
        +1 call, −1 put.
    rate, dividend_yield : array_like
        Continuously compounded, fractions a year.
    tier : Tier
        ``FAST``, ``DEFAULT`` or ``EXACT`` of :mod:`tomking.pricing.collocation`.

    Returns
    -------
    ndarray, (6, n)
        Rows PRICE, DELTA, GAMMA, THETA, VEGA, RHO in the units of :mod:`tomking.pricing.black`; NaN
        where an argument has no answer.

    Raises
    ------
    PricingError
        When the lengths differ or the tier has a number of nodes that cannot be read.

    Examples
    --------
    A put so deep in the money that it is exercised at once.

    >>> american(60, 100, 0.5, 0.2, -1, 0.05, 0)[:, 0].tolist()
    [40.0, -1.0, 0.0, 0.0, 0.0, 0.0]
    """
    options = np.array(stretch((spot, strike, years, vol, sign, rate, dividend_yield)))
    return _with_slopes(options, 0.0, tier)


def american76(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    tier: Tier = DEFAULT,
) -> F64:
    """Price and Greeks of American options on a future, whose yield is the rate.

    Parameters
    ----------
    forward : array_like, (n,) or a number
        Points; delta and gamma are with respect to it, and rho holds it.
    strike, years, vol, sign, rate, tier
        As in :func:`american`.

    Returns
    -------
    ndarray, (6, n)
        As in :func:`american`.

    Raises
    ------
    PricingError
        As in :func:`american`.

    Examples
    --------
    Hull, chapter 21: a four-month call on a future, F = K = 300, 8 %, 30 %; 19.16 by a tree of four
    steps, 20.26 by one of a thousand.

    >>> round(float(american76(300, 300, 4 / 12, 0.3, 1, 0.08)[PRICE, 0]), 2)
    20.27
    """
    options = np.array(stretch((forward, strike, years, vol, sign, rate, rate)))
    return _with_slopes(options, 1.0, tier)


def american_slopes(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    tier: Tier = DEFAULT,
) -> F64:
    """Price, delta, gamma and theta; vega and rho are the European ones, at a fifth of the work.

    Parameters, answer and errors are those of :func:`american`.

    >>> whole, quick = (f(95, 100, 0.5, 0.2, -1, 0.05, 0) for f in (american, american_slopes))
    >>> bool((whole[:4] == quick[:4]).all()), bool(whole[4, 0] < quick[4, 0])
    (True, True)
    """
    options = np.array(stretch((spot, strike, years, vol, sign, rate, dividend_yield)))
    return _slopes_in_spot(options, tier)


def american_price(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    vol: ArrayLike,
    sign: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    tier: Tier = DEFAULT,
) -> F64:
    """Price alone, at a fifth of the work.

    Parameters
    ----------
    spot, strike, years, vol, sign, rate, dividend_yield, tier
        As in :func:`american`.

    Returns
    -------
    ndarray, (n,)
        Points; NaN where an argument has no answer.

    Raises
    ------
    PricingError
        As in :func:`american`.

    Examples
    --------
    Hull, chapter 21: a five-month put, S = K = 50, 10 %, 40 %; 4.49 by a tree of 5 steps, 4.278 by
    one of 100 and 4.283 by one of 500.

    >>> round(float(american_price(50, 50, 0.4167, 0.4, -1, 0.1, 0)[0]), 3)
    4.284
    """
    options = np.array(stretch((spot, strike, years, vol, sign, rate, dividend_yield)))
    price: F64 = _slopes_in_spot(options, tier)[PRICE].copy()
    return price


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

    The boundary at another time is the boundary of an option with the years left then.

    Parameters
    ----------
    strike : array_like, (n,) or a number
        Points.
    years : array_like
        Time left, calendar days / 365; at 0 the limit just before expiry.
    vol, sign, rate, dividend_yield, tier
        As in :func:`american`.

    Returns
    -------
    ndarray, (n,)
        Points. A put is exercised at this spot and below (0: never), a call at this spot and above
        (infinity: never). NaN where an argument has no answer.

    Raises
    ------
    PricingError
        As in :func:`american`.

    Examples
    --------
    A call without a yield to earn is never exercised; a put is, the sooner the less time is left.

    >>> exercise_boundary(100, [0.5, 0.5, 0.0], 0.2, [1, -1, -1], 0.05, 0.0).round(1).tolist()
    [inf, 83.9, 100.0]
    """
    k, t, v, c, r, q = stretch((strike, years, vol, sign, rate, dividend_yield))
    edge = boundary(t, v, c, r, q, tier)
    with np.errstate(over="ignore"):
        spots: F64 = k * np.exp(-c * (edge[-1] - np.sqrt(edge[0])))
    spots[~((np.abs(c) == 1.0) & (k > 0.0) & (k < np.inf))] = np.nan
    return spots


def boundary(years: F64, vol: F64, sign: F64, rate: F64, yields: F64, tier: Tier) -> F64:
    """Solve the boundaries of a column of options, for reuse over strikes and spots.

    Parameters
    ----------
    years, vol, sign, rate, yields : ndarray, (n,)
        C-contiguous float64 columns in the units of :func:`american`.
    tier : Tier
        How finely.

    Returns
    -------
    ndarray, (nodes + 1, n)
        ``ln²(B / B(0+))`` at the tier's nodes, then ``ln B(0+)``, of a put on a strike of 1. The last
        is ``NEVER`` for an option that is not exercised and NaN where an argument has no answer.
    """
    put = sign < 0.0
    cases = np.array([years, vol, np.where(put, rate, yields), np.where(put, yields, rate)])
    nodes, sines, weights, matrix = boundary_tables(tier)
    edge = np.empty((tier.nodes + 1, years.size))
    boundary_into(cases, nodes, sines, weights, matrix, False, tier.steps, edge)
    strong = (cases[2] - cases[3]) * np.sqrt(np.abs(years)) > STRONG_DRIFT * vol
    if strong.any():
        rows, again = np.compress(strong, cases, axis=1), np.compress(strong, edge, axis=1)
        boundary_into(rows, nodes, sines, weights, matrix, True, 3 * tier.steps, again)
        edge[:, strong] = again
    return edge


def _slopes_in_spot(options: F64, tier: Tier) -> F64:
    """PRICE, DELTA, GAMMA and THETA; VEGA and RHO are still European."""
    s, k, t, v, c, r, q = (options[i] for i in range(7))
    out = np.empty((6, s.size))
    bsm_into(s, k, t, v, c, r, q, out)
    edge = boundary(t, v, c, r, q, tier)
    sines, weights, matrix = premium_tables(tier)
    premium_into(options, edge, sines, weights, matrix, out)
    known = ~_moves(options) & (t > 0.0)
    if known.any():
        out[:, known] = _certain(np.compress(known, options, axis=1), out[:, known])
    return out


def _with_slopes(options: F64, tied: float, tier: Tier) -> F64:
    """All six rows; the yield moves by ``tied`` times what the rate moves."""
    out = _slopes_in_spot(options, tier)

    def rise(row: int, step: F64 | float) -> F64:
        """Half of what the price rises between both sides; from the middle where one is refused."""
        sides: list[F64] = []
        for move in (-step, step):
            moved = options.copy()
            moved[row] += move
            moved[6] += tied * move if row == 5 else 0.0
            sides.append(_slopes_in_spot(moved, tier)[PRICE])
        down, up = sides
        return np.where(np.isnan(down), up - out[PRICE], 0.5 * (up - down))

    moves, step = _moves(options), _VOL_STEP * np.nan_to_num(options[3], posinf=0.0, neginf=0.0)
    out[VEGA, moves] = 0.01 * rise(3, step)[moves] / step[moves]
    out[RHO, moves] = 0.01 * rise(5, _RATE_STEP)[moves] / _RATE_STEP
    return out


def _moves(options: F64) -> NDArray[np.bool_]:
    """Where there is time and volatility enough for the future to be unknown."""
    moves: NDArray[np.bool_] = options[3] * np.sqrt(np.abs(options[2])) > TOTAL_MIN
    return moves


def _certain(options: F64, european: F64) -> F64:
    """The six rows of a known future: exercise now, where the gain turns, or at expiry."""
    s, k, t, _, c, r, q = (options[i] for i in range(7))
    with np.errstate(all="ignore"):
        turn = np.log(r * k / (q * s)) / (r - q)  # earning and paying are equal
    when = np.stack([0.0 * t, np.clip(np.nan_to_num(turn), 0.0, t)])
    held, owed = np.exp(-q * when), k * np.exp(-r * when)
    gains = c * (s * held - owed)
    best: NDArray[np.intp] = np.argmax(gains, axis=0)[None]
    gain, share, rho = (
        np.take_along_axis(x, best, axis=0)[0] for x in (gains, held, 0.01 * when * owed)
    )
    still = np.zeros(s.size)
    rows = np.stack([gain, c * share, still, still, still, c * rho])
    return np.where(gain > european[PRICE], rows, european)
