"""The account of a file, once its order has traded, over moves of the index, volatility and time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

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
from tomking.market.quoted import Quoted
from tomking.market.snapshot import F64, Legs
from tomking.portfolio.landscape import axes, worth_over
from tomking.portfolio.margin.account import Terms
from tomking.portfolio.scenarios import multipliers, term
from tomking.portfolio.stress import Replay, Stressed, grid, valued, world
from tomking.report.words import percent

#: Moves of the index, with the low of 5 August 2024 among them, factors on 30-day volatility, and
#: calendar days ahead.
SPOTS = (-0.20, -0.15, -0.10, -0.073, -0.05, -0.03, 0.0, 0.03, 0.05, 0.10)
VOLS = (0.8, 1.0, 1.5, 2.0, 2.8)
DAYS = (0.0, 7.0, 21.0)
#: The same ground in small steps, at mid.
FINE_SPOTS = tuple(round(-0.20 + 0.015 * n, 3) for n in range(21))
FINE_VOLS = tuple(round(0.8 + 0.1 * n, 1) for n in range(21))
FINE_DAYS = (0.0, 7.0, 14.0, 21.0, 28.0)
#: What is drawn on a figure: more is lost than the limit allows; the house calls.
BEYOND, CALLED = "!", "*"


@value
class Owner:
    """An account: what it holds, the dollars no price moves, its market and what it is margined by."""

    holdings: Legs
    cash: float
    market: Quoted
    terms: Terms


@value
class Table:
    """Every world some days ahead: a row for each of ``SPOTS``, a column for each of ``VOLS``."""

    days: float
    worlds: tuple[tuple[Replay, ...], ...]


@value
class Grid:
    """An account now and in every world.

    ``fine`` is what it gains or loses at mid over ``FINE_SPOTS``, ``FINE_VOLS`` and ``FINE_DAYS``.
    """

    now: Stressed
    tables: tuple[Table, ...]
    loss_max: float
    fine: F64


def owner_of(asked: Ticket, capital: Decimal) -> Owner:
    """A file's account once its order has traded; ``capital`` in dollars stands in for one left out."""
    met = facing(lowest(asked))
    if met.account is None:
        met = replace(met, account=Account(capital, None, (), {}))
    market = market_of(met)
    here, then = (columns(legs, products(met)) for legs in (before(met), after(met)))
    cash = cash_of(met, market, here)
    if met.legs:
        made = money(met, market)
        cash += float(made.premium - made.fees.total)
    return Owner(then, cash, market, terms(met))


def grid_of(mine: Owner, loss_max: float, days: Sequence[float] = DAYS) -> Grid:
    """The grid of an account; more than ``loss_max`` of net liquidation is beyond the limit.

    Raises
    ------
    QuoteMissing
        If something held has no price.
    """
    held, cash, at, asks = mine.holdings, mine.cash, mine.market, mine.terms
    worlds = [
        [[world(spot, vol, ahead, loss_max) for vol in VOLS] for spot in SPOTS] for ahead in days
    ]
    fine = worth_over(held, at, axes(FINE_SPOTS, FINE_VOLS, FINE_DAYS))
    now = valued(held, cash, at, terms=asks)
    tables = (grid(held, cash, at, each, asks) for each in worlds)
    return Grid(
        now,
        tuple(Table(ahead, table) for ahead, table in zip(days, tables, strict=True)),
        loss_max,
        fine + cash - now.net_liq,
    )


def document(found: Grid) -> dict[str, Any]:
    """The grid in JSON: dollars by row and column, the first day ahead by itself."""
    first, *later = found.tables
    return {
        "spots": SPOTS,
        "vols": VOLS,
        "terms": [dict(term(vol)) for vol in VOLS],
        "multipliers": [
            dict(zip(("spread", "margin"), multipliers(vol), strict=True)) for vol in VOLS
        ],
        "loss_max": found.loss_max,
        "now": {
            "change": dollars(0.0),
            "requirement": found.now.requirement,
            "buying_power": dollars(found.now.buying_power),
        },
        "days": [table.days for table in found.tables],
        "worlds": _cells(first),
        "later": [{"days": table.days, "worlds": _cells(table)} for table in later],
        "fine": {
            "spots": FINE_SPOTS,
            "vols": FINE_VOLS,
            "days": FINE_DAYS,
            "change": [[[dollars(x) for x in col] for col in row] for row in found.fine.tolist()],
        },
        "evidence": "MODEL",
    }


def _cells(table: Table) -> list[list[dict[str, Any]]]:
    return [[_cell(there) for there in row] for row in table.worlds]


def _cell(there: Replay) -> dict[str, Any]:
    return {
        "change": dollars(change(there)),
        "loss": dollars(there.loss),
        "requirement": there.after.requirement,
        "margin": dollars(there.margin),
        "buying_power": dollars(there.buying_power),
        "beyond": there.beyond,
        "called": there.called,
    }


def change(there: Replay) -> float:
    """Dollars gained (+) or lost (-) at mid."""
    return there.after.net_liq - there.before.net_liq


def drawn(there: Replay) -> str:
    """The signs that stand behind a figure where a limit is passed."""
    return (BEYOND if there.beyond else "") + (CALLED if there.called else "")


def rows(table: Table, cell: Callable[[Replay], str]) -> Sequence[Sequence[str]]:
    """A table's rows: the move, and what is shown of each world with the limits it passes."""
    return [
        (
            percent(spot, 1, sign=True) if spot else "still",
            *(f"{cell(there)}{drawn(there)}" for there in row),
        )
        for spot, row in zip(SPOTS, table.worlds, strict=True)
    ]


def ends(found: Grid) -> tuple[tuple[float, str], tuple[float, str]]:
    """The least and the most of the fine table, and in what world that is."""
    return _place(found.fine, int(np.argmin(found.fine))), _place(
        found.fine, int(np.argmax(found.fine))
    )


def _place(table: F64, at: int) -> tuple[float, str]:
    spot, vol, day = np.unravel_index(at, table.shape)
    ahead = f"in {FINE_DAYS[day]:g} days" if FINE_DAYS[day] else "now"
    said = f"index {percent(FINE_SPOTS[spot], 1, sign=True)}, vol x {FINE_VOLS[vol]:g}, {ahead}"
    return float(table[spot, vol, day]), said
