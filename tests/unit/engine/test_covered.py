"""What covers another is closed after it, and after whatever is still being sold against it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.facts import Sent
from tomking.core.order import Leg, Order, Purpose
from tomking.core.reading import Skip
from tomking.engine.desk import Desk
from tomking.engine.exits import exits, first_closed
from tomking.engine.memory import MemoryJournal
from tomking.portfolio.book import Book, apply
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.diagonal import CALENDAR
from worlds.board import board
from worlds.held import at, held, position_of

pytestmark = pytest.mark.unit

TUESDAY = date(2025, 9, 9)
MARKET = board(TUESDAY, 30, vol=0.14, vix_points=14.0, grid=1.0)


def alone() -> Book:
    """A calendar whose near put is gone."""
    book = held(CALENDAR, MARKET)
    near = position_of(book, "near")
    return replace(book, positions={k: v for k, v in book.positions.items() if k != near.id})


def selling(book: Book, campaign: str, tranche: str = "near", *, opens: bool = True) -> Book:
    """The same book while an order about a near put is at work."""
    contract = position_of(held(CALENDAR, MARKET), "near").held[0][0]
    leg = Leg(contract, -1, tranche, opens=opens)
    order = Order("again", 1, Purpose.ROLL, "calendar", campaign, (leg,), 1, Decimal("2.00"))
    return apply(book, Sent(MARKET.at, order))


@pytest.mark.rule("R-DIA-05")
def test_the_far_put_waits_while_a_near_one_is_being_sold() -> None:
    desk = Desk((CALENDAR,), Limits(), TASTYTRADE, MemoryJournal())
    book = alone()
    far = position_of(book, "far")
    for working, goes in (
        (book, (far,)),
        (selling(book, far.campaign), ()),
        (selling(book, "calendar/another"), (far,)),
        (selling(book, far.campaign, "far"), (far,)),
        (selling(book, far.campaign, opens=False), (far,)),
    ):
        assert first_closed(desk, at(MARKET, working), far) == goes


@pytest.mark.rule("R-DIA-05")
def test_what_is_being_sold_against_a_far_put_that_is_to_go_is_withdrawn() -> None:
    desk = Desk((CALENDAR,), Limits(), TASTYTRADE, MemoryJournal())
    book, wild = alone(), replace(MARKET, vix_points=24.0)
    far = position_of(book, "far")
    selling_on = at(wild, selling(book, far.campaign))
    assert not tuple(exits(desk, selling_on, frozenset({"calendar"})))
    assert desk.unwanted == set(selling_on.book.working)
    follows = tuple(exits(desk, at(wild, book), frozenset()))
    assert [order.closes for order in follows] == [far.id]


@pytest.mark.rule("R-DIA-05")
def test_what_is_sold_against_another_far_put_is_left_alone() -> None:
    desk = Desk((CALENDAR,), Limits(), TASTYTRADE, MemoryJournal())
    wild = at(replace(MARKET, vix_points=24.0), selling(alone(), "calendar/another"))
    assert len(tuple(exits(desk, wild, frozenset({"calendar"})))) == 1
    assert not desk.unwanted


@pytest.mark.rule("R-DIA-05")
def test_a_near_put_that_is_held_goes_first_whatever_is_at_work() -> None:
    desk = Desk((CALENDAR,), Limits(), TASTYTRADE, MemoryJournal())
    book = held(CALENDAR, MARKET)
    far, near = position_of(book, "far"), position_of(book, "near")
    assert first_closed(desk, at(MARKET, selling(book, far.campaign)), far) == (near,)


@pytest.mark.rule("R-DIA-04")
def test_a_strike_told_from_a_leg_that_is_gone_is_a_reason_and_no_bug() -> None:
    book = held(CALENDAR, MARKET)
    far, near = position_of(book, "far"), position_of(book, "near")
    bare = replace(book, positions={near.id: book.positions[near.id]})
    (how,) = CALENDAR.adjustments(near)
    found = CALENDAR.adjusted(replace(near, row=0), how, at(MARKET, replace(bare, legs=book.legs)))
    assert far.id not in bare.positions
    assert isinstance(found, Skip)
    assert str(found) == "the far put: gone, must be held"
