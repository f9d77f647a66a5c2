"""What assignment leaves is wound down: shares or futures first, then the orphaned option."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from tomking.backtest.run import agree
from tomking.core.contract import Contract
from tomking.core.facts import (
    CampaignClosed,
    Fact,
    LegFilled,
    MarginCalled,
    MarginMet,
    OrderEnded,
    Sent,
    Settled,
)
from tomking.core.order import Order, TimeInForce
from tomking.engine.desk import Desk
from tomking.engine.exits import exits, profit_orders, residue
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Tick
from tomking.exchange.fills import MID
from tomking.exchange.ledger import Ledger
from tomking.exchange.ledger import apply as ledger_after
from tomking.exchange.settlement import share_of
from tomking.exchange.venue import Exchange
from tomking.market.delivery import future_contract
from tomking.portfolio.book import Book, empty_book, fold
from tomking.portfolio.columns import columns
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import FRIDAY, Board, board, hours_of
from worlds.desk import Bench, Scripted
from worlds.orders import closing, fills, option, order, view

pytestmark = pytest.mark.unit

MONDAY, LATER = date(2025, 12, 8), date(2026, 1, 16)
SHORT, LONG = (option(f"{strike} P", LATER, "SPY") for strike in (620, 610))
SHARE, FUTURE = share_of("SPY"), future_contract("ES", "ESZ25")
OPENED = order(
    "-1 620 P, +1 610 P", "9.50", root="SPY", expiry=LATER, tranche="put spread", units=2
)
NAME = f"{OPENED.intent}:put spread"
AT = board().at
HELD: list[Fact] = [
    Sent(AT, OPENED), *fills(OPENED, ("19.50", "10.00"), AT), OrderEnded(AT, OPENED.id, "filled"),
]  # fmt: skip


def assigned(contract: Contract, quantity: int, into: Contract, fixing: float) -> Settled:
    """A short that was assigned early."""
    assert contract.right is not None
    assert contract.strike is not None
    return Settled(
        AT, "", contract, quantity, fixing, Decimal(0), Decimal(0), "assigned", into,
        quantity * contract.right.sign, contract.strike, "early",
    )  # fmt: skip


def desk() -> Desk:
    """A desk that has said nothing yet."""
    return Desk((FRIDAY_0DTE,), Limits(), TASTYTRADE, MemoryJournal())


def look(book: Book, market: Board | None = None) -> list[Order]:
    """The exits wanted at a look at which nothing is watched."""
    return list(exits(desk(), view(market or board(), book), frozenset()))


def legs(wanted: Order) -> list[tuple[Contract, int, bool]]:
    """What an order trades in all, and whether it opens."""
    return [(leg.contract, leg.quantity * wanted.units, leg.opens) for leg in wanted.legs]


def book_after(*facts: Fact) -> Book:
    """The spread, and what became of it."""
    return fold(empty_book(Decimal(100_000)), [*HELD, *facts])


def test_delivered_shares_go_first_by_the_share_and_at_once() -> None:
    (exit_,) = look(book_after(assigned(SHORT, -2, SHARE, 600.0)), board(minute=1.0))
    assert legs(exit_) == [(SHARE, -2, False)]
    assert exit_.units == 2  # a limit is a price per share
    assert exit_.limit == Decimal("599.90")
    assert (exit_.why, exit_.closes) == ("flatten what was delivered", NAME)


def test_then_the_orphan_goes_without_a_word_from_its_plan() -> None:
    sold = closing(OPENED, "600", "put spread")
    flat = replace(sold, legs=(replace(sold.legs[0], contract=SHARE, quantity=-1),), units=2)
    book = book_after(
        assigned(SHORT, -2, SHARE, 600.0), Sent(AT, flat), *fills(flat, ("600",), AT),
        OrderEnded(AT, flat.id, "filled"),
    )  # fmt: skip
    (position,) = book.positions.values()
    assert position.held == ((LONG, 2),)
    (exit_,) = look(book, board(quotes={LONG: (10.0, 10.2)}))
    assert legs(exit_) == [(LONG, -2, False)]
    assert exit_.why == "close what an assignment left"


@pytest.mark.parametrize(("bid", "wanted"), [(0.0, 0), (0.05, 1), (float("nan"), 1)])
def test_an_orphan_nobody_bids_for_is_left_to_expire(bid: float, wanted: int) -> None:
    book = book_after(assigned(SHORT, -2, SHARE, 600.0))
    (position,) = book.positions.values()
    left = replace(position, held=((LONG, 2),))
    book = replace(book, positions={NAME: left}, legs=columns(left.held))
    found = look(book, board(quotes={LONG: (bid, 0.10)}))
    assert len(found) == wanted
    blind = bid != bid
    assert all((exit_.limit is None) is blind for exit_ in found)
    assert all(exit_.limit > 0 for exit_ in found if exit_.limit is not None)


def test_a_partly_assigned_spread_is_wound_down_whole() -> None:
    """One of two short puts: a lot, a short put and two long ones."""
    book = book_after(assigned(SHORT, -1, SHARE, 600.0))
    (exit_,) = look(book)
    assert legs(exit_) == [(SHARE, -1, False)]
    (position,) = book.positions.values()
    left = replace(position, held=((SHORT, -1), (LONG, 2)))
    book = replace(book, positions={NAME: left}, legs=columns(left.held))
    (exit_,) = look(book, board(quotes={SHORT: (20.0, 20.2), LONG: (10.0, 10.2)}))
    assert legs(exit_) == [(SHORT, 1, False), (LONG, -2, False)]


def test_a_delivered_future_says_by_when_it_has_to_be_gone() -> None:
    put = option("5910 P")
    opened = order("-1 5910 P, +1 5880 P", tranche="put spread")
    facts = [Sent(AT, opened), *fills(opened, ("5", "1"), AT), assigned(put, -1, FUTURE, 5900.0)]
    book = fold(empty_book(Decimal(100_000)), facts)
    (exit_,) = look(book)
    assert legs(exit_) == [(FUTURE, -1, False)]
    assert exit_.why == "flatten what was delivered, out by 2025-12-12"


def test_a_resting_profit_order_is_replaced_and_none_is_placed_for_what_is_left() -> None:
    rest = replace(closing(OPENED, "-4.75", "put spread"), tif=TimeInForce.GTC, intent=f"{NAME}/t")
    book = book_after(Sent(AT, rest), assigned(SHORT, -2, SHARE, 600.0))
    (exit_,) = look(book)
    assert exit_.replaces == rest.id
    quiet = book_after(assigned(SHORT, -2, SHARE, 600.0))
    assert list(profit_orders(desk(), view(board(), quiet))) == []


def test_a_position_as_its_plan_opened_it_is_no_residue() -> None:
    (position,) = book_after().positions.values()
    assert residue(position) == ""


# -- the whole way -----------------------------------------------------------------------------

DEEP = {SHORT: (20.0, 20.0), LONG: (10.5, 10.5)}


def world(now: datetime) -> Board:
    """SPY at 600, the short put quoted at what exercise brings."""
    return replace(board(on=now.date()), at=now, quotes=DEEP)


def tick(day: date, minute: float, *, closing: bool = False) -> Tick:
    """A look at everything."""
    names = frozenset({"friday_0dte"})
    return Tick(hours_of(day).at(minute), watch=names, closing=closing)


def on_friday(cash: str) -> Bench:
    """A desk that holds the spread, at a venue that holds it too."""
    money = Decimal(cash)
    ledger = Ledger(money)
    for fact in HELD:
        ledger = ledger_after(ledger, fact)
    on = Bench(
        desk(), Exchange(money, TASTYTRADE, MID, "tastytrade", start=ledger), Scripted(world)
    )
    on.desk.book = empty_book(money)
    on.desk.note(HELD)
    return on


def test_an_assigned_spread_is_flat_two_looks_after_the_open() -> None:
    on = on_friday("500000")
    assert [f.note for f in on.play(tick(FRIDAY, 405, closing=True)) if isinstance(f, Settled)] == [
        "early, beyond the exercise boundary"
    ]
    facts = on.play(*(tick(MONDAY, minute) for minute in (5, 6, 7)))
    traded = [(f.contract, f.quantity) for f in facts if isinstance(f, LegFilled)]
    assert traded == [(SHARE, -2), (LONG, -2)]
    agree(on.desk, on.exchange)
    assert on.exchange.holdings() == {}
    (over,) = (fact for fact in facts if isinstance(fact, CampaignClosed))
    assert over.pnl == on.exchange.ledger.cash - 500_000


def test_a_margin_call_stops_entries_until_it_is_met() -> None:
    on = on_friday("9000")
    facts = on.play(tick(FRIDAY, 405, closing=True))
    assert any(isinstance(fact, MarginCalled) for fact in facts)
    assert on.desk.standing.reasons == {"margin call"}
    on.play(tick(MONDAY, 5))
    assert on.desk.standing.reasons == {"margin call"}
    facts = on.play(tick(MONDAY, 6))  # the venue asks after every fill
    assert [type(fact) for fact in facts if isinstance(fact, LegFilled | MarginMet)] == [
        LegFilled, MarginMet,
    ]  # fmt: skip
    assert on.desk.standing.reasons == frozenset()
    on.play(tick(MONDAY, 405, closing=True))
    assert on.desk.standing.reasons == frozenset()
