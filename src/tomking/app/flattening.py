"""What flattening would close, from the journal's book alone: without quotes nothing has a price."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from tomking.core.facts import Fact
from tomking.core.restraints import Proposed
from tomking.core.rung import Rung
from tomking.core.value import value
from tomking.engine.journal import SqliteJournal
from tomking.engine.pulse import legs, wanted
from tomking.portfolio import book as books
from tomking.portfolio.book import Book, Position, empty_book
from tomking.risk.kin import row_of
from tomking.risk.limits import Limits


@value
class Closing:
    """A position that would go: what of its legs is sent, and how often."""

    position: str
    strategy: str
    legs: str
    units: int


@value
class Flattening:
    """Everything that would be closed, in the order of an emergency, and the openings withdrawn.

    ``proposed`` is what the desk last said it would send, with prices, if an alarm made it say so.
    """

    closings: tuple[Closing, ...]
    withdrawn: tuple[str, ...]
    proposed: str = ""


def flattening(facts: Iterable[Fact], limits: Limits) -> Flattening:
    """What flattening would do to the book that some facts add up to."""
    book, proposed = empty_book(Decimal(0)), ""
    for fact in facts:
        book = books.apply(book, fact)
        if isinstance(fact, Proposed) and fact.what == Rung.FLATTEN.name:
            proposed = f"{fact.at.isoformat()}: {fact}"
    return Flattening(
        tuple(_closing(held) for held in _in_order(book, limits)),
        tuple(f"{there.order.id}: {wanted(there)}" for there in book.adding()),
        proposed,
    )


def _in_order(book: Book, limits: Limits) -> list[Position]:
    """By kind of strategy as in an emergency (R-RNG-05); stress losses would take quotes."""
    ranks = tuple((name, row) for row, name in enumerate(limits.unwind_order))
    last = len(limits.unwind_order)
    return sorted(
        book.positions.values(), key=lambda one: row_of(ranks, one.strategy, limits.variants, last)
    )


def _closing(held: Position) -> Closing:
    units, each = held.legs_to_close
    return Closing(held.id, held.strategy, legs(each), units)


def of_journal(journal: Path, limits: Limits) -> Flattening:
    """The same of a journal; an account without one holds nothing.

    Raises
    ------
    DataCorrupt
        If it does not hold.
    """
    if not journal.is_file():
        return flattening((), limits)
    there = SqliteJournal.reader(journal)
    try:
        return flattening((fact for _, fact in there.read()), limits)
    finally:
        there.close()
