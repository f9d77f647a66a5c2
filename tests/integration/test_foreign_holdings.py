"""What somebody else holds in the account: counted until it ends, and never a reason to halt."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tomking.brokers.tastytrade.broker import TastytradeBroker
from tomking.brokers.tastytrade.rounds import SELDOM, Rounds
from tomking.core.calendar import AFTER_CLOSE
from tomking.core.contract import Right
from tomking.core.dealings import BooksCompared, ForeignMoved
from tomking.core.facts import Fact
from tomking.core.reading import Skip
from tomking.core.restraints import Halted, Resumed
from tomking.market.sessions import session_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.wire.symbols import trading_symbol
from worlds.standing import NUMBER, Standing, standing

pytestmark = pytest.mark.integration
FRIDAY = date(2018, 6, 15)


def sold_by_hand(there: Standing, root: str, delta: float) -> str:
    """A put that ends today, sold by somebody whose order has no name of ours."""
    chain = there.look().chain(root)
    assert not isinstance(chain, Skip)
    expiry = chain.expiry_near(0, 0)
    assert not isinstance(expiry, Skip)
    quote = chain.by_delta(expiry, Right.PUT, delta)
    assert not isinstance(quote, Skip)
    symbol = trading_symbol(quote.contract)
    leg = {
        "instrument-type": "Equity Option",
        "symbol": symbol,
        "action": "Sell to Open",
        "quantity": 1,
    }
    answer = there.line().send(
        "POST", f"/accounts/{NUMBER}/orders",
        {"time-in-force": "Day", "order-type": "Market", "legs": [leg]},
    )  # fmt: skip
    assert not answer.is_no, answer.why
    return symbol


@pytest.mark.parametrize(("root", "delta"), [("SPX", 0.05), ("SPX", 0.95), ("SPY", 0.95)])
def test_it_ends_settled_or_assigned_and_the_books_agree(root: str, delta: float) -> None:
    session = session_of(FRIDAY)
    assert session is not None
    with standing(300.0, cash="1000000", day=FRIDAY) as there:
        symbol = sold_by_hand(there, root, delta)
        there.clock.pass_minutes(1)
        there.look()
        broker = TastytradeBroker(there.line(), TASTYTRADE, there.clock())
        facts: list[Fact] = list(broker.poll(there.look()))
        assert broker.inbox.foreign_held == {symbol: -1}
        there.clock.at = session.closes + timedelta(minutes=AFTER_CLOSE + 1)
        there.look()
        for _ in range(3):
            there.clock.pass_minutes(61)
            facts += broker.poll(there.look())
        assert (symbol, 1) in [(f.symbol, f.quantity) for f in facts if isinstance(f, ForeignMoved)]
        halts = [type(f) for f in facts if isinstance(f, Halted | Resumed)]
        assert halts == [Halted, Resumed], "only until the books are compared for the first time"
        assert [f.differences for f in facts if isinstance(f, BooksCompared)] == [()]
        assert broker.odd == []


def test_the_ledger_is_read_before_the_books_are_compared() -> None:
    session = session_of(FRIDAY)
    assert session is not None
    with standing(300.0, cash="1000000", day=FRIDAY) as there:
        sold_by_hand(there, "SPX", 0.05)
        there.clock.pass_minutes(1)
        there.look()
        broker = TastytradeBroker(there.line(), TASTYTRADE, there.clock())
        broker.rounds = Rounds(resting=SELDOM)
        there.clock.at = session.closes - timedelta(minutes=2)
        for _ in range(3):
            list(broker.poll(there.look()))
        assert broker.inbox.differences == ()
        there.clock.pass_minutes(5)
        there.look()  # it ends, and nobody has read of it
        broker.rounds = replace(broker.rounds, books=None)
        found = [f for _ in range(2) for f in broker.poll(there.look())]
        assert [f for f in found if isinstance(f, ForeignMoved)]
        assert not [f for f in found if isinstance(f, BooksCompared) and f.differences]
