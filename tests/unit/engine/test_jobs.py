"""What a desk looks at by the clock: the day once, the book each half hour, assignment each hour."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.core.facts import Observed, OrderEnded, Sent
from tomking.core.reading import refusals
from tomking.engine.jobs import ASSIGNMENT, DAY, GREEKS, due, observed
from tomking.portfolio.book import Book, empty_book, fold
from tomking.risk.view import View
from worlds.board import board
from worlds.orders import fills, order, view

pytestmark = pytest.mark.unit

NOBODY: Book = empty_book(Decimal(100_000))
SOLD = order("-1 6090 C, +1 6120 C", tranche="call spread")


def sold() -> Book:
    """A call spread, filled."""
    at = board().at
    return fold(NOBODY, [
        Sent(at, SOLD), *fills(SOLD, ("5.00", "1.00"), at), OrderEnded(at, SOLD.id, "filled"),
    ])  # fmt: skip


def seen(what: str, known: View) -> Observed:
    """One look."""
    (found,) = tuple(observed(known, (what,)))
    assert found.what == what
    return found


def names(found: Observed) -> set[str]:
    return {each.name for each in found.readings}


@pytest.mark.parametrize(
    ("since", "minute", "what"),
    [
        (-1.0, 0.0, (DAY, GREEKS, ASSIGNMENT)),
        (-1.0, 217.0, (DAY, GREEKS, ASSIGNMENT)),
        (0.0, 29.9, ()),
        (29.9, 30.0, (GREEKS,)),
        (30.0, 59.0, ()),
        (59.0, 60.0, (GREEKS, ASSIGNMENT)),
        (60.0, 241.0, (GREEKS, ASSIGNMENT)),
    ],
)
def test_each_matter_has_its_minutes_and_a_start_looks_at_all(since, minute, what):
    assert due(since, minute) == what


def test_the_day_says_what_there_is_to_trade_by():
    found = seen(DAY, view(board(minute=0.0), NOBODY))
    assert {"VIX", "reasons not to trade"} < names(found)
    assert refusals(found.readings) == ()
    assert str(found).startswith("the day was looked at: VIX: ")


def test_the_events_of_a_day_are_named():
    busy = board(minute=0.0)
    busy = replace(busy, day=replace(busy.day, blocked={"CPI": "08:30", "FOMC": ""}))
    first = seen(DAY, view(busy, NOBODY)).readings[0]
    assert first.name == "VIX on a day with CPI 08:30, FOMC"


def test_a_day_above_the_ceiling_shows_it():
    wild = board(minute=0.0)
    known = view(wild, NOBODY)
    known = replace(known, limits=replace(known.limits, vix_open_max=1.0))
    assert [each.name for each in refusals(seen(DAY, known).readings)] == ["VIX"]


def test_the_book_shows_every_limit_while_something_is_held_and_nothing_else():
    assert tuple(observed(view(board(), NOBODY), (GREEKS, ASSIGNMENT))) == ()
    found = names(seen(GREEKS, view(board(), sold())))
    assert {"delta of the book", "theta", "vega", "buying power", "campaigns in all"} < found


def test_a_book_that_nobody_quotes_is_unknown_and_never_within_its_limits():
    nan = float("nan")
    blind = board(quotes={leg.contract: (nan, nan) for leg in SOLD.legs})
    failed = {each.name for each in refusals(seen(GREEKS, view(blind, sold())).readings)}
    assert "loss today" in failed


def test_a_short_that_may_be_assigned_is_named_and_one_that_ends_in_cash_is_not():
    near = view(board(minute=330.0), sold())
    (found,) = seen(ASSIGNMENT, near).readings
    assert "6090" in found.name
    assert found.rule == "R-SCO-02"
    assert not found.passed
