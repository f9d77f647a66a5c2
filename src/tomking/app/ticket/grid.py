"""The account of a file, once its order has traded, over moves of the index and of volatility."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tomking.app.ticket.closing import facing
from tomking.app.ticket.document import dollars
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.holdings import Account
from tomking.app.ticket.market import after, before, columns, market_of, products
from tomking.app.ticket.money import money
from tomking.app.ticket.need import terms
from tomking.app.ticket.sound import lowest
from tomking.app.ticket.stress import cash_of
from tomking.core.value import value
from tomking.portfolio.scenarios import term
from tomking.portfolio.stress import Stressed, grid, valued
from tomking.report.words import percent

#: Moves of the index, with the low of 5 August 2024 among them, and factors on 30-day volatility.
SPOTS = (-0.20, -0.15, -0.10, -0.073, -0.05, -0.03, 0.0, 0.03, 0.05, 0.10)
VOLS = (0.8, 1.0, 1.5, 2.0, 2.8)


@value
class Grid:
    """An account now and in every world: a row for each of ``SPOTS``, a column for each of ``VOLS``."""

    now: Stressed
    worlds: tuple[tuple[Stressed, ...], ...]

    def change(self, there: Stressed) -> float:
        """Dollars gained (+) or lost (-) at mid."""
        return there.net_liq - self.now.net_liq


def grid_of(asked: Ticket, capital: Decimal) -> Grid:
    """The grid of a file's account; ``capital`` in dollars stands in for one that is left out.

    Raises
    ------
    QuoteMissing
        If something held has no price.
    """
    met = facing(lowest(asked))
    if met.account is None:
        met = replace(met, account=Account(capital, None, (), {}))
    market = market_of(met)
    made = money(met, market)
    here, then = (columns(legs, products(met)) for legs in (before(met), after(met)))
    cash = cash_of(met, market, here) + float(made.premium - made.fees.total)
    return Grid(
        valued(then, cash, market, terms=terms(met)),
        grid(then, cash, market, SPOTS, VOLS, terms(met)),
    )


def document(found: Grid) -> dict[str, Any]:
    """The grid in JSON: dollars by row and column."""
    return {
        "spots": SPOTS,
        "vols": VOLS,
        "terms": [dict(term(vol)) for vol in VOLS],
        "now": _cell(found, found.now),
        "worlds": [[_cell(found, there) for there in row] for row in found.worlds],
        "evidence": "MODEL",
    }


def _cell(found: Grid, there: Stressed) -> dict[str, Any]:
    return {
        "change": dollars(found.change(there)),
        "requirement": there.requirement,
        "buying_power": dollars(there.buying_power),
    }


def rows(found: Grid, cell: Callable[[Stressed], str]) -> Sequence[Sequence[str]]:
    """A table's rows: the move, and what is shown of each world."""
    return [
        (percent(spot, 1, sign=True) if spot else "still", *(cell(there) for there in row))
        for spot, row in zip(SPOTS, found.worlds, strict=True)
    ]
