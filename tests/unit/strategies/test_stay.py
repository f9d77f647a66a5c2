"""Stay rules: each holding and broken; what cannot be measured takes nobody out."""

from dataclasses import replace
from datetime import date
from math import nan

import pytest

from tomking.core.calendar import after_open, before_close
from tomking.core.contract import Contract
from tomking.portfolio.book import Book, Position
from tomking.risk.view import View
from tomking.strategies.stay import (
    Before,
    DteAbove,
    LossBelow,
    LossBelowNetLiq,
    MoveBelow,
    ProfitBelow,
    ShortDeltaBelow,
    StayRule,
    WinningFrom,
    kept,
    reading,
)
from worlds.board import FRIDAY, Board, board, day_of
from worlds.orders import book_with, option, order, view

pytestmark = pytest.mark.unit

SHORT, WING = option("6090 C"), option("6120 C")
LATER = date(2026, 1, 16)


def spread(market: Board) -> Book:
    """A call spread sold for 4.00."""
    return book_with(market.at, (order("-1 6090 C, +1 6120 C"), ("5.00", "1.00")))


def debit(market: Board) -> Book:
    """A put spread bought for 9.00."""
    legs = order("+1 5700 P, -1 5650 P", "-9.00", strategy="lt112")
    return book_with(market.at, (legs, ("60.00", "51.00")))


def only(book: Book) -> Position:
    """The one position of a book."""
    (position,) = book.positions.values()
    return position


def at_cost(cost: float, **changes: object) -> tuple[Position, View]:
    """The call spread when it would cost so much to buy back."""
    market = board(quotes={SHORT: (cost + 1.0, cost + 1.0), WING: (1.0, 1.0)}, **changes)
    held = spread(market)
    return only(held), view(market, held)


@pytest.mark.rule("R-MAN-01")
@pytest.mark.rule("R-MAN-02")
@pytest.mark.parametrize(
    ("rule", "cost", "stays"),
    [
        (ProfitBelow(0.5), 2.05, True),
        (ProfitBelow(0.5), 2.00, False),
        (ProfitBelow(0.5), 1.95, False),
        (LossBelow(2.0), 11.95, True),
        (LossBelow(2.0), 12.00, False),
        (LossBelow(2.0), 12.05, False),
        (LossBelow(1.0), 8.00, False),
    ],
    ids=str,
)
def test_profit_and_loss_are_told_in_parts_of_the_premium(
    rule: StayRule, cost: float, stays: bool
) -> None:
    position, seen = at_cost(cost)
    assert kept(rule, position, seen) is stays


@pytest.mark.rule("R-MAN-01")
@pytest.mark.parametrize(
    ("worth", "profit_stays", "loss_stays"),
    [(9.0, True, True), (13.45, True, True), (13.5, False, True), (0.05, True, True)],
)
def test_on_a_debit_a_fraction_is_of_what_was_paid(
    worth: float, profit_stays: bool, loss_stays: bool
) -> None:
    """Half of a debit of 9.00 is a gain of 4.50: a fraction of a negative credit closes at once."""
    long, short = option("5700 P"), option("5650 P")
    market = board(quotes={long: (worth + 50.0, worth + 50.0), short: (50.0, 50.0)})
    held = debit(market)
    seen = view(market, held)
    assert kept(ProfitBelow(0.5), only(held), seen) is profit_stays
    assert kept(LossBelow(1.0), only(held), seen) is loss_stays


@pytest.mark.rule("R-MAN-03")
@pytest.mark.parametrize(("cost", "stays"), [(43.95, True), (44.0, False), (44.05, False)])
def test_a_loss_of_two_per_cent_of_net_liq_is_too_much(cost: float, stays: bool) -> None:
    position, seen = at_cost(cost)
    assert kept(LossBelowNetLiq(0.02), position, replace(seen, net_liq=100_000.0)) is stays


