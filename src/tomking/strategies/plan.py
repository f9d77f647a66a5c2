"""A trade plan as data, and what the engine needs of any strategy."""

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from decimal import Decimal
from math import inf
from typing import Protocol

from tomking.core.contract import Expiry, Right
from tomking.core.errors import ConfigError
from tomking.core.money import points
from tomking.core.order import Leg, Structure
from tomking.core.product import product
from tomking.core.reading import Reading, Sense, Skip, Stage
from tomking.core.value import value
from tomking.market.snapshot import Quote
from tomking.portfolio.book import Position
from tomking.portfolio.fees import round_trip_usd
from tomking.risk.view import View
from tomking.strategies.entry import EntryRule
from tomking.strategies.picks import LegPlan, Place
from tomking.strategies.slots import Slots
from tomking.strategies.stay import LossBelow, ProfitBelow, StayRule


class Strategy(Protocol):
    """All the engine knows of a strategy. Its answers are pure and carry their measurements."""

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


@value
class Tranche:
    """Legs entered together and managed as one position."""

    name: str
    legs: tuple[LegPlan, ...]
    stay_while: tuple[StayRule, ...]


@value
class Shape:
    """One form of the trade; the first whose ``when`` holds is taken."""

    name: str
    tranches: tuple[Tranche, ...]
    when: tuple[EntryRule, ...] = ()


@value
class Plan:
    """When, what, for how much and how it ends."""

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
    credit_min_points: float = 0.0
    credit_min_costs: float = 0.0
    sources: tuple[str, ...] = field(default=())

    def enter(self, view: View, root: str) -> Structure | Skip:
        """Every entry rule, then a shape, an expiry, legs and the credit floors."""
        taken = tuple(rule(view, root) for rule in self.enter_when)
        if not all(measured.passed for measured in taken):
            return Skip(taken)
        shape = next(
            (form for form in self.shapes if all(rule(view, root).passed for rule in form.when)),
            None,
        )
        if shape is None:
            return Skip((*taken, *(rule(view, root) for rule in self.shapes[-1].when)))
        taken = (*taken, *(rule(view, root) for rule in shape.when))
        built = self._build(view, root, shape)
        if isinstance(built, Skip):
            return Skip((*taken, *built.readings))
        structure, quotes = built
        floors = tuple(self._floors(view, structure, quotes))
        taken = (*taken, *floors)
        if not all(measured.passed for measured in taken):
            return Skip(taken)
        structure = replace(structure, credit_min=least_credit(floors))
        return self._sized(view, root, structure, taken)

    def rules(self, position: Position) -> tuple[StayRule, ...]:
        """The stay rules of the tranche a position belongs to."""
        return self.tranche(position.tranche).stay_while

    def target(self, position: Position) -> float | None:
        """The share of premium at which its profit order rests."""
        targets = (rule for rule in self.rules(position) if isinstance(rule, ProfitBelow))
        return next((rule.of_premium for rule in targets), None)

    def tranche(self, name: str) -> Tranche:
        """The tranche of that name in any shape.

        Raises
        ------
        ConfigError
            If the plan has none of that name: something is held that it does not know.
        """
        for shape in self.shapes:
            for tranche in shape.tranches:
                if tranche.name == name:
                    return tranche
        raise ConfigError(f"{self.name} has no tranche {name!r}; close what is held of it by hand")

    def _build(
        self, view: View, root: str, shape: Shape
    ) -> tuple[Structure, tuple[Quote, ...]] | Skip:
        chain = view.market.chain(root)
        if isinstance(chain, Skip):
            return chain
        expiry = chain.expiry_near(self.dte, self.dte_within)
        if isinstance(expiry, Skip):
            return expiry
        found = self._find(Place(view, root, chain), expiry, shape)
        if isinstance(found, Skip):
            return found
        quotes = tuple(found.values())
        return self._structure(view, root, expiry, shape, quotes), quotes

    def _find(self, at: Place, expiry: Expiry, shape: Shape) -> dict[str, Quote] | Skip:
        found: dict[str, Quote] = {}
        for tranche in shape.tranches:
            for plan in tranche.legs:
                quote = plan.pick.find(at, expiry, plan.right, found)
                if isinstance(quote, Skip):
                    return quote
                found[plan.name] = quote
        return found

    def _structure(
        self, view: View, root: str, expiry: Expiry, shape: Shape, quotes: tuple[Quote, ...]
    ) -> Structure:
        plans = [(t, leg) for t in shape.tranches for leg in t.legs]
        legs = tuple(
            Leg(quote.contract, plan.quantity, tranche.name)
            for (tranche, plan), quote in zip(plans, quotes, strict=True)
        )
        credit = -sum(leg.quantity * quote.mid for leg, quote in zip(legs, quotes, strict=True))
        return Structure(
            root, legs, credit, f"{self.name}/{view.session.day}",
            min(quote.evidence for quote in quotes), expiry.day,
            stop_loss(shape, legs, quotes), defined_loss(legs, credit), shape.name,
        )  # fmt: skip

    def _floors(
        self, view: View, structure: Structure, quotes: tuple[Quote, ...]
    ) -> Iterator[Reading]:
        if self.credit_min_points:
            yield Reading(
                NET_CREDIT, Stage.DATA, Sense.AT_LEAST, structure.credit,
                self.credit_min_points, "points", "R-112-05",
            )  # fmt: skip
        if self.credit_min_costs:
            yield from (
                over_costs(view, structure.root, side, self.credit_min_costs)
                for side in sides(structure.legs, quotes)
            )

    def _sized(
        self, view: View, root: str, structure: Structure, taken: tuple[Reading, ...]
    ) -> Structure:
        """The structure with its readings, at half size when a caution does not hold."""
        calm = all(rule(view, root).passed for rule in self.half_size_unless)
        return replace(structure, size_factor=1.0 if calm else 0.5, readings=taken)


