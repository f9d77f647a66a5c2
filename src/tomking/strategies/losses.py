"""What a structure may lose: at the stops of its plan, and at the worst; points per unit."""

from collections.abc import Sequence
from math import inf, isfinite
from typing import Protocol

from tomking.core.contract import Right
from tomking.core.order import Leg
from tomking.strategies.stay import LossBelow, StayRule
from tomking.strategies.together import WholeLossBelow


class Managed(Protocol):
    """What must be known of a tranche."""

    @property
    def name(self) -> str:
        """The tranche its legs carry."""
        ...

    @property
    def stay_while(self) -> Sequence[StayRule]:
        """The rules it is kept by."""
        ...

    @property
    def covers(self) -> Sequence[str]:
        """The tranches that are closed before it."""
        ...


def stop_loss(tranches: Sequence[Managed], legs: Sequence[Leg], prices: Sequence[float]) -> float:
    """Points per unit that the plan's loss rules let go before they close; infinite without a bound.

    A tranche without such a rule is bounded by one that covers it: the two go together. What was
    bought beside a stop adds nothing, since it does not lose where the short one stops; where nothing
    is stopped at all it is what the legs can lose at the worst.

    Parameters
    ----------
    prices
        Points at which each leg trades.
    """
    priced = tuple(zip(legs, prices, strict=True))
    stops = {each.name: stop for each in tranches if (stop := unit_stop(each)) is not None}
    covered = (name for each in tranches if each.name in stops for name in each.covers)
    bound = {*stops, *covered}
    loose = [pair for pair in priced if pair[0].tranche not in bound]
    if not stops or not isfinite(_worst(loose)):
        return _worst(priced)
    paid = {name: [pair for pair in priced if pair[0].tranche == name] for name in stops}
    return sum(share * abs(_credit(paid[name])) for name, share in stops.items())


def unit_stop(tranche: Managed) -> float | None:
    """The share of the premium at which a tranche is stopped; ``None`` when no rule says one.

    A stop by net liq is one of all units together, a stop by delta one of no figure: neither says
    what a unit loses.
    """
    stops = (LossBelow, WholeLossBelow)
    return min(
        (rule.of_premium for rule in tranche.stay_while if isinstance(rule, stops)), default=None
    )


def defined_loss(legs: Sequence[Leg], credit: float) -> float:
    """The most the legs can lose at expiry, in points per unit; infinite with a right net short.

    A long that ends before a short of its right covers nothing.
    """
    for right in Right:
        mine = [leg for leg in legs if leg.contract.right is right]
        ends = [leg.contract.expiry for leg in mine if leg.quantity < 0]
        if ends and sum(
            leg.quantity
            for leg in mine
            if leg.quantity < 0 or leg.contract.expiry >= max(ends)
        ) < 0:  # fmt: skip
            return inf
    options = [
        (leg.quantity, leg.contract.right.sign, float(leg.contract.strike))
        for leg in legs
        if leg.contract.right and leg.contract.strike
    ]
    ends_at = [0.0, *(strike for _, _, strike in options)]
    worth = (sum(n * max(sign * (end - k), 0.0) for n, sign, k in options) for end in ends_at)
    return -credit - min(worth)


Priced = tuple[Leg, float]


def _credit(priced: Sequence[Priced]) -> float:
    return -sum(leg.quantity * price for leg, price in priced)


def _worst(priced: Sequence[Priced]) -> float:
    return defined_loss([leg for leg, _ in priced], _credit(priced))
