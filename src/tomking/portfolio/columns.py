"""Contracts as columns: the shape in which a kernel marks them."""

from collections.abc import Sequence

import numpy as np

from tomking.core.contract import Contract
from tomking.core.order import Leg
from tomking.core.product import product
from tomking.market.snapshot import Legs


def columns(held: Sequence[tuple[Contract, int]]) -> Legs:
    """Columns of signed contracts; ``quantity`` is what is given, so a value is quantity x price."""
    return Legs(
        tuple(contract for contract, _ in held),
        np.array([float(contract.strike or 0) for contract, _ in held]),
        np.array([float(contract.right.sign if contract.right else 0) for contract, _ in held]),
        np.array([float(quantity) for _, quantity in held]),
        np.array([float(product(contract.root).multiplier) for contract, _ in held]),
    )


def columns_of(legs: Sequence[Leg], units: int = 1) -> Legs:
    """Columns of an order's or a structure's legs."""
    return columns([(leg.contract, leg.quantity * units) for leg in legs])
