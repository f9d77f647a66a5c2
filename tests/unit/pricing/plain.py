"""The formulas of the pricing room once more, in plain Python and from the textbook.

``black76``, ``bsm`` and ``implied_vol`` use the machine's floats and libm. ``exact_black76`` works in
60 decimal digits, so that it can judge the last bits of the others.
"""

import math
from collections.abc import Sequence
from decimal import Decimal, getcontext

from unit.pricing.fit import PI, mills

getcontext().prec = 90


def _tail(y: float) -> float:
    return 0.5 * math.erfc(y / math.sqrt(2.0))


def _density(d: float) -> float:
    return math.exp(-0.5 * d * d) / math.sqrt(2.0 * math.pi)


def black76(
    forward: float, strike: float, years: float, vol: float, sign: float, rate: float
) -> tuple[float, ...]:
    """Price, delta, gamma, theta a day, vega and rho a point."""
    total = vol * math.sqrt(years)
    d1 = math.log(forward / strike) / total + 0.5 * total
    d2 = d1 - total
    discount = math.exp(-rate * years)
    price = discount * sign * (forward * _tail(-sign * d1) - strike * _tail(-sign * d2))
    density = discount * _density(d1)
    return (
        price,
        discount * sign * _tail(-sign * d1),
        density / (forward * total),
        (rate * price - forward * density * vol / (2 * math.sqrt(years))) / 365,
        0.01 * forward * density * math.sqrt(years),
        -0.01 * years * price,
    )


def bsm(
    spot: float,
    strike: float,
    years: float,
    vol: float,
    sign: float,
    rate: float,
    dividend_yield: float,
) -> tuple[float, ...]:
    """Price, delta, gamma, theta a day, vega and rho a point."""
    total = vol * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate - dividend_yield) * years) / total + 0.5 * total
    d2 = d1 - total
    held = math.exp(-dividend_yield * years)
    owed = strike * math.exp(-rate * years)
    density = held * _density(d1)
    first, second = _tail(-sign * d1), _tail(-sign * d2)
    carry = sign * (dividend_yield * spot * held * first - rate * owed * second)
    return (
        sign * (spot * held * first - owed * second),
        sign * held * first,
        density / (spot * total),
        (carry - spot * density * vol / (2 * math.sqrt(years))) / 365,
        0.01 * spot * density * math.sqrt(years),
        0.01 * sign * years * owed * second,
    )


def exact_black76(
    forward: float, strike: float, years: float, vol: float, sign: float, rate: float
) -> Decimal:
    """Price of exactly these floats, to 60 digits."""
    f, k, t, v, r = (Decimal(x) for x in (forward, strike, years, vol, rate))
    total = v * t.sqrt()
    d1 = (f / k).ln() / total + total / 2

    def chance(d: Decimal) -> Decimal:
        density = (-d * d / 2).exp() / (2 * PI).sqrt()
        return density * mills(-d) if d < 0 else 1 - density * mills(d)

    c = int(sign)
    return (-r * t).exp() * c * (f * chance(c * d1) - k * chance(c * (d1 - total)))


def implied_vol(
    price: float, forward: float, strike: float, years: float, sign: float, discount: float
) -> float:
    """Bisection between nothing and 1,000 %."""
    low, high = 1e-9, 10.0
    rate = -math.log(discount) / years
    for _ in range(100):
        middle = 0.5 * (low + high)
        if black76(forward, strike, years, middle, sign, rate)[0] < price:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def second(
    spot: float,
    strike: float,
    years: float,
    vol: float,
    sign: float,
    rate: float,
    dividend_yield: float,
) -> tuple[float, ...]:
    """Vanna and vomma a point of volatility, charm a day."""
    total = vol * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate - dividend_yield) * years) / total + 0.5 * total
    d2 = d1 - total
    held = math.exp(-dividend_yield * years)
    density = held * _density(d1)
    turn = ((rate - dividend_yield) * 2 * years - d2 * total) / (2 * years * total)
    carry = sign * dividend_yield * held * _tail(-sign * d1)
    return (
        -0.01 * density * d2 / vol,
        (carry - density * turn) / 365,
        1e-4 * spot * density * math.sqrt(years) * d1 * d2 / vol,
    )


def tree(
    spot: float,
    strike: float,
    years: float,
    vol: float,
    sign: float,
    rate: float,
    dividend_yield: float,
    steps: int,
    dividends: Sequence[tuple[float, float]] = (),
) -> float:
    """American option by the binomial tree of the textbook; dividends are (ex date, amount)."""
    step = years / steps
    up = math.exp(vol * math.sqrt(step))
    chance = (math.exp((rate - dividend_yield) * step) - 1 / up) / (up - 1 / up)
    discount = math.exp(-rate * step)

    def owed(time: float) -> float:
        return sum(d * math.exp(-rate * (t - time)) for t, d in dividends if time < t <= years)

    risky = spot - owed(0.0)
    values = [max(sign * (risky * up ** (2 * j - steps) - strike), 0.0) for j in range(steps + 1)]
    for i in range(steps - 1, -1, -1):
        extra = owed(i * step) - strike
        values = [
            max(
                discount * (chance * values[j + 1] + (1 - chance) * values[j]),
                sign * (risky * up ** (2 * j - i) + extra),
            )
            for j in range(i + 1)
        ]
    return values[0]


def payoff(spot: float, legs: Sequence[tuple[float, float, float, float]]) -> float:
    """Dollars at expiry of legs (strike, sign, quantity, multiplier)."""
    total = 0.0
    for strike, sign, quantity, multiplier in legs:
        worth = spot - strike if sign == 0 else max(sign * (spot - strike), 0.0)
        total += quantity * multiplier * worth
    return total
