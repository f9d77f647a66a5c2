"""A fee that the broker tells otherwise reaches the campaign whose fill it was, to the cent."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tomking.analysis.closings import closings
from tomking.analysis.lives import lives
from tomking.analysis.trades import Held, trades
from tomking.brokers.tastytrade.inbox import TradeInbox
from tomking.brokers.tastytrade.ledger import booked, row_of
from tomking.core.codec import from_json, to_json
from tomking.core.dealings import Acknowledged, FeesDiffered
from tomking.core.facts import CampaignClosed, Fact, LegFilled
from tomking.portfolio.book import Book, empty_book, fold
from tomking.wire.symbols import trading_symbol
from worlds import accounts
from worlds.accounts import CONDOR, CONDOR_PRICES
from worlds.orders import closing, traded

pytestmark = pytest.mark.unit
CASH, MORE = Decimal(100_000), Decimal("0.37")
NAME, POSITION = CONDOR.campaign, f"{CONDOR.intent}:condor"
OPENED = traded(CONDOR, CONDOR_PRICES, accounts.AT, "1.50")


def book(*facts: Fact) -> Book:
    return fold(empty_book(CASH), facts)


def differs(amount: Decimal = MORE, fill: str = "17/0/x1") -> FeesDiffered:
    return FeesDiffered(accounts.AT + timedelta(hours=1), fill, amount, POSITION, NAME)


@pytest.mark.parametrize("amount", [MORE, -MORE, Decimal(0)])
def test_while_it_is_open_its_flow_and_fees_and_those_of_its_position_move(amount: Decimal) -> None:
    before, after = book(*OPENED), book(*OPENED, differs(amount))
    was, now = before.campaigns[NAME], after.campaigns[NAME]
    assert (now.flow, now.fees) == (was.flow - amount, was.fees + amount)
    assert after.positions[POSITION].fees == before.positions[POSITION].fees + amount
    assert after.positions[POSITION].premium == before.positions[POSITION].premium
    assert after.cash == before.cash - amount
    assert after.cash == CASH + now.flow


def closed() -> list[Fact]:
    """The condor bought back, and its end as a desk writes it."""
    back = traded(closing(CONDOR, "-3.00", "condor"), ("4.00", "2.50", "2.50", "1.00"), accounts.AT)
    there = book(*OPENED, *back).campaigns[NAME]
    end = CampaignClosed(
        accounts.AT, NAME, CONDOR.strategy, accounts.AT, there.flow, there.fees
    )  # fmt: skip
    return [*OPENED, *back, end]


def test_when_it_is_over_the_account_pays_and_its_trade_bears_it() -> None:
    """What every trade made is what the cash has moved by, whenever the broker told the fee."""
    facts = [*closed(), differs()]
    after = book(*facts)
    assert after.campaigns == {}
    (trade,) = trades(facts, {})
    (early,) = trades(closed(), {})
    assert (trade.pnl, trade.fees) == (early.pnl - MORE, early.fees + MORE)
    assert after.cash == CASH + trade.pnl


def test_told_before_its_end_it_is_counted_once() -> None:
    back = closed()[len(OPENED) : -1]
    there = book(*OPENED, differs(), *back).campaigns[NAME]
    end = CampaignClosed(accounts.AT, NAME, "condor", accounts.AT, there.flow, there.fees)
    facts = [*OPENED, differs(), *back, end]
    assert closings(facts)[NAME] == end
    assert book(*facts).cash == CASH + end.pnl
    assert closings([*facts, differs()])[NAME].pnl == end.pnl - MORE


def test_an_open_trade_is_worth_what_the_book_says_and_nothing_is_added_twice() -> None:
    facts = [*OPENED, differs()]
    there = book(*facts).campaigns[NAME]
    (trade,) = trades(facts, {NAME: Held(there.flow, there.fees)})
    assert (trade.pnl, trade.fees) == (there.flow, there.fees)


def test_a_journal_from_before_campaigns_were_named_folds_as_it_did() -> None:
    said = json.dumps({"at": accounts.AT.isoformat(), "fill": "17/x1/ES", "amount": "0.37"})
    old = from_json("FeesDiffered", said)
    assert isinstance(old, FeesDiffered)
    assert (old.position, old.campaign) == ("", "")
    before, after = book(*OPENED), book(*OPENED, old)
    assert after == replace(before, cash=before.cash - MORE)
    assert from_json("FeesDiffered", to_json(differs())) == differs()


def test_another_campaign_is_left_as_it_was() -> None:
    other = replace(differs(), position="lt112/a/open:trap", campaign="lt112/a")
    before, after = book(*OPENED), book(*OPENED, other)
    assert after == replace(before, cash=before.cash - MORE)


def test_the_brokers_row_names_the_campaign_of_the_fill_and_the_fill_itself() -> None:
    """From the order that was sent, its number and the part: as the adapter remembers them."""
    filled = [
        replace(fact, fill=f"17/{fact.leg}/x{fact.leg}") if isinstance(fact, LegFilled) else fact
        for fact in OPENED
    ]
    box = TradeInbox()
    box.fold([*filled, Acknowledged(accounts.AT, CONDOR.id, "17")])
    first = next(fact for fact in filled if isinstance(fact, LegFilled))
    value = Decimal(500)
    row = row_of({
        "id": 1, "transaction-type": "Trade", "transaction-sub-type": "Sell to Open",
        "executed-at": accounts.AT.isoformat(), "value": str(value),
        "value-effect": "Credit", "net-value": str(value - first.fee - MORE),
        "net-value-effect": "Credit", "symbol": trading_symbol(first.contract),
        "order-id": 17, "ext-exec-id": "x0", "quantity": "2",
    })  # fmt: skip
    odd: list[str] = []
    made = booked([row], box, lambda contract: None, odd)
    assert odd == []
    (more,) = [fact for fact in made if isinstance(fact, FeesDiffered)]
    assert more == FeesDiffered(row.at, first.fill, MORE, POSITION, NAME)
    legs = lives([*filled, more])[CONDOR.intent].legs
    assert legs[first.contract, first.quantity > 0].fees == first.fee + MORE
