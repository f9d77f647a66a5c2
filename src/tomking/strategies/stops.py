"""Stops of a plan in dollars: the loss at which a rule acts, where it is one of a loss."""

from collections.abc import Iterable
from decimal import Decimal

from tomking.core.money import points
from tomking.portfolio.book import Position
from tomking.strategies.stay import LossBelow, LossBelowNetLiq, StayRule


def loss_at(rule: StayRule, position: Position, net_liq: Decimal | None) -> Decimal | None:
    """The dollars lost on a position at which a rule acts; nothing for a rule of something else."""
    match rule:
        case LossBelow(of_premium=times):
            return points(times) * abs(position.opening_premium)
        case LossBelowNetLiq(share=share) if net_liq is not None:
            return points(share) * net_liq
        case _:
            return None


def nearest_loss(
    rules: Iterable[StayRule], position: Position, net_liq: Decimal | None
) -> Decimal | None:
    """The least loss at which one of these rules acts; nothing if none does."""
    found = (loss_at(rule, position, net_liq) for rule in rules)
    return min((loss for loss in found if loss is not None), default=None)