@pytest.mark.rule("R-MAN-04")
def test_a_short_delta_that_has_grown_is_an_exit_and_a_long_one_is_not() -> None:
    market = board(price=6085.0)  # the short call stands near a half
    held = spread(market)
    seen = view(market, held)
    delta = ShortDeltaBelow(0.25).measure(only(held), seen)[0]
    assert 0.35 < delta < 0.5
    assert not kept(ShortDeltaBelow(0.25), only(held), seen)
    assert kept(ShortDeltaBelow(delta + 1e-9), only(held), seen)
    assert not kept(ShortDeltaBelow(delta), only(held), seen)
    long = book_with(market.at, (order("+1 5000 C", "-1000"), ("1000.00",)))
    assert kept(ShortDeltaBelow(0.25), only(long), view(market, long))


@pytest.mark.rule("R-MAN-05")
@pytest.mark.parametrize(("days", "stays"), [(41, True), (42, False), (43, False)])
def test_days_to_expiry_count_to_the_nearest_leg(days: int, stays: bool) -> None:
    market = board()
    held = book_with(market.at, (order("-1 5000 P", expiry=LATER), ("5.00",)))
    assert (LATER - FRIDAY).days == 42
    assert kept(DteAbove(days), only(held), view(market, held)) is stays


@pytest.mark.rule("R-0DTE-08")
@pytest.mark.parametrize(("minute", "stays"), [(329, True), (330, False), (331, False)])
def test_fifteen_hundred_ends_the_day(minute: float, stays: bool) -> None:
    position, seen = at_cost(4.0, at=board(minute=minute).at)
    assert kept(Before(before_close(60)), position, seen) is stays


@pytest.mark.rule("R-0DTE-07")
@pytest.mark.parametrize(
    ("minute", "cost", "stays"),
    [(299, 6.0, True), (300, 3.95, True), (300, 4.0, True), (300, 4.05, False), (310, 6.0, False)],
)
def test_from_half_past_two_only_what_is_not_losing_stays(
    minute: float, cost: float, stays: bool
) -> None:
    position, seen = at_cost(cost, at=board(minute=minute).at)
    assert kept(WinningFrom(before_close(90)), position, seen) is stays


@pytest.mark.rule("R-0DTE-11")
@pytest.mark.parametrize(
    ("price", "stays"), [(5701.0, True), (5699.0, False), (6299.0, True), (6301.0, False)]
)
def test_a_day_of_five_per_cent_ends_it(price: float, stays: bool) -> None:
    market = board(price=price)
    held = spread(market)
    assert kept(MoveBelow(0.05), only(held), view(market, held)) is stays


UNQUOTED: dict[Contract, tuple[float, float]] = {SHORT: (nan, nan)}
BLIND = [ProfitBelow(0.5), LossBelow(2.0), LossBelowNetLiq(0.02), WinningFrom(after_open(0))]


@pytest.mark.parametrize("rule", BLIND, ids=str)
def test_what_cannot_be_measured_takes_nobody_out(rule: StayRule) -> None:
    market = board(quotes=UNQUOTED)
    held = spread(market)
    seen = view(market, held)
    assert kept(rule, only(held), seen)
    assert reading(rule, only(held), seen).observed is None


def test_an_unquoted_delta_takes_nobody_out() -> None:
    market = board()
    held = spread(market)
    seen = view(market, held)
    seen.marks.table[4] = nan
    assert kept(ShortDeltaBelow(0.25), only(held), seen)


def test_an_unknown_last_close_takes_nobody_out() -> None:
    market = board(price=5000.0, day=replace(day_of(FRIDAY), previous_close={}))
    held = spread(market)
    assert kept(MoveBelow(0.05), only(held), view(market, held))


def test_every_rule_says_what_it_keeps() -> None:
    position, seen = at_cost(4.0)
    rules: list[StayRule] = [
        *BLIND, ShortDeltaBelow(0.25), DteAbove(7), Before(before_close(60)), MoveBelow(0.05),
    ]  # fmt: skip
    for rule in rules:
        assert str(rule)
        said = reading(rule, position, seen)
        assert said.rule == rule.rule
        assert said.passed is kept(rule, position, seen) or said.observed is None
