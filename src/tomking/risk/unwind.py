"""What goes first when risk has to come off: the orders of unwinding (rulebook 11 rule 7 and 0.6).

Positions are taken down whole, each as one package; nothing here makes an order.
"""

from collections.abc import Collection, Sequence
from math import inf, isnan

import numpy as np
from numpy.typing import NDArray

from tomking.core.money import points
from tomking.core.reading import Reading, Sense, Stage
from tomking.market.snapshot import MID, NO_SHOCK, Legs, Marks, Shock
from tomking.portfolio import marks as worth
from tomking.portfolio.book import Position
from tomking.portfolio.fees import fee
from tomking.portfolio.margin.account import Terms
from tomking.portfolio.stress import Stressed, money, valued
from tomking.risk.exposure import AUG5_LOW, stress_loss
from tomking.risk.groups import Groups
from tomking.risk.kin import row_name, row_of
from tomking.risk.view import View

#: A fee below which an exit costs nothing to speak of, so that a ratio to it is finite.
CENT = 0.01
STRANGLE, LT112 = "strangle", "lt112"

Positions = tuple[Position, ...]


def by_priority(view: View) -> Positions:
    """Everything held in the order of an emergency (R-RNG-05), the largest stress loss first in each.

    A variant goes with its kind; strategies the order does not name either way come last.
    """
    order, kinds = view.limits.unwind_order, view.limits.variants
    ranks = tuple((name, row) for row, name in enumerate(order))
    held = view.book.positions.values()
    return tuple(
        sorted(
            held,
            key=lambda one: (row_of(ranks, one.strategy, kinds, len(order)), -_loss(view, one)),
        )
    )


def by_margin_call(view: View) -> Positions:
    """Losers first, in each the one that frees most margin, strangles before 112s (R-RNG-06).

    Among strangles and 112s, variants of either too, the places of the winners or of the losers are
    kept and filled with the strangles first.
    """
    needed = float(_without(view, ()).requirement)
    freed = {
        held.id: needed - float(_without(view, (held.id,)).requirement)
        for held in view.book.positions.values()
    }
    found: list[Position] = []
    for losing in (True, False):
        kind = [held for held in view.book.positions.values() if _loses(view, held) is losing]
        by_margin = sorted(kind, key=lambda held: -freed[held.id])
        found += _strangles_first(by_margin, view.limits.variants)
    return tuple(found)


def by_stress(view: View) -> Positions:
    """The five that lose most under AUG5_LOW for a dollar of exit cost (R-RNG-04).

    What cannot be measured stands in front of them, so that it is named when it is left out. What only
    the wider quotes of that day take from is left alone: it may be the hedge.
    """
    ratio = {held.id: _per_cost(view, held) for held in view.book.positions.values()}
    ranked = sorted(view.book.positions.values(), key=lambda held: -ratio[held.id])
    unknown = [held for held in ranked if ratio[held.id] == inf]
    losing = [held for held in ranked if 0.0 < ratio[held.id] < inf and _falls(view, held)]
    return (*unknown, *losing[: view.limits.reduce_closes_max])


def to_carry(view: View) -> Positions:
    """The first positions of a margin call without which nothing is short any more (R-RNG-07).

    One that leaves the account shorter than it is stays: it carries what is short, or costs more than
    it frees.
    """
    gone: list[Position] = []
    free = _least(view, gone)
    for held in by_margin_call(view):
        if free >= 0.0:
            break
        then = _least(view, (*gone, held))
        if then > free:
            gone.append(held)
            free = then
    return tuple(gone)


def _least(view: View, gone: Collection[Position]) -> float:
    """The least of excess liquidity, now and after the fall, without some positions."""
    return min(without.buying_power for without in _both(view, [held.id for held in gone]))


