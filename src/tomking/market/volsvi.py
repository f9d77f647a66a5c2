"""Parameters of the vol-SVI surface, as data: two sets of levels and one shape.

Source: our own fit ``spx-volsvi-v1`` to fourteen end-of-day SPX chains between 2011-01-03 and 2026-03-13
(VIX 12.8 to 27.8). The shape of the smile above VIX 28 is clamped and the level there comes from VIX
history alone, so what it says about 2008, March 2020 or August 2024 is a scenario, not a measurement.
"""

from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from tomking.core.value import value

F64 = NDArray[np.float64]

DAYS_PER_YEAR = 365.0
TRADING_DAYS = 252.0
#: The part of a session's variance that has gone by before it opens.
OVERNIGHT_SHARE = 0.30


@value
class Level:
    """At-the-money volatility from VIX (as a fraction ``v``) and variance years ``t``.

    ``atm(t)^2 = L + (S - L) f(t)``, ``f(t) = (1 - exp(-kappa t)) / (kappa t)``, with the long end
    ``L = (l0 + l1 v0 (1 - exp(-v / v0)))^2`` and ``S`` such that ``atm(30 days) = c0 + c1 v``.
    """

    c0: float
    c1: float
    l0: float
    l1: float
    v0: float
    kappa: float


@value
class Shape:
    """The smile ``g(z) = 1 + h(z) - h(0)``, a hyperbola in volatility (hence vol-SVI).

    With ``x = ln(v / .20)`` and ``y = ln(t / 30 days)``, both clamped: vertex ``m = m0 + m1 x + m2
    y``, roundness ``s``, left slope ``sl`` and right slope ``sr`` are exponentials of the like with
    ``s*``, ``a*`` and ``r*``.
    """

    m0: float
    m1: float
    m2: float
    s0: float
    s1: float
    s2: float
    a0: float
    a1: float
    a2: float
    r0: float
    r1: float
    r2: float
    vix_min: float
    vix_max: float
    years_min: float
    years_max: float
    g_min: float


@value
class VolSvi:
    """A whole parameter set; ``column`` is what the kernels read: level, then shape, 23 figures.

    ``weekend_weight`` is the variance of a day without a session as a share of a trading day's.
    """

    name: str
    level: Level
    shape: Shape
    weekend_weight: float
    column: F64


def vol_svi(name: str, level: Level, shape: Shape, weekend_weight: float) -> VolSvi:
    """A parameter set with its column laid out, read-only.

    >>> CHAIN_WEIGHTED.column.shape, float(CHAIN_WEIGHTED.column[5]) == CHAIN_WEIGHTED.level.kappa
    ((23,), True)
    """
    column = np.array(astuple(level) + astuple(shape), dtype=np.float64)
    column.setflags(write=False)
    return VolSvi(name, level, shape, weekend_weight, column)


SHAPE = Shape(
    m0=1.3022473732346413, m1=1.1999999999999997, m2=0.08347025531270665,
    s0=0.8207975151284496, s1=1.1999999999999986, s2=-0.5731286114659642,
    a0=-1.214362442952468, a1=-0.13242534802520997, a2=-0.011629605957754072,
    r0=-2.169214915254453, r1=-0.9075229860566317, r2=-0.14752923887275635,
    vix_min=0.11, vix_max=0.32, years_min=1.0 / DAYS_PER_YEAR, years_max=1.2, g_min=0.25,
)  # fmt: skip

#: Fitted to the chains: the default. Published VIX against its own 30-day variance: 0.98 to 1.03.
CHAIN_WEIGHTED = vol_svi(
    "chain-weighted",
    Level(
        c0=-0.01315068972293371, c1=0.9327593181220419, l0=1.27345850694435e-18,
        l1=1.9999999999587972, v0=0.14762407285181822, kappa=4.8832782922970415,
    ),
    SHAPE,
    weekend_weight=0.06668093203415058,
)  # fmt: skip

#: Fitted to the VIX3M history as well: a flatter term structure under stress, worse on calm chains.
STRESS_WEIGHTED = vol_svi(
    "stress-weighted",
    Level(c0=-0.00463, c1=0.90202, l0=0.0, l1=1.61471, v0=0.1989, kappa=8.97683),
    SHAPE,
    weekend_weight=0.02789,
)
