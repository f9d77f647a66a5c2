"""What an account uses of every limit as it stands: headroom, without an order to be judged.

Each figure is the gates' own, measured on the book alone, and each bound what the next order would find;
a limit that a governor sets names it, and slots that are kept for a strategy name that.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from math import inf, isnan

from tomking.core.errors import QuoteMissing
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.value import value
from tomking.portfolio import marks as worth
from tomking.risk.breakers import losses
from tomking.risk.caps import Allowance, reserve_of
from tomking.risk.correlation import family, group_margin_max, live_campaigns, slots_of
from tomking.risk.counts import families, kept_for_others, of_group, of_phase, of_strategy
from tomking.risk.exposure import (
    AUG5_MARGIN_FACTOR,
    HUNDRED_THOUSAND,
    Slope,
    bounds,
    of_what_is_left,
    slope,
    stress_loss,
)
from tomking.risk.groups import group_of
from tomking.risk.kin import row_name
from tomking.risk.view import View

SHARE = "of net liq"
#: Dollars of margin that what is held on some roots needs.
MarginOf = Callable[[Collection[str]], float]


@value
class Usage:
    """A limit: what is used of it, and who set it where that is a governor."""

    reading: Reading
    bound_by: str = ""


def usage(view: View, allowed: Allowance, margin_of: MarginOf) -> tuple[Usage, ...]:
    """Every limit of an account, in the order of the evaluation stages.

    Parameters
    ----------
    allowed
        What the governors allow at the view.
    margin_of
        What holding costs, by roots: the venue's figure, or that of a file.
    """
    stages = list(Stage)
    found = (
        *_losses(view),
        *_groups(view, margin_of),
        *_greeks(view),
        *_margin(view, allowed, margin_of),
        *_counts(view, allowed),
    )
    return tuple(sorted(found, key=lambda one: stages.index(one.reading.stage)))


def _losses(view: View) -> Iterator[Usage]:
    yield from (Usage(seen) for seen in losses(view.net_liq, view.standing, view.limits))


def _roots(view: View) -> tuple[str, ...]:
    return tuple(dict.fromkeys(contract.root for contract in view.book.legs.contracts))


def _groups(view: View, margin_of: MarginOf) -> Iterator[Usage]:
    """Margin of every group in which something is held, equity groups together (R-COR-05)."""
    limits, held = view.limits, _roots(view)
    places = {root: group_of(root, limits.groups) for root in held}
    for group in dict.fromkeys(places.values()):
        together = limits.equity_groups if group in limits.equity_groups else (group,)
        inside = [root for root in held if places[root] in together]
        yield Usage(
            _of(view, f"margin of group {group}", Stage.CORRELATION, margin_of(inside),
                group_margin_max(group, limits), "R-COR-05")
        )  # fmt: skip


def _greeks(view: View) -> Iterator[Usage]:
    """Delta, its change, theta, vega and leverage of the book."""
    limits, book, marks = view.limits, view.book.legs, view.marks
    room = max(view.capital, 0.0)  # an account that owes has none
    here, most = _slope(view), bounds(limits, room)
    scale = room / HUNDRED_THOUSAND
    rows = (
        ("delta of the book", Sense.AT_MOST, abs(here.delta), most.delta, most.unit, "R-GRK-01"),
        ("change of delta", Sense.AT_MOST, here.change, most.change, most.unit, "R-GRK-02"),
        ("theta", Sense.AT_LEAST, worth.dollar_theta(book, marks), limits.theta_min_usd * scale + 0.0,
         "dollars a day", "R-GRK-03"),
        ("vega", Sense.AT_MOST, abs(worth.dollar_vega(book, marks)), limits.vega_max_usd * scale,
         "dollars a vol point", "R-GRK-04"),
        ("delta-weighted notional", Sense.AT_MOST,
         _share(worth.gross_dollar_delta(book, marks), view), limits.notional_max,
         "times net liq", "R-GRK-06"),
    )  # fmt: skip
    for name, sense, seen, bound, unit, rule in rows:
        yield Usage(Reading(name, Stage.GREEKS, sense, _known(seen), bound, unit, rule))


def _slope(view: View) -> Slope:
    """The book's slope; unknown where the literal counting wants a price nobody has."""
    try:
        return slope(view.book.legs, view, view.marks)
    except QuoteMissing:
        unknown = float("nan")
        return Slope(unknown, unknown, unknown)


