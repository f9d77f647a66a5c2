"""Naked shorts: what of a position no long of its campaign bounds, at whatever strike.

Not the same as uncovered (``portfolio/uncovered.py``), which the short of a credit spread is as well.
"""

from collections.abc import Iterator, Mapping, Sequence

from tomking.core.contract import Contract
from tomking.portfolio.book import Book, Position

Held = tuple[tuple[Contract, int], ...]


def naked(position: Position, book: Book) -> Held:
    """The shorts of a position that no long of its campaign bounds: signed, and how many.

    A long bounds a short of its root and right that ends no later, whatever its strike, and only one.
    What the other positions of the campaign have sold takes theirs first.
    """
    return _naked([*_others(position, book), position]).get(position.id, ())


def count_naked(campaign: str, book: Book) -> int:
    """How many contracts of a campaign are short and no long of it bounds them."""
    mine = [each for each in book.positions.values() if each.campaign == campaign]
    return sum(-count for held in _naked(mine).values() for _, count in held)


def _others(position: Position, book: Book) -> Iterator[Position]:
    """The other positions of a campaign."""
    for each in book.positions.values():
        if each.campaign == position.campaign and each.id != position.id:
            yield each


def _naked(campaign: Sequence[Position]) -> Mapping[str, Held]:
    """What is naked of each position of a campaign, the first served first."""
    longs: dict[Contract, int] = {}
    for each in campaign:
        for contract, count in each.held:
            if contract.is_option and count > 0:
                longs[contract] = longs.get(contract, 0) + count
    found: dict[str, Held] = {}
    for each in campaign:
        shorts = [(short, n) for short, n in each.held if short.is_option and n < 0]
        left = [(short, _bounded(short, count, longs)) for short, count in shorts]
        found[each.id] = tuple((short, count) for short, count in left if count)
    return found


def _bounded(short: Contract, count: int, longs: dict[Contract, int]) -> int:
    """What of a short no long is left for; the longs it takes are taken away."""
    for long in longs:
        if (long.root, long.right) == (short.root, short.right) and long.expiry >= short.expiry:
            part = min(-count, longs[long])
            count, longs[long] = count + part, longs[long] - part
    return count
