"""One order before the gates, with every circumstance typed in: the rows of the table of gates."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tomking.core.facts import Fact
from tomking.core.order import Leg, Order
from tomking.core.reading import Reading
from tomking.portfolio.book import Book, empty_book, fold
from tomking.portfolio.preview import Preview, Refusal
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing, start
from tomking.risk.view import View
from worlds.board import FRIDAY, Board, board, day_of
from worlds.orders import closing, legs_of, order, traded, view

SPREAD = "-1 6090 C, +1 6120 C"
EXPIRY_0 = FRIDAY
AHEAD = date(2026, 4, 2)
CASH = Decimal(100_000)


def campaigns(*wanted: str, at: Board | None = None) -> Book:
    """A book in which campaigns are live: ``friday_0dte ES``, ``lt112 MES``, ``lt112 ES trap``."""
    market = at or board()
    facts: list[Fact] = []
    for row, text in enumerate(wanted):
        strategy, root, *left = text.split()
        name = f"{strategy}/{row}"
        legs, prices = f"-1 {4500 + 5 * row} P", ("5.00",)
        if left == ["trap"]:
            legs, prices = f"+1 {5000 + 5 * row} P, -1 {4950 + 5 * row} P", ("9.00", "8.00")
        opened = order(
            legs, strategy=strategy, root=root, campaign=name, expiry=AHEAD, tranche="all"
        )
        facts += traded(opened, prices, market.at)
    return fold(empty_book(CASH), facts)


def standing(**changes: Any) -> Standing:
    """A standing of $100,000 with some of it changed; plain numbers become money."""
    known = start(CASH, Limits())
    money = ("day_start", "week_start", "month_start", "peak")
    return replace(
        known,
        **{k: Decimal(str(v)) if k in money else v for k, v in changes.items()},
    )


def scene(
    *,
    market: Mapping[str, Any] | None = None,
    day: Mapping[str, Any] | None = None,
    on: date = FRIDAY,
    minute: float = 60.0,
    limits: Mapping[str, Any] | None = None,
    memory: Mapping[str, Any] | None = None,
    book: tuple[str, ...] = (),
    holding: Book | None = None,
    net_liq: float | None = 100_000.0,
) -> View:
    """A view. ``net_liq`` overrides what the book adds up to, so that figures are round."""
    now = board(on, minute, **({"price": 6042.0, "vol": 0.2} | dict(market or {})))
    if day is not None:
        now = replace(now, day=day_of(on, **day))
    held = holding or (campaigns(*book, at=now) if book else empty_book(CASH))
    seen = view(
        now, held, standing=standing(**dict(memory or {})), limits=Limits(**dict(limits or {}))
    )
    return seen if net_liq is None else replace(seen, net_liq=net_liq)


def answers(
    seen: View,
    *,
    legs: str = SPREAD,
    limit: str = "2.00",
    strategy: str = "friday_0dte",
    root: str = "ES",
    units: int = 1,
    dry_run: tuple[float, float, float] = (0.0, 3000.0, 3000.0),
    wanted: Order | None = None,
    refused: tuple[Refusal, ...] = (),
) -> dict[str, Reading]:
    """Every gate's reading by rule id."""
    asked = wanted or order(
        legs, limit, strategy=strategy, root=root, units=units, campaign=f"{strategy}/new"
    )
    before, after, alone = (Decimal(str(x)) for x in dry_run)
    given = Preview(before, after, alone, Decimal(0), "estimate", refusals=refused)
    return {reading.rule: reading for reading in judge(asked, seen, given).readings}


def exit_of(legs: str = SPREAD, limit: str = "-2.00", units: int = 1, **changes: Any) -> Order:
    """The closing order of a position that ``held_spread`` opens."""
    return closing(opener(legs), limit, units=units, **changes)


def opener(legs: str = SPREAD, units: int = 1) -> Order:
    """The opening order of that position."""
    return order(legs, "4.00", units=units, campaign="friday_0dte/held")


def held_spread(legs: str = SPREAD, units: int = 1, cash: Decimal = CASH) -> Book:
    """A book that holds one spread."""
    prices = ("5.00", *("1.00",) * (len(legs_of(legs)) - 1))
    return fold(empty_book(cash), traded(opener(legs, units), prices, board().at))


def behind(trigger: str, limit: str) -> Order:
    """A call bought back behind a trigger."""
    return replace(order("+1 6090 C", limit), trigger=Decimal(trigger))


def doubled(wanted: Order) -> Order:
    """The same order with its first leg twice."""
    return replace(wanted, legs=(*wanted.legs, wanted.legs[0]))


def against(contract_of: Order) -> Leg:
    """A leg that opens the other way round."""
    leg = contract_of.legs[0]
    return replace(leg, quantity=-leg.quantity, opens=True)
