"""What would have kept an account out of 5 August 2024: readings on the book as it is and is wanted.

Rulebook 21.3, checks 1, 2, 3 and 6, on everything held and every opening that works at the venue. Here
they measure; which of them refuse an opening stands in ``risk.gates.prevention``. Where a figure has
several bounds there is a reading for each.
The levels of VIX (4, 5, 7) belong to gates and breakers, and check 8 to ``portfolio.stress``.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import combinations
from math import isnan

from tomking.core.contract import Contract, Right
from tomking.core.errors import QuoteMissing
from tomking.core.money import ZERO
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.value import value
from tomking.portfolio.book import Book, Position
from tomking.portfolio.columns import columns
from tomking.risk.correlation import family, takes_a_slot
from tomking.risk.groups import group_of
from tomking.risk.kin import row_name
from tomking.risk.limits import Limits, at_level
from tomking.risk.sizing import margin_of
from tomking.risk.view import View

#: What the rulebook counts as equity positions in check 1, micros with their large contracts.
EQUITY = frozenset({"ES", "NQ", "RTY", "SPX", "SPXW", "SPY", "QQQ", "IWM"})
#: Trades that want the index to rise (check 6), their variants too, but the ladder that is bought.
BULLISH = ("lt112", "leap_ladder", "ipmcc")
BOUGHT = "leap_protect"
SHARE = "of net liq"


@value
class Live:
    """A campaign that counts: what is held or wanted of it, and whether it was sold for a credit."""

    campaign: str
    strategy: str
    root: str
    held: tuple[tuple[Contract, int], ...]
    credit: bool

    @property
    def expiries(self) -> frozenset[date]:
        """The days its options end."""
        return frozenset(contract.expiry for contract, _ in self.held if contract.is_option)


def live(book: Book) -> tuple[Live, ...]:
    """Every campaign that counts, openings at the venue among them."""
    names = dict.fromkeys(
        (
            *(held.campaign for held in book.positions.values() if counts(held)),
            *(working.order.campaign for working in book.opening()),
        )
    )
    return tuple(_live(name, book) for name in names)


def counts(position: Position) -> bool:
    """Whether a position makes its campaign count: a put spread that an LT112 leaves behind does not.

    Calls do, covered or not: they are what an IPMCC is made of.
    """
    calls = any(contract.right is Right.CALL for contract, _ in position.held)
    return calls or takes_a_slot(position)


def _live(name: str, book: Book) -> Live:
    """One campaign: its positions that count, and its openings at full size."""
    mine = [held for held in book.positions.values() if held.campaign == name and counts(held)]
    orders = [working.order for working in book.opening() if working.order.campaign == name]
    received = sum((held.premium for held in mine), ZERO)
    received += sum(((one.limit or ZERO) * one.units for one in orders), ZERO)
    first = mine[0] if mine else orders[0]
    wanted = (
        (leg.contract, leg.quantity * one.units) for one in orders for leg in one.legs if leg.opens
    )
    held = (pair for position in mine for pair in position.held)
    return Live(name, first.strategy, first.root, (*held, *wanted), received > 0)


def prevention(view: View) -> tuple[Reading, ...]:
    """Every check on a book, in the rulebook's order."""
    campaigns, limits = live(view.book), view.limits
    return (
        *equity_is_not_crowded(campaigns, view.standing.phase, limits),
        *expiries_are_apart(campaigns, limits),
        *premium_sold_is_little(campaigns, limits),
        *margin_of_equity_is_small(campaigns, view),
        bulls_are_few(campaigns, limits),
        *campaigns_move_apart(campaigns, view),
    )


def equity_is_not_crowded(
    campaigns: Iterable[Live], phase: float, limits: Limits
) -> tuple[Reading, Reading]:
    """Few campaigns on equities, by root and by group (R-PRE-01)."""
    roots = [one.root for one in campaigns]
    most = at_level(limits.equity_positions_by_phase, phase, 0.0)
    crowd = sum(family(root) in EQUITY for root in roots)
    grouped = sum(group_of(root, limits.groups) in limits.equity_groups for root in roots)
    return (
        _counted("equity positions", Stage.CORRELATION, crowd, most, "R-PRE-01"),
        _counted(
            f"positions in {' and '.join(limits.equity_groups)}",
            Stage.CORRELATION,
            grouped,
            limits.equity_groups_max,
            "R-PRE-01",
        ),
    )


def expiries_are_apart(
    campaigns: Iterable[Live], limits: Limits
) -> tuple[Reading, Reading, Reading]:
    """One of a kind in a group and in an expiry, and few positions around any expiry (R-PRE-02)."""
    all_, once = tuple(campaigns), limits.one_per_group
    alone = [one for one in all_ if one.strategy in once]
    groups = Counter((one.strategy, group_of(one.root, limits.groups)) for one in alone)
    days = Counter((one.strategy, day) for one in alone for day in one.expiries)
    name = " and ".join(once) or "no strategy"
    return (
        _counted(f"{name} in one group", Stage.CORRELATION, _most(groups), 1, "R-PRE-02"),
        _counted(f"{name} in one expiry", Stage.CORRELATION, _most(days), 1, "R-PRE-02"),
        Reading(
            f"positions within {limits.expiry_near_days} days of one expiry", Stage.POSITION_LIMIT,
            Sense.BELOW, _crowd(all_, limits.expiry_near_days), limits.expiry_near_max, "",
            "R-PRE-07",
        ),
    )  # fmt: skip


