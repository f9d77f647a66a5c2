"""Shapes into structures: which expiry, which strikes, what they come to and what they may lose."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import gcd, isfinite
from typing import Protocol

from tomking.core.contract import Contract, Expiry
from tomking.core.evidence import Evidence
from tomking.core.order import Leg, Structure
from tomking.core.reading import Skip, Stage, skip
from tomking.core.value import value
from tomking.market.snapshot import AGE, ASK, BID, DELTA, VOL, Quote
from tomking.portfolio.book import Position
from tomking.risk.view import View
from tomking.strategies.adjust import Adjustment, closed_legs
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
    holds. ``covers`` names the tranches it covers: they are closed before it.
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
    for tranche in (each for each in shape.tranches if not each.waits):
        placed = _placed(plan, tranche, view, root, found)
        if isinstance(placed, Skip):
            return placed
        legs += placed
        found |= {leg.name: quote for leg, _, quote in placed}
    return _candidate(plan, view, root, shape, tuple(legs))


def _placed(
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
    return _legs(tranche.legs, tranche.name, Place(view, root, chain), expiry, found)


def _legs(
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


def adjusted(
    plan: Planned, tranche: Tranche, position: Position, how: Adjustment, view: View
) -> Candidate | Skip:
    """The legs that go and the legs that come, as one structure of the position's campaign."""
    gone = closed_legs(how.closes, position, view)
    if not gone:
        return skip(f"{how.name}: legs to close", Stage.MARKET, "none", "some", how.rule)
    units = units_of(position, tranche)
    closing = tuple(
        Leg(contract, -held // units, tranche.name, opens=False) for contract, held in gone
    )
    quotes = tuple(_marked(position, contract, view) for contract, _ in gone)
    opened = _opened(plan, tranche, position, how, gone, view)
    if isinstance(opened, Skip):
        return opened
    if any(quote.contract in dict(gone) for _, _, quote in opened):
        return skip(
            f"{how.name}: strike", Stage.MARKET, "the one that is held", "another", how.rule
        )
    legs = (*closing, *(Leg(q.contract, leg.quantity, name) for leg, name, q in opened))
    found = (*quotes, *(quote for _, _, quote in opened))
    return _of_campaign(plan, position, how.name, legs, found, units)


def _opened(
    plan: Planned, tranche: Tranche, position: Position, how: Adjustment,
    gone: Sequence[tuple[Contract, int]], view: View,
) -> Found | Skip:  # fmt: skip
    """The legs that come: of the closed side only, unless everything goes."""
    chain = view.market.chain(position.root)
    if isinstance(chain, Skip) or not how.legs:
        return chain if isinstance(chain, Skip) else ()
    first = gone[0][0]
    expiry = (
        Expiry(first.expiry, first.settles, "held", first.future)
        if how.expires is None
        else how.expires.find(chain, view.session.day)
    )
    if isinstance(expiry, Skip):
        return expiry
    rights = {contract.right for contract, _ in gone}
    plans = [leg for leg in how.legs if how.closes == "all" or leg.right in rights]
    known = held_quotes(plan, position.campaign, view)
    return _legs(plans, tranche.name, Place(view, position.root, chain), expiry, known)


def held_quotes(plan: Planned, campaign: str, view: View) -> Mapping[str, Quote]:
    """What a campaign holds, by the names of the plan's legs: a leg to come may be told from them."""
    tranches = {tranche.name: tranche for shape in plan.shapes for tranche in shape.tranches}
    return {
        leg.name: _marked(position, contract, view)
        for position in view.book.of(plan.name)
        if position.campaign == campaign and position.tranche in tranches
        for leg in tranches[position.tranche].legs
        for contract, held in position.held
        if contract.right is leg.right and (held > 0) is (leg.quantity > 0)
    }


def units_of(position: Position, tranche: Tranche) -> int:
    """How many times the plan's legs are held."""
    held = gcd(*(quantity for _, quantity in position.held))
    return max(held // gcd(*(leg.quantity for leg in tranche.legs)), 1)


def _marked(position: Position, contract: Contract, view: View) -> Quote:
    """The quote of a leg that is held, from the book's marks, as old as they are.

    Marks carry no evidence, so it counts as the weakest there is.
    """
    row = position.row + [held for held, _ in position.held].index(contract)
    table = view.marks.table
    bid, ask, delta, vol, age = (float(table[what, row]) for what in (BID, ASK, DELTA, VOL, AGE))
    at = view.market.at
    seen = at - timedelta(seconds=age) if isfinite(age) else datetime.min.replace(tzinfo=at.tzinfo)
    return Quote(contract, bid, ask, delta, vol, seen, min(Evidence))


def _of_campaign(
    plan: Planned, position: Position, shape: str, legs: tuple[Leg, ...],
    quotes: tuple[Quote, ...], units: int,
) -> Candidate:  # fmt: skip
    """A structure that belongs to a campaign already there; what it may lose is that of what comes."""
    credit = net_credit(legs, quotes)
    coming = [(leg, quote) for leg, quote in zip(legs, quotes, strict=True) if leg.opens]
    new, prices = [leg for leg, _ in coming], [quote.mid for _, quote in coming]
    structure = Structure(
        position.root, legs, credit, position.campaign, min(quote.evidence for quote in quotes),
        min(leg.contract.expiry for leg in legs),
        stop_loss(_beside(plan, position), new, prices),
        defined_loss(new, net_credit(new, [quote for _, quote in coming])),
        shape, units_max=units,
    )  # fmt: skip
    return Candidate(structure, quotes, plan.name)


def _beside(plan: Planned, position: Position) -> tuple[Tranche, ...]:
    """The tranches of the shape that a position was opened in."""
    shapes = (shape.tranches for shape in plan.shapes)
    return next(each for each in shapes if position.tranche in {one.name for one in each})


def renewed(plan: Planned, view: View) -> Iterator[tuple[Tranche, Candidate | Skip]]:
    """Every tranche a campaign has lost and sells again now, while another of it is held."""
    for shape in plan.shapes:
        for tranche in shape.tranches:
            if tranche.renewed:
                for anchor in _anchors(plan, shape, tranche, view):
                    yield tranche, _again(plan, shape, tranche, anchor, view)


def _anchors(plan: Planned, shape: Shape, tranche: Tranche, view: View) -> Iterator[Position]:
    """One position of each campaign that has lost the tranche and is not getting it already."""
    others = {other.name for other in shape.tranches if other.name != tranche.name}
    busy = {
        working.order.campaign for working in view.book.working.values() if not working.order.rests
    }
    seen = {p.campaign for p in view.book.of(plan.name) if p.tranche == tranche.name} | busy
    for position in tuple(view.book.of(plan.name)):
        if position.tranche in others and position.campaign not in seen:
            seen.add(position.campaign)
            yield position


def _again(
    plan: Planned, shape: Shape, tranche: Tranche, anchor: Position, view: View
) -> Candidate | Skip:
    found = _placed(plan, tranche, view, anchor.root, held_quotes(plan, anchor.campaign, view))
    if isinstance(found, Skip):
        return found
    other = next(each for each in shape.tranches if each.name == anchor.tranche)
    legs = tuple(Leg(quote.contract, leg.quantity, name) for leg, name, quote in found)
    quotes = tuple(quote for _, _, quote in found)
    return _of_campaign(plan, anchor, tranche.name, legs, quotes, units_of(anchor, other))
