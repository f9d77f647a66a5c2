"""A trade plan as data, and what the engine needs of any strategy."""

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from decimal import Decimal
from math import inf
from typing import Any, Protocol, runtime_checkable

from tomking.core.errors import ConfigError
from tomking.core.money import points
from tomking.core.order import Structure
from tomking.core.product import product
from tomking.core.reading import Reading, Skip, refuses
from tomking.core.value import value
from tomking.portfolio.book import Position
from tomking.risk.sizing import at_the_stop
from tomking.risk.view import View
from tomking.strategies.adjust import Adjustment
from tomking.strategies.build import Shape, Tranche, built
from tomking.strategies.campaign import adjusted, renewed
from tomking.strategies.entry import EntryRule
from tomking.strategies.size import Rationing, SizeRule
from tomking.strategies.slots import Slots
from tomking.strategies.stay import ProfitBelow, StayRule
from tomking.strategies.worth import Candidate, WorthRule


class Strategy(Protocol):
    """All the engine must know of a strategy. Its answers are pure and carry their measurements."""

    @property
    def name(self) -> str:
        """What it is called in the configuration, the journal and the report."""
        ...

    @property
    def roots(self) -> Sequence[str]:
        """Roots it may trade, the largest contract first."""
        ...

    @property
    def slots(self) -> Sequence[Slots]:
        """When it is asked."""
        ...

    @property
    def watch_min(self) -> int:
        """Minutes between looks at what it holds."""
        ...

    def enter(self, view: View, root: str) -> Structure | Skip:
        """What it wants of one root now, or why nothing."""
        ...

    def rules(self, position: Position) -> Sequence[StayRule]:
        """The stay rules of a position, in the order they are tried."""
        ...

    def target(self, position: Position) -> float | None:
        """The share of the premium at which a profit order rests at the venue, if one does."""
        ...


@runtime_checkable
class Tending(Protocol):
    """What a strategy has besides when what it holds is rolled, cut back or renewed."""

    @property
    def renew_slots(self) -> Sequence[Slots]:
        """When it is asked to sell again what a campaign has lost."""
        ...

    def adjustments(self, position: Position) -> Sequence[Adjustment]:
        """What may be done to a position that stays, in the order it is tried."""
        ...

    def adjusted(self, position: Position, how: Adjustment, view: View) -> Structure | Skip:
        """The closing and opening legs of an adjustment, with ``units_max`` units."""
        ...

    def renewals(self, view: View) -> Iterator[Structure | Skip]:
        """What campaigns of its want sold again now, with ``units_max`` units each."""
        ...

    def covered(self, position: Position) -> Sequence[str]:
        """Tranches of the campaign that a position covers: they are closed before it."""
        ...


