"""Correlation groups: who moves with whom, and how many of each may be held (rulebook 15)."""

from collections.abc import Collection, Iterable, Iterator

from tomking.core.contract import Right
from tomking.core.order import Purpose
from tomking.core.product import PRODUCTS
from tomking.portfolio.book import Book, Position

EQUITY_GROUPS = frozenset({"A1", "A2"})

#: Ten groups: the nine of the methodology and V for volatility (rulebook 15).
GROUPS = {
    "A1": ("ES", "MES", "NQ", "MNQ", "RTY", "M2K", "YM", "MYM"),
    "A2": ("SPX", "XSP", "NDX", "RUT", "SPY", "QQQ", "IWM", "DIA"),
    "B1": ("GC", "MGC", "GLD", "TLT", "ZB", "ZN", "IEF", "HYG"),
    "B2": ("SI", "SIL", "SLV", "HG", "PL", "PA"),
    "C1": ("CL", "MCL", "QM", "RB", "HO", "XLE", "XOP", "USO"),
    "C2": ("NG", "UNG"),
    "D1": ("ZC", "ZS", "ZW", "DBA"),
    "D2": ("LE", "HE", "GF"),
    "E": ("6E", "6B", "6A", "6C", "M6E", "M6A", "UUP", "FXE", "FXB"),
    "V": ("VIX", "VXX", "UVXY", "SVXY", "VIXY"),
}
GROUP_OF = {root: group for group, roots in GROUPS.items() for root in roots}


def group_of(root: str) -> str | None:
    """The group of a root, or ``None`` for one nobody has placed."""
    return GROUP_OF.get(root)


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
    campaigns: Iterable[tuple[str, str, str]], one_slot: Collection[str]
) -> Iterator[tuple[str, str]]:
    """(strategy, root) once for each slot of a group or an underlying that campaigns take (R-COR-08).

    A ladder of rungs, and a book of covered calls, is one slot however many there are of it.
    """
    seen: set[tuple[str, str]] = set()
    for _, strategy, root in campaigns:
        key = strategy, family(root)
        if strategy not in one_slot:
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
