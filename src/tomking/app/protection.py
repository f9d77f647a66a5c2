"""What holds a short position if the market runs: stops at the broker, a desk that watches, wings.

A stop on a package cannot rest at the broker: the desk holds it. So where no desk runs, and no order
with a trigger rests, a short is UNPROTECTED, however its profit order stands. A short that a long of
its campaign covers, as dear and lasting as long, needs neither.
"""

from collections.abc import Sequence
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.errors import ConfigError
from tomking.core.money import cents
from tomking.core.order import Order
from tomking.core.product import product
from tomking.core.value import value
from tomking.portfolio.book import Book, Position
from tomking.portfolio.uncovered import cost_at, strike, uncovered
from tomking.strategies.plan import Strategy
from tomking.strategies.stay import StayRule
from tomking.strategies.stops import loss_at

UNPROTECTED = "UNPROTECTED"


@value
class Stop:
    """A stop of a plan: its sentence, and the cost per unit in points at which it acts, if it is one."""

    rule: str
    cost: Decimal | None = None

    def __str__(self) -> str:
        return self.rule if self.cost is None else f"{self.rule} (costs {self.cost} or more)"


@value
class Guard:
    """How a position is held. ``bare`` are its shorts that nothing covers, rests or watches for.

    ``resting`` are orders with a trigger at the broker, ``watching`` what a running desk would act on,
    and ``wings`` is the most that can be lost at expiry whatever happens, where something bounds it.
    ``refused`` says why the broker would not have a stop, if it was asked for one.
    """

    resting: tuple[Order, ...]
    watching: tuple[Stop, ...]
    bare: tuple[str, ...]
    wings: Decimal | None
    refused: str = ""

    @property
    def unprotected(self) -> bool:
        """Whether a short has neither."""
        return bool(self.bare)


def guard(
    position: Position,
    book: Book,
    plan: Strategy | None,
    net_liq: Decimal | None,
    *,
    watched: bool,
    refused: str = "",
) -> Guard:
    """How a position is held; ``watched`` says whether a desk is at work that would send exits.

    A plan that knows no stop relies on its wings: a desk that is at work holds it to them.
    """
    resting = tuple(
        there.order for there in book.closing(position.id) if there.order.trigger is not None
    )
    watching = stops(position, plan, net_liq) if watched else ()
    stopped = {leg.contract for order in resting for leg in order.legs}
    wings = most_lost(position) if any(count < 0 for _, count in position.held) else None
    held = bool(watching) or (watched and wings is not None)
    bare = (
        ()
        if held
        else tuple(str(each) for each, _ in uncovered(position, book) if each not in stopped)
    )
    return Guard(resting, watching, bare, wings, refused)


def stops(position: Position, plan: Strategy | None, net_liq: Decimal | None) -> tuple[Stop, ...]:
    """The stops of a position's plan, with the price at which those of a loss act."""
    rules = tuple(rule for rule in rules_of(position, plan) if rule.twice)
    return tuple(Stop(f"closed unless {rule}", _cost(rule, position, net_liq)) for rule in rules)


def others(position: Position, plan: Strategy | None) -> tuple[str, ...]:
    """What else ends a position: targets, clocks and days."""
    return tuple(f"closed unless {rule}" for rule in rules_of(position, plan) if not rule.twice)


def rules_of(position: Position, plan: Strategy | None) -> Sequence[StayRule]:
    """The stay rules of a position; none where its plan is gone or no longer knows the tranche."""
    if plan is None:
        return ()
    try:
        return plan.rules(position)
    except ConfigError:  # a start says so and stops; what is held is shown all the same
        return ()


def _cost(rule: StayRule, position: Position, net_liq: Decimal | None) -> Decimal | None:
    """Points per unit that closing costs once a loss is at its bound; nothing for another rule."""
    lost = loss_at(rule, position, net_liq)
    if lost is None:
        return None
    units, _ = position.legs_to_close
    return cents(cost_at(position, lost) / units / product(position.root).multiplier)


def most_lost(position: Position) -> Decimal | None:
    """The most that can be lost at expiry, in dollars; nothing where no bound is known.

    Known where all of it are options of one series, and as many calls are long as short.
    """
    options = [
        (contract, count) for contract, count in position.held if contract.strike is not None
    ]
    series = {(contract.root, contract.expiry, contract.future) for contract, _ in options}
    calls = sum(count for contract, count in options if contract.right and contract.right.sign > 0)
    if len(options) != len(position.held) or len(series) != 1 or calls < 0:
        return None
    spots = [Decimal(0), *(strike(contract) for contract, _ in options)]
    worst = min(
        sum((_worth(held, count, at) for held, count in options), Decimal(0)) for at in spots
    )
    return max(-(position.premium + worst * product(position.root).multiplier), Decimal(0))


def _worth(contract: Contract, count: int, at: Decimal) -> Decimal:
    """Points at expiry of so many of an option, with its underlying at a price."""
    sign = contract.right.sign if contract.right else 0
    return count * max(sign * (at - strike(contract)), Decimal(0))