def _margin(view: View, allowed: Allowance, margin_of: MarginOf) -> Iterator[Usage]:
    """Buying power, margin in all, and both on the bad day."""
    limits, used = view.limits, margin_of(_roots(view))
    loss = stress_loss(view.book.legs, view, view.marks)
    stressed = of_what_is_left(used * AUG5_MARGIN_FACTOR, loss, view.capital)
    yield Usage(
        _of(view, "buying power", Stage.MARGIN, used,
            allowed.bp_share_max * (1.0 - reserve_of(view.market.vix.value, limits)), "R-MRG-01"),
        allowed.bp_bound_by,
    )  # fmt: skip
    yield Usage(_of(view, "margin in all", Stage.MARGIN, used, limits.margin_max, "R-MRG-02"))
    yield Usage(
        _of(view, "loss under AUG5_LOW", Stage.MARGIN, loss, limits.stress_loss_max, "R-STR-01")
    )
    yield Usage(
        Reading("margin under AUG5_LOW", Stage.MARGIN, Sense.AT_MOST, _known(stressed),
                limits.stress_margin_max, "of what is left", "R-STR-02")
    )  # fmt: skip


def _counts(view: View, allowed: Allowance) -> Iterator[Usage]:
    """Campaigns in all and of each strategy, slots of each group and underlying."""
    limits, live = view.limits, tuple(live_campaigns(view.book))
    slots = tuple(slots_of(live, limits.one_slot, limits.variants))
    yield Usage(
        _count(
            "campaigns in all", Stage.POSITION_LIMIT, len(live), allowed.positions_max, "R-POS-01"
        ),
        allowed.positions_bound_by,
    )
    yield from _slots(view, slots)
    for root, count in Counter(family(root) for _, root in slots).items():
        most = limits.positions_per_underlying_max
        yield Usage(_count(f"slots on {root}", Stage.POSITION_LIMIT, count, most, "R-POS-03"))
    yield from _campaigns(view, [strategy for _, strategy, _ in live])


def _slots(view: View, slots: tuple[tuple[str, str], ...]) -> Iterator[Usage]:
    """Slots of each group as a strategy finds them for which none is kept, and of equities in all."""
    limits = view.limits
    places = [group_of(root, limits.groups) for _, root in slots]
    for group in dict.fromkeys(places):
        held, most = of_group(group, "", slots, view)
        inside = [name for (name, _), place in zip(slots, places, strict=True) if place == group]
        kept = " and ".join(name for name, _ in kept_for_others(group, "", inside, limits))
        yield Usage(
            _count(f"slots of group {group or 'none'}", Stage.CORRELATION, held, most, "R-COR-01"),
            f"kept for {kept}" if kept else "",
        )
    equity = sum(place in limits.equity_groups for place in places)
    yield Usage(
        _count(f"slots of {' and '.join(limits.equity_groups)}", Stage.CORRELATION, equity,
               limits.equity_groups_max, "R-COR-02")
    )  # fmt: skip


def _campaigns(view: View, held: list[str]) -> Iterator[Usage]:
    """Campaigns of each strategy with all that share its row, by its cap and by its phase."""
    limits = view.limits
    rows, by_phase = dict(limits.positions_by_strategy), dict(limits.positions_by_strategy_phase)
    for name in dict.fromkeys(row_name(each, rows, limits.variants) for each in held):
        count, most = of_strategy(name, held, limits)
        yield Usage(_count(f"{name} campaigns", Stage.POSITION_LIMIT, count, most, "R-POS-02"))
    for name in dict.fromkeys(row_name(each, by_phase, families(limits)) for each in held):
        count, most = of_phase(name, held, view)
        if most < inf:
            yield Usage(
                _count(
                    f"{name} campaigns in the phase", Stage.POSITION_LIMIT, count, most, "R-POS-05"
                )
            )


def _count(name: str, stage: Stage, seen: int, most: float, rule: str) -> Reading:
    """A count as it stands: it may have reached its limit, which only the next one may not find."""
    return Reading(name, stage, Sense.AT_MOST, seen, most, "", rule)


def _of(view: View, name: str, stage: Stage, dollars: float, most: float, rule: str) -> Reading:
    return Reading(name, stage, Sense.AT_MOST, _known(_share(dollars, view)), most, SHARE, rule)


def _share(dollars: float, view: View) -> float | None:
    return dollars / view.capital if view.capital > 0.0 else None


def _known(figure: float | None) -> float | None:
    return None if figure is None or isnan(figure) else figure
