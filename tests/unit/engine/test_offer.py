"""Offering an order: judge, write, look at the brake again, send; and replay as the only start."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

import pytest

from tomking.core.contract import Contract
from tomking.core.errors import ConfigError, QuoteMissing
from tomking.core.facts import (
    Fact,
    Judged,
    LegFilled,
    OrderEnded,
    RunStarted,
    Sent,
)
from tomking.core.order import Order, Purpose
from tomking.core.restraints import Halted
from tomking.engine.backstop import in_the_way
from tomking.engine.close import close_of
from tomking.engine.desk import Desk
from tomking.engine.memory import MemoryJournal
from tomking.engine.offer import offer
from tomking.market.snapshot import Snapshot
from tomking.portfolio.book import Working
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.preview import Preview
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing
from tomking.risk.verdict import Approved
from tomking.risk.view import View
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import FRIDAY, board
from worlds.orders import book_with, closing, order, view

pytestmark = pytest.mark.unit

CASH = Decimal(300_000)
SMALL = Preview(Decimal(0), Decimal(1500), Decimal(1500), Decimal("6.60"), "estimate")


@dataclass
class ScriptedBroker:
    """Answers previews from a script and remembers what it was sent."""

    answer: Preview | QuoteMissing = SMALL
    sent: list[Order] = field(default_factory=list)
    keeps_legs: bool = False

    def preview(self, order: Order, now: Snapshot) -> Preview:
        if isinstance(self.answer, QuoteMissing):
            raise self.answer
        return self.answer

    def submit(self, approved: Approved, now: Snapshot) -> None:
        self.sent.append(approved.order)

    def cancel(self, order: str) -> None:
        raise AssertionError("nothing was to be cancelled")

    def requirement(self, now: Snapshot) -> Decimal:
        return Decimal(0)

    def poll(self, now: Snapshot) -> Iterable[Fact]:
        return ()

    def find(self, intent: str) -> str | None:
        return None

    def holdings(self) -> Mapping[Contract, int]:
        return {}


@dataclass
class Brake:
    """An inbox whose brake may be on."""

    on: bool = False

    def take(self, now: datetime, standing: Standing) -> Sequence[Fact]:
        return ()

    def may_send(self, order: Order) -> bool:
        return not (order.adds_risk and self.on)


def desk(journal: MemoryJournal | None = None) -> Desk:
    made = Desk((FRIDAY_0DTE,), Limits(), TASTYTRADE, journal or MemoryJournal())
    made.begin(RunStarted(board().at, "test", CASH, ""))
    return made


def spread() -> Order:
    return order("-1 6090 C, +1 6120 C", "2.00", campaign="friday_0dte/new")


def facts_of(made: Desk, kind: type[Fact]) -> list[Fact]:
    return [fact for _, fact in made.journal.read() if isinstance(fact, kind)]


@pytest.mark.rule("R-MRG-05")
def test_an_order_without_a_margin_preview_is_refused_at_data() -> None:
    made, broker = desk(), ScriptedBroker(QuoteMissing("ES 2025-12-05 6090 C has no quote"))
    offer(made, made.view(board(price=6042.0, vol=0.2)), spread(), broker, Brake())
    (judged,) = facts_of(made, Judged)
    assert isinstance(judged, Judged)
    assert not judged.approved
    assert [reading.stage.value for reading in judged.readings] == ["DATA"]
    assert broker.sent == []


def test_an_approved_order_is_written_before_it_is_sent() -> None:
    made, broker = desk(), ScriptedBroker()
    offer(made, made.view(board(price=6042.0, vol=0.2)), spread(), broker, Brake())
    kinds = [type(fact).__name__ for _, fact in made.journal.read()]
    assert kinds == ["RunStarted", "Judged", "Sent"]
    assert broker.sent == [spread()]


@pytest.mark.emergency
def test_the_brake_is_looked_at_again_after_the_verdict() -> None:
    made, broker = desk(), ScriptedBroker()
    offer(made, made.view(board(price=6042.0, vol=0.2)), spread(), broker, Brake(on=True))
    assert [type(fact).__name__ for _, fact in made.journal.read()] == ["RunStarted", "Judged"]
    assert broker.sent == []


def test_a_refusal_is_recorded_once_until_the_answer_changes() -> None:
    made, broker = desk(), ScriptedBroker()
    made.note([Halted(board().at, "operator", "lunch")])
    seen = made.view(board(price=6042.0, vol=0.2))
    for _ in range(3):
        offer(made, seen, spread(), broker, Brake())
    assert len(facts_of(made, Judged)) == 1
    assert facts_of(made, Sent) == []


def resting(units: int = 2, filled: int = 0) -> tuple[View, Order]:
    """A desk's view with a target at work that takes a spread down, and the target."""
    opened = order("-1 6090 C, +1 6120 C", units=2)
    book = book_with(board().at, (opened, ["5.00", "1.00"]))
    target = closing(opened, "-1.00", intent=f"{opened.intent}:all/target", units=units)
    there = Working(target, board().at, (filled, -filled))
    return view(board(), replace(book, working={target.id: there})), target


