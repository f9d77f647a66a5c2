"""What a plan wants of a typed-in market, and what it says of that once it is held."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from tomking.core.order import Order, Purpose, Structure
from tomking.core.reading import Skip
from tomking.market.snapshot import MID
from tomking.portfolio.book import Book, Position
from tomking.portfolio.columns import columns_of
from tomking.risk.view import View
from tomking.strategies.build import built
from tomking.strategies.plan import Plan
from tomking.strategies.stay import kept
from worlds.board import Board
from worlds.orders import book_with, view

CASH = "200000"


def wanted(plan: Plan, market: Board, cash: str = CASH) -> Structure:
    """The structure a plan enters, which it must."""
    found = plan.enter(view(market, cash=cash), plan.roots[0])
    assert isinstance(found, Structure), str(found)
    return found


def quoted(plan: Plan, market: Board, by_leg: Mapping[str, float]) -> Board:
    """The market with some legs of a plan's first shape at other prices, by the names of the legs.

    One volatility for every strike has no skew; what skew pays is put on here.
    """
    found = built(plan, view(market), plan.roots[0], plan.shapes[0])
    assert not isinstance(found, Skip), str(found)
    names = [leg.name for tranche in plan.shapes[0].tranches for leg in tranche.legs]
    contracts = dict(zip(names, (leg.contract for leg in found.structure.legs), strict=True))
    prices = {contracts[name]: (price, price) for name, price in by_leg.items()}
    return replace(market, quotes={**market.quotes, **prices})


def refused(plan: Plan, market: Board, cash: str = CASH) -> set[str]:
    """The rules that keep a plan out; none when it enters."""
    found = plan.enter(view(market, cash=cash), plan.roots[0])
    return {reading.rule for reading in found.failed} if isinstance(found, Skip) else set()


def legs(structure: Structure) -> list[str]:
    """Legs as ``-2 600 P``."""
    return [
        f"{leg.quantity:+d} {leg.contract.strike:f} {(leg.contract.right or ' ')!s:.1}"
        for leg in structure.legs
    ]


def held(plan: Plan, market: Board, units: int = 1, cash: str = CASH) -> Book:
    """A book in which a plan's structure has traded at mid."""
    found = wanted(plan, market, cash)
    marks = market.marks(columns_of(found.legs)).table[MID].tolist()
    name = found.campaign
    sent = Order(f"{name}/open", 1, Purpose.OPEN, plan.name, name, found.legs, units, Decimal(0))
    return book_with(market.at, (sent, [f"{mid:.4f}" for mid in marks]), cash=cash)


def at(market: Board, book: Book) -> View:
    """A book looked at in another market."""
    return view(market, book)


def position_of(book: Book, tranche: str) -> Position:
    """What is held of a tranche."""
    (found,) = (each for each in book.positions.values() if each.tranche == tranche)
    return found


def broken(plan: Plan, book: Book, market: Board, tranche: str = "") -> Sequence[str]:
    """The stay rules of a held tranche (the only one when not named) that no longer hold, in words."""
    position = position_of(book, tranche) if tranche else next(iter(book.positions.values()))
    seen = at(market, book)
    return [str(rule) for rule in plan.rules(position) if not kept(rule, position, seen)]
