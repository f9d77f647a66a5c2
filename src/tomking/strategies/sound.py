"""What is wrong with a plan as it is written, before anything is traded: one sentence for each fault.

A plan is looked at without a market. Whoever writes one of his own is told here what every plan of
this house keeps to: a short option is bought back at some loss, and a trade of one day does not see
the night.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from tomking.core.contract import Right
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.core.product import PRODUCTS
from tomking.market.unpriced import why_unpriced
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import VixAbove, VixAtLeast, VixAtMost, VixBelow
from tomking.strategies.losses import unit_stop
from tomking.strategies.picks import COUNT, Above, Away, Delta, LegPlan, SameStrike, is_count
from tomking.strategies.plan import Plan
from tomking.strategies.stay import (
    Before,
    LossBelow,
    LossBelowNetLiq,
    ProfitBelow,
    ShortDeltaBelow,
    StayRule,
    UntilOnLastDay,
)
from tomking.strategies.together import WholeLossBelow
from tomking.strategies.tune import figures, fitted
from tomking.strategies.worth import DebitAtMost

#: Rules that take a position off at a loss.
STOPS = (LossBelow, LossBelowNetLiq, ShortDeltaBelow, WholeLossBelow)
#: Rules that take it off before the session ends.
CLOCKS = (Before, UntilOnLastDay)
#: Minutes of a full session.
SESSION = 390
Check = Callable[[Plan], Iterable[str]]


def faults(plan: Plan) -> tuple[str, ...]:
    """A sentence for everything that is wrong with a plan; none for a sound one."""
    return tuple(chain.from_iterable(check(plan) for check in CHECKS))


def _parts(plan: Plan) -> Iterator[str]:
    """There must be something to trade and a time to trade it."""
    yield from name_faults(plan.name)
    if not plan.roots:
        yield "it names no root: say what it trades, as in roots=('SPY',)"
    yield from _roots(plan)
    if not plan.slots:
        yield "it has no slot, so it is never asked: give it one, as in slots=(Slots(...),)"
    if not plan.tranches:
        yield "it has no shape with a tranche, so there is nothing to trade"
    for tranche in plan.tranches:
        if not tranche.legs:
            yield f"the tranche {tranche.name!r} has no leg"


def name_faults(name: object) -> Iterator[str]:
    """A strategy is called by a word that can be typed at a prompt.

    >>> next(name_faults("Bad Name!"))
    "its name 'Bad Name!' must be small letters, digits and _, as in 'thursday_spread'"
    """
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name == "all":
        also = ", and 'all' means every strategy" if name == "all" else ""
        yield f"its name {name!r} must be small letters, digits and _, as in 'thursday_spread'{also}"


def _roots(plan: Plan) -> Iterator[str]:
    if isinstance(plan.roots, str):
        yield f"its roots are one text: write roots=({plan.roots!r},)"
        return
    for root in plan.roots:
        if root not in PRODUCTS and not why_unpriced(root):
            yield f"nobody knows the contract {root!r}{did_you_mean(root, PRODUCTS)}"


def _kinds(plan: Plan) -> Iterator[str]:
    """A rule stands in the list of its kind: those of staying measure a position, others are asked."""
    stays = [rule for tranche in plan.tranches for rule in tranche.stay_while]
    lists = (plan.enter_when, plan.half_size_unless, plan.take_when, plan.size)
    for rule in stays:
        if not hasattr(rule, "measure"):
            yield f"a part of stay_while is {_kind(rule)}, which is no rule of it: take one of `stay`"
    for other in chain.from_iterable((*lists, *(shape.when for shape in plan.shapes))):
        if not callable(other):
            yield f"a rule of entry, worth or size is {_kind(other)}: those of `stay` go into stay_while"


def _kind(rule: object) -> str:
    return f"{rule!r}" if isinstance(rule, int | float | str) else type(rule).__name__


def _figures(plan: Plan) -> Iterator[str]:
    """Every figure is one that a settings file could give it: finite, and within its bounds."""
    found = figures(plan)
    for figure in found:
        try:
            fits = fitted(figure.hint, figure.now, figure.keys[0], figure.keys[-1])
        except ConfigError as wrong:
            yield str(wrong)
        else:
            if fits != figure.now:
                yield f"{figure.keys[-1]} = {figure.now!r}: write {fits!r}"
    yield from _crossed({figure.keys[-1]: figure.now for figure in found})
    for leg in _legs(plan):
        if not is_count(abs(leg.quantity)):
            yield f"the leg {leg.name!r} has a quantity of {leg.quantity}: buy or sell {COUNT}"


def _crossed(known: Mapping[str, Any]) -> Iterator[str]:
    """The lower end of a range lies no higher than its upper one."""
    for key, low in known.items():
        rule, _, field = key.rpartition(".")
        high = known.get(f"{rule}.high")
        if field == "low" and isinstance(low, float) and isinstance(high, float) and low > high:
            yield f"{rule} reaches from {low:g} to {high:g}: low must be at most high"


def _legs(plan: Plan) -> Iterator[LegPlan]:
    """Every leg of a plan, those of its adjustments too."""
    for tranche in plan.tranches:
        yield from tranche.legs
        for how in tranche.adjustments:
            yield from how.legs


def _hours(plan: Plan) -> Iterator[str]:
    """A slot begins while there is a session and ends no earlier than it begins."""
    for slot in (*plan.slots, *plan.renew_slots):
        first, last = slot.start.minute(SESSION), slot.until.minute(SESSION)
        if not (0 <= first < SESSION and first <= last):
            yield (
                f"the slot from {slot.start} until {slot.until} is never asked: it must begin in the "
                "session and end later"
            )


def _names(plan: Plan) -> Iterator[str]:
    """Names are told apart, and whoever is named is there."""
    for shape in plan.shapes:
        legs = [leg.name for tranche in shape.tranches for leg in tranche.legs]
        tranches = [tranche.name for tranche in shape.tranches]
        for name in _twice(legs):
            yield f"the shape {shape.name!r} calls two legs {name!r}: rename one"
        for name in _twice(tranches):
            yield f"the shape {shape.name!r} calls two tranches {name!r}: rename one"
        for tranche in shape.tranches:
            for name in tranche.covers:
                if name not in tranches or name == tranche.name:
                    yield (
                        f"the tranche {tranche.name!r} covers {name!r}, which is no other tranche of "
                        f"the shape {shape.name!r}"
                    )
            if tranche.renewed and len(tranches) < 2:
                yield (
                    f"the tranche {tranche.name!r} is to be sold again while the rest is held, and "
                    f"the shape {shape.name!r} has no other"
                )
        yield from _picks(shape)


def _picks(shape: Shape) -> Iterator[str]:
    """A leg is counted from one that is found before it; an adjustment's from any."""
    before: list[str] = []
    every = [leg.name for tranche in shape.tranches for leg in tranche.legs]
    for tranche in shape.tranches:
        for leg in tranche.legs:
            yield from _unknown(leg, before)
            before.append(leg.name)
        for how in tranche.adjustments:
            known = list(every)
            for leg in how.legs:
                yield from _unknown(leg, known)
                known.append(leg.name)


