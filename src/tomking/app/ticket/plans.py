"""Which plan an order belongs to: its legs laid against every shape of every plan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import gcd

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.legs import Priced
from tomking.app.ticket.underlying import has_row
from tomking.core.calendar import dte
from tomking.core.contract import Right
from tomking.core.errors import ConfigError
from tomking.core.value import value
from tomking.strategies.build import Shape
from tomking.strategies.picks import Away, Delta, LegPlan
from tomking.strategies.plan import Plan
from tomking.strategies.stay import StayRule


@value
class Part:
    """Legs that are managed on their own, and the rules they are kept by."""

    name: str
    legs: tuple[Priced, ...]
    stay_while: tuple[StayRule, ...]


@value
class Fit:
    """The plan and the shape an order has, and its tranches; ``apart`` says where they differ."""

    plan: Plan
    shape: Shape
    parts: tuple[Part, ...]
    apart: tuple[str, ...]


def recognised(asked: Ticket, plans: Iterable[Plan]) -> Fit | None:
    """The first plan whose legs, roots and days to expiry are the order's."""
    for plan in plans:
        found = fitted(asked, plan)
        if found and not found.apart:
            return found
    return None


def as_plan(asked: Ticket, plan: Plan) -> Fit:
    """The order as a trade of a plan that was named.

    Raises
    ------
    ConfigError
        If no shape of it has such legs.
    """
    found = fitted(asked, plan)
    if found is None:
        shapes = "; ".join(f"{shape.name}: {_listed(_legs(shape))}" for shape in plan.shapes)
        raise ConfigError(f"{plan.name} has no shape with these legs; it has {shapes}")
    return found


def fitted(asked: Ticket, plan: Plan) -> Fit | None:
    """The order laid against a plan's shapes; ``None`` when none has its legs."""
    for shape in plan.shapes:
        pairs = _paired(asked.legs, _legs(shape))
        if pairs is not None and _in_order(pairs):
            held = {id(wanted): leg for wanted, leg in pairs}
            parts = tuple(
                Part(one.name, tuple(held[id(leg)] for leg in one.legs), one.stay_while)
                for one in shape.entered
            )
            return Fit(plan, shape, parts, tuple(_apart(asked, plan)))
    return None


def _legs(shape: Shape) -> tuple[LegPlan, ...]:
    """The legs that an entry of the shape opens."""
    return tuple(leg for tranche in shape.entered for leg in tranche.legs)


def _listed(legs: Sequence[LegPlan]) -> str:
    return ", ".join(f"{leg.quantity:+d} {leg.right.value.lower()}" for leg in legs)


Pairs = Sequence[tuple[LegPlan, Priced]]


def _paired(legs: Sequence[Priced], wanted: Sequence[LegPlan]) -> Pairs | None:
    """Each wanted leg with one of the order's that has its right and its share of the quantity."""
    if len(legs) != len(wanted):
        return None
    units = gcd(*(leg.quantity for leg in legs))
    free = list(legs)
    pairs: list[tuple[LegPlan, Priced]] = []
    for plan in wanted:
        found = next((leg for leg in free if _is(leg, plan, units)), None)
        if found is None:
            return None
        free.remove(found)
        pairs.append((plan, found))
    return pairs


def _is(leg: Priced, plan: LegPlan, units: int) -> bool:
    return leg.contract.right is plan.right and leg.quantity == plan.quantity * units


def _in_order(pairs: Pairs) -> bool:
    """Whether strikes lie as the picks say.

    What is named beyond a leg is further out of the money than that leg; what has the smaller delta
    is further out than every leg that hangs on a larger one.
    """
    plans = {plan.name: plan for plan, _ in pairs}
    out = {plan.name: _out(plan.right, leg) for plan, leg in pairs}
    beyond = (
        out[name] > out[plan.pick.leg]
        for name, plan in plans.items()
        if isinstance(plan.pick, Away)
    )
    deltas = [(plan.right, _delta(plan, plans), out[name]) for name, plan in plans.items()]
    smaller = (
        mine > other
        for right, low, mine in deltas
        for side, high, other in deltas
        if right is side and low is not None and high is not None and low < high
    )
    return all(beyond) and all(smaller)


def _delta(plan: LegPlan, plans: Mapping[str, LegPlan]) -> float | None:
    """The delta a leg is chosen by, or that of the leg it is measured from."""
    match plan.pick:
        case Delta(target=target):
            return target
        case Away(leg=leg):
            return _delta(plans[leg], plans)
        case _:
            return None


def _out(right: Right, leg: Priced) -> float:
    return right.sign * float(leg.contract.strike or 0)


def _apart(asked: Ticket, plan: Plan) -> Iterator[str]:
    """Where an order with the legs of a plan is still not one of its trades."""
    if asked.product.root not in plan.roots or not has_row(asked.product):
        yield f"{plan.name} trades {' or '.join(plan.roots)}, not {asked.product.root}"
    days = dte(min(leg.contract.expiry for leg in asked.legs), asked.at.date())
    if abs(days - plan.dte) > plan.dte_within:
        yield f"{plan.name} wants {plan.dte} ± {plan.dte_within} days to expiry, this has {days}"


def whole(asked: Ticket, stay_while: tuple[StayRule, ...]) -> Part:
    """The order as one part under some rules."""
    return Part("all legs", asked.legs, stay_while)
