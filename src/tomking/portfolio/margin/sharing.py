"""Which long covers in which group: every way to share longs out over the expiries they outlive."""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, product

from tomking.portfolio.margin.leg import MarginLeg

#: For each group, how many of each long it is given; longs in the order of the book.
Sharing = tuple[tuple[int, ...], ...]

#: More sharings than this are not all tried.
SHARINGS_MAX = 4_096


def outlives(long: MarginLeg, short: MarginLeg, calendars: bool) -> bool:
    """Whether a long may stand in a group with a short: same kind of fixing, not before it.

    Without calendar relief only the same expiry will do.
    """
    if long.settles is not short.settles:
        return False
    return long.expiry == short.expiry or (calendars and long.expiry > short.expiry)


def splits(count: int, parts: int) -> list[tuple[int, ...]]:
    """Every way to put ``count`` equal things into ``parts`` places, the last place fullest first.

    >>> splits(1, 2)
    [(0, 1), (1, 0)]
    """
    if parts == 0:
        return [()]
    bars = combinations(range(count + parts - 1), parts - 1)
    edges = ((-1, *row, count + parts - 1) for row in bars)
    return [tuple(b - a - 1 for a, b in pairwise(e)) for e in edges]


def whole(count: int, parts: int) -> list[tuple[int, ...]]:
    """The ways that keep a leg together, the last place first.

    >>> whole(4, 2)
    [(0, 4), (4, 0)]
    """
    if parts == 0:
        return [()]
    places = range(parts - 1, -1, -1)
    return [tuple(count if k == place else 0 for k in range(parts)) for place in places]


def _placed(
    long: MarginLeg, firsts: Sequence[MarginLeg], calendars: bool, together: bool
) -> list[tuple[int, ...]]:
    """One long's ways, as a count for every group."""
    open_to = [k for k, short in enumerate(firsts) if outlives(long, short, calendars)]
    cut = whole if together else splits
    rows: list[tuple[int, ...]] = []
    for way in cut(long.quantity, len(open_to)):
        counts = dict(zip(open_to, way, strict=True))
        rows.append(tuple(counts.get(k, 0) for k in range(len(firsts))))
    return rows


def _number(options: Sequence[Sequence[tuple[int, ...]]]) -> int:
    total = 1
    for rows in options:
        total *= len(rows)
    return total


def sharings(
    longs: Sequence[MarginLeg], firsts: Sequence[MarginLeg], calendars: bool
) -> tuple[Iterator[Sharing], bool]:
    """Ways to share the longs out, and whether that is every way.

    ``firsts`` holds a short of each group. The first sharing leaves each long in the last group it
    may stand in. Too many ways and legs are kept together; still too many and only the first is
    tried.
    """
    exact = True
    options = [_placed(long, firsts, calendars, together=False) for long in longs]
    if _number(options) > SHARINGS_MAX:
        exact = False
        options = [_placed(long, firsts, calendars, together=True) for long in longs]
        if _number(options) > SHARINGS_MAX:
            options = [rows[:1] for rows in options]
    return (tuple(zip(*choice, strict=True)) for choice in product(*options)), exact
