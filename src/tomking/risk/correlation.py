"""Correlation groups: who moves with whom, and how many of each may be held (rulebook 15)."""

from collections.abc import Collection, Iterable, Iterator

from tomking.core.contract import Right
from tomking.core.order import Purpose
from tomking.core.product import PRODUCTS
from tomking.portfolio.book import Book, Position
from tomking.risk.groups import Groups, group_of
from tomking.risk.kin import row_name
from tomking.risk.limits import Limits, named


def group_margin_max(group: str | None, limits: Limits) -> float:
    """The most margin of a group as a share of net liq: its own, or its kind's if less (R-COR-05)."""
    equity = group in limits.equity_groups
    kind = limits.short_margin_equity_max if equity else limits.short_margin_other_max
    return min(kind, named(limits.group_margin_max, group or "", kind))


def together(root: str, others: Iterable[str], limits: Limits) -> frozenset[str]:
    """The roots among others whose margin counts with a root's: of its group, equity groups as one."""
    mine = group_of(root, limits.groups)
    groups = limits.equity_groups if mine in limits.equity_groups else (mine,)
    return frozenset(other for other in others if group_of(other, limits.groups) in groups)


def family(root: str) -> str:
    """The underlying a root stands for: MES is ES."""
    found = PRODUCTS.get(root)
    return found.micro_of or root if found else root


def takes_a_slot(position: Position) -> bool:
    """Whether a position still makes its campaign count: short an option, net long calls, or outright.

    The put spread an LT112 leaves behind can lose no more than it is marked at, so it keeps its
    margin and its stress but takes no slot (rulebook 0.6): its long leg covers its short one.
    """
    calls = sum(n for contract, n in position.held if contract.right is Right.CALL)
    puts = sum(n for contract, n in position.held if contract.right is Right.PUT)
    futures = any(not contract.is_option for contract, _ in position.held)
    return calls != 0 or puts < 0 or futures or position.premium > 0


def slots_of(
    campaigns: Iterable[tuple[str, str, str]], one_slot: Collection[str], kinds: Groups
) -> Iterator[tuple[str, str]]:
    """(strategy, root) once for each slot of a group or an underlying that campaigns take (R-COR-08).

    A ladder of rungs, and a book of covered calls, is one slot however many there are of it.
    """
    seen: set[tuple[str, str]] = set()
    for _, strategy, root in campaigns:
        name = row_name(strategy, one_slot, kinds)
        key = name, family(root)
        if name not in one_slot:
            yield strategy, root
        elif key not in seen:
            seen.add(key)
            yield strategy, root


def live_campaigns(book: Book) -> Iterator[tuple[str, str, str]]:
    """(campaign, strategy, root) of all that takes a slot, working openings included, once each."""
    seen: dict[str, tuple[str, str]] = {
        position.campaign: (position.strategy, position.root)
        for position in book.positions.values()
        if takes_a_slot(position)
    }
    for working in book.working.values():
        order = working.order
        if order.purpose is Purpose.OPEN:
            seen.setdefault(order.campaign, (order.strategy, order.root))
    return ((campaign, strategy, root) for campaign, (strategy, root) in seen.items())
