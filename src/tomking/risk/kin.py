"""Whose row of a table by strategy binds, and who is counted in it: variants and what they vary.

A table that does not name a strategy means it by what it is a variant of (R-POS-08). What has no row
either way meets the general figure of the rule; a limit that has none says so where it is read.
"""

from collections.abc import Collection, Iterable
from typing import TypeVar

from tomking.risk.groups import Groups

T = TypeVar("T")
D = TypeVar("D")

#: A strategy and its other forms: each meets every limit of it that is not its own.
VARIANTS: Groups = (
    (
        "friday_0dte",
        (
            "friday_0dte_broken", "friday_0dte_high_vix", "friday_0dte_moved",
            "friday_0dte_with_move",
        ),
    ),
    ("lt112", ("lt112_calendarised", "lt112_hedge", "lt112_twice", "lt112_whole", "lt112_xl")),
    ("strangle", ("strangle_cl", "strangle_gc")),
    ("ipmcc", ("ipmcc_month", "ipmcc_outside", "ipmcc_qqq")),
    ("leap_ladder", ("leap_protect",)),
    ("bear_trap", ("bear_trap_eleven",)),
)  # fmt: skip
#: A row of campaigns by phase and the strategies that share it (rulebook 9 and 10.3).
FAMILIES: Groups = (
    ("butterfly_0dte", ("butterfly", "iron_butterfly", "broken_wing")),
    ("diagonal", ("calendar",)),
)


def row_name(strategy: str, names: Collection[str], kinds: Groups) -> str:
    """The name by which a table with rows of some names knows a strategy; its own where it has none.

    >>> row_name("strangle_gc", ("strangle",), VARIANTS), row_name("mine", ("strangle",), VARIANTS)
    ('strangle', 'mine')
    """
    if strategy in names:
        return strategy
    heads = (head for head, members in kinds if strategy in members)
    return next((head for head in heads if head in names), strategy)


def row_of(
    rows: tuple[tuple[str, T], ...], strategy: str, kinds: Groups, otherwise: D
) -> T | D:  # fmt: skip
    """A strategy's row of a table: its own, else its kind's, else what is told."""
    table = dict(rows)
    return table.get(row_name(strategy, table, kinds), otherwise)


def is_named(strategy: str, names: Collection[str], kinds: Groups) -> bool:
    """Whether a list means a strategy, by its own name or by its kind's."""
    return row_name(strategy, names, kinds) in names


def counted(strategy: str, held: Iterable[str], names: Collection[str], kinds: Groups) -> int:
    """How many of what is held stand in a strategy's row."""
    mine = row_name(strategy, names, kinds)
    return sum(row_name(other, names, kinds) == mine for other in held)
