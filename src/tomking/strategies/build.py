"""Shapes into structures: which expiry, which strikes, what they come to and what they may lose."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tomking.core.contract import Expiry
from tomking.core.order import Leg, Structure
from tomking.core.reading import Skip
from tomking.core.value import value
from tomking.market.snapshot import Quote
from tomking.risk.view import View
from tomking.strategies.adjust import Adjustment
from tomking.strategies.apart import HeldAtLeast
from tomking.strategies.entry import EntryRule
from tomking.strategies.losses import defined_loss, stop_loss
from tomking.strategies.picks import Expires, LegPlan, Place
from tomking.strategies.slots import Slots
from tomking.strategies.stay import StayRule
from tomking.strategies.worth import Candidate, WorthRule

Found = tuple[tuple[LegPlan, str, Quote], ...]


@value
class Tranche:
    """Legs entered together and managed as one position.

    They expire as the plan says, or as ``expires`` does. ``adjustments`` are tried while it stays.
    ``renewed`` says when it is sold again while the campaign holds something else, if ``take_when``
    holds; with a ``HeldAtLeast`` among those it is not entered with the rest. ``covers`` names the
    tranches it covers: they are closed before it.
    """

    name: str
    legs: tuple[LegPlan, ...]
    stay_while: tuple[StayRule, ...]
    expires: Expires | None = None
    adjustments: tuple[Adjustment, ...] = ()
    renewed: tuple[Slots, ...] = ()
    take_when: tuple[WorthRule, ...] = ()
    covers: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether it is not opened with the rest, but sold once that has been held for some days."""
        return any(isinstance(rule, HeldAtLeast) for rule in self.take_when)


@value
class Shape:
    """One form of the trade; the first whose ``when`` holds is taken."""

    name: str
    tranches: tuple[Tranche, ...]
    when: tuple[EntryRule, ...] = ()

    @property
    def entered(self) -> tuple[Tranche, ...]:
        """The tranches that an entry opens."""
        return tuple(tranche for tranche in self.tranches if not tranche.waits)


def single(
    name: str, legs: tuple[LegPlan, ...], stay_while: tuple[StayRule, ...], *, tranche: str = "",
    when: tuple[EntryRule, ...] = (), adjustments: tuple[Adjustment, ...] = (),
) -> Shape:  # fmt: skip
    """A form of the trade that is one position, called as the form is unless ``tranche`` says."""
    return Shape(name, (Tranche(tranche or name, legs, stay_while, None, adjustments),), when)


class Planned(Protocol):
    """What building needs of a plan."""

    @property
    def name(self) -> str:
        """The strategy's name."""
        ...

    @property
    def dte(self) -> int:
        """Days to expiry of tranches that do not say their own."""
        ...

    @property
    def dte_within(self) -> int:
        """How many days more or less are allowed."""
        ...

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The forms of the trade."""
        ...


def built(plan: Planned, view: View, root: str, shape: Shape) -> Candidate | Skip:
    """A shape at the prices of now: its legs, their quotes and the figures of the structure."""
    found: dict[str, Quote] = {}
    legs: list[tuple[LegPlan, str, Quote]] = []
    for tranche in shape.entered:
        placed = picked(plan, tranche, view, root, found)
        if isinstance(placed, Skip):
            return placed
        legs += placed
        found |= {leg.name: quote for leg, _, quote in placed}
    return _candidate(plan, view, root, shape, tuple(legs))


def picked(
    plan: Planned, tranche: Tranche, view: View, root: str, found: Mapping[str, Quote]
) -> Found | Skip:
    """The legs of a tranche on its own expiry; ``found`` are those of the tranches before it."""
    chain = view.market.chain(root)
    if isinstance(chain, Skip):
        return chain
    wanted = tranche.expires or Expires(plan.dte, plan.dte_within)
    expiry = wanted.find(chain, view.session.day)
    if isinstance(expiry, Skip):
        return expiry
    return picked_legs(tranche.legs, tranche.name, Place(view, root, chain), expiry, found)


def picked_legs(
    plans: Sequence[LegPlan], tranche: str, at: Place, expiry: Expiry, found: Mapping[str, Quote]
) -> Found | Skip:
    """Each leg's strike, one after another; a later one may be told from those before it."""
    known = dict(found)
    placed: list[tuple[LegPlan, str, Quote]] = []
    for leg in plans:
        quote = leg.pick.find(at, expiry, leg.right, known)
        if isinstance(quote, Skip):
            return quote
        known[leg.name] = quote
        placed.append((leg, tranche, quote))
    return tuple(placed)


def _candidate(plan: Planned, view: View, root: str, shape: Shape, found: Found) -> Candidate:
    legs = tuple(Leg(quote.contract, leg.quantity, name) for leg, name, quote in found)
    quotes = tuple(quote for _, _, quote in found)
    credit = net_credit(legs, quotes)
    structure = Structure(
        root, legs, credit, f"{plan.name}/{view.session.day}",
        min(quote.evidence for quote in quotes), min(leg.contract.expiry for leg in legs),
        stop_loss(shape.tranches, legs, [quote.mid for quote in quotes]),
        defined_loss(legs, credit), shape.name,
    )  # fmt: skip
    return Candidate(structure, quotes, plan.name)


def net_credit(legs: Sequence[Leg], quotes: Sequence[Quote]) -> float:
    """Points per unit received (+) or paid (-) at mid."""
    return -sum(leg.quantity * quote.mid for leg, quote in zip(legs, quotes, strict=True))
