"""Where the kernels' coefficients come from: Chebyshev fits in 90 decimal digits.

A test compares them with the constants in the modules, to the last bit.
"""

from collections.abc import Callable
from decimal import Decimal, getcontext
from functools import cache

getcontext().prec = 90
_TINY = Decimal(10) ** -88


def _arctan_of_inverse(n: int) -> Decimal:
    power = total = Decimal(1) / n
    k = 1
    while abs(power) > _TINY:
        power, k = -power / (n * n), k + 2
        total += power / k
    return total


PI = 4 * (4 * _arctan_of_inverse(5) - _arctan_of_inverse(239))  # Machin's formula
LN2 = Decimal(2).ln()


def _cosine(x: Decimal) -> Decimal:
    term = total = Decimal(1)
    k = 0
    while abs(term) > _TINY:
        k += 2
        term = -term * x * x / (k * (k - 1))
        total += term
    return total


def mills(y: Decimal) -> Decimal:
    """``(1 − N(y)) / φ(y)``: a series below 11, a continued fraction from there."""
    if y >= 11:
        fraction = y
        for n in range(700, 0, -1):
            fraction = y + n / fraction
        return 1 / fraction
    term = total = y
    n = 1
    while abs(term) > _TINY:
        n += 2
        term = term * y * y / n
        total += term
    return (PI / 2).sqrt() * (y * y / 2).exp() - total


@cache
def _cosines(n: int) -> list[list[Decimal]]:
    return [[_cosine(PI * i * (2 * j + 1) / (2 * n)) for j in range(n)] for i in range(n)]


def powers(function: Callable[[Decimal], Decimal], nodes: int, terms: int) -> list[Decimal]:
    """Coefficients of 1, u, u² … of the Chebyshev series on [−1, 1], cut after ``terms``."""
    cosines = _cosines(nodes)
    values = [function(u) for u in cosines[1]]
    older: list[Decimal] = [Decimal(1)]
    newer: list[Decimal] = [Decimal(0), Decimal(1)]
    total = [sum(values, Decimal(0)) / nodes] + [Decimal(0)] * (terms - 1)
    for i in range(1, terms):
        weight = 2 * sum((v * c for v, c in zip(values, cosines[i], strict=True)), Decimal(0))
        for j, part in enumerate(newer):
            total[j] += weight / nodes * part
        following = [Decimal(0), *(2 * part for part in newer)]
        for j, part in enumerate(older):
            following[j] -= part
        older, newer = newer, following
    return total


def exp_coefficients() -> list[float]:
    """``exp(r)`` for |r| ≤ ln 2 / 2, highest power first."""
    fitted = powers(lambda u: (u * LN2 / 2).exp(), 24, 12)
    return [float(c / (LN2 / 2) ** i) for i, c in enumerate(fitted)][::-1]


def log_coefficients() -> list[float]:
    """``(2 atanh(s) / s − 2) / z`` with z = s², s from 0 to 3 − 2 sqrt 2, highest power first."""
    z_max = (3 - 2 * Decimal(2).sqrt()) ** 2

    def series(u: Decimal) -> Decimal:
        z = z_max * (1 + u) / 2
        return sum((2 * z**k / (2 * k + 3) for k in range(60)), Decimal(0))

    in_z: list[Decimal] = [Decimal(0)]
    for c in reversed(powers(series, 24, 7)):  # Horner with u = 2 z / z_max − 1
        shifted = [Decimal(0), *(part * 2 / z_max for part in in_z)]
        in_z = [a - b for a, b in zip(shifted, [*in_z, Decimal(0)], strict=True)]
        in_z[0] += c
    return [float(c) for c in in_z[:7]][::-1]


def mills_coefficients() -> list[float]:
    """P in ``R(y) = v P(1 − 10 v)``, v = 1 / (y + 6), for y ≥ −1, highest power first."""

    def scaled(u: Decimal) -> Decimal:
        v = (1 - u) / 10
        return mills(1 / v - 6) / v

    return [float(c) for c in powers(scaled, 40, 27)][::-1]


def decay_coefficients() -> list[float]:
    """``exp(r)`` for |r| ≤ ln 2 / 2 to 1e-10, highest power first."""
    fitted = powers(lambda u: (u * LN2 / 2).exp(), 18, 8)
    return [float(c / (LN2 / 2) ** i) for i, c in enumerate(fitted)][::-1]


def tail_coefficients() -> list[float]:
    """P in ``R(y) = v P(1 − 8 v)``, v = 1 / (y + 4), for y ≥ 0 to 1e-10, highest power first."""

    def scaled(u: Decimal) -> Decimal:
        v = (1 - u) / 8
        return mills(1 / v - 4) / v

    return [float(c) for c in powers(scaled, 20, 14)][::-1]
