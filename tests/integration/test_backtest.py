"""What a whole backtest did: every cent accounted for, every order approved, every rule of time kept."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest

from tomking.backtest.operator import SimulatedOperator
from tomking.backtest.run import Run, RunSpec, agree, run
from tomking.brokers.simulated import SimulatedBroker
from tomking.core.calendar import AFTER_CLOSE, FRIDAY, WEDNESDAY
from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.facts import (
    CampaignClosed,
    Considered,
    Fact,
    Judged,
    LegFilled,
    OrderEnded,
    RunStarted,
    Sent,
    SessionClosed,
    Settled,
    Walked,
)
from tomking.core.order import Order, Purpose
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket
from tomking.engine.clock import SessionClock
from tomking.engine.desk import Desk
from tomking.engine.loop import run as loop
from tomking.engine.memory import MemoryJournal
from tomking.exchange.fills import spread_fraction
from tomking.exchange.ledger import Ledger
from tomking.exchange.ledger import apply as ledger_after
from tomking.exchange.venue import Exchange
from tomking.market.sessions import is_entry_day, sessions_between
from tomking.market.snapshot import Snapshot
from tomking.portfolio import marks as worth
from tomking.portfolio.book import Book, apply, empty_book, fold
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.preview import Preview
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing
from tomking.risk.standing import apply as standing_after
from tomking.risk.verdict import Approved
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112

pytestmark = pytest.mark.integration

CENT = Decimal("0.01")


def of(run_: Run, kind: type) -> list[Fact]:
    """The facts of one kind."""
    return [fact for fact in run_.facts if isinstance(fact, kind)]


def orders(run_: Run) -> dict[str, Order]:
    """Every order that was sent, by id."""
    return {fact.order.id: fact.order for fact in run_.facts if isinstance(fact, Sent)}


def profits(run_: Run) -> dict[str, float]:
    """Profit by strategy: closed campaigns, and what is open at the last marks."""
    total: dict[str, float] = defaultdict(float)
    for fact in run_.facts:
        if isinstance(fact, CampaignClosed):
            total[fact.strategy] += float(fact.pnl)
    spec, last = run_.spec, run_.sessions[-1]
    market = ModelMarket(run_.history, spec.seed)
    book = run_.desk.book
    marks = market.at(last.at(last.minutes + AFTER_CLOSE)).marks(book.legs)
    for name, usd in worth.profit_by_campaign(book, marks).items():
        total[book.campaigns[name].strategy] += float(usd)
    return total


def test_profit_by_strategy_adds_up_to_the_cent(default_run: Run) -> None:
    gained = default_run.final_net_liq - default_run.spec.capital
    added = Decimal(repr(sum(profits(default_run).values())))
    assert abs(added - gained) < CENT / 2


def test_enough_structures_are_entered_to_say_anything(default_run: Run) -> None:
    entered = Counter(
        fact.order.partition("/")[0]
        for fact in default_run.facts
        if isinstance(fact, OrderEnded) and fact.how == "filled" and "/open#" in fact.order
    )
    assert entered["friday_0dte"] >= 60
    assert entered["lt112"] >= 12


def test_book_and_standing_are_the_fold_of_the_facts(default_run: Run) -> None:
    begun, *rest = default_run.facts
    assert isinstance(begun, RunStarted)
    book = fold(empty_book(begun.capital), rest)
    kept = default_run.desk.book
    assert (book.cash, book.positions, book.campaigns) == (
        kept.cash, kept.positions, kept.campaigns,
    )  # fmt: skip
    standing = Standing()
    for fact in default_run.facts:
        standing = standing_after(standing, fact, default_run.spec.limits)
    assert standing == default_run.desk.standing


def test_the_venues_ledger_is_the_fold_of_the_facts_too(default_run: Run) -> None:
    ledger = Ledger(default_run.spec.capital)
    for fact in default_run.facts:
        ledger = ledger_after(ledger, fact)
    assert ledger == default_run.exchange.ledger


def test_nothing_is_sent_that_was_not_approved_just_before(default_run: Run) -> None:
    approved: set[str] = set()
    for fact in default_run.facts:
        if isinstance(fact, Judged) and fact.approved:
            assert all(reading.passed for reading in fact.readings)
            approved.add(fact.order.id)
        if isinstance(fact, Sent):
            assert fact.order.id in approved
            approved.remove(fact.order.id)


def test_no_order_is_sent_twice_and_every_one_ends_once(default_run: Run) -> None:
    sent = Counter(fact.order.id for fact in default_run.facts if isinstance(fact, Sent))
    ended = Counter(fact.order for fact in default_run.facts if isinstance(fact, OrderEnded))
    assert max(sent.values()) == 1
    assert max(ended.values()) == 1
    assert set(sent) - set(ended) == set(default_run.desk.book.working)


def test_an_intent_opens_once(default_run: Run) -> None:
    known = orders(default_run)
    opened = Counter(
        known[fact.order].intent
        for fact in default_run.facts
        if isinstance(fact, OrderEnded) and fact.how == "filled"
        and known[fact.order].purpose is Purpose.OPEN
    )  # fmt: skip
    assert max(opened.values()) == 1


def test_a_package_trades_whole_and_never_worse_than_its_limit(default_run: Run) -> None:
    known, fills = orders(default_run), defaultdict(list)
    for fact in default_run.facts:
        if isinstance(fact, LegFilled):
            fills[fact.order].append(fact)
    for name, legs in fills.items():
        order = known[name]
        assert len(legs) == len(order.legs)
        net = -sum(fact.quantity * fact.price for fact in legs) / order.units
        assert net >= order.limit
        if order.rests:
            assert net == order.limit


def test_entries_keep_their_day_and_hour(default_run: Run) -> None:
    firsts = [f for f in default_run.facts if isinstance(f, Sent) and not f.order.replaces]
    for fact in firsts:
        if fact.order.purpose is Purpose.OPEN:
            day, minute = fact.at.date(), fact.at.hour * 60 + fact.at.minute
            if fact.order.strategy == "friday_0dte":
                assert day.weekday() == FRIDAY
                assert 630 <= minute <= 810
                assert {leg.contract.expiry for leg in fact.order.legs} == {day}
            else:
                assert is_entry_day(day, WEDNESDAY, 1)
                assert 600 <= minute <= 660
                assert all(
                    110 <= (leg.contract.expiry - day).days <= 130 for leg in fact.order.legs
                )


def test_a_price_that_walks_follows_the_first_within_ten_minutes(default_run: Run) -> None:
    first: dict[str, Sent] = {}
    for fact in default_run.facts:
        if isinstance(fact, Sent) and fact.order.purpose is Purpose.OPEN:
            if not fact.order.replaces:
                first[fact.order.intent] = fact
            waited = (fact.at - first[fact.order.intent].at).total_seconds()
            assert waited <= 600
            assert fact.order.limit <= first[fact.order.intent].order.limit


def test_every_step_of_a_walk_is_written_with_its_order(default_run: Run) -> None:
    steps = [f for f in default_run.facts if isinstance(f, Walked) and f.did == "stepped"]
    opened = [
        f.order for f in default_run.facts
        if isinstance(f, Sent) and f.order.purpose is Purpose.OPEN
    ]  # fmt: skip
    assert [(f.intent, f.limit) for f in steps] == [(o.intent, o.limit) for o in opened]
    assert max(f.step for f in steps) == 3


def test_nothing_of_a_friday_is_left_open_into_the_close(default_run: Run) -> None:
    """Rulebook 3: closed by 15:00, 15:30 is the deadline."""
    known = orders(default_run)
    late = [
        str(fact)
        for fact in default_run.facts
        if (isinstance(fact, LegFilled) and known[fact.order].strategy == "friday_0dte"
            and fact.at.hour * 60 + fact.at.minute > 930)
        or (isinstance(fact, Settled) and fact.contract.expiry.weekday() == FRIDAY
            and fact.at.date() == fact.contract.expiry)
    ]  # fmt: skip
    assert late == []


def test_never_two_lt112_in_one_expiry(default_run: Run) -> None:
    """Rulebook 4: stagger."""
    live: dict[str, date] = {}
    wanted: dict[str, tuple[str, date]] = {}
    for fact in default_run.facts:
        if isinstance(fact, Sent) and fact.order.purpose is Purpose.OPEN:
            expiry = fact.order.legs[0].contract.expiry
            if fact.order.strategy == "lt112":
                others = {live[name] for name in live if name != fact.order.campaign}
                assert expiry not in others
                wanted[fact.order.id] = (fact.order.campaign, expiry)
        if isinstance(fact, LegFilled) and fact.order in wanted:  # an order withdrawn holds nothing
            live.update((wanted[fact.order],))
        if isinstance(fact, CampaignClosed):
            live.pop(fact.campaign, None)


def test_the_put_spread_of_an_lt112_is_forty_to_sixty_wide(default_run: Run) -> None:
    for fact in default_run.facts:
        if isinstance(fact, Sent) and fact.order.strategy == "lt112" and len(fact.order.legs) == 3:
            long, short = (leg.contract.strike for leg in fact.order.legs[:2])
            assert long is not None
            assert short is not None
            assert 40 <= long - short <= 60


def test_every_slot_leaves_a_considered_fact(default_run: Run) -> None:
    said = {fact.slot for fact in default_run.facts if isinstance(fact, Considered)}
    due = {
        f"{plan.name}/{session.day}"
        for plan in (FRIDAY_0DTE, LT112)
        for session in default_run.sessions
        if any(slots.minutes(session) for slots in plan.slots)
    }
    assert said == due


def test_every_answer_that_is_no_entry_has_a_reason(default_run: Run) -> None:
    """A skip that names nothing is a refusal nobody can ask about."""
    nameless = [
        fact for fact in default_run.facts
        if isinstance(fact, Considered) and fact.outcome == "skipped"
        and all(reading.passed for reading in fact.readings)
    ]  # fmt: skip
    assert nameless == []


def test_every_session_closes_once(default_run: Run) -> None:
    closed = [fact.day for fact in default_run.facts if isinstance(fact, SessionClosed)]
    assert closed == [session.day for session in default_run.sessions]


@dataclass(frozen=True)
class Checked:
    """The simulated broker, with the book laid beside the venue's ledger at every look."""

    inner: SimulatedBroker
    desk: Desk
    looks: list[int] = field(default_factory=lambda: [0])
    shadow: list[Book] = field(default_factory=list)
    keeps_legs: bool = False

    def check(self) -> None:
        """Cash to the cent and holdings to the contract, and margin of the same holdings."""
        agree(self.desk, self.inner.exchange)
        self.looks[0] += 1

    def preview(self, order: Order, now: Snapshot) -> Preview:
        self.check()
        return self.inner.preview(order, now)

    def submit(self, approved: Approved, now: Snapshot) -> None:
        self.check()
        self.inner.submit(approved, now)

    def cancel(self, order: str) -> None:
        self.inner.cancel(order)

    def poll(self, now: Snapshot) -> Iterable[Fact]:
        self.check()
        book = self.desk.book
        facts = tuple(self.inner.poll(now))
        for fact in facts:
            book = apply(book, fact)
        ledger = self.inner.exchange.ledger
        assert (dict(book.holdings), book.cash) == (dict(ledger.holdings), ledger.cash)
        return facts

    def requirement(self, now: Snapshot) -> Decimal:
        self.check()
        return self.inner.requirement(now)

    def find(self, intent: str) -> str | None:
        return self.inner.find(intent)

    def holdings(self) -> Mapping[Contract, int]:
        return self.inner.holdings()