def _most(counts: "Counter[tuple[str, str | None]] | Counter[tuple[str, date]]") -> int:
    return max(counts.values(), default=0)


def _crowd(campaigns: tuple[Live, ...], days: int) -> int:
    """The most campaigns that end within some days of an expiry that one of them has."""
    ends = {day for one in campaigns for day in one.expiries}
    near = (
        sum(any(abs((day - other).days) <= days for day in one.expiries) for one in campaigns)
        for other in ends
    )
    return max(near, default=0)


def premium_sold_is_little(campaigns: Iterable[Live], limits: Limits) -> tuple[Reading, Reading]:
    """Few campaigns that were sold for a credit, and few in all (R-PRE-03)."""
    credits_ = [one.credit for one in campaigns]
    return (
        _counted(
            "short-premium positions", Stage.POSITION_LIMIT, sum(credits_), limits.short_premium_max,
            "R-PRE-03",
        ),
        _counted(
            "positions in all", Stage.POSITION_LIMIT, len(credits_), limits.positions_max, "R-PRE-03"
        ),
    )  # fmt: skip


def margin_of_equity_is_small(
    campaigns: Iterable[Live], view: View
) -> tuple[Reading, Reading, Reading]:
    """Margin of short premium on equities, to warn and to refuse, and what is in reserve (R-PRE-04)."""
    all_, limits = tuple(campaigns), view.limits
    groups, equities = limits.groups, limits.equity_groups
    sold = [one for one in all_ if one.credit and group_of(one.root, groups) in equities]
    equity, whole = (_share(group, view) for group in (sold, all_))
    warn, refuse = (
        Reading(
            f"equity short-premium margin ({word})", Stage.MARGIN, Sense.AT_MOST, equity, bound,
            SHARE, "R-PRE-04",
        )
        for word, bound in (
            ("warn", limits.short_margin_equity_warn), ("refuse", limits.short_margin_equity_max),
        )
    )  # fmt: skip
    reserve = None if whole is None else 1.0 - whole
    left = Reading(
        "buying power in reserve", Stage.MARGIN, Sense.AT_LEAST, reserve, limits.reserve, SHARE,
        "R-PRE-04",
    )  # fmt: skip
    return warn, refuse, left


def _share(campaigns: Iterable[Live], view: View) -> float | None:
    """What some campaigns ask for by themselves, of net liq; unknown without a quote or an account."""
    held = [pair for one in campaigns for pair in one.held]
    if not view.net_liq > 0.0:
        return None
    legs = columns(held)
    try:
        needed = margin_of(view, legs, view.market.marks(legs))
    except QuoteMissing:
        return None
    return None if isnan(needed) else needed / view.net_liq


def bulls_are_few(campaigns: Iterable[Live], limits: Limits) -> Reading:
    """Fewer campaigns that want a rise than the number that warns (R-PRE-05)."""
    names = (*BULLISH, BOUGHT)
    kinds = (row_name(one.strategy, names, limits.variants) for one in campaigns)
    bulls = sum(kind in BULLISH for kind in kinds)
    return Reading(
        "bullish positions (warn)", Stage.CORRELATION, Sense.BELOW, bulls, limits.bullish_warn, "",
        "R-PRE-05",
    )  # fmt: skip


def campaigns_move_apart(campaigns: Iterable[Live], view: View) -> tuple[Reading, Reading, Reading]:
    """The mean correlation of every two campaigns, to warn, reduce and halt (R-PRE-06)."""
    mean, limits = _mean_correlation(tuple(campaigns), view), view.limits
    warn, reduce, halt = (
        Reading(
            f"mean correlation ({word})", Stage.CORRELATION, Sense.AT_MOST, mean, bound, "", "R-PRE-06"
        )
        for word, bound in (
            ("warn", limits.correlation_warn), ("reduce", limits.correlation_reduce),
            ("halt", limits.correlation_halt),
        )
    )  # fmt: skip
    return warn, reduce, halt


def _mean_correlation(campaigns: tuple[Live, ...], view: View) -> float | None:
    """Two campaigns on one underlying move as one; a pair nobody measured makes the mean unknown."""
    found: list[float] = []
    known = view.market.day.correlations
    for one, other in combinations((family(each.root) for each in campaigns), 2):
        measured = 1.0 if one == other else known.get((one, other), known.get((other, one)))
        if measured is None:
            return None
        found.append(measured)
    return sum(found) / len(found) if found else 0.0


def _counted(name: str, stage: Stage, count: int, most: float, rule: str) -> Reading:
    return Reading(name, stage, Sense.AT_MOST, count, most, "", rule)