def excess(view: View, gone: Collection[str] = ()) -> tuple[Reading, Reading]:
    """Excess liquidity now and after the fall of spot that is feared, without some positions (R-RNG-07).

    Raises
    ------
    QuoteMissing
        If something held has no mark: it is then unknown, and nothing is reduced on it.
    """
    here, there = _both(view, gone)
    fall = f"excess liquidity at {-view.limits.excess_fall:.0%} spot"
    return _free("excess liquidity", here), _free(fall, there)


def _both(view: View, gone: Collection[str]) -> tuple[Stressed, Stressed]:
    """The account without some positions, now and after the fall."""
    fall = Shock(spot=-view.limits.excess_fall)
    return _without(view, gone), _without(view, gone, fall)


def _free(name: str, then: Stressed) -> Reading:
    return Reading(
        name, Stage.MARGIN, Sense.AT_LEAST, then.buying_power, 0.0, "dollars", "R-RNG-07"
    )


def _without(view: View, gone: Collection[str], shock: Shock = NO_SHOCK) -> Stressed:
    """The account when some positions have been closed at the far side of today's quotes."""
    closed = [held for held in view.book.positions.values() if held.id in gone]
    legs, marks = _part(view, closed)
    rows = _rows(view, closed)
    cash = money(view.book) + worth.at_exit(legs, marks) - sum(_fees(view, one) for one in closed)
    kept = view.book.legs.where(~rows)
    return valued(kept, cash, view.market, shock, Terms(view.limits.house))


def _rows(view: View, positions: Sequence[Position]) -> NDArray[np.bool_]:
    rows = np.zeros(len(view.book.legs), dtype=np.bool_)
    for held in positions:
        rows[held.row : held.row + len(held.held)] = True
    return rows


def _part(view: View, positions: Sequence[Position]) -> tuple[Legs, Marks]:
    """The legs of some positions, and their marks."""
    rows = _rows(view, positions)
    return view.book.legs.where(rows), view.marks.where(rows)


def _stress(view: View, held: Position) -> float:
    """Dollars a position loses (+) under AUG5_LOW; NaN without a quote."""
    legs, marks = _part(view, (held,))
    return stress_loss(legs, view, marks)


def _falls(view: View, held: Position) -> bool:
    """Whether a position is worth less in the middle of AUG5_LOW's quotes than of today's."""
    legs, marks = _part(view, (held,))
    return worth.total(legs, view.market.marks(legs, AUG5_LOW)) < worth.total(legs, marks)


def _per_cost(view: View, held: Position) -> float:
    """Stress loss for every dollar that getting out costs: half the width, and fees."""
    legs, marks = _part(view, (held,))
    cost = worth.total(legs, marks) - worth.at_exit(legs, marks) + _fees(view, held)
    ratio = _stress(view, held) / max(cost, CENT)
    return inf if isnan(ratio) else ratio


def _loss(view: View, held: Position) -> float:
    """Stress loss, the largest of all where it cannot be measured."""
    known = _stress(view, held)
    return inf if isnan(known) else known


def _fees(view: View, held: Position) -> float:
    """Dollars of fees that closing a position at mid costs."""
    mids: list[float] = view.marks.table[MID].tolist()
    return sum(
        float(
            fee(
                contract.root, -n, points(0.0 if isnan(mids[row]) else mids[row]), False,
                contract.is_option, view.session.day, view.fees,
            )
        )
        for row, (contract, n) in enumerate(held.held, held.row)
    )  # fmt: skip


def _loses(view: View, held: Position) -> bool:
    return view.profit(held) < 0.0


def _strangles_first(found: list[Position], kinds: Groups) -> list[Position]:
    """The same list, the places of strangles and 112s filled with the strangles first."""
    sold = [row_name(held.strategy, (STRANGLE, LT112), kinds) for held in found]
    places = [row for row, name in enumerate(sold) if name in (STRANGLE, LT112)]
    ordered = [found[row] for row in sorted(places, key=lambda row: sold[row] == LT112)]
    after = list(found)
    for row, held in zip(places, ordered, strict=True):
        after[row] = held
    return after
