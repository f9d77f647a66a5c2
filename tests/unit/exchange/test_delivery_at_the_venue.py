"""A future held to its end: closed out before notice, paid in cash, or refused before it is opened."""

from datetime import date
from decimal import Decimal

import pytest

from tomking.core.contract import Contract
from tomking.core.evidence import Stamped
from tomking.core.facts import Fact, OrderEnded, Settled
from tomking.core.reading import Skip, Stage, skip
from tomking.core.value import value
from tomking.exchange.fills import MID
from tomking.exchange.ledger import Ledger, trade
from tomking.exchange.venue import Exchange
from tomking.market.delivery import first_notice, future_contract, last_day, out_by
from tomking.market.sessions import next_session, previous_session
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import Market, market, order

pytestmark = pytest.mark.unit

CASH = Decimal(1_000_000)
OPEN, CLOSE = 0, 390


@value
class Row:
    """A future, the day to be out by, the day and minute of its end here, and what that is."""

    code: str
    out: date
    ends: date
    minute: int
    how: str
    entered: str
    left: float
    gain: str
    fee: str

    @property
    def root(self) -> str:
        return self.code[:-3]


HOUSE, PAID = "closed_out", "cash_settled"
ROWS = [
    # notice on 30 January; last trade on 25 February; 100 dollars a point
    Row("GCG26", date(2026, 1, 23), date(2026, 1, 29), CLOSE, HOUSE, "4000", 3985.0, "-1500", "3.12"),
    # notice on 27 February; last trade on 13 March; 50 dollars a cent
    Row("ZCH26", date(2026, 2, 20), date(2026, 2, 26), CLOSE, HOUSE, "430", 432.25, "112.50", "3.67"),
    Row("ZBH26", date(2026, 2, 20), date(2026, 2, 26), CLOSE, HOUSE, "116", 116.5, "500", "2.44"),
    # last trade on 19 December, before its notice
    Row("CLF26", date(2025, 12, 12), date(2025, 12, 19), CLOSE, HOUSE, "58", 57.5, "-500", "3.07"),
    # no notice at all; delivered after the last trade
    Row("6EH26", date(2026, 3, 9), date(2026, 3, 16), CLOSE, HOUSE, "1.16", 1.1625, "312.50", "3.17"),
    # paid in cash, without a trade
    Row("ESH26", date(2026, 3, 13), date(2026, 3, 20), OPEN, PAID, "6000", 6010.25, "512.50", "0"),
    Row("HEG26", date(2026, 2, 6), date(2026, 2, 13), CLOSE, PAID, "82", 81.0, "-400", "0"),
]  # fmt: skip
IDS = [row.code for row in ROWS]


def holding(row: Row, quantity: int) -> Exchange:
    held = future_contract(row.root, row.code)
    ledger = trade(Ledger(CASH), held, quantity, Decimal(row.entered))
    return Exchange(CASH, TASTYTRADE, MID, "tastytrade", start=ledger)


def at(row: Row, day: date, minute: float) -> Market:
    """The market of one future."""
    held = future_contract(row.root, row.code)
    return market(
        minute, {held: (row.left, row.left)}, day=day, price=row.left, fixings={held: row.left}
    )  # fmt: skip


def ended(facts: list[Fact]) -> list[Settled]:
    return [fact for fact in facts if isinstance(fact, Settled)]


@pytest.mark.parametrize("row", ROWS, ids=IDS)
@pytest.mark.parametrize("quantity", [1, -2])
def test_what_is_held_to_its_end_ends_that_day_in_one_fact(row: Row, quantity: int) -> None:
    exchange = holding(row, quantity)
    for day in (row.out, previous_session(row.ends).day):
        assert ended(exchange.step(at(row, day, CLOSE))) == []
    if row.minute:
        assert ended(exchange.step(at(row, row.ends, row.minute - 1))) == []
    (fact,) = ended(exchange.step(at(row, row.ends, row.minute)))
    assert (fact.contract, fact.quantity, fact.settlement) == (
        future_contract(row.root, row.code), quantity, row.how
    )  # fmt: skip
    assert fact.cash == quantity * Decimal(row.gain)
    assert fact.fee == abs(quantity) * Decimal(row.fee)
    assert ("nothing is delivered here" in str(fact)) is (row.how == HOUSE)
    assert exchange.holdings() == {}
    assert exchange.ledger.cash == CASH + fact.cash - fact.fee
    assert ended(exchange.step(at(row, next_session(row.ends).day, OPEN))) == []


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_nothing_is_held_on_the_first_day_of_notice_or_after_the_last_trade(row: Row) -> None:
    notice, last = first_notice(row.root, row.code), last_day(row.root, row.code)
    assert row.ends == (previous_session(notice).day if notice and notice < last else last)
    assert out_by(row.root, row.code) == row.out < row.ends


@pytest.mark.parametrize("row", [row for row in ROWS if row.code in ("GCG26", "ZCH26")])
def test_a_long_nobody_looked_at_that_day_is_closed_out_as_the_day_of_notice_opens(
    row: Row,
) -> None:
    exchange = holding(row, 1)
    day = first_notice(row.root, row.code)
    assert day == next_session(row.ends).day
    (fact,) = ended(exchange.step(at(row, day, OPEN)))
    assert (fact.settlement, fact.price) == (HOUSE, row.left)


@value
class Blind(Market):
    """A market in which the future has no price of its own."""

    def underlying(self, contract: Contract) -> Stamped | Skip:
        return skip(f"{contract} data", Stage.DATA, "no price", "a price")


def test_the_house_waits_for_a_price_and_then_closes_out() -> None:
    row = ROWS[0]
    exchange, seen = holding(row, 1), at(row, row.ends, CLOSE)
    blind = Blind(seen.at, seen.day, seen.vix, seen.quotes, seen.fixings, seen.price)
    assert ended(exchange.step(blind)) == []
    assert len(ended(exchange.step(at(row, row.ends, CLOSE + 5)))) == 1


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_from_the_day_after_it_is_to_be_gone_the_venue_opens_none_that_is_delivered(
    row: Row,
) -> None:
    """Rulebook 23: five business days before notice or last trade; cash-settled ones trade on."""
    held = future_contract(row.root, row.code)
    for day, refused in ((row.out, False), (next_session(row.out).day, row.how == HOUSE)):
        exchange = Exchange(CASH, TASTYTRADE, MID, "tastytrade")
        exchange.submit(order(f"-{row.left}", (1, held)), at(row, day, 60))
        facts = exchange.step(at(row, day, 62))
        rejected = [f.note for f in facts if isinstance(f, OrderEnded) and f.how == "rejected"]
        assert bool(rejected) is refused, rejected
        assert all("closing only" in note for note in rejected)
        assert bool(exchange.holdings()) is not refused
