"""What the broker tells becomes facts once: in any order, twice, late, or after a restart."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.brokers.tastytrade.inbox import RECONCILING, TradeInbox
from tomking.brokers.tastytrade.told import Part, ToldOrder, told
from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract, Right
from tomking.core.dealings import Acknowledged, BooksCompared, ForeignSeen, ForeignTraded, Revived
from tomking.core.errors import DataError
from tomking.core.facts import Fact, LegFilled, OrderEnded, RunStarted, Sent, Settled
from tomking.core.order import Leg, Order, Purpose
from tomking.core.restraints import Halted
from tomking.portfolio.book import Book, empty_book, fold
from tomking.wire.orders import short_name
from tomking.wire.symbols import trading_symbol

pytestmark = pytest.mark.unit

AT = datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)
EXPIRY = AT.date() + timedelta(days=30)
NEAR = Contract("SPY", EXPIRY, Right.PUT, Decimal(500))
FAR = Contract("SPY", EXPIRY, Right.PUT, Decimal(490))
ORDER = Order(
    "lt112/2026-06-05/open", 1, Purpose.OPEN, "lt112", "lt112/2026-06-05",
    (Leg(NEAR, -1, "spread"), Leg(FAR, 1, "spread")), 2, Decimal("1.00"),
)  # fmt: skip


def free(number: str, order: Order, place: int, part: Part) -> Decimal:
    """Nothing costs anything."""
    return Decimal(0)


def leg(
    contract: Contract, action: str, filled: int, parts: int | None = None
) -> dict[str, object]:
    """A leg of two, so many of which have traded and of so many of which is told."""
    shown = filled if parts is None else parts
    return {
        "symbol": trading_symbol(contract), "action": action, "quantity": 2,
        "remaining-quantity": 2 - filled,
        "fills": [
            {"fill-id": f"f{n}", "quantity": 1, "fill-price": "1.5",
             "filled-at": (AT + timedelta(seconds=n)).isoformat()}
            for n in range(shown)
        ],
    }  # fmt: skip


def row(word: str, near: int = 0, far: int = 0, **more: object) -> dict[str, object]:
    """The order as the broker has it."""
    made = {
        "id": 17, "external-identifier": short_name(ORDER.id), "status": word,
        "legs": [leg(NEAR, "Sell to Open", near), leg(FAR, "Buy to Open", far)],
    }  # fmt: skip
    return made | more


LIFE = (
    row("Received"), row("Routed"), row("Live"), row("Live", 1, 0), row("Live", 1, 1),
    row("Filled", 2, 1), row("Filled", 2, 2),
)  # fmt: skip


def seen(said: dict[str, object]) -> ToldOrder:
    return told(said, AT.date())


def heard(messages: list[dict[str, object]]) -> list[Fact]:
    box = TradeInbox()
    box.fold([Sent(AT, ORDER)])
    return [fact for said in messages for fact in box.hear(seen(said), AT, free)]


def booked(facts: list[Fact]) -> Book:
    start = RunStarted(AT, "paper", Decimal(10_000), "")
    return fold(empty_book(Decimal(0)), [start, Sent(AT, ORDER), *facts])


def test_an_order_s_life_is_told_once():
    facts = heard(list(LIFE))
    assert [type(fact) for fact in facts] == [
        Acknowledged, LegFilled, LegFilled, LegFilled, LegFilled, OrderEnded
    ]  # fmt: skip
    assert booked(facts).holdings == {NEAR: -2, FAR: 2}


@given(st.lists(st.sampled_from(LIFE), max_size=12))
def test_in_any_order_and_as_often_as_you_like(messages):
    facts = heard([*messages, LIFE[-1], *messages])
    fills = [fact.fill for fact in facts if isinstance(fact, LegFilled)]
    assert len(fills) == len(set(fills)) == 4
    assert sum(isinstance(fact, OrderEnded) for fact in facts) == 1
    assert isinstance(facts[-1], OrderEnded)
    assert booked(facts).holdings == {NEAR: -2, FAR: 2}


@given(st.integers(0, 6), st.lists(st.sampled_from(LIFE), max_size=6))
def test_a_restart_forgets_nothing_and_doubles_nothing(cut, messages):
    before = TradeInbox()
    before.fold([Sent(AT, ORDER)])
    journal: list[Fact] = [Sent(AT, ORDER)]
    for said in [*LIFE[:cut], *messages]:
        journal += before.hear(seen(said), AT, free)
    after = TradeInbox()
    after.fold(journal)
    for said in [*messages, LIFE[-1]]:
        journal += after.hear(seen(said), AT, free)
    assert booked(journal[1:]).holdings == {NEAR: -2, FAR: 2}
    assert sum(isinstance(fact, OrderEnded) for fact in journal) == 1


def test_filled_before_its_legs_are_told_waits_for_them():
    told_short = row("Filled", 2, 2)
    told_short["legs"] = [leg(NEAR, "Sell to Open", 2, 2), leg(FAR, "Buy to Open", 2, 0)]
    facts = heard([told_short])
    assert not any(isinstance(fact, OrderEnded) for fact in facts)
    assert isinstance(heard([told_short, LIFE[-1]])[-1], OrderEnded)


def test_what_is_cancelled_half_way_keeps_what_traded():
    facts = heard([row("Live", 1, 1), row("Cancelled", 1, 1)])
    ended = facts[-1]
    assert isinstance(ended, OrderEnded)
    assert (ended.how, ended.note) == ("cancelled", "1 of 2 of its first leg traded")
    assert booked(facts).holdings == {NEAR: -1, FAR: 1}


@pytest.mark.parametrize(
    ("word", "how"),
    [("Rejected", "rejected"), ("Expired", "expired"), ("Removed", "cancelled")],
)
def test_an_order_that_never_traded_ends_with_the_broker_s_reason(word, how):
    ended = heard([row(word, **{"reject-reason": "off tick"})])[-1]
    assert isinstance(ended, OrderEnded)
    assert (ended.how, ended.note) == (how, "off tick")


def test_nothing_is_made_of_what_is_told_after_the_end():
    assert heard([LIFE[-1], row("Live", 1, 0), row("Cancelled", 0, 0)]) == heard([LIFE[-1]])


def test_somebody_else_s_order_is_shown_once_and_held_apart():
    box = TradeInbox()
    theirs = row("Filled", 2, 2) | {"id": 99, "external-identifier": "by hand"}
    facts = [fact for _ in range(2) for fact in box.hear(seen(theirs), AT, free)]
    assert [type(fact) for fact in facts] == [ForeignSeen, *[ForeignTraded] * 4]
    assert box.held == {}
    assert box.foreign_held == {trading_symbol(NEAR): -2, trading_symbol(FAR): 2}


def taken(action: str, held: int) -> tuple[TradeInbox, list[Fact]]:
    """Somebody else trades two of the near put, of which we hold so many."""
    box = TradeInbox()
    box.held = {NEAR: held}
    theirs = row("Filled") | {"id": 99, "external-identifier": "", "legs": [leg(NEAR, action, 2)]}
    return box, [fact for _ in range(2) for fact in box.hear(seen(theirs), AT, free)]


@pytest.mark.parametrize(
    ("action", "held", "left", "foreign"),
    [("Buy to Close", -2, {}, 0), ("Buy to Close", -3, {NEAR: -1}, 0),
     ("Buy to Open", -1, {}, 1), ("Sell to Close", 2, {}, 0)],
)  # fmt: skip
def test_what_somebody_else_closes_of_ours_leaves_our_books_once(action, held, left, foreign):
    box, facts = taken(action, held)
    assert (box.held, sum(box.foreign_held.values())) == (left, foreign)
    ended = [fact for fact in facts if isinstance(fact, Settled)]
    assert {fact.settlement for fact in ended} == {"closed_out"}
    side = 1 if held > 0 else -1
    assert sum(fact.cash for fact in ended) == Decimal(150) * side * min(abs(held), 2)
    assert all("order 99, which is not ours" in str(fact) for fact in ended)


def test_what_somebody_else_adds_to_what_we_hold_is_his():
    box, facts = taken("Sell to Open", -2)
    assert not any(isinstance(fact, Settled) for fact in facts)
    assert (box.held, box.foreign_held) == ({NEAR: -2}, {trading_symbol(NEAR): -2})


@pytest.mark.parametrize("name", ["friday_0dte/2026-06-05/open#1", f"lt112/2026-06-03/~{'0a' * 6}"])
def test_an_order_of_our_name_that_the_journal_forgot_halts_until_a_person_has_looked(name):
    box = TradeInbox()
    facts = box.hear(seen(row("Live") | {"id": 99, "external-identifier": name}), AT, free)
    assert [type(fact) for fact in facts] == [ForeignSeen, Halted]
    assert name in str(facts[1])
    assert not box.hear(seen(row("Live") | {"id": 99, "external-identifier": name}), AT, free)


@pytest.mark.parametrize(
    ("symbol", "count"), [("SPY", 200), ("MSFT", 5), ("MSFT  260619P00400000", 2)]
)
def test_what_is_not_traded_here_is_counted_as_the_broker_counts_it(symbol, count):
    box = TradeInbox()
    fills = [{"fill-id": "f", "quantity": count, "fill-price": "1", "filled-at": AT.isoformat()}]
    bought = {"symbol": symbol, "action": "Buy to Open", "quantity": count, "fills": fills}
    box.hear(seen({"id": 99, "status": "Filled", "legs": [bought]}), AT, free)
    assert box.foreign_held == {symbol: count}
    assert box.held == {}


def test_a_part_of_a_lot_of_ours_is_said_and_not_guessed():
    share = Contract("SPY", date.max)
    ours = replace(ORDER, legs=(Leg(share, 1, "shares"),), units=1)
    box = TradeInbox()
    box.fold([Sent(AT, ours)])
    fills = [{"fill-id": "f", "quantity": 37, "fill-price": "1", "filled-at": AT.isoformat()}]
    leg_of_it = {"symbol": "SPY", "action": "Buy to Open", "quantity": 100, "fills": fills}
    told_it = seen(row("Live") | {"legs": [leg_of_it]})
    facts = box.hear(told_it, AT, free)
    assert [type(fact) for fact in facts] == [Acknowledged, Halted]
    assert "lots of 100" in str(facts[1])
    assert (box.held, box.reconciling) == ({}, True)
    assert box.hear(told_it, AT, free) == []


def test_legs_that_somebody_changed_are_counted_as_his_and_said_once():
    odd, box = row("Live"), TradeInbox()
    odd["legs"] = [leg(NEAR, "Buy to Open", 1), leg(FAR, "Buy to Open", 1)]
    box.fold([Sent(AT, ORDER)])
    facts = box.hear(seen(odd), AT, free)
    assert [type(fact) for fact in facts] == [Acknowledged, ForeignTraded, LegFilled, Halted]
    assert (facts[3].reason, box.reconciling) == (RECONCILING, True)
    assert (box.held, box.foreign_held) == ({FAR: 1}, {trading_symbol(NEAR): 1})
    over = box.hear(seen(odd | {"status": "Cancelled"}), AT, free)
    assert [type(fact) for fact in over] == [OrderEnded]


def lapsed() -> tuple[TradeInbox, list[Fact]]:
    """A box whose order was never found at the broker, so that it was taken for over."""
    facts = [Sent(AT, ORDER), OrderEnded(AT, ORDER.id, "lapsed")]
    box = TradeInbox()
    box.fold(facts)
    return box, facts


@pytest.mark.parametrize(
    ("said", "held", "more"),
    [
        (row("Live"), {}, []), (row("Live", 1, 1), {NEAR: -1, FAR: 1}, [LegFilled, LegFilled]),
        (row("Filled", 2, 2), {NEAR: -2, FAR: 2}, [*[LegFilled] * 4, OrderEnded]),
        (row("Cancelled", 1, 1), {NEAR: -1, FAR: 1}, [LegFilled, LegFilled, OrderEnded]),
    ],
)  # fmt: skip
def test_what_lapsed_and_lives_or_traded_is_booked_and_nothing_opens(said, held, more):
    box, before = lapsed()
    facts = box.hear(seen(said), AT, free)
    assert [type(fact) for fact in facts] == [Acknowledged, Revived, Halted, *more]
    assert (box.held, facts[2].reason) == (held, RECONCILING)
    assert box.reconciling
    assert box.revived == (set() if OrderEnded in more else {short_name(ORDER.id)})
    start = RunStarted(AT, "paper", Decimal(10_000), "")
    book = fold(empty_book(Decimal(0)), [start, *before, *facts])
    assert book.holdings == held
    assert bool(book.working) is (OrderEnded not in more)
    assert box.hear(seen(said), AT, free) == []


@pytest.mark.parametrize("word", ["Rejected", "Cancelled", "Expired"])
def test_what_lapsed_and_is_over_there_too_moves_nothing(word):
    box, _ = lapsed()
    assert [type(fact) for fact in box.hear(seen(row(word)), AT, free)] == [Acknowledged]


def test_parts_that_come_after_an_end_are_booked_beside_those_before():
    box, before = TradeInbox(), [Sent(AT, ORDER)]
    box.fold(before)
    early = row("Cancelled")
    for each in early["legs"]:
        del each["remaining-quantity"]
    before += box.hear(seen(row("Live", 1, 0)), AT, free)
    before += box.hear(seen(early), AT, free)
    assert isinstance(before[-1], OrderEnded)
    facts = box.hear(seen(row("Cancelled", 1, 1)), AT, free)
    assert [type(fact) for fact in facts] == [Revived, Halted, LegFilled, OrderEnded]
    assert facts[0].filled == (-1, 0)
    assert booked([*before[1:], *facts]).holdings == {NEAR: -1, FAR: 1}


def test_a_second_number_under_our_name_is_somebody_else_s_and_opens_nothing():
    box = TradeInbox()
    box.fold([Sent(AT, ORDER)])
    box.hear(seen(row("Live")), AT, free)
    twin = seen(row("Filled", 2, 2) | {"id": 18})
    facts = box.hear(twin, AT, free)
    assert [type(fact) for fact in facts] == [ForeignSeen, Halted, *[ForeignTraded] * 4]
    assert (facts[1].reason, box.held) == (RECONCILING, {})
    assert box.hear(twin, AT, free) == []
    assert sum(isinstance(f, LegFilled) for f in box.hear(seen(LIFE[-1]), AT, free)) == 4


NAMELESS = {"external-identifier": None}


def test_an_order_without_a_name_is_nobody_s_while_one_of_ours_is_looked_for():
    box = TradeInbox()
    box.fold([Sent(AT, ORDER)])
    assert box.hear(seen(row("Live") | NAMELESS), AT, free) == []
    facts = box.hear(seen(LIFE[-1]), AT, free)
    assert [type(fact) for fact in facts] == [Acknowledged, *[LegFilled] * 4, OrderEnded]


def test_what_was_told_without_its_name_is_ours_once_it_has_one():
    box = TradeInbox()
    (first,) = box.hear(seen(row("Live") | NAMELESS), AT, free)
    assert isinstance(first, ForeignSeen)
    box.fold([Sent(AT, ORDER)])
    facts = box.hear(seen(LIFE[-1]), AT, free)
    assert [type(fact) for fact in facts] == [Acknowledged, *[LegFilled] * 4, OrderEnded]
    assert box.foreign == set()


def test_a_replacement_that_kept_the_name_of_the_old_one_is_ours():
    new = replace(ORDER, intent=ORDER.intent, attempt=2, replaces=ORDER.id)
    box = TradeInbox()
    box.fold([Sent(AT, ORDER)])
    box.hear(seen(row("Live")), AT, free)
    box.fold([Sent(AT, new)])
    facts = box.hear(seen(row("Live") | {"id": 18}), AT, free)
    assert facts == [Acknowledged(AT, new.id, "18")]


def test_a_replacement_is_for_what_was_left_where_a_part_had_traded_unheard():
    new, box = replace(ORDER, attempt=2, replaces=ORDER.id), TradeInbox()
    box.fold([Sent(AT, ORDER)])
    facts = box.hear(seen(row("Live")), AT, free)
    box.fold([Sent(AT, new)])
    rest = [each | {"quantity": 1, "remaining-quantity": 0} for each in row("Filled", 1, 1)["legs"]]
    said = {"id": 18, "external-identifier": short_name(new.id), "status": "Filled", "legs": rest}
    facts += [Sent(AT, new), *box.hear(seen(said), AT, free)]
    facts += box.hear(seen(row("Cancelled", 1, 1)), AT, free)
    book = booked(facts)
    assert (book.holdings, dict(book.working), box.held) == (
        {NEAR: -2, FAR: 2}, {}, {NEAR: -2, FAR: 2},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "ends"), [("Cancelled", True), ("Expired", True), ("Filled", False)]
)
def test_of_what_is_over_a_missing_rest_means_that_nothing_more_comes(word, ends):
    said = row(word)
    for each in said["legs"]:
        del each["remaining-quantity"]
    assert any(isinstance(fact, OrderEnded) for fact in heard([said])) is ends


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "Pondering"}, {"legs": None}, {"id": None, "legs": [{"symbol": "SPY"}]},
        {"legs": [leg(NEAR, "Sell to Open", 0) | {"quantity": "many"}]},
        {"legs": [leg(NEAR, "Give away", 0)]}, {"legs": ["SPY"]}, {"legs": [None]},
        {"legs": [leg(NEAR, "Sell to Open", 0) | {"fills": 7}]},
        {"legs": [leg(NEAR, "Sell to Open", 0) | {"fills": ["f0"]}]},
        {"legs": [leg(NEAR, "Sell to Open", 1) | {"fills": [
            {"fill-id": "f", "quantity": 1, "fill-price": "1", "filled-at": "soon"}]}]},
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_says_so(broken):
    with pytest.raises(DataError):
        seen(row("Live") | broken)


def test_what_ends_is_no_longer_held():
    box = TradeInbox()
    box.fold([Sent(AT, ORDER)])
    for said in LIFE:
        box.hear(seen(said), AT, free)
    share = Contract("SPY", date.max)
    box.fold([
        Settled(AT, "", NEAR, -2, 490.0, Decimal(0), Decimal(0), "assigned", share, 2, Decimal(500)),
        BooksCompared(AT, ()),
    ])  # fmt: skip
    assert box.held == {FAR: 2, share: 2}


@pytest.mark.parametrize("word", ["Cancelled", "Expired", "Rejected"])
def test_an_order_that_is_over_ends_though_nothing_is_said_to_remain_of_it(word: str):
    """Some brokers count what is given up as gone; an exit may wait for this end."""
    legs = [each | {"remaining-quantity": 0} for each in row(word)["legs"]]
    facts = heard([row("Live"), row(word, legs=legs)])
    assert [type(fact) for fact in facts] == [Acknowledged, OrderEnded]
    half = [each | {"remaining-quantity": 0} for each in row(word, 1, 1)["legs"]]
    facts = heard([row("Live"), row(word, legs=half)])
    assert [type(fact) for fact in facts] == [Acknowledged, LegFilled, LegFilled, OrderEnded]
