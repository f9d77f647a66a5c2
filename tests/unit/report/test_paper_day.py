"""A paper day on a page: every order by its number, its life in words, what expired, what it cost."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.unit.analysis.journals import MONDAY, at, closing, opening

from tomking.core.dealings import Acknowledged
from tomking.core.facts import (
    CampaignClosed,
    Fact,
    LegFilled,
    OrderEnded,
    RunStarted,
    Sent,
    SessionClosed,
    Settled,
)
from tomking.core.money import ZERO
from tomking.report.contents import PaperDay, Streams
from tomking.report.paper_day import expired, lines, orders, record, said, streamed

pytestmark = pytest.mark.unit

FIRST = opening("friday_0dte", MONDAY)
AGAIN = replace(FIRST, attempt=2, limit=Decimal("1.95"))
TARGET = closing(FIRST, "target", rests=True)
FEE = Decimal("3.37")
FILLS = [
    LegFilled(
        at(MONDAY, 11, 1), AGAIN.id, n, leg.contract, leg.quantity, Decimal(price), FEE, f"{n}"
    )
    for n, (leg, price) in enumerate(zip(AGAIN.legs, ("2.50", "0.50"), strict=True))
]
FACTS: tuple[Fact, ...] = (
    RunStarted(at(MONDAY, 10), "paper", Decimal(100_000), ""),
    Sent(at(MONDAY), FIRST),
    Acknowledged(at(MONDAY), FIRST.id, "17"),
    Sent(at(MONDAY) + timedelta(seconds=30), AGAIN),
    Acknowledged(at(MONDAY), AGAIN.id, "18"),
    OrderEnded(at(MONDAY, 11, 1), FIRST.id, "cancelled"),
    *FILLS,
    OrderEnded(at(MONDAY, 11, 1), AGAIN.id, "filled"),
    Sent(at(MONDAY, 11, 2), TARGET),
    Settled(
        at(MONDAY, 16), "p", FILLS[0].contract, -1, 2695.0, Decimal(-250), Decimal("1.5"), "cash"
    ),
    CampaignClosed(
        at(MONDAY, 16), "friday_0dte/x", "friday_0dte", at(MONDAY), Decimal("-156.74"), FEE
    ),
    SessionClosed(at(MONDAY, 16, 15), MONDAY, Decimal("99843.26"), ZERO, ZERO, 11.0),
)
DAY = PaperDay(MONDAY, "tomking paper", FACTS, Streams(1_234_567, 3, 900, 2, 399, 20.4))


def test_every_order_stands_under_the_brokers_number_with_its_life() -> None:
    first, again, target = orders(DAY).rows
    assert first[0] == "17"
    assert first[1].startswith(f"{FIRST.id}: open, fade")
    assert first[2:] == ("11:00:00", "1 at 2.00", "11:01:00 cancelled", "–")
    assert again[0] == "18"
    assert again[4] == "; ".join(
        (
            f"11:01:00 sold 1 {FILLS[0].contract} at 2.5",
            f"11:01:00 bought 1 {FILLS[1].contract} at 0.5",
        )
    )
    assert again[5] == "$6.74"
    assert (target[0], target[4]) == ("–", "at work")


def test_an_order_at_the_market_says_so() -> None:
    day = replace(DAY, facts=(Sent(at(MONDAY), replace(FIRST, limit=None)),))
    assert orders(day).rows[0][3] == "1 at the market"


def test_part_of_an_order_that_was_then_cancelled_shows_both() -> None:
    facts = (Sent(at(MONDAY), AGAIN), FILLS[0], OrderEnded(at(MONDAY, 12), AGAIN.id, "cancelled"))
    (line,) = lines(facts)
    assert line.fees == FEE
    life = orders(replace(DAY, facts=facts)).rows[0][4]
    assert life.endswith("; 12:00:00 cancelled")


def test_what_was_held_to_its_end_is_shown_with_what_it_brought() -> None:
    assert expired(DAY).rows == ((f"{FILLS[0].contract}", "-1", "2,695.00", "−$250.00", "$1.50"),)


def test_the_day_is_said_in_sentences() -> None:
    assert said(DAY) == (
        "friday_0dte/x made −$156.74 after $3.37 of fees. The account closed at $99,843.26, from "
        "$100,000.00."
    )
    assert said(replace(DAY, facts=())) == "Nothing was traded to its end. The day did not close."


def test_the_streams_and_the_cost_are_said() -> None:
    words = streamed(DAY)
    assert "1,234,567 events of 900 symbols" in words
    assert "2 reconnects and 2 that could not be read" in words
    assert "looked 399 times. The whole day took 20 s" in words


def test_the_record_is_what_the_page_shows() -> None:
    found = record(DAY)
    rows = found["orders"]
    assert isinstance(rows, list)
    assert [row["number"] for row in rows] == ["17", "18", ""]
    assert [row["ended"] for row in rows] == ["cancelled", "filled", None]
    assert rows[1]["fees"] == "6.74"
    assert found["expired"] == [str(FACTS[-3])]
    assert found["streams"] == {
        "events": 1_234_567,
        "connections": 3,
        "symbols": 900,
        "odd": 2,
        "looks": 399,
    }
