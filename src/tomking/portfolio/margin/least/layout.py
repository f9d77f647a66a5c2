"""What does not depend on prices: which shorts could be covered, by which longs, and what they lose.

The universal spread rule (SR-CBOE-2012-043, FINRA Regulatory Notice 12-44, in force since 26
October 2012): premium is left out, the loss is tested at every strike and at both ends, a long must
not expire before the short it covers, and every covered short needs a long of its own right. Shorts
that expire together are one group; two groups can both lose, one after the other, so their losses
add.

A desk asks about the same contracts again and again, at other marks. So the layout is kept.
"""

from collections.abc import Sequence
from dataclasses import field
from datetime import date
from functools import lru_cache
from itertools import accumulate, chain, pairwise, starmap
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Right, Settles
from tomking.core.value import value
from tomking.portfolio.margin.leg import MarginLeg

F64 = NDArray[np.float64]

#: Columns of ``Layout.owed`` and ``Layout.worth`` before those of the spots: one for calls and one
#: for puts, in which a contract is worth ``FORTUNE`` dollars. A group that covers more calls than
#: it holds loses a fortune there, so no lawful way is dearer.
RIGHTS = 2
FORTUNE = 1e12

#: A contract without its mark: right, strike, expiry, fixing and a signed quantity.
Terms = tuple[Right | None, float, date, Settles, int]


@value
class Layout:
    """Shorts to be left uncovered or covered, and longs to be shared out over their groups.

    Parameters
    ----------
    book, multiplier, calendars
        What it is the layout of; the rest follows.
    shorts, longs
        Positions in the book: shorts group after group, and last, from ``bare`` on, those that
        nothing can cover.
    groups
        Where the shorts of a group stand: they expire together, and some long of their right
        outlives them.
    seats
        For each long the groups it may stand in, the last to expire first.
    counts, holdings
        Contracts of each short and each long, positive.
    owed, worth
        Dollars a contract is worth in each column: shape (shorts, ``RIGHTS`` + spots) and (longs,
        ``RIGHTS`` + spots).
    cells
        How many figures trying everything takes: sharings times choices, and the losses before them.
    """

    book: tuple[Terms, ...]
    multiplier: float
    calendars: bool
    shorts: tuple[int, ...] = field(compare=False)
    longs: tuple[int, ...] = field(compare=False)
    groups: tuple[slice, ...] = field(compare=False)
    bare: slice = field(compare=False)
    seats: tuple[tuple[int, ...], ...] = field(compare=False)
    counts: tuple[int, ...] = field(compare=False)
    holdings: tuple[int, ...] = field(compare=False)
    owed: F64 = field(compare=False)
    worth: F64 = field(compare=False)
    cells: int = field(compare=False)


def terms(leg: MarginLeg) -> Terms:
    """A leg without its mark."""
    return leg.right, leg.strike, leg.expiry, leg.settles, leg.quantity


def outlives(long: Terms, short: Terms, calendars: bool) -> bool:
    """Whether a long may stand in a group with a short: same kind of fixing, not before it.

    Without calendar relief only the same expiry will do.
    """
    _, _, last, settles, _ = long
    _, _, expiry, fixing, _ = short
    return settles is fixing and (last == expiry or (calendars and last > expiry))


@lru_cache(maxsize=1024)
def laid_out(book: tuple[Terms, ...], multiplier: float, calendars: bool) -> Layout:
    """The layout of a book of options, in the order of their expiries.

    Parameters
    ----------
    multiplier
        Dollars a point.
    calendars
        Whether a long of a later expiry covers.

    Notes
    -----
    The loss of a group is piecewise linear in the underlying, so it is greatest at zero, at a strike,
    or beyond the last one; there it cannot grow, because covered calls never outnumber long calls.
    Spots at other groups' strikes are tried too, which changes nothing.
    """
    quantities = [quantity for *_, quantity in book]
    longs = tuple(k for k, quantity in enumerate(quantities) if quantity > 0)
    together, bare = _grouped(book, longs, calendars)
    shorts = (*chain.from_iterable(together), *bare)
    ends = (0, *accumulate(map(len, together)))
    seats = tuple(
        tuple(
            k for k in reversed(range(len(together)))
            if outlives(book[long], book[together[k][0]], calendars)
        )
        for long in longs
    )  # fmt: skip
    spots = [0.0, *sorted({strike for _, strike, *_ in book})]
    choices = [prod(1 - quantities[k] for k in group) for group in together]
    sharings = prod(
        comb(quantities[long] + len(row) - 1, len(row) - 1)
        for long, row in zip(longs, seats, strict=True)
        if row
    )
    return Layout(
        book,
        multiplier,
        calendars,
        shorts,
        longs,
        tuple(starmap(slice, pairwise(ends))),
        slice(ends[-1], len(shorts)),
        seats,
        tuple(-quantities[k] for k in shorts),
        tuple(quantities[k] for k in longs),
        _table([book[k] for k in shorts], spots, multiplier),
        _table([book[k] for k in longs], spots, multiplier),
        sharings * (prod(choices) + sum(choices) * (RIGHTS + len(spots))),
    )


def _grouped(
    book: Sequence[Terms], longs: Sequence[int], calendars: bool
) -> tuple[list[list[int]], list[int]]:
    """Shorts that some long could cover, by expiry and fixing, and the shorts that none could."""
    together: dict[tuple[date, Settles], list[int]] = {}
    bare: list[int] = []
    for k, short in enumerate(book):
        right, _, expiry, settles, quantity = short
        if quantity > 0:
            continue
        if any(book[x][0] is right and outlives(book[x], short, calendars) for x in longs):
            together.setdefault((expiry, settles), []).append(k)
        else:
            bare.append(k)
    return list(together.values()), bare


def _table(book: Sequence[Terms], spots: Sequence[float], multiplier: float) -> F64:
    """Dollars a contract is worth in every column, a row each."""
    rows: list[list[float]] = []
    for right, strike, *_ in book:
        if right is Right.CALL:
            worth = [max(spot - strike, 0.0) * multiplier for spot in spots]
            rows.append([FORTUNE, 0.0, *worth])
        else:
            worth = [max(strike - spot, 0.0) * multiplier for spot in spots]
            rows.append([0.0, FORTUNE, *worth])
    return np.array(rows, dtype=np.float64).reshape(len(rows), RIGHTS + len(spots))
