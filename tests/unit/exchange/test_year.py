"""A year of random trading against the venue: nothing is gained or lost but what is written down."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.facts import DividendBooked, Fact, LegFilled, OrderEnded, Settled
from tomking.core.venue import Code
from tomking.exchange.assignment import seeded
from tomking.exchange.fills import spread_fraction
from tomking.exchange.ledger import Ledger, apply
from tomking.exchange.venue import Exchange
from tomking.market.sessions import sessions_between
from tomking.portfolio.columns import columns
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.year import YEAR, Market, Trader, market_at, rejected, trader

pytestmark = pytest.mark.unit

#: So much that an ordinary order is refused now and then, and so little that most are not.
CASH = Decimal(1_000_000)
SEED = 4
MINUTES = (30, 90, 150)
FILLS, EXPIRIES, ASSIGNMENTS, REFUSALS = 2_000, 200, 50, 20


@dataclass(frozen=True)
class Year:
    """What was traded, and how many evenings were checked to the cent."""

    trader: Trader
    evenings: int

    def of(self, kind: type[Fact]) -> Iterator[Fact]:
        return (fact for fact in self.trader.facts if isinstance(fact, kind))


def check(mine: Trader, now: Market) -> None:
    """Venue, book and tape hold the same and are worth the same, to the cent."""
    ledger, book, tape = mine.exchange.ledger, mine.book, mine.tape
    held = {contract: n for contract, n in tape.held.items() if n}
    assert dict(ledger.holdings) == dict(book.holdings) == held
    basis = sum((position.basis for position in book.positions.values()), Decimal(0))
    assert book.cash + basis == ledger.cash - ledger.carried
    worth = tape.worth(now, columns(tuple(held.items())))
    assert abs(mine.exchange.net_liq(now) - worth) < Decimal("0.005")
    assert tape.fees == ledger.fees


@pytest.fixture(scope="module")
def year() -> Year:
    """Every session: the open, three rounds of orders and their fills, the close, the evening."""
    exchange = Exchange(
        CASH, TASTYTRADE, spread_fraction(0.5), "tastytrade", exercise=seeded(SEED, 0.5, 0.4)
    )
    mine, evenings = trader(SEED, exchange, CASH), 0
    for session in sessions_between(date(YEAR, 1, 2), date(YEAR, 12, 31)):
        mine.look(market_at(SEED, session, 0))
        for minute in MINUTES:
            for _ in range(2):
                mine.trade(market_at(SEED, session, minute))
            mine.look(market_at(SEED, session, minute + 1))
        mine.look(market_at(SEED, session, session.minutes))
        evening = market_at(SEED, session, session.minutes + 15)
        mine.look(evening)
        check(mine, evening)
        evenings += 1
    return Year(mine, evenings)


def test_orders_of_every_kind_have_traded_and_one_exit_ended_the_other(year: Year) -> None:
    traded = [fact.order for fact in year.of(LegFilled) if isinstance(fact, LegFilled)]
    ends = [fact for fact in year.of(OrderEnded) if isinstance(fact, OrderEnded)]
    notes = " ".join(fact.note for fact in ends)
    assert any("/stop#" in name for name in traded)
    assert any("/target#" in name for name in traded)
    assert any(name.endswith("/open#2") for name in traded)
    assert "traded first" in notes
    assert "replaced by" in notes
    for kind in ("market", "stop"):
        sent = {order.id for order in year.trader.orders if order.type == kind}
        assert len(sent & set(traded)) >= 20


def refusals(year: Year) -> list[OrderEnded]:
    """Orders the account could not carry, refused by the broker's own name."""
    return [fact for fact in rejected(year.trader.facts) if Code.MARGIN in fact.note]


def test_every_evening_of_the_year_agrees_to_the_cent(year: Year) -> None:
    assert year.evenings == 250


def test_the_year_was_busy(year: Year) -> None:
    settled = [fact for fact in year.of(Settled) if isinstance(fact, Settled)]
    ended = [fact for fact in settled if not fact.note.startswith("early")]
    taken = [fact for fact in settled if fact.settlement == "assigned"]
    early = [fact for fact in taken if fact.note.startswith("early")]
    fills = len(list(year.of(LegFilled)))
    refused = len(refusals(year))
    sys.stdout.write(
        f"\n{fills} fills, {len(ended)} expiries, {len(taken)} assignments, "
        f"{refused} margin refusals, {dict(year.trader.kinds)}\n"
    )
    assert set(year.trader.kinds) == {"limit", "market", "stop", "bracket", "cancel", "replace"}
    assert min(year.trader.kinds.values()) >= 20
    assert fills >= FILLS
    assert len(ended) >= EXPIRIES
    assert len(taken) >= ASSIGNMENTS
    assert len(early) >= 5
    assert refused >= REFUSALS
    assert {fact.settlement for fact in settled} == {
        "assigned", "exercised", "cash_settled", "expired"
    }  # fmt: skip
    assert len(list(year.of(DividendBooked))) >= 1


def test_the_venues_ledger_is_the_fold_of_the_years_facts(year: Year) -> None:
    ledger = Ledger(CASH)
    for fact in year.trader.facts:
        ledger = apply(ledger, fact)
    assert ledger == year.trader.exchange.ledger


def test_cash_value_and_fees_are_what_the_campaigns_made(year: Year) -> None:
    book = year.trader.book
    flows = sum((campaign.flow for campaign in book.campaigns.values()), Decimal(0))
    fees = sum((campaign.fees for campaign in book.campaigns.values()), Decimal(0))
    assert book.cash == CASH + flows
    assert fees == year.trader.exchange.ledger.fees
