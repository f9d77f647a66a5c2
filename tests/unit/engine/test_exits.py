"""Exits: when a plan no longer keeps, what rests at a target, and the prices of both."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.facts import OrderEnded, Sent
from tomking.core.order import Order, Purpose
from tomking.engine.desk import Desk
from tomking.engine.exits import closing, exits, profit_orders, worst_price
from tomking.engine.memory import MemoryJournal
from tomking.market.delivery import future_contract
from tomking.portfolio.book import Book, Position, empty_book, fold
from tomking.portfolio.columns import columns, columns_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.package import natural, package_mid, price_band
from tomking.portfolio.preview import NOT_ASKED
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.risk.verdict import Approved, Refused
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112
from tomking.strategies.stay import LossBelow
from worlds.board import Board, board
from worlds.orders import fills, option, order, traded, view

pytestmark = pytest.mark.unit

SHORT, WING = option("6090 C"), option("6120 C")
OPENED = order("-1 6090 C, +1 6120 C", tranche="call spread")
NAME = f"{OPENED.intent}:call spread"
WATCH = frozenset({"friday_0dte"})


def held(*more: Order) -> Book:
    """The call spread, and further orders that work."""
    at = board().at
    facts = [
        Sent(at, OPENED), *fills(OPENED, ("5.00", "1.00"), at),
        OrderEnded(at, OPENED.id, "filled"), *(Sent(at, wanted) for wanted in more),
    ]  # fmt: skip
    return fold(empty_book(Decimal(100_000)), facts)


def desk() -> Desk:
    """A desk that has said nothing yet."""
    return Desk((FRIDAY_0DTE, LT112), Limits(), TASTYTRADE, MemoryJournal())


def at_cost(cost: float, minute: float = 120.0, half: float = 0.0) -> Board:
    """A market in which the spread costs so much."""
    quotes = {SHORT: (cost + 1.0 - half, cost + 1.0 + half), WING: (1.0 - half, 1.0 + half)}
    return board(minute=minute, quotes=quotes)


def look(known: Desk, market: Board, book: Book, watch: frozenset[str] = WATCH) -> list[Order]:
    """The exits wanted at one look."""
    return list(exits(known, view(market, book), watch))


def resting() -> Order:
    """The profit order of the spread, at rest."""
    (wanted,) = profit_orders(desk(), view(at_cost(4.0), held()))
    return wanted


def test_what_its_plan_keeps_is_left_alone() -> None:
    assert look(desk(), at_cost(6.0), held()) == []


def test_a_stop_needs_two_looks_in_a_row() -> None:
    known, book = desk(), held()
    assert look(known, at_cost(12.5), book) == []
    assert known.restless
    (exit_,) = look(known, at_cost(12.5, 121.0), book, frozenset())
    assert exit_.purpose is Purpose.CLOSE
    assert exit_.closes == NAME
    assert exit_.why.startswith("loss")
    assert all(not leg.opens for leg in exit_.legs)
    assert not known.doubts


def test_two_stops_of_one_kind_do_not_confirm_each_other() -> None:
    """The farther one is seen broken for the first time when the nearer one has been seen twice."""
    known, book = desk(), held()
    (shape, *_) = FRIDAY_0DTE.shapes
    (tranche,) = shape.tranches
    stops = (LossBelow(of_premium=2.0), LossBelow(of_premium=1.5))
    plan = replace(
        FRIDAY_0DTE, shapes=(replace(shape, tranches=(replace(tranche, stay_while=stops),)),)
    )
    known.strategies = (plan,)
    assert look(known, at_cost(20.0), book) == []
    assert known.doubts == {(NAME, stop) for stop in stops}
    (exit_,) = look(known, at_cost(20.0, 121.0), book)
    assert exit_.why.startswith("loss")
    known.doubts.clear()
    assert look(known, at_cost(11.0), book) == []
    assert known.doubts == {(NAME, stops[1])}
    assert len(look(known, at_cost(11.0, 121.0), book)) == 1


def test_a_look_at_which_it_is_well_again_forgets_the_doubt() -> None:
    known, book = desk(), held()
    assert look(known, at_cost(12.5), book) == []
    assert look(known, at_cost(6.0, 121.0), book) == []
    assert look(known, at_cost(12.5, 125.0), book) == []
    assert len(look(known, at_cost(12.5, 126.0), book)) == 1


def test_a_look_at_which_nothing_can_be_seen_is_no_second_look() -> None:
    known, book = desk(), held()
    blind = board(minute=121.0, quotes={SHORT: (float("nan"), float("nan"))})
    assert look(known, at_cost(12.5), book) == []
    assert look(known, blind, book) == []
    assert look(known, at_cost(12.5, 122.0), book) == []


@pytest.mark.rule("R-MAN-02")
@pytest.mark.parametrize("minute", [0.0, 5.0, 9.0])
def test_no_stop_counts_in_the_first_ten_minutes(minute: float) -> None:
    known, book = desk(), held()
    for later in (0.0, 0.5):
        assert look(known, at_cost(20.0, minute + later), book) == []
    assert not known.doubts


@pytest.mark.rule("R-MAN-02")
def test_a_stop_counts_from_the_tenth_minute() -> None:
    known, book = desk(), held()
    assert look(known, at_cost(20.0, 10.0), book) == []
    assert len(look(known, at_cost(20.0, 11.0), book)) == 1


@pytest.mark.rule("R-MAN-01")
def test_an_exit_in_no_hurry_waits_until_twenty_past() -> None:
    known, book = desk(), held()
    assert look(known, at_cost(1.0, 19.0), book) == []
    (exit_,) = look(known, at_cost(1.0, 20.0), book)
    assert exit_.why.startswith("profit")


def test_a_clock_exit_acts_at_once_and_replaces_the_resting_order() -> None:
    rest = resting()
    (exit_,) = look(desk(), at_cost(3.0, 330.0), held(rest))
    assert exit_.why.startswith("minutes since the open")
    assert exit_.replaces == rest.id


def test_a_resting_profit_order_is_not_a_closing_and_profit_is_left_to_it() -> None:
    assert look(desk(), at_cost(1.0), held(resting())) == []


def test_what_is_not_watched_now_is_looked_at_only_for_a_doubt() -> None:
    known, book = desk(), held()
    assert look(known, at_cost(12.5), book, frozenset()) == []
    assert not known.doubts


def test_an_exit_that_has_not_traded_is_priced_again_and_replaces_itself() -> None:
    seen = view(at_cost(12.5), held())
    (position,) = seen.book.positions.values()
    first = closing(desk(), seen, position, "loss")
    known = desk()
    known.attempts[first.intent] = 1
    (again,) = look(known, at_cost(13.5, 121.0), held(first))
    assert (again.replaces, again.attempt, again.why) == (first.id, 2, first.why)
    assert look(known, board(), held(first)) == []  # sent this very minute


def test_an_exit_has_a_minute_to_trade_however_often_anybody_looks() -> None:
    seen = view(at_cost(12.5), held())
    first = closing(desk(), seen, next(iter(seen.book.positions.values())), "loss")
    seconds = (5, 30, 55, 59)
    assert [look(desk(), at_cost(13.5, 60.0 + s / 60.0), held(first)) for s in seconds] == [[]] * 4


def test_a_part_of_which_some_has_traded_is_priced_again_for_what_is_left() -> None:
    """More than is held would be refused, and the rest would stay at a price nobody gives."""
    at, opened = board().at, replace(OPENED, units=2)
    leg = replace(OPENED.legs[0], quantity=1, opens=False)
    wanted = replace(
        opened, intent=f"{NAME}/shorts", purpose=Purpose.CLOSE, legs=(leg,), closes=NAME,
        limit=Decimal("-6.00"),
    )  # fmt: skip
    first, last = (
        replace(fills(replace(wanted, units=1), ["6.00"], at)[0], fill=f"part {n}") for n in (1, 2)
    )
    book = fold(
        empty_book(Decimal(100_000)),
        [*traded(opened, ("5.00", "1.00"), at), Sent(at, wanted), first],
    )
    (again,) = look(desk(), at_cost(12.5, 121.0), book, frozenset())
    assert (again.legs, again.units, again.replaces) == ((leg,), 1, wanted.id)
    seen = view(at_cost(12.5, 121.0), book)
    assert isinstance(judge(again, seen, NOT_ASKED), Approved)
    assert isinstance(judge(replace(again, units=2), seen, NOT_ASKED), Refused)
    assert look(desk(), at_cost(12.5, 121.0), fold(book, [last]), frozenset()) == []


def future_book() -> Book:
    """What an assignment left behind: one future."""
    known = held()
    (position,) = known.positions.values()
    future = future_contract("ES", "ESZ25")
    carried = replace(position, held=((future, 1),), premium=Decimal(0), basis=Decimal(-5910 * 50))
    return replace(known, positions={position.id: carried}, legs=columns(((future, 1),)))


def test_an_exit_without_a_mark_asks_no_price() -> None:
    """Nought would be one: it would give a spread that is worth something away."""
    nobody = board(minute=330.0, quotes={SHORT: (float("nan"), float("nan"))})
    (exit_,) = look(desk(), nobody, held())
    assert exit_.limit is None
    (exit_,) = look(desk(), at_cost(3.0, 331.0), held())
    assert exit_.limit == Decimal("-3.10")


def test_a_delivered_future_is_flattened_at_once() -> None:
    (exit_,) = look(desk(), board(minute=5.0), future_book(), frozenset())
    assert [(leg.quantity, leg.opens) for leg in exit_.legs] == [(-1, False)]
    assert exit_.limit % Decimal("0.25") == 0
    assert not list(profit_orders(desk(), view(board(), future_book())))


def test_a_profit_order_rests_at_the_plans_share() -> None:
    rest = resting()
    assert (rest.limit, rest.rests, rest.closes) == (Decimal("-2.00"), True, NAME)
    assert list(profit_orders(desk(), view(at_cost(4.0), held(rest)))) == []


def test_a_position_in_pieces_gets_no_profit_order() -> None:
    known = held()
    (position,) = known.positions.values()
    pieces = replace(known, positions={position.id: replace(position, whole=False)})
    assert list(profit_orders(desk(), view(at_cost(4.0), pieces))) == []


# -- prices ------------------------------------------------------------------------------------


def worst(market: Board, attempt: int) -> tuple[float, float, float, float]:
    """The worst price of the spread's exit, its mid, the far side and the band."""
    legs = columns_of(
        tuple(replace(leg, quantity=-leg.quantity, opens=False) for leg in OPENED.legs)
    )
    marks = market.marks(legs)
    return (
        worst_price(marks, legs, 1, attempt), package_mid(marks, legs, 1),
        natural(marks, legs, 1), price_band(marks, legs, 1),
    )  # fmt: skip


