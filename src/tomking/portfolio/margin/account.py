"""From held contracts to a requirement: one root's contracts as the margin rule sees them."""

from collections.abc import Mapping
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.money import ZERO
from tomking.core.product import Delivers, product
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.rule import requirement


def needed(
    root: str,
    holdings: Mapping[Contract, int],
    marks: Mapping[Contract, float],
    spot: float,
    house: str,
) -> Decimal:
    """Requirement of one root's contracts, in dollars.

    All futures of a root are one underlying at the price of the front one.

    Parameters
    ----------
    holdings
        Signed contracts; those of other roots are left out.
    marks
        Price of each in points.
    spot
        Price of the underlying in points.
    """
    traded = product(root)
    legs = tuple(
        margin_leg(contract, quantity, marks[contract])
        for contract, quantity in holdings.items()
        if quantity and contract.root == root
    )
    if not legs:
        return ZERO
    underlying = Underlying(root, spot, traded.kind, multiplier=float(traded.multiplier))
    return requirement(legs, underlying, house_for(traded.kind, house, root)).requirement


def margin_leg(contract: Contract, quantity: int, mark: float) -> MarginLeg:
    """A holding as the margin rule sees it; shares are counted one by one there."""
    traded = product(contract.root)
    if contract.right is None or contract.strike is None:
        size = traded.multiplier if traded.delivers is Delivers.SHARES else 1
        return MarginLeg(None, 0.0, contract.expiry, quantity * size, mark, contract.settles)
    strike = float(contract.strike)
    return MarginLeg(contract.right, strike, contract.expiry, quantity, mark, contract.settles)
