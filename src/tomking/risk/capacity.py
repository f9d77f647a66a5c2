"""Scarce capacity: who took what an order is refused for want of.

Strategies are asked in one order within a tick (rulebook 0.6); whoever is refused after another has
entered is told whose entry it was.
"""

from collections.abc import Sequence
from dataclasses import replace

from tomking.core.order import Order
from tomking.core.reading import Reading
from tomking.risk.correlation import family
from tomking.risk.groups import group_of
from tomking.risk.limits import Limits

#: Rules about what all of an account share.
SHARED = frozenset(
    {
        "R-GRK-01", "R-GRK-02", "R-GRK-03", "R-GRK-04", "R-GRK-06", "R-MRG-01", "R-MRG-02",
        "R-MRG-06", "R-POS-01", "R-POS-04", "R-PRE-03", "R-STR-01", "R-STR-02",
    }
)  # fmt: skip
#: Rules about a correlation group, about the equity groups together, and about one underlying.
OF_A_GROUP, OF_EQUITIES = frozenset({"R-COR-01", "R-COR-05"}), frozenset({"R-COR-02", "R-PRE-01"})
OF_AN_UNDERLYING = frozenset({"R-POS-03"})
#: What is counted in whole campaigns: one winner can be the cause only where one less would do.
COUNTED = frozenset(
    {"R-COR-01", "R-COR-02", "R-POS-01", "R-POS-03", "R-POS-04", "R-PRE-01", "R-PRE-03"}
)


def with_winners(
    readings: Sequence[Reading], root: str, entered: Sequence[Order], limits: Limits
) -> tuple[Reading, ...]:
    """The same readings, every refusal for want of capacity naming who entered before in this tick.

    Parameters
    ----------
    readings
        Of gates or of sizing, about an order in ``root``.
    entered
        The opening orders that were sent earlier in the same tick, in the order of capacity.
    """
    return tuple(_named(reading, root, entered, limits) for reading in readings)


def _named(reading: Reading, root: str, entered: Sequence[Order], limits: Limits) -> Reading:
    if reading.passed or not reading.rule:
        return reading
    winners = [won for won in entered if shares(reading.rule, root, won.root, limits)]
    if not winners or not _were_the_cause(reading, len(winners)):
        return reading
    names = " and ".join(dict.fromkeys(won.strategy for won in winners))
    return replace(reading, name=f"{reading.name} (taken by {names})")


def shares(rule: str, root: str, other: str, limits: Limits) -> bool:
    """Whether two roots draw on what a rule limits."""
    if rule in SHARED:
        return True
    mine, theirs = group_of(root, limits.groups), group_of(other, limits.groups)
    equities = limits.equity_groups
    if rule in OF_EQUITIES:
        return mine in equities and theirs in equities
    if rule in OF_A_GROUP:
        both = rule == "R-COR-05" and mine in equities and theirs in equities
        return both or (mine is not None and mine == theirs)
    return rule in OF_AN_UNDERLYING and family(root) == family(other)


def _were_the_cause(reading: Reading, winners: int) -> bool:
    """Whether a count would have had room without them; of margin and Greeks each takes a part."""
    seen, bound = reading.observed, reading.bound
    if reading.rule not in COUNTED or isinstance(seen, str) or isinstance(bound, str):
        return True
    return seen is not None and seen - winners < bound