@pytest.mark.emergency
@pytest.mark.parametrize(
    ("filled", "units", "legs", "waits"),
    [(0, 2, 2, False), (0, 1, 2, True), (0, 2, 1, True), (1, 1, 2, True)],
    ids=["the same", "fewer of them", "one leg of two", "what is left of one that traded"],
)
def test_an_exit_replaces_only_what_is_of_the_same_legs_where_the_venue_keeps_them(
    filled: int, units: int, legs: int, waits: bool
) -> None:
    seen, target = resting(filled=filled)
    wanted = replace(
        target, intent="close", units=units, legs=target.legs[:legs], replaces=target.id
    )
    assert in_the_way(seen, wanted, keeps_legs=True) == ((target.id,) if waits else ())
    assert in_the_way(seen, wanted, keeps_legs=False) == ()


@pytest.mark.emergency
def test_what_an_exit_cannot_replace_is_withdrawn_before_it_is_sent() -> None:
    seen, target = resting()
    alone = replace(
        target, intent="close", legs=target.legs[:1], limit=Decimal("-0.25"), replaces=target.id
    )
    made, broker = desk(), ScriptedBroker(keeps_legs=True)
    offer(made, seen, alone, broker, Brake(True))
    assert (broker.sent, made.unwanted, made.yielding) == ([], {target.id}, {alone.closes})


def test_an_order_without_a_price_is_refused_at_data_once_and_never_sent() -> None:
    made, broker = desk(), ScriptedBroker()
    unpriced = replace(spread(), purpose=Purpose.CLOSE, limit=None)
    for minute in (60.0, 61.0, 62.0):
        offer(made, made.view(board(minute=minute)), unpriced, broker, Brake())
    (judged,) = facts_of(made, Judged)
    assert isinstance(judged, Judged)
    assert not judged.approved
    assert "refused at DATA, quotes to price an order by: none" in str(judged)
    assert broker.sent == []
    priced = replace(unpriced, limit=Decimal("-3.10"))
    offer(made, made.view(board(minute=63.0)), priced, broker, Brake())
    assert len(facts_of(made, Judged)) == 2


def test_starting_again_replays_the_journal_and_adds_nothing() -> None:
    journal = MemoryJournal()
    first, broker = desk(journal), ScriptedBroker()
    offer(first, first.view(board(price=6042.0, vol=0.2)), spread(), broker, Brake())
    (sent,) = broker.sent
    at = board(FRIDAY, 61.0).at
    first.note(
        [
            *(
                LegFilled(at, sent.id, row, leg.contract, leg.quantity, Decimal("2.00"),
                          Decimal("3.30"), f"fill-{row}")
                for row, leg in enumerate(sent.legs)
            ),
            OrderEnded(at, sent.id, "filled"),
        ]
    )  # fmt: skip
    length = len(journal.facts)
    again = desk(journal)
    assert len(journal.facts) == length
    assert again.book == first.book
    assert again.standing == first.standing
    assert again.attempts == first.attempts


def test_a_held_position_of_an_unknown_strategy_stops_the_start() -> None:
    journal = MemoryJournal()
    first, broker = desk(journal), ScriptedBroker()
    offer(first, first.view(board(price=6042.0, vol=0.2)), spread(), broker, Brake())
    (sent,) = broker.sent
    at = board(FRIDAY, 61.0).at
    first.note(
        LegFilled(
            at, sent.id, row, leg.contract, leg.quantity, Decimal("2.00"), Decimal(0), str(row)
        )
        for row, leg in enumerate(sent.legs)
    )
    other = Desk((), Limits(), TASTYTRADE, journal)
    with pytest.raises(ConfigError, match="friday_0dte is not configured"):
        other.begin(RunStarted(at, "test", CASH, ""))


def test_a_day_that_cannot_be_valued_is_no_baseline() -> None:
    made = desk()
    before = made.standing.day_start
    seen = replace(made.view(board(price=6042.0, vol=0.2)), net_liq=float("nan"))
    made.note(close_of(seen, ScriptedBroker()))
    assert made.standing.day_start == before
    assert made.standing.reasons == {"data"}
    made.note(close_of(made.view(board(price=6042.0, vol=0.2)), ScriptedBroker()))
    assert made.standing.reasons == frozenset()
    assert made.standing.day_start == CASH
