"""How finely American exercise is solved, and where the nodes and the quadrature points lie.

Tables of plain numbers for the kernels of :mod:`tomking.pricing.exercise`, where it is told why they
lie there, and :mod:`tomking.pricing.american`. A tier asks for a third to a half of the points that
the literature gives, since the points lie better.
"""

from functools import cache

import numpy as np

from tomking.core.errors import PricingError
from tomking.core.value import value
from tomking.pricing.kernel import F64


@value
class Tier:
    """How finely the boundary is solved and the premium for early exercise summed."""

    nodes: int
    """Chebyshev nodes of the boundary, a multiple of 3."""
    points: int
    """Quadrature points of an integral over the boundary."""
    steps: int
    """Iterations of the boundary."""
    premium_points: int
    """Quadrature points of the premium."""


FAST = Tier(6, 4, 4, 16)
DEFAULT = Tier(9, 6, 6, 24)
EXACT = Tier(12, 10, 8, 40)


@cache
def boundary_tables(tier: Tier) -> tuple[F64, F64, F64, F64]:
    """What the boundary is solved with.

    Returns
    -------
    tuple of ndarray
        √(time left / years) at the nodes, from 1 down, 0 being left out; ``sin θ`` and the weights of
        the quadrature; the matrix from the nodes to the points of the first node, the second and so
        on.

    Raises
    ------
    PricingError
        When the number of nodes is not a multiple of 3.
    """
    if tier.nodes % 3 or tier.nodes <= 0:
        raise PricingError(
            f"nodes must be a multiple of 3, since they are read so; was {tier.nodes}"
        )
    nodes = 0.5 + 0.5 * np.cos(np.arange(tier.nodes) * (np.pi / tier.nodes))
    sines, weights = _angles(tier.points)
    at = nodes[:, None] * np.sqrt(1.0 - sines * sines)
    return nodes, sines, weights, _interpolation(nodes, at.ravel())


@cache
def premium_tables(tier: Tier) -> tuple[F64, F64, F64]:
    """What the premium is summed with: ``sin θ``, weights, and the matrix from the nodes."""
    nodes = boundary_tables(tier)[0]
    sines, weights = _angles(tier.premium_points)
    return sines, weights, _interpolation(nodes, np.sqrt(1.0 - sines * sines))


def _angles(points: int) -> tuple[F64, F64]:
    """``sin θ`` and the weights of ``∫ f(θ) 2 cos θ dθ`` over a quarter turn (Gauss-Legendre)."""
    y, w = np.polynomial.legendre.leggauss(points)
    theta = 0.25 * np.pi * (y + 1.0)
    return np.sin(theta), 0.5 * np.pi * w * np.cos(theta)


def _interpolation(nodes: F64, at: F64) -> F64:
    """Matrix from values at the nodes to values elsewhere, of a polynomial that is 0 at 0.

    Barycentric; a place that is a node would divide by zero, and none of ours is.
    """
    x = np.append(nodes, 0.0)
    alternating = np.where(np.arange(x.size) % 2 == 0, 1.0, -1.0)
    alternating[[0, -1]] *= 0.5
    terms = alternating / (at[:, None] - x)
    shares: F64 = terms / terms.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(shares[:, :-1])