def test_the_venues_ledger_is_the_book_at_every_look_of_a_year() -> None:
    history = window(date(2018, 1, 2), date(2018, 12, 31))
    sessions = sessions_between(history.first, history.last)
    exchange = Exchange(Decimal(150_000), TASTYTRADE, spread_fraction(0.5), "tastytrade")
    desk = Desk((FRIDAY_0DTE, LT112), Limits(), TASTYTRADE, MemoryJournal())
    desk.begin(RunStarted(sessions[0].opens, "backtest", Decimal(150_000), "checked"))
    broker = Checked(SimulatedBroker(exchange), desk)
    loop(
        desk, clock=SessionClock(sessions, desk.strategies), market=ModelMarket(history, 1),
        broker=broker, inbox=SimulatedOperator(),
    )  # fmt: skip
    assert broker.looks[0] > len(sessions) * 2
    assert any(isinstance(fact, LegFilled) for fact in desk.journal.facts)


def test_a_window_without_sessions_is_refused_in_words() -> None:
    spec = RunSpec((FRIDAY_0DTE,), Decimal(100_000), date(2018, 12, 29), date(2018, 12, 30))
    with pytest.raises(DataError, match="choose dates within"):
        run(spec)


def test_progress_hears_every_session() -> None:
    heard: list[tuple[int, int]] = []
    spec = RunSpec((FRIDAY_0DTE,), Decimal(100_000), date(2018, 3, 1), date(2018, 3, 16))
    done = run(spec, progress=lambda *at: heard.append(at))
    assert heard == [(n, len(done.sessions)) for n in range(1, len(done.sessions) + 1)]
