"""Our books against the broker's: what differs halts entries, what is not ours is left alone."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tomking.brokers.tastytrade.comparing import compared
from tomking.brokers.tastytrade.inbox import RECONCILING, TradeInbox
from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract, Right
from tomking.core.dealings import BooksCompared, ForeignHeld, ForeignMoved, ForeignTraded
from tomking.core.errors import DataError
from tomking.core.facts import Fact
from tomking.core.restraints import Halted, Resumed
from tomking.wire.symbols import trading_symbol

pytestmark = pytest.mark.unit

AT = datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)
PUT = Contract("SPY", AT.date(), Right.PUT, Decimal(600))
SYMBOL = trading_symbol(PUT)


def row(symbol: str, quantity: str, direction: str = "Short") -> dict[str, str]:
    return {"symbol": symbol, "quantity": quantity, "quantity-direction": direction}


def looked(box: TradeInbox, *rows: dict[str, str]) -> list[Fact]:
    found = list(compared(rows, box, AT))
    box.fold(found)
    return found


def begun(**held: int) -> TradeInbox:
    box = TradeInbox()
    box.held = {PUT: held["put"]} if held else {}
    box.fold([BooksCompared(AT, ())])
    return box


def test_what_was_there_before_is_nobodys_and_no_difference():
    box = TradeInbox()
    assert looked(box, row("AAPL", "100", "Long"), row(SYMBOL, "1")) == [
        ForeignHeld(AT, "AAPL", 100), ForeignHeld(AT, SYMBOL, -1), BooksCompared(AT, ()),
    ]  # fmt: skip
    assert looked(box, row("AAPL", "100", "Long"), row(SYMBOL, "1")) == []


def test_books_that_agree_are_not_talked_about():
    assert looked(begun(put=-2), row(SYMBOL, "2")) == []
    assert looked(begun(), row(SYMBOL, "0", "Zero")) == []


@pytest.mark.parametrize("there", [[], [row(SYMBOL, "1")], [row(SYMBOL, "2", "Long")]])
def test_books_that_differ_halt_entries_and_say_so_once(there):
    box = begun(put=-2)
    first = looked(box, *there)
    assert [type(fact) for fact in first] == [BooksCompared, Halted]
    assert isinstance(first[1], Halted)
    assert first[1].reason == RECONCILING
    assert SYMBOL in first[1].note
    assert looked(box, *there) == []


def test_books_that_agree_again_let_entries_go_on():
    box = begun(put=-2)
    looked(box)
    again = looked(box, row(SYMBOL, "2"))
    assert [type(fact) for fact in again] == [BooksCompared, Resumed]


def test_another_difference_is_told_without_a_second_halt():
    box = begun(put=-2)
    looked(box)
    assert [type(fact) for fact in looked(box, row(SYMBOL, "5"))] == [BooksCompared]


def test_what_somebody_traded_by_hand_is_counted_and_left():
    box = begun(put=-2)
    box.fold([ForeignTraded(AT, "99", SYMBOL, -1, Decimal(5), "99/0/x")])
    assert looked(box, row(SYMBOL, "3")) == []


def test_a_position_without_a_figure_is_no_answer():
    with pytest.raises(DataError):
        looked(begun(), row(SYMBOL, "many"))


MSFT = "MSFT  260605P00400000"


def left(symbol: str, at: datetime, *rows: dict[str, str], count: int = -2) -> list[Fact]:
    """What a look says of something that is not ours, some time later."""
    box = begun()
    box.foreign_held = {symbol: count}
    found = list(compared(rows, box, at))
    box.fold(found)
    if not any(isinstance(fact, Halted) for fact in found):
        assert not [each for each in compared(rows, box, at) if isinstance(each, ForeignMoved)]
    return found


@pytest.mark.parametrize("symbol", [SYMBOL, MSFT])
def test_what_is_not_ours_leaves_the_count_once_it_has_expired_and_is_gone(symbol):
    (moved,) = left(symbol, AT + timedelta(days=1))
    assert isinstance(moved, ForeignMoved)
    assert (moved.symbol, moved.quantity) == (symbol, 2)
    assert str(moved.what) == "it expired on 2026-06-05 and is there no more"


@pytest.mark.parametrize("symbol", [SYMBOL, MSFT, "AAPL"])
def test_until_then_what_is_missing_there_is_a_difference(symbol):
    """On its last day it may have been closed, and a share never ends."""
    days = 1 if symbol == "AAPL" else 0
    found = left(symbol, AT + timedelta(days=days))
    assert [type(fact) for fact in found] == [BooksCompared, Halted]


def test_what_has_expired_and_is_still_there_stays_in_the_count():
    assert left(MSFT, AT + timedelta(days=1), row(MSFT, "2")) == []


def test_what_has_expired_of_ours_stays_a_difference_until_its_row_is_read():
    box = begun(put=-2)
    found = list(compared([], box, AT + timedelta(days=1)))
    assert [type(fact) for fact in found] == [BooksCompared, Halted]


@pytest.mark.parametrize("broken", [{}, {"symbol": SYMBOL}, {"quantity": "1"}, "SPY", None])
def test_a_position_that_cannot_be_read_is_no_answer_either(broken):
    with pytest.raises(DataError, match="cannot be read"):
        looked(begun(put=-2), broken)


def test_books_in_doubt_that_agree_let_entries_go_on():
    box = begun(put=-2)
    box.fold([Halted(AT, RECONCILING, "an order came back")])
    assert [type(fact) for fact in looked(box, row(SYMBOL, "2"))] == [Resumed]
    assert looked(box, row(SYMBOL, "2")) == []


def test_books_in_doubt_stay_so_while_they_differ_or_an_order_that_was_over_lives():
    box = begun(put=-2)
    box.fold([Halted(AT, RECONCILING, "an order came back")])
    assert Resumed not in [type(fact) for fact in looked(box, row(SYMBOL, "3"))]
    assert box.reconciling
    box.revived = {"o#1"}
    looked(box, row(SYMBOL, "2"))
    assert box.reconciling
    box.revived = set()
    assert [type(fact) for fact in looked(box, row(SYMBOL, "2"))] == [Resumed]


def test_the_first_comparison_lifts_what_waited_for_it():
    box = TradeInbox()
    box.fold([Halted(AT, RECONCILING, "not compared yet")])
    assert [type(fact) for fact in looked(box)] == [BooksCompared, Resumed]
