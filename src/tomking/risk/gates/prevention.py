"""What would have kept an account out of 5 August 2024, asked of what is opened (rulebook 21.3).

The checks of ``risk.prevention`` that speak of how many there may be. An order that has no part in what
is crowded is not refused for it; its own campaign is not counted, and a ladder is one slot (R-COR-08).
"""

from collections.abc import Iterator
from datetime import date

from tomking.core.reading import Reading, Sense, Stage
from tomking.risk.case import Case
from tomking.risk.correlation import family
from tomking.risk.kin import counted, is_named, row_name
from tomking.risk.limits import at_level
from tomking.risk.prevention import EQUITY, Live, live


def equity_is_not_crowded(case: Case) -> Reading:
    """Fewer campaigns on equity indexes than the phase allows (R-PRE-01)."""
    view = case.view
    held = sum(family(root) in EQUITY for _, root in case.slots)
    most = at_level(view.limits.equity_positions_by_phase, view.standing.phase, 0.0)
    return Reading(
        "campaigns on equities", Stage.CORRELATION, Sense.BELOW,
        held if family(case.order.root) in EQUITY else 0, most, "", "R-PRE-01",
    )  # fmt: skip


def expiry_is_its_own(case: Case) -> Reading:
    """A strategy that may be in a group once has no campaign of the same expiry (R-PRE-02)."""
    order, limits, days = case.order, case.view.limits, _expiries(case)
    same = [one.strategy for one in _others(case) if one.expiries & days]
    once = is_named(order.strategy, limits.one_per_group, limits.variants)
    held = counted(order.strategy, same, limits.one_per_group, limits.variants)
    return Reading(
        f"{order.strategy} of the same expiry", Stage.CORRELATION, Sense.BELOW, held if once else 0,
        1, "", "R-PRE-02",
    )  # fmt: skip


def premium_sold_is_little(case: Case) -> Reading:
    """Fewer campaigns sold for a credit than the limit, where another would be (R-PRE-03).

    What has no price that can be read is taken for one that sells.
    """
    limit = case.order.limit
    sells = limit is None or not limit.is_finite() or limit > 0
    held = len({_slot(one, case) for one in _others(case) if one.credit}) if sells else 0
    return Reading(
        "campaigns sold for a credit", Stage.POSITION_LIMIT, Sense.BELOW, held,
        case.view.limits.short_premium_max, "", "R-PRE-03",
    )  # fmt: skip


def expiries_are_apart(case: Case) -> Reading:
    """With the order in them, campaigns around any day it expires stay under the limit (R-PRE-07)."""
    limits, others = case.view.limits, tuple(_others(case))
    near = (
        len({_slot(one, case) for one in others if _ends_near(one, day, limits.expiry_near_days)})
        for day in _expiries(case)
    )
    return Reading(
        f"campaigns within {limits.expiry_near_days} days of its expiry", Stage.POSITION_LIMIT,
        Sense.BELOW, max(near, default=0), limits.expiry_near_max - 1, "", "R-PRE-07",
    )  # fmt: skip


def _ends_near(one: Live, day: date, days: int) -> bool:
    return any(abs((day - other).days) <= days for other in one.expiries)


def _expiries(case: Case) -> frozenset[date]:
    """The days on which what the order opens ends."""
    opened = (leg.contract for leg in case.order.legs if leg.opens)
    return frozenset(contract.expiry for contract in opened if contract.is_option)


def _others(case: Case) -> Iterator[Live]:
    """The campaigns that count, but for the order's own and the ladder it is a rung of."""
    mine = _ladder(case.order.strategy, case.order.root, case)
    for one in live(case.view.book):
        rung = mine is not None and _ladder(one.strategy, one.root, case) == mine
        if one.campaign != case.order.campaign and not rung:
            yield one


def _slot(one: Live, case: Case) -> tuple[str, ...]:
    """What a campaign takes a slot as: its ladder, or itself."""
    return _ladder(one.strategy, one.root, case) or (one.campaign,)


def _ladder(strategy: str, root: str, case: Case) -> tuple[str, str] | None:
    """What a strategy's campaigns on an underlying share one slot as; nothing where each has its own."""
    limits = case.view.limits
    name = row_name(strategy, limits.one_slot, limits.variants)
    return (name, family(root)) if name in limits.one_slot else None


CROWD = (equity_is_not_crowded, expiry_is_its_own)
CROWD_OF_ALL = (premium_sold_is_little, expiries_are_apart)
