"""Ways to leave shorts uncovered, as columns: what each costs, put together and thinned out.

A table has a column a way and a row a figure, all in dollars but the last: ``LOSS`` of the covered
group, requirement and premium of uncovered ``CALLS`` and ``PUTS``, and the ``COUNT`` left
uncovered.
"""

from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tomking.core.value import value
from tomking.portfolio.margin.naked import pooled_usd

F64 = NDArray[np.float64]
LOSS, CALLS, CALL_PREMIUM, PUTS, PUT_PREMIUM, COUNT = range(6)

#: One group tries every way up to this many, then evenly spaced counts only.
WAYS_MAX = 100_000
#: Groups are put together whole up to this many ways, thinned out first beyond it.
JOINT_MAX = 2_048
#: Dollars: less than a hundredth of a cent is no difference.
TIE = 1e-5


@value
class Ways:
    """``table`` (6, m) and, for each column, how many of each short are ``naked`` (m, shorts)."""

    table: F64
    naked: F64


def levels(counts: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The numbers tried for each short: all of them, or evenly spaced ones when that is too many.

    >>> levels((1, 2))
    ((0, 1), (0, 1, 2))
    """
    total = 1
    for count in counts:
        total *= count + 1
    if total <= WAYS_MAX:
        return tuple(tuple(range(count + 1)) for count in counts)
    room = max(int(WAYS_MAX ** (1.0 / len(counts))), 2)
    spaced = (np.linspace(0, count, min(room, count + 1)) for count in counts)
    return tuple(tuple(sorted({int(x) for x in row})) for row in spaced)


def is_exhaustive(counts: tuple[int, ...]) -> bool:
    """Whether every way is tried."""
    return all(len(row) == count + 1 for row, count in zip(levels(counts), counts, strict=True))


@lru_cache(maxsize=256)
def grid(counts: tuple[int, ...]) -> F64:
    """Every combination of numbers left uncovered, one a row; read-only because it is shared."""
    rows = np.array(list(product(*levels(counts))), dtype=np.float64)
    rows = rows.reshape(-1, len(counts))
    rows.flags.writeable = False
    return rows


def joined(first: Ways, second: Ways) -> Ways:
    """Every way of one group with every way of another; costs add."""
    if first.table.shape[1] * second.table.shape[1] > JOINT_MAX:
        first, second = thinned(first), thinned(second)
    m, n = first.table.shape[1], second.table.shape[1]
    table = (first.table[:, :, None] + second.table[:, None, :]).reshape(6, m * n)
    naked = np.concatenate(
        [np.repeat(first.naked, n, axis=0), np.tile(second.naked, (m, 1))], axis=1
    )
    return Ways(table, naked)


def thinned(ways: Ways) -> Ways:
    """Without ways that cannot be part of the cheapest whole.

    The pool costs by whichever side is greater. Where calls are, a way is no use if another costs
    no more by calls and leaves calls at least as far ahead; the same for puts. What is on neither
    front goes.
    """
    table = ways.table
    lead = table[CALLS] - table[PUTS]
    by_calls = table[LOSS] + table[CALLS] + table[PUT_PREMIUM]
    by_puts = table[LOSS] + table[PUTS] + table[CALL_PREMIUM]
    kept = np.union1d(front(by_calls, lead, table[COUNT]), front(by_puts, -lead, table[COUNT]))
    return Ways(table[:, kept], ways.naked[kept])


def front(cost: F64, lead: F64, count: F64) -> NDArray[np.intp]:
    """Columns that no other beats in cost (low) and lead (high); of equals the least uncovered."""
    order = np.lexsort((count, cost, -lead))
    best = np.minimum.accumulate(cost[order])
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = cost[order][1:] < best[:-1]
    return order[first]


#: Floors under the pooled cost, linear in the rows of a table: the first three hold where calls are the
#: greater side, the others where puts are. If calls >= puts then calls >= (1 - m) calls + m puts.
_FLOORS = np.array(
    [[1.0, 1.0 - m, 0.0, m, 1.0, 0.0] for m in (0.0, 0.5, 1.0)]
    + [[1.0, m, 1.0, 1.0 - m, 0.0, 0.0] for m in (0.0, 0.5, 1.0)]
)


def floors(table: F64) -> F64:
    """The least of each floor over the ways of a table, shape (6,); over several groups they add."""
    least: F64 = (_FLOORS @ table).min(axis=1)
    return least


def floor_of(sums: F64) -> float:
    """What no way can cost less than, in dollars, from summed ``floors``."""
    return float(min(sums[:3].max(), sums[3:].max()))


def cheapest(ways: Ways, forced: F64) -> tuple[float, F64]:
    """The least requirement in dollars and how many of each short it leaves uncovered.

    ``forced`` (6,) is what shorts add that nothing can cover. Of equal ways the one with the fewest
    uncovered contracts, then the first.
    """
    table = ways.table + forced[:, None]
    pool = pooled_usd(table[CALLS], table[CALL_PREMIUM], table[PUTS], table[PUT_PREMIUM])
    total = table[LOSS] + pool
    least = float(total.min())
    near = np.flatnonzero(total <= least + TIE)
    pick = near[int(np.argmin(table[COUNT][near]))]
    return float(total[pick]), ways.naked[pick]
