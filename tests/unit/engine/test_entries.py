"""Entries: what is wanted at a slot, as one order or with every reason against it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.core.facts import Sent
from tomking.core.order import Purpose
from tomking.core.reading import Skip
from tomking.engine.desk import Desk
from tomking.engine.entries import Wish, already, entry, intent_of, stale_openings
from tomking.engine.memory import MemoryJournal
from tomking.portfolio.book import empty_book, fold
from tomking.portfolio.columns import columns_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.package import natural
from tomking.risk.limits import Limits
from tomking.risk.view import View
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import board
from worlds.orders import option, order, view

pytestmark = pytest.mark.unit

SHORT, WING = option("6090 C"), option("6120 C")


def desk() -> Desk:
    """A desk that has said nothing yet."""
    return Desk((FRIDAY_0DTE,), Limits(), TASTYTRADE, MemoryJournal())


def friday(**changes: object) -> View:
    """A Friday at half past ten with room for an ES."""
    return view(board(price=6042.0, vol=0.6, **changes), cash="150000")


def test_an_entry_is_one_order_for_the_whole_structure() -> None:
    wish = entry(desk(), friday(), FRIDAY_0DTE)
    assert isinstance(wish, Wish)
    wanted = wish.order
    assert all(reading.passed for reading in wish.readings)
    assert wanted.intent == "friday_0dte/2025-12-05/open" == intent_of(FRIDAY_0DTE, friday())
    assert wanted.purpose is Purpose.OPEN
    assert wanted.attempt == 1
    assert wanted.limit % Decimal("0.05") == 0


def test_an_entry_that_does_not_walk_is_priced_at_the_far_side() -> None:
    seen = friday(half_width=0.25)
    seen = replace(seen, limits=Limits(walk_mode="natural"))
    wish = entry(desk(), seen, replace(FRIDAY_0DTE, take_when=()))
    assert isinstance(wish, Wish)
    wanted = wish.order
    legs = columns_of(wanted.legs, wanted.units)
    assert float(wanted.limit) == pytest.approx(
        natural(seen.market.marks(legs), legs, wanted.units)
    )


def test_a_trade_that_is_not_wanted_says_why() -> None:
    refused = entry(desk(), friday(vix_points=31.0), FRIDAY_0DTE)
    assert isinstance(refused, Skip)
    assert {reading.rule for reading in refused.failed} == {"R-0DTE-02"}
    assert all(reading.name.startswith("ES: ") for reading in refused.readings)


def test_a_trade_too_large_in_every_root_names_what_binds_in_each() -> None:
    poor = view(board(price=6042.0, vol=0.6), cash="1000")
    refused = entry(desk(), poor, FRIDAY_0DTE)
    assert isinstance(refused, Skip)
    assert {reading.name.split(":")[0] for reading in refused.failed} == {"ES", "MES"}


def test_an_entry_on_its_way_or_done_is_not_wanted_again() -> None:
    seen = friday()
    wish = entry(desk(), seen, FRIDAY_0DTE)
    assert isinstance(wish, Wish)
    wanted = wish.order
    working = fold(empty_book(Decimal(100_000)), [Sent(seen.market.at, wanted)])
    assert not already(desk(), seen, FRIDAY_0DTE)
    assert already(desk(), replace(seen, book=working), FRIDAY_0DTE)
    done = replace(seen.standing, done=frozenset({wanted.intent}))
    assert already(desk(), replace(seen, standing=done), FRIDAY_0DTE)


@pytest.mark.parametrize(("minute", "stale"), [(69.0, False), (70.0, True), (75.0, True)])
def test_an_opening_waits_ten_minutes(minute: float, stale: bool) -> None:
    opened = order("-1 6090 C, +1 6120 C", tranche="call spread")
    working = fold(empty_book(Decimal(100_000)), [Sent(board(minute=60.0).at, opened)])
    seen = view(board(minute=minute), working)
    assert bool(list(stale_openings(seen))) is stale


@pytest.mark.parametrize(("minute", "stale"), [(384.0, False), (385.0, True), (389.0, True)])
def test_no_opening_is_waited_for_in_the_last_five_minutes(minute: float, stale: bool) -> None:
    opened = order("-1 6090 C, +1 6120 C", tranche="call spread")
    working = fold(empty_book(Decimal(100_000)), [Sent(board(minute=380.0).at, opened)])
    seen = view(board(minute=minute), working)
    assert bool(list(stale_openings(seen))) is stale