@given(st.floats(0.5, 25.0), st.sampled_from([0.0, 0.05, 0.25, 1.0]), st.integers(1, 8))
def test_every_attempt_concedes_more_and_none_leaves_the_band(
    cost: float, half: float, attempt: int
) -> None:
    market = at_cost(round(cost * 20) / 20, half=half)
    price, mid, far, band = worst(market, attempt)
    later, *_ = worst(market, attempt + 1)
    assert later <= price <= far + 1e-9
    assert mid - price <= band + 1e-9


@pytest.mark.parametrize("half", [0.0, 0.025, 0.05])
def test_an_exit_concedes_something_however_tight_the_quotes(half: float) -> None:
    """A market moves more in a minute than a tight quote is wide: without this an exit runs after it."""
    price, mid, far, _ = worst(at_cost(12.0, half=half), 1)
    assert far - price >= 0.05
    fourth, *_ = worst(at_cost(12.0, half=half), 4)
    assert mid - fourth >= 0.20


def test_legs_of_a_position_in_pieces_are_closed_one_by_one() -> None:
    known = held()
    (position,) = known.positions.values()
    broken: Position = replace(position, held=((SHORT, -2), (WING, 1)), units=2, whole=False)
    book = replace(known, positions={position.id: broken}, legs=columns(broken.held))
    (exit_,) = look(desk(), at_cost(5.0, 330.0), book)
    assert exit_.units == 1
    assert [leg.quantity for leg in exit_.legs] == [2, -1]
