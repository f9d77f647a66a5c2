"""What covers something goes last, whatever it goes for; and nobody asks a price that cannot be paid."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.facts import Fact, RunStarted
from tomking.core.order import Leg, Order, Purpose
from tomking.engine.decide import exits, profit_orders
from tomking.engine.desk import Desk
from tomking.engine.loop import run
from tomking.engine.memory import MemoryJournal
from tomking.portfolio.book import fold
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.diagonal import CALENDAR
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.plan import Strategy
from tomking.strategies.strangle import STRANGLE
from worlds.board import FRIDAY, board
from worlds.desk import Brake, Scripted, Ticks, tick
from worlds.emergencies import Venue
from worlds.orders import book_with, closing, legs_of, order, traded, view

pytestmark = pytest.mark.unit

FAR, NEAR = date(2026, 1, 30), date(2026, 1, 2)
YEAR, WEEK = date(2026, 1, 30), date(2025, 12, 12)


def campaign(strategy: str, *tranches: tuple[str, str, date]) -> Order:
    """An order that opens tranches on SPY, each on its own expiry."""
    legs = tuple(
        Leg(contract, count, name)
        for name, text, expiry in tranches
        for count, contract in legs_of(text, expiry, "SPY")
    )
    name = f"{strategy}/{FRIDAY}"
    return Order(f"{name}/open", 1, Purpose.OPEN, strategy, name, legs, 1, Decimal(-1))


def desk(*strategies: Strategy) -> Desk:
    return Desk(strategies, Limits(), TASTYTRADE, MemoryJournal())


def tranches(orders: Iterable[Order]) -> list[str]:
    return [order.closes.rpartition(":")[2] for order in orders if order.purpose is Purpose.CLOSE]


def test_two_tranches_that_go_for_one_reason_close_what_is_covered_once() -> None:
    """VIX above 23 ends both halves of a calendar (R-DIA-02)."""
    opened = campaign("calendar", ("far", "+1 600 P", FAR), ("near", "-1 600 P", NEAR))
    market = board(vix_points=24.0)
    seen, mine = view(market, book_with(market.at, (opened, ("9.00", "6.00")))), desk(CALENDAR)
    watched = frozenset({"calendar"})
    assert list(exits(mine, seen, watched)) == []  # once is a doubt
    assert tranches(exits(mine, seen, watched)) == ["near"]


def test_the_cover_goes_when_nothing_is_left_to_cover() -> None:
    opened = campaign("calendar", ("far", "+1 600 P", FAR), ("near", "-1 600 P", NEAR))
    market = board(vix_points=24.0)
    book = book_with(market.at, (opened, ("14.00", "6.00")))
    book = fold(book, traded(closing(opened, "-6.00", "near"), ("6.00",), market.at))
    seen, mine = view(market, book), desk(CALENDAR)
    watched = frozenset({"calendar"})
    assert list(exits(mine, seen, watched)) == []
    assert tranches(exits(mine, seen, watched)) == ["far"]


def played(held: Iterable[Fact]) -> Venue:
    """A look, an hour after the open, at an IPMCC whose year has 56 days left."""
    mine, venue = desk(IPMCC), Venue()
    mine.begin(RunStarted(board().day.session.opens, "test", Decimal(9_000), ""))
    mine.note(held)
    run(
        mine, clock=Ticks((tick(60, watch="ipmcc"),)), market=Scripted(lambda now: board(at=now)),
        broker=venue, inbox=Brake(),
    )  # fmt: skip
    return venue


@pytest.mark.rule("R-PMC-07")
def test_a_year_that_nears_its_end_is_never_sold_over_its_week() -> None:
    opened = campaign("ipmcc", ("leap", "+1 500 C", YEAR), ("weekly", "-1 600 C", WEEK))
    at = board().day.session.opens
    held = traded(opened, ("100.00", "8.00"), at)
    assert tranches(played(held).sent) == ["weekly"]
    gone = traded(closing(opened, "-8.00", "weekly"), ("8.00",), at)
    assert tranches(played([*held, *gone]).sent) == ["leap"]


@pytest.mark.rule("R-MAN-01")
def test_a_target_that_nobody_can_pay_is_not_asked_for() -> None:
    """A side bought back for more than both had brought leaves a premium below nought."""
    opened = order("-1 5400 P, -1 6600 C", strategy="strangle", expiry=FAR, tranche="strangle")
    market = board()
    whole = book_with(market.at, (opened, ("8.00", "7.00")))
    (asked,) = profit_orders(desk(STRANGLE), view(market, whole))
    assert asked.limit == Decimal("-7.50")
    side = replace(
        closing(opened, "-34.00", "strangle"), legs=closing(opened, "-1", "strangle").legs[:1]
    )
    left = fold(whole, traded(side, ("34.00",), market.at))
    assert [p.premium < 0 for p in left.positions.values()] == [True]
    assert list(profit_orders(desk(STRANGLE), view(market, left))) == []
