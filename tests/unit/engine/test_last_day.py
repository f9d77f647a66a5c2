"""The last minutes of a last day: a short near the money goes, the rest is left to end."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tomking.backtest.run import agree
from tomking.core.calendar import session
from tomking.core.contract import Contract, Settles
from tomking.core.facts import Fact, LegFilled, OrderEnded, Sent
from tomking.core.order import Leg, Order, Purpose
from tomking.engine.clock import SessionClock
from tomking.engine.desk import Desk
from tomking.engine.exits import exits
from tomking.engine.last_day import left_to_end, sigma
from tomking.engine.memory import MemoryJournal
from tomking.exchange.fills import MID
from tomking.exchange.ledger import Ledger
from tomking.exchange.ledger import apply as ledger_after
from tomking.exchange.venue import Exchange
from tomking.portfolio.book import empty_book, fold
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import FRIDAY, Board, board, day_of
from worlds.desk import Bench, Scripted
from worlds.orders import book_with, closing, fills, legs_of, option, order, view

pytestmark = [pytest.mark.unit, pytest.mark.rule("R-EOD-01")]

LATE, HALF_DAY, NEXT = 385.0, date(2025, 11, 28), date(2025, 12, 12)
#: With five minutes left the standard deviation at 6,000 and a VIX of 16 is 6.85 points.
NEAR, FAR, INSIDE = "6006 C", "6007 C", "5850 C"


def spread(short: str, on: date = FRIDAY, root: str = "ES") -> Order:
    """A call spread of thirty points that ends on a day."""
    wing = f"{int(short.split()[0]) + 30} C"
    return order(f"-1 {short}, +1 {wing}", tranche="call spread", expiry=on, root=root)


def desk() -> Desk:
    """A desk that has said nothing yet."""
    return Desk((FRIDAY_0DTE,), Limits(), TASTYTRADE, MemoryJournal())


def look(opened: Order, market: Board, *more: Fact) -> list[Order]:
    """The exits wanted at a look at which nothing is watched."""
    facts = [
        Sent(market.at, opened), *fills(opened, ["1"] * len(opened.legs), market.at),
        OrderEnded(market.at, opened.id, "filled"), *more,
    ]  # fmt: skip
    return list(exits(desk(), view(market, fold(empty_book(Decimal(100_000)), facts)), frozenset()))


@pytest.mark.parametrize(("minute", "points"), [(0.0, 60.474), (385.0, 6.847), (389.0, 3.062)])
def test_a_deviation_is_that_of_the_time_that_is_left(minute: float, points: float) -> None:
    seen = view(board(minute=minute))
    assert sigma(option(NEAR), seen) == pytest.approx(points, abs=0.001)


@pytest.mark.parametrize(
    ("short", "goes"), [("5994 C", True), ("5993 C", False), ("6006 C", True), ("6007 C", False)]
)
def test_what_ends_in_cash_is_as_sure_in_the_money_as_out_of_it(short: str, *, goes: bool) -> None:
    assert bool(look(spread(short, root="SPX"), board(minute=LATE))) is goes


@pytest.mark.parametrize(
    ("short", "minute", "goes"),
    [(NEAR, LATE, True), (FAR, LATE, False), (INSIDE, LATE, True), ("5970 C", 389.0, True),
     (NEAR, LATE - 1.0, False)],
)  # fmt: skip
def test_what_ends_today_goes_within_a_deviation_or_in_the_money_five_minutes_before_the_close(
    short: str, minute: float, *, goes: bool
) -> None:
    found = look(spread(short), board(minute=minute))
    assert len(found) == goes
    assert all(each.purpose is Purpose.CLOSE and len(each.legs) == 2 for each in found)
    assert all(not leg.opens for each in found for leg in each.legs)


def test_why_it_goes_is_a_sentence_with_both_figures() -> None:
    (exit_,) = look(spread("6005 C"), board(minute=LATE))
    assert exit_.why == "distance of what ends today: 5 points, must be above 6.8474"


@pytest.mark.parametrize(
    ("minute", "goes"), [(204.0, False), (205.0, True)], ids=["12:54", "12:55"]
)
def test_on_a_half_day_it_is_five_minutes_to_one(minute: float, *, goes: bool) -> None:
    known = day_of(HALF_DAY)
    half = replace(known, session=session(HALF_DAY, early=True))
    market = Board(half.session.at(minute), half)
    assert bool(look(spread(NEAR, HALF_DAY), market)) is goes


def test_what_ends_another_day_is_left() -> None:
    assert look(spread(NEAR, NEXT), board(minute=LATE)) == []


def test_a_long_that_ends_today_is_left_to_end() -> None:
    assert look(order(f"+1 {NEAR}"), board(minute=LATE)) == []


def test_what_was_fixed_in_the_morning_does_not_trade_and_is_left() -> None:
    morning = spread("6005 C", root="SPX")
    fixed = tuple(
        replace(leg, contract=replace(leg.contract, settles=Settles.AM)) for leg in morning.legs
    )
    assert look(morning, board(minute=LATE))
    assert look(replace(morning, legs=fixed), board(minute=LATE)) == []


def test_of_a_diagonal_only_what_was_sold_till_today_goes() -> None:
    ((_, short),) = legs_of(f"-1 {NEAR}")
    ((_, long),) = legs_of("+1 6100 C", NEXT)
    both = replace(spread(NEAR), legs=(Leg(short, -2, "all"), Leg(long, 2, "all")), units=3)
    (exit_,) = look(both, board(minute=LATE))
    assert [(leg.contract, leg.quantity * exit_.units) for leg in exit_.legs] == [(short, 6)]
    assert exit_.units == 6
    assert exit_.limit is not None
    assert exit_.limit < 0


def test_what_cannot_be_measured_takes_nobody_out() -> None:
    blind = board(minute=LATE, roots=())
    book = book_with(blind.at, (spread(NEAR), ("5", "1")))
    (position,) = book.positions.values()
    assert left_to_end(position, view(blind, book)) is None
    assert list(exits(desk(), view(blind, book), frozenset())) == []


def test_what_is_being_closed_is_repriced_and_not_closed_twice() -> None:
    opened = spread(NEAR)
    market = board(minute=LATE)
    at_work = closing(opened, "-1.00", "call spread", why="loss")
    (exit_,) = look(opened, market, Sent(market.at - timedelta(minutes=1), at_work))
    assert (exit_.replaces, exit_.why) == (at_work.id, "loss")


# -- the whole way -----------------------------------------------------------------------------


def holding(opened: Order, script: object) -> Bench:
    """A desk that holds something, at a venue that holds it too."""
    money = Decimal(100_000)
    at = board().at
    facts: list[Fact] = [
        Sent(at, opened), *fills(opened, ("5.00", "1.00"), at), OrderEnded(at, opened.id, "filled"),
    ]  # fmt: skip
    ledger = Ledger(money)
    for fact in facts:
        ledger = ledger_after(ledger, fact)
    venue = Exchange(money, TASTYTRADE, MID, "tastytrade", start=ledger)
    on = Bench(desk(), venue, Scripted(script))  # type: ignore[arg-type]  # a function of the time
    on.desk.book = empty_book(money)
    on.desk.note(facts)
    return on


def world(now: datetime) -> Board:
    """A calm Friday."""
    return replace(board(on=now.date()), at=now)


def traded(short: str) -> tuple[Bench, list[Fact]]:
    """The afternoon of a Friday by the clock of a backtest, whose plan no longer looks."""
    on = holding(spread(short), world)
    clock = SessionClock((session(FRIDAY),), ())
    found: list[Fact] = []
    for tick in clock.ticks(on.desk):
        found += on.play(tick)
    return on, found


def test_the_clock_looks_at_it_and_it_trades_before_the_close() -> None:
    on, facts = traded(NEAR)
    bought: dict[Contract, str] = {
        fact.contract: f"{fact.at:%H:%M}" for fact in facts if isinstance(fact, LegFilled)
    }
    assert bought == dict.fromkeys((option(NEAR), option("6036 C")), "15:56")
    assert on.exchange.holdings() == {}
    agree(on.desk, on.exchange)


def test_what_stands_further_away_is_left_to_its_settlement() -> None:
    on, facts = traded(FAR)
    assert not any(isinstance(fact, LegFilled) for fact in facts)
    assert on.exchange.holdings() == {}


def instants(ends: date, *, restless: bool = False) -> list[str]:
    """The instants of a Friday for a desk whose first short ends on a day."""
    idle = desk()
    idle.ends, idle.impatient = ends, restless
    return [f"{tick.at:%H:%M}" for tick in SessionClock((session(FRIDAY),), ()).ticks(idle)]


def test_the_look_is_there_on_a_day_on_which_something_sold_ends_and_on_no_other() -> None:
    assert instants(FRIDAY) == ["15:55", "16:15"]
    assert instants(NEXT) == instants(date.max) == ["16:15"]


def test_until_the_close_every_minute_is_looked_at_while_it_has_not_traded() -> None:
    assert instants(FRIDAY, restless=True)[-6:] == [
        "15:55", "15:56", "15:57", "15:58", "15:59", "16:15",
    ]  # fmt: skip
    assert "15:56" not in instants(NEXT, restless=True)


def test_a_desk_knows_the_first_day_on_which_something_sold_ends() -> None:
    on = holding(spread(NEAR), world)
    assert on.desk.ends == FRIDAY
    on.desk.fold(Sent(board().at, gone := closing(spread(NEAR), "-4", "call spread")))
    for fact in fills(gone, ("5", "1"), board().at):
        on.desk.fold(fact)
    assert on.desk.ends == date.max