#: The floor on the whole structure; every other one is on a side of it.
NET_CREDIT = "net credit"


def least_credit(floors: Sequence[Reading]) -> float:
    """The least net credit that meets every floor: the one on the whole, or those on its sides."""
    bounds = [(floor.name == NET_CREDIT, floor.bound) for floor in floors]
    whole = [bound for is_whole, bound in bounds if is_whole and not isinstance(bound, str)]
    sides = [bound for is_whole, bound in bounds if not is_whole and not isinstance(bound, str)]
    return max((*whole, *([sum(sides)] if sides else ())), default=-inf)


Side = tuple[tuple[Leg, Quote], ...]


def sides(legs: tuple[Leg, ...], quotes: tuple[Quote, ...]) -> tuple[Side, ...]:
    """The put legs and the call legs of a structure, each with its quotes; empty sides left out."""
    pairs = tuple(zip(legs, quotes, strict=True))
    rights = dict.fromkeys(leg.contract.right for leg in legs)
    return tuple(tuple(p for p in pairs if p[0].contract.right is right) for right in rights)


def over_costs(view: View, root: str, side: Side, times: float) -> Reading:
    """A side's credit against so many times what getting in and out of it costs (R-0DTE-06)."""
    credit = -sum(leg.quantity * quote.mid for leg, quote in side)
    spread = sum(abs(leg.quantity) * quote.width for leg, quote in side)
    count = sum(abs(leg.quantity) for leg, _ in side)
    fees = float(round_trip_usd(root, count, view.session.day, view.fees))
    costs = fees / product(root).multiplier + spread
    which = str(side[0][0].contract.right or "").lower()
    return Reading(
        f"credit of the {which} side", Stage.DATA, Sense.AT_LEAST, credit, times * costs,
        "points", "R-0DTE-06",
    )  # fmt: skip


def stop_loss(shape: Shape, legs: tuple[Leg, ...], quotes: tuple[Quote, ...]) -> float:
    """Points per unit that the plan's loss rules would let go before they close."""
    total = 0.0
    for tranche in shape.tranches:
        premium = sum(
            leg.quantity * quote.mid
            for leg, quote in zip(legs, quotes, strict=True)
            if leg.tranche == tranche.name
        )
        total += sum(
            rule.of_premium * abs(premium)
            for rule in tranche.stay_while
            if isinstance(rule, LossBelow)
        )
    return total


def defined_loss(legs: tuple[Leg, ...], credit: float) -> float:
    """The most the legs can lose at expiry, in points per unit; infinite with a right net short."""
    for right in Right:
        if sum(leg.quantity for leg in legs if leg.contract.right is right) < 0:
            return inf
    options = [
        (leg.quantity, leg.contract.right.sign, float(leg.contract.strike))
        for leg in legs
        if leg.contract.right and leg.contract.strike
    ]
    ends = [0.0, *(strike for _, _, strike in options)]
    worth = (sum(n * max(sign * (end - k), 0.0) for n, sign, k in options) for end in ends)
    return -credit - min(worth)


def profit_price(position: Position, of_premium: float) -> Decimal:
    """The net credit per unit (negative: a cost) at which a profit order rests, before the tick.

    A credit of 4.00 with a target of half is bought back at 2.00; a debit of 9.00 is sold at 13.50.
    """
    units, _ = position.legs_to_close
    per_unit = position.premium / units / product(position.root).multiplier
    gain = points(of_premium) * abs(per_unit)
    return gain - per_unit