@value
class Plan:
    """When, what, for how much and how it ends.

    ``variant_of`` names the plan it is another form of: such a one trades only when it is named.
    """

    name: str
    title: str
    roots: tuple[str, ...]
    dte: int
    dte_within: int
    slots: tuple[Slots, ...]
    shapes: tuple[Shape, ...]
    watch_min: int = 60
    enter_when: tuple[EntryRule, ...] = ()
    half_size_unless: tuple[EntryRule, ...] = ()
    take_when: tuple[WorthRule, ...] = ()
    size: tuple[SizeRule, ...] = ()
    sources: tuple[str, ...] = field(default=())
    variant_of: str = ""

    def variant(
        self, name: str, title: str, *, sources: tuple[str, ...] = (), **changes: Any
    ) -> "Plan":
        """Another form of this plan: it differs in what is told, and trades only when it is named.

        Whoever wrote this plan down did not write that one: its sources are its own.
        """
        kind = self.variant_of or self.name
        return replace(self, name=name, title=title, variant_of=kind, sources=sources, **changes)

    def enter(self, view: View, root: str) -> Structure | Skip:
        """Every entry rule, then a shape, its legs and whether they are worth taking."""
        taken = tuple(rule(view, root) for rule in self.enter_when)
        if refuses(taken):
            return Skip(taken)
        shape, conditions = self._shape(view, root)
        taken = (*taken, *conditions)
        if shape is None:
            return Skip(taken)
        found = built(self, view, root, shape)
        if isinstance(found, Skip):
            return Skip((*taken, *found.readings))
        worth = taken_when(view, found, self.take_when)
        if isinstance(worth, Skip):
            return Skip((*taken, *worth.readings))
        return self._sized(view, found, replace(worth, readings=(*taken, *worth.readings)))

    def _shape(self, view: View, root: str) -> tuple[Shape | None, tuple[Reading, ...]]:
        """The first form whose conditions hold, and what they measured; none while one is unknown.

        What cannot be measured chooses no form: the next one would be entered for want of knowledge.
        """
        against: tuple[Reading, ...] = ()
        for form in self.shapes:
            measured = tuple(rule(view, root) for rule in form.when)
            if not refuses(measured):
                return form, measured
            against = (*against, *measured)
            if any(seen.observed is None for seen in measured):
                break
        return None, against

    def rules(self, position: Position) -> tuple[StayRule, ...]:
        """The stay rules of the tranche a position belongs to."""
        return self.tranche(position.tranche).stay_while

    def target(self, position: Position) -> float | None:
        """The share of premium at which its profit order rests."""
        targets = (rule for rule in self.rules(position) if isinstance(rule, ProfitBelow))
        return next((rule.of_premium for rule in targets), None)

    @property
    def tranches(self) -> tuple[Tranche, ...]:
        """The tranches of every shape."""
        return tuple(tranche for shape in self.shapes for tranche in shape.tranches)

    def tranche(self, name: str) -> Tranche:
        """The tranche of that name in any shape.

        Raises
        ------
        ConfigError
            If the plan has none of that name: something is held that it does not know.
        """
        found = next((tranche for tranche in self.tranches if tranche.name == name), None)
        if found is None:
            raise ConfigError(
                f"{self.name} has no tranche {name!r}; close what is held of it by hand"
            )
        return found

    @property
    def renew_slots(self) -> tuple[Slots, ...]:
        """When a tranche that is gone is sold again."""
        return tuple(slots for tranche in self.tranches for slots in tranche.renewed)

    def adjustments(self, position: Position) -> tuple[Adjustment, ...]:
        """The adjustments of the tranche a position belongs to."""
        return self.tranche(position.tranche).adjustments

    def adjusted(self, position: Position, how: Adjustment, view: View) -> Structure | Skip:
        """The legs of an adjustment, if they are worth it."""
        found = adjusted(self, self.tranche(position.tranche), position, how, view)
        return found if isinstance(found, Skip) else taken_when(view, found, how.take_when)

    def renewals(self, view: View) -> Iterator[Structure | Skip]:
        """Tranches that campaigns have lost and whose time has come, sold again."""
        for tranche, found in renewed(self, view):
            wanted = (
                found if isinstance(found, Skip) else taken_when(view, found, tranche.take_when)
            )
            yield wanted if isinstance(wanted, Skip) else stopped_within(view, wanted)

    def covered(self, position: Position) -> tuple[str, ...]:
        """The tranches that must be gone before this one."""
        return self.tranche(position.tranche).covers

    def _sized(self, view: View, candidate: Candidate, structure: Structure) -> Structure:
        """The structure with the units of the plan; half its size when a caution does not hold."""
        calm = all(rule(view, structure.root).passed for rule in self.half_size_unless)
        rooms = [rule(view, candidate) for rule in self.size]
        rooms += [
            rule.units(view, candidate) for rule in self.take_when if isinstance(rule, Rationing)
        ]
        units = min(rooms, default=inf)
        return replace(structure, size_factor=1.0 if calm else 0.5, units_max=units)


def taken_when(view: View, candidate: Candidate, rules: Sequence[WorthRule]) -> Structure | Skip:
    """A candidate's structure with what was measured of it and the least credit it is taken at."""
    answers = tuple((rule, rule(view, candidate)) for rule in rules)
    readings: tuple[Reading, ...] = tuple(seen for _, measured in answers for seen in measured)
    if refuses(readings):
        return Skip(readings)
    least = max((rule.least(measured) for rule, measured in answers), default=-inf)
    return replace(candidate.structure, readings=readings, credit_min=least)


def stopped_within(view: View, wanted: Structure) -> Structure | Skip:
    """What is sold again, of no more units than may be lost at its stops (R-SIZ-01)."""
    room = at_the_stop(wanted, view)
    units = min(wanted.units_max, room.units)
    readings = (*wanted.readings, room.reading)
    return replace(wanted, units_max=units, readings=readings) if units >= 1.0 else Skip(readings)


def profit_price(position: Position, of_premium: float) -> Decimal:
    """The net credit per unit (negative: a cost) at which a profit order rests, before the tick.

    A credit of 4.00 with a target of half is bought back at 2.00; a debit of 9.00 is sold at 13.50. What
    closing a part of it has brought or cost since is counted.
    """
    units, _ = position.legs_to_close
    wanted = points(of_premium) * abs(position.opening_premium)
    return (wanted - position.premium) / units / product(position.root).multiplier
