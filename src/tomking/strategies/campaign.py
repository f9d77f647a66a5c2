"""Campaigns that stay: some legs replaced by others, and a lost tranche sold again, as structures."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import gcd, isfinite

from tomking.core.contract import Contract, Expiry
from tomking.core.evidence import Evidence
from tomking.core.order import Leg, Structure
from tomking.core.reading import Skip, Stage, skip
from tomking.market.snapshot import AGE, ASK, BID, DELTA, VOL, Quote
from tomking.portfolio.book import Position
from tomking.risk.view import View
from tomking.strategies.adjust import Adjustment, closed_legs
from tomking.strategies.build import Found, Planned, Shape, Tranche, net_credit, picked, picked_legs
from tomking.strategies.losses import defined_loss, stop_loss
from tomking.strategies.picks import Place
from tomking.strategies.worth import Candidate


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
    return picked_legs(plans, tranche.name, Place(view, position.root, chain), expiry, known)


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
        working.order.campaign for working in view.book.working.values() if not working.order.waits
    }
    seen = {p.campaign for p in view.book.of(plan.name) if p.tranche == tranche.name} | busy
    for position in tuple(view.book.of(plan.name)):
        if position.tranche in others and position.campaign not in seen:
            seen.add(position.campaign)
            yield position


def _again(
    plan: Planned, shape: Shape, tranche: Tranche, anchor: Position, view: View
) -> Candidate | Skip:
    found = picked(plan, tranche, view, anchor.root, held_quotes(plan, anchor.campaign, view))
    if isinstance(found, Skip):
        return found
    other = next(each for each in shape.tranches if each.name == anchor.tranche)
    legs = tuple(Leg(quote.contract, leg.quantity, name) for leg, name, quote in found)
    quotes = tuple(quote for _, _, quote in found)
    return _of_campaign(plan, anchor, tranche.name, legs, quotes, units_of(anchor, other))
