"""How many campaigns there are and may be: one function a bound, for the gates and for headroom.

Each answers with what is held and the most there may be; an order needs one more to fit.
"""

from collections.abc import Collection, Iterable
from math import inf

from tomking.risk.groups import Groups, group_of
from tomking.risk.kin import counted, is_named, row_name
from tomking.risk.limits import Limits, at_level, named
from tomking.risk.view import View

Count = tuple[int, float]


def of_strategy(strategy: str, held: Collection[str], limits: Limits) -> Count:
    """Campaigns in a strategy's row; one where no row is its own (R-POS-02)."""
    rows = dict(limits.positions_by_strategy)
    most = rows.get(row_name(strategy, rows, limits.variants), 1)
    return counted(strategy, held, rows, limits.variants), most


def of_phase(strategy: str, held: Collection[str], view: View) -> Count:
    """Campaigns of a family, and what the phase allows: any number without a row (R-POS-05)."""
    rows, kinds = dict(view.limits.positions_by_strategy_phase), families(view.limits)
    row = rows.get(row_name(strategy, rows, kinds))
    most = inf if row is None else at_level(row, view.standing.phase, 0.0)
    return counted(strategy, held, rows, kinds), most


def families(limits: Limits) -> Groups:
    """Who shares a row of campaigns by phase: variants, and strategies of one family."""
    return (*limits.variants, *limits.families)


def of_group(
    group: str | None, strategy: str, slots: Iterable[tuple[str, str]], view: View
) -> Count:
    """Slots of a group, and what a strategy may find there (R-COR-01, R-COR-03, R-COR-06).

    That is the group's limit, or its phase's if less: less the slots kept for others that they have not
    filled, less one above VIX 30. ``slots`` are (strategy, root).
    """
    limits = view.limits
    inside = [name for name, root in slots if group_of(root, limits.groups) == group]
    kept = sum(slots for _, slots in kept_for_others(group, strategy, inside, limits))
    most = named(limits.group_max, group or "", 0.0)
    by_phase = dict(limits.group_max_by_phase).get(group or "")
    if by_phase is not None:
        most = min(most, at_level(by_phase, view.standing.phase, 0.0))
    crisis = view.market.vix.value > limits.group_vix_step
    return len(inside), max(0.0, most - kept - crisis)


def kept_for_others(
    group: str | None, strategy: str, inside: Collection[str], limits: Limits
) -> tuple[tuple[str, int], ...]:
    """For whom slots of a group are kept that a strategy may not take, and how many (R-COR-03)."""
    left = (
        (owner, slots - counted(owner, inside, (owner,), limits.variants))
        for name, owner, slots in limits.group_reserve
        if name == group and not is_named(strategy, (owner,), limits.variants)
    )
    return tuple((owner, slots) for owner, slots in left if slots > 0)
