"""The hedge of an emergency: looked for among listed puts, in the market as it stands.

What is breached is asked in the order of what it can cost: loss under AUG5_LOW, margin under AUG5_LOW,
delta. Only roots that are held are looked at, for a house nets margin within a root and a put elsewhere
would lower none.
"""

from collections.abc import Iterator
from math import isnan

from tomking.core.errors import QuoteMissing
from tomking.core.order import Order
from tomking.core.product import product
from tomking.core.reading import Skip, Stage, skip
from tomking.engine.hedged import bought
from tomking.market.snapshot import Quote
from tomking.portfolio.margin.account import Terms
from tomking.portfolio.stress import money
from tomking.risk.hedge import (
    Exposed,
    Proposal,
    cheapest,
    delta,
    hedges,
    listed,
    measured,
    stress_loss,
    stress_margin,
)
from tomking.risk.view import View


def sought(view: View) -> Order | Skip:
    """The REDUCE order of the cheapest hedge for the first breach that one can mend (R-HDG-01).

    Returns
    -------
    Order or Skip
        A reason when nothing is breached; the readings of the hedges that came nearest when none
        mends it; the missing quote when the book or a hedge cannot be marked.
    """
    try:
        return _sought(view)
    except QuoteMissing as missing:
        return skip("quotes for a hedge", Stage.DATA, str(missing), "known", "R-HDG-01")


def _sought(view: View) -> Order | Skip:
    limits, terms = view.limits, Terms(view.limits.house)
    held = Exposed(view.book.legs, money(view.book), view.market, terms, view.stage)
    asked = [(each, measured(held, each)) for each in (m(limits) for m in MEASURES)]
    broken = [(each, reading) for each, reading in asked if not reading.passed]
    if not broken:
        name = "loss and margin under AUG5_LOW and delta"
        return skip(name, Stage.MARGIN, "within their limits", "beyond one", "R-HDG-01")
    choice = hedges(tuple(_quotes(view)))
    failed: list[Skip] = []
    for each, reading in broken:
        found = cheapest(held, each, choice, limits)
        if isinstance(found, Proposal):
            return bought(view, found.hedge.legs, found.units, f"{reading}: {found.hedge}")
        failed.append(found)
    return Skip(tuple(reading for one in failed for reading in one.readings))


def _quotes(view: View) -> Iterator[Quote]:
    """The puts on offer: on the roots held that follow the index, but for contracts held already."""
    held = view.book.holdings
    for root in dict.fromkeys(contract.root for contract in held):
        chain = None if isnan(product(root).per_index) else view.market.chain(root)
        if chain is not None and not isinstance(chain, Skip):
            found = listed(chain, view.session.day)
            yield from (one for one in found if one.contract not in held)


#: What a hedge is asked to mend, the dearest first.
MEASURES = (stress_loss, stress_margin, delta)