def _unknown(leg: LegPlan, known: list[str]) -> Iterator[str]:
    if isinstance(leg.pick, Away | Above | SameStrike) and leg.pick.leg not in known:
        yield (
            f"the leg {leg.name!r} is counted from {leg.pick.leg!r}, and no leg before it is "
            "called that"
        )


def _twice(names: list[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def _targets(plan: Plan) -> Iterator[str]:
    """More than all of a credit cannot be earned; a target of nothing is met at once."""
    for tranche in plan.tranches:
        for rule in tranche.stay_while:
            if isinstance(rule, ProfitBelow) and not 0.0 < rule.of_premium <= 1.0:
                yield (
                    f"the profit target of the tranche {tranche.name!r} is {rule.of_premium:g} of the "
                    "premium: it must lie above 0 and at most at 1"
                )


def _stops(plan: Plan) -> Iterator[str]:
    """What is sold is bought back at some loss, unless what was paid is all that can be lost."""
    for shape in plan.shapes:
        for tranche in shape.tranches:
            if _is_short(tranche) and not _is_stopped(plan, shape, tranche):
                yield (
                    f"the tranche {tranche.name!r} is short and has no stop: add LossBelow, "
                    "LossBelowNetLiq or ShortDeltaBelow to its stay_while, or buy it for a debit "
                    "(DebitAtMost in take_when)"
                )
            elif _is_endless(shape, tranche):
                yield (
                    f"no stop says what a unit of the naked tranche {tranche.name!r} may lose, so none "
                    "is ever traded (R-SIZ-01): add LossBelow to its stay_while"
                )


def _clocks(plan: Plan) -> Iterator[str]:
    """What is sold for a day is closed by the clock, unless what was paid is all that can be lost."""
    for shape in plan.shapes:
        for tranche in shape.tranches:
            ends = _nearest(tranche, plan)
            timed = any(map(_strikes, tranche.stay_while))
            if ends <= 0 and _is_short(tranche) and not timed and not _is_bought(plan, shape):
                yield (
                    f"the tranche {tranche.name!r} may be short on the day it expires and has no "
                    "clock exit: add Before(before_close(60)) to its stay_while"
                )


def _strikes(rule: StayRule) -> bool:
    """Whether a rule is a clock that goes off while there is a session."""
    return isinstance(rule, CLOCKS) and 0 < rule.moment.minute(SESSION) < SESSION


def _nearest(tranche: Tranche, plan: Plan) -> int:
    """The fewest days to expiry that a tranche may be entered with."""
    if tranche.expires:
        return tranche.expires.dte - tranche.expires.within
    return plan.dte - plan.dte_within


def _is_short(tranche: Tranche) -> bool:
    return any(leg.quantity < 0 for leg in tranche.legs)


def _is_stopped(plan: Plan, shape: Shape, tranche: Tranche) -> bool:
    """By a rule of its own, of the tranche that covers it, or by what was paid."""
    ours = _answering(shape, tranche)
    stopped = any(_takes_off(rule) for each in ours for rule in each.stay_while)
    return stopped or _is_bought(plan, shape) or _nearer_longs(tranche)


def _takes_off(rule: StayRule) -> bool:
    """Whether a rule is a stop; a delta of 1 is met by nothing that is still traded."""
    return isinstance(rule, STOPS) and not (isinstance(rule, ShortDeltaBelow) and rule.delta >= 1.0)


def _is_endless(shape: Shape, tranche: Tranche) -> bool:
    """Whether a tranche is naked, in its shape too, and no stop bounds what a unit of it loses."""
    legs = [leg for each in shape.tranches for leg in each.legs]
    naked = any(_net(tranche.legs, right) < 0 and _net(legs, right) < 0 for right in Right)
    return naked and all(unit_stop(each) is None for each in _answering(shape, tranche))


def _answering(shape: Shape, tranche: Tranche) -> tuple[Tranche, ...]:
    """A tranche and those that cover it: a stop of any of them is its stop."""
    return tranche, *(other for other in shape.tranches if tranche.name in other.covers)


def _is_bought(plan: Plan, shape: Shape) -> bool:
    """Whether a shape is paid for and no right of it is net short: the debit is all it can lose."""
    pays = any(isinstance(rule, DebitAtMost) for rule in plan.take_when)
    legs = [leg for tranche in shape.tranches for leg in tranche.legs]
    return pays and all(_net(legs, right) >= 0 for right in Right)


def _nearer_longs(tranche: Tranche) -> bool:
    """Whether every short stands further out than a long bought with it: such a spread costs money."""
    longs = [leg for leg in tranche.legs if leg.quantity > 0]
    return all(_net(tranche.legs, right) >= 0 for right in Right) and all(
        any(_is_further(short, long) for long in longs)
        for short in tranche.legs
        if short.quantity < 0
    )


def _is_further(short: LegPlan, long: LegPlan) -> bool:
    """Whether one leg is certainly further out of the money than another of its right."""
    if short.right is not long.right:
        return False
    if isinstance(short.pick, Away):
        return short.pick.leg == long.name and short.pick.points > 0.0
    if isinstance(short.pick, Delta) and isinstance(long.pick, Delta):
        return short.pick.target < long.pick.target
    return False


def _net(legs: Iterable[LegPlan], right: Right) -> int:
    return sum(leg.quantity for leg in legs if leg.right is right)


def _vix(plan: Plan) -> Iterator[str]:
    """Some VIX must be one that every rule of entry lets in."""
    rules = plan.enter_when
    low = max(
        (rule.floor for rule in rules if isinstance(rule, VixAtLeast | VixAbove)), default=0.0
    )
    highs = [rule.ceiling for rule in rules if isinstance(rule, VixAtMost | VixBelow)]
    if not highs or low < min(highs):
        return
    touches = low == min(highs) and not any(isinstance(rule, VixAbove | VixBelow) for rule in rules)
    if not touches:
        yield (
            f"it is never entered: VIX may not be under {low:g} nor over {min(highs):g}; put the "
            "floor below the ceiling"
        )


def _waiting(plan: Plan) -> Iterator[str]:
    """What is not entered with the rest has a time at which it is sold."""
    for tranche in plan.tranches:
        if tranche.waits and not tranche.renewed:
            yield (
                f"the tranche {tranche.name!r} waits and is never sold: say when, as in "
                "renewed=(Slots(...),)"
            )


CHECKS: tuple[Check, ...] = (
    _parts, _kinds, _targets, _figures, _hours, _names, _stops, _clocks, _vix, _waiting,
)  # fmt: skip
