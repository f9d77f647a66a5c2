"""Orphan legs: told, ranked by what stays naked and by stress, and repaired with a limit."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tomking.backtest.run import agree
from tomking.core.contract import Contract
from tomking.core.facts import Fact, Judged, LegFilled, OrderEnded, Reviewed, Sent, Settled
from tomking.core.order import Leg, Order, OrderType, Purpose
from tomking.core.restraints import Halted, Resumed
from tomking.engine.desk import Desk
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Tick
from tomking.engine.repairs import ORPHANED
from tomking.exchange.fills import MID
from tomking.exchange.ledger import Ledger
from tomking.exchange.ledger import apply as ledger_after
from tomking.exchange.venue import Exchange
from tomking.portfolio.book import empty_book
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.naked import count_naked
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.lt112 import LT112
from tomking.strategies.strangle import STRANGLE
from worlds.board import Board, board
from worlds.desk import Bench, Scripted
from worlds.orders import legs_of, option, order

pytestmark = pytest.mark.unit

AT = board().at
LATER, YEAR = date(2026, 3, 31), date(2026, 12, 18)
PLANS = (FRIDAY_0DTE, LT112, STRANGLE, IPMCC, LEAP_LADDER)
#: The core structures as they are sent: one order of legs and tranches.
SHORT_CALL, WING = option("6090 C"), option("6120 C")
SPREAD = order("-1 6090 C, +1 6120 C", tranche="call spread", units=2)


def several(strategy: str, root: str, *legs: tuple[str, date, str]) -> Order:
    """An opening order of legs in tranches."""
    made = [
        Leg(contract, count, tranche)
        for text, expiry, tranche in legs
        for count, contract in legs_of(text, expiry, root)
    ]
    future = "ESM26" if root == "ES" else ""
    named = tuple(
        replace(leg, contract=replace(leg.contract, future=future)) if future else leg
        for leg in made
    )
    return replace(order("-1 6090 C", strategy=strategy), legs=named)


CORE: Mapping[str, Order] = {
    "0dte spread": SPREAD,
    "0dte condor": several(
        "friday_0dte", "SPX",
        ("-1 6090 C", AT.date(), "call spread"), ("+1 6120 C", AT.date(), "call spread"),
        ("-1 5910 P", AT.date(), "put spread"), ("+1 5880 P", AT.date(), "put spread"),
    ),
    "lt112": several(
        "lt112", "ES", ("+1 5700 P", LATER, "trap"), ("-1 5650 P", LATER, "trap"),
        ("-2 5000 P", LATER, "naked puts"),
    ),
    "strangle": several(
        "strangle", "ES", ("-1 5000 P", LATER, "strangle"), ("-1 6800 C", LATER, "strangle")
    ),
    "ipmcc": several(
        "ipmcc", "SPY", ("+1 560 C", YEAR, "leap"), ("-1 603 C", date(2025, 12, 12), "weekly")
    ),
}  # fmt: skip
SHORTS = {
    name: [row for row, leg in enumerate(o.legs) if leg.quantity < 0] for name, o in CORE.items()
}
LONGS = {
    name: [row for row, leg in enumerate(o.legs) if leg.quantity > 0] for name, o in CORE.items()
}


def world(now: datetime) -> Board:
    """A calm Friday."""
    return replace(board(on=now.date()), at=now)


def tick(minute: float) -> Tick:
    """A look at which no plan looks at anything."""
    return Tick(board().day.session.at(minute))


def after(
    opened: Order, filled: Mapping[int, int], script=world, *more: Fact, ends: bool = True
) -> Bench:
    """A desk, and a venue, after so much of each leg has traded and the order is over."""
    money = Decimal(500_000)
    facts: list[Fact] = [Sent(AT, opened)]
    facts += [
        LegFilled(AT, opened.id, row, opened.legs[row].contract, n, Decimal(5), Decimal(0), f"a/{row}")
        for row, n in filled.items()
    ]  # fmt: skip
    if ends:
        facts.append(OrderEnded(AT, opened.id, "cancelled", "the rest was taken back"))
    facts += more
    ledger = Ledger(money)
    for fact in facts:
        ledger = ledger_after(ledger, fact)
    on = Bench(
        Desk(PLANS, Limits(), TASTYTRADE, MemoryJournal()),
        Exchange(money, TASTYTRADE, MID, "tastytrade", start=ledger), Scripted(script),
    )  # fmt: skip
    on.desk.book = empty_book(money)
    on.desk.note(facts)
    return on


def alone(name: str, rows: list[int]) -> Bench:
    """Of a core structure some legs have traded and the others have not."""
    opened = CORE[name]
    return after(opened, {row: opened.legs[row].quantity * opened.units for row in rows})


def bare(on: Bench) -> int:
    """Contracts that nothing bounds, in all campaigns."""
    return sum(count_naked(name, on.desk.book) for name in on.desk.book.campaigns)


def sent(facts: list[Fact]) -> list[Order]:
    return [fact.order for fact in facts if isinstance(fact, Sent)]


@pytest.mark.parametrize("name", [name for name in CORE if SHORTS[name]])
def test_shorts_that_traded_alone_are_bought_back_with_a_limit_and_nothing_stays_naked(name: str):
    on = alone(name, SHORTS[name])
    if name == "strangle":  # both of its legs are short: one is missing
        on = alone(name, SHORTS[name][:1])
    assert bare(on) > 0
    facts = on.play(*(tick(minute) for minute in range(61, 66)))
    assert sent(facts)
    assert all(each.type is OrderType.LIMIT for each in sent(facts))
    assert all(each.purpose in (Purpose.CLOSE, Purpose.REDUCE) for each in sent(facts))
    assert (bare(on), on.desk.cut) == (0, {})
    assert sum(dict(on.exchange.holdings()).values()) == 0
    agree(on.desk, on.exchange)


@pytest.mark.parametrize("name", [name for name in CORE if LONGS[name]])
def test_longs_that_traded_alone_are_sold_with_a_limit(name: str):
    on = alone(name, LONGS[name])
    assert bare(on) == 0
    facts = on.play(*(tick(minute) for minute in range(61, 66)))
    assert sent(facts)
    assert all(each.type is OrderType.LIMIT and each.limit > 0 for each in sent(facts))
    assert dict(on.exchange.holdings()) == {}
    agree(on.desk, on.exchange)


@pytest.mark.parametrize("name", CORE)
def test_a_package_that_traded_whole_is_left_to_its_plan(name: str):
    on = alone(name, list(range(len(CORE[name].legs))))
    facts = on.play(tick(61), tick(62))
    assert on.desk.cut == {}
    assert not [fact for fact in facts if isinstance(fact, Halted | Reviewed)]
    assert not [each for each in sent(facts) if not each.rests]


def test_half_of_a_package_in_step_is_whole_packages():
    on = after(SPREAD, {0: -1, 1: 1})
    assert on.desk.cut == {}


def test_cover_is_bought_back_where_the_whole_book_loses_least_with_it():
    on = alone("lt112", SHORTS["lt112"])
    facts = on.play(*(tick(minute) for minute in range(61, 66)))
    reduced = [each for each in sent(facts) if each.purpose is Purpose.REDUCE]
    assert [str(leg.contract.strike) for each in reduced for leg in each.legs] == ["5700"]
    (trap,) = on.desk.book.positions.values()
    assert (trap.tranche, sorted(n for _, n in trap.held)) == ("trap", [-1, 1])


def test_the_shorts_go_first_and_then_the_rest():
    on = after(SPREAD, {0: -2, 1: 1})
    facts = on.play(*(tick(minute) for minute in range(61, 66)))
    first, *_ = sent(facts)
    assert "nothing naked" in first.why
    assert "; else " in first.why
    assert dict(on.exchange.holdings()) == {}


def test_it_is_told_as_a_reason_not_to_trade_until_nothing_is_in_pieces():
    on = alone("0dte spread", [0])
    facts = on.play(tick(61))
    (halted,) = (fact for fact in facts if isinstance(fact, Halted))
    assert halted.reason == ORPHANED
    assert "an order that traded in part left -2 ES" in halted.note
    assert "2 of them naked" in halted.note
    assert on.desk.standing.reasons == {ORPHANED}
    facts = on.play(tick(62), tick(63))
    assert [fact.reason for fact in facts if isinstance(fact, Resumed)] == [ORPHANED]
    assert on.desk.standing.reasons == frozenset()


def test_what_was_done_stands_in_the_journal():
    on = alone("0dte spread", [0])
    (told,) = (fact for fact in on.play(tick(61)) if isinstance(fact, Reviewed))
    assert told.matter == "friday_0dte/2025-12-05/open:call spread/repair"
    assert told.outcome.startswith("sent as friday_0dte/2025-12-05/open:call spread/close#1: ")
    assert "buy back the cover (nothing naked" in told.outcome


def unquoted(*contracts: Contract):
    """A Friday on which nobody quotes some contracts."""
    nobody = (float("nan"), float("nan"))
    return lambda now: replace(world(now), quotes=dict.fromkeys(contracts, nobody))


def test_where_the_short_has_no_quote_cover_is_bought_back():
    on = after(SPREAD, {0: -2}, unquoted(SHORT_CALL))
    facts = on.play(tick(61))
    judged = [fact for fact in facts if isinstance(fact, Judged)]
    assert (judged[0].order.purpose, judged[0].approved) == (Purpose.CLOSE, False)
    told = [fact.outcome for fact in facts if isinstance(fact, Reviewed)]
    assert told[0].startswith("refused: ")
    cover = [fact.order for fact in judged if fact.order.purpose is Purpose.REDUCE]
    assert [(leg.contract, leg.quantity, leg.opens) for leg in cover[0].legs] == [(WING, 1, True)]
    assert cover[0].units == 2


def test_a_repair_that_is_refused_is_visible_and_stays_a_reason_not_to_trade():
    on = after(SPREAD, {0: -2}, unquoted(SHORT_CALL, WING))
    facts = on.play(tick(61), tick(62))
    assert sent(facts) == []
    told = [fact.outcome for fact in facts if isinstance(fact, Reviewed)]
    assert len(told) >= 2
    assert all(said.startswith("refused: ") for said in told)
    assert on.desk.standing.reasons == {ORPHANED}


def test_a_wing_nobody_bids_for_is_left_to_end_without_a_word():
    worthless = lambda now: replace(world(now), quotes={WING: (0.0, 0.05)})  # noqa: E731
    on = after(SPREAD, {1: 2}, worthless)
    assert on.play(tick(61)) == []


def test_an_opening_whose_legs_are_out_of_step_is_withdrawn_after_a_minute():
    on = after(SPREAD, {0: -2}, ends=False)
    asked: list[str] = []
    on.exchange.cancel = asked.append  # type: ignore[method-assign]
    on.play(Tick(AT + timedelta(seconds=30)))
    assert asked == []
    on.play(tick(62))
    assert asked == [SPREAD.id]


@pytest.mark.parametrize(("row", "gone"), [(0, -2), (1, 2)])
def test_what_is_left_when_the_broker_has_closed_a_leg_is_closed(row: int, gone: int):
    leg = SPREAD.legs[row].contract
    taken = Settled(
        AT, "", leg, gone, 5.0, Decimal(250 * gone), Decimal(0), "closed_out", note="by order 7"
    )
    on = after(SPREAD, {0: -2, 1: 2}, world, taken)
    (cut,) = on.desk.cut.values()
    assert cut.why == "a leg that somebody else closed"
    on.play(*(tick(minute) for minute in range(61, 65)))
    assert (bare(on), dict(on.exchange.holdings())) == (0, {})
    agree(on.desk, on.exchange)


def test_a_restart_knows_what_is_in_pieces():
    on = alone("0dte spread", [0])
    again = Desk(PLANS, Limits(), TASTYTRADE, MemoryJournal())
    again.book = empty_book(Decimal(500_000))
    for fact in on.facts:
        again.fold(fact)
    assert again.cut == on.desk.cut != {}
