"""Tending: what is rolled, cut back, sold again, or closed instead - and what is left alone."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from tomking.core.contract import Right
from tomking.core.facts import Fact, LegFilled, OrderEnded, Reviewed, Sent
from tomking.core.order import Leg, Order, Purpose, Structure, TimeInForce
from tomking.core.reading import Skip
from tomking.engine.desk import Desk
from tomking.engine.exits import at_work, exits, first_closed, profit_orders
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Tick
from tomking.engine.tend import adjustments, renewals, smallest
from tomking.exchange.fills import MID
from tomking.exchange.ledger import Ledger
from tomking.exchange.ledger import apply as ledger_after
from tomking.exchange.venue import Exchange
from tomking.portfolio.book import Book, Position, empty_book, fold
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.adjust import Adjustment
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.picks import Delta, Expires, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.stay import DteAbove, LossBelow, ShortDeltaBelow
from tomking.strategies.strangle import STRANGLE
from tomking.strategies.worth import CreditAtLeast
from worlds.board import Board, board, hours_of
from worlds.desk import Bench, Scripted
from worlds.orders import fills, option, order, view

pytestmark = pytest.mark.unit

TUESDAY, EXPIRY, LEAP_ENDS = date(2025, 9, 9), date(2025, 11, 28), date(2026, 9, 18)
FRIDAY, NEXT = date(2025, 9, 12), date(2025, 9, 19)
START = board(TUESDAY).at


def desk(*plans: Plan) -> Desk:
    """A desk that has said nothing yet."""
    return Desk(plans, Limits(), TASTYTRADE, MemoryJournal())


def opened(*trades: tuple[Order, tuple[str, ...]]) -> list[Fact]:
    """What is written when orders trade."""
    return [
        fact
        for wanted, prices in trades
        for fact in (
            Sent(START, wanted), *fills(wanted, prices, START),
            OrderEnded(START, wanted.id, "filled"),
        )
    ]  # fmt: skip


def book_of(facts: list[Fact]) -> Book:
    """The book after some facts."""
    return fold(empty_book(Decimal(200_000)), facts)


SOLD = order(
    "-1 5280 P, -1 6890 C", "24.00", strategy="strangle", expiry=EXPIRY, tranche="strangle",
    day=TUESDAY,
)  # fmt: skip
STRANGLED = opened((SOLD, ("12.00", "12.00")))
LEAP = order(
    "+1 520 C", "-90.00", root="SPY", expiry=LEAP_ENDS, strategy="ipmcc", tranche="leap",
    campaign="ipmcc/a",
)  # fmt: skip
WEEKLY = replace(
    order("-1 600 C", "7.00", root="SPY", expiry=NEXT, strategy="ipmcc", tranche="weekly",
          campaign="ipmcc/a"),
    intent="ipmcc/a/weekly/2025-09-09",
)  # fmt: skip
COVERED = opened((LEAP, ("90.00",)), (WEEKLY, ("7.00",)))


def named(book: Book, tranche: str) -> Position:
    """The position of a tranche."""
    return next(held for held in book.positions.values() if held.tranche == tranche)


# -- covered first -------------------------------------------------------------------------------


@pytest.mark.rule("R-PMC-07")
def test_a_leap_is_never_sold_while_its_weekly_is_open() -> None:
    book, known = book_of(COVERED), desk(IPMCC)
    leap, weekly = named(book, "leap"), named(book, "weekly")
    seen = view(board(FRIDAY), book)
    assert first_closed(known, seen, leap) == (weekly,)
    assert first_closed(known, seen, weekly) == (weekly,)
    gone = book_of(opened((LEAP, ("90.00",))))
    assert first_closed(known, view(board(FRIDAY), gone), named(gone, "leap")) == (
        named(gone, "leap"),
    )


@pytest.mark.rule("R-PMC-07")
def test_the_weekly_of_another_campaign_covers_nothing() -> None:
    other = replace(WEEKLY, campaign="ipmcc/b", intent="ipmcc/b/weekly")
    book = book_of(opened((LEAP, ("90.00",)), (other, ("7.00",))))
    leap = named(book, "leap")
    assert first_closed(desk(IPMCC), view(board(FRIDAY), book), leap) == (leap,)


@pytest.mark.rule("R-PMC-07")
def test_a_weekly_that_is_being_closed_is_not_closed_twice() -> None:
    book = book_of(COVERED)
    (closing,) = exits_of(desk(IPMCC), fallen(5350.0, 61.0), book, looks=2)[-1]
    assert closing.closes == named(book, "weekly").id
    working = fold(book, [Sent(START, closing)])
    assert first_closed(desk(IPMCC), view(board(FRIDAY), working), named(book, "leap")) == ()


def fallen(price: float, minute: float) -> Board:
    """A Monday on which SPY has fallen and the weekly still has time value."""
    weekly = option("600 C", NEXT, "SPY")
    return board(date(2025, 9, 15), minute, price=price, quotes={weekly: (2.0, 2.0)})


def exits_of(known: Desk, market: Board, book: Book, looks: int) -> list[list[Order]]:
    """What is wanted at each of some looks at one market."""
    watch = frozenset({"ipmcc", "strangle"})
    return [list(exits(known, view(market, book), watch)) for _ in range(looks)]


@pytest.mark.rule("R-PMC-07")
def test_the_doubt_about_a_leap_outlives_its_weekly() -> None:
    """So the LEAP follows at the next look and nothing is sold against it in between."""
    known, book = desk(IPMCC), book_of(COVERED)
    first, second = exits_of(known, fallen(5350.0, 61.0), book, looks=2)
    assert first == []
    assert [wanted.closes for wanted in second] == [named(book, "weekly").id]
    gone = book_of(opened((LEAP, ("90.00",))))
    (third,) = exits_of(known, fallen(5350.0, 62.0), gone, looks=1)
    assert [wanted.closes for wanted in third] == [named(gone, "leap").id]


# -- one order after another ---------------------------------------------------------------------


def adjusted(known: Desk, market: Board, book: Book, looks: int = 1) -> list[Order | Skip]:
    """What adjustments are wanted at the last of some looks."""
    found = [
        [tended.order for tended in adjustments(known, view(market, book), frozenset(["strangle"]))]
        for _ in range(looks)
    ]
    return found[-1]


def near(price: float = 5620.0) -> Board:
    """A Wednesday on which the put side is tested."""
    return board(date(2025, 9, 10), 60, price=price, vol=0.18, half_width=0.1)


@pytest.mark.rule("R-SGL-05")
def test_a_roll_joins_its_position_and_replaces_its_resting_target() -> None:
    book = book_of(STRANGLED)
    (target,) = profit_orders(desk(STRANGLE), view(near(), book))
    resting = fold(book, [Sent(START, target)])
    (roll,) = adjusted(desk(STRANGLE), near(), resting, looks=2)
    assert isinstance(roll, Order)
    (position,) = book.positions
    assert (roll.purpose, roll.joins, roll.closes) == (Purpose.ROLL, position, position)
    assert roll.replaces == target.id
    assert roll.intent == "strangle/2025-09-09/strangle untested side rolled in/2025-09-10"


@pytest.mark.rule("R-SGL-05")
def test_one_look_rolls_nothing() -> None:
    assert adjusted(desk(STRANGLE), near(), book_of(STRANGLED)) == []


@pytest.mark.rule("R-SGL-05")
def test_what_is_being_rolled_or_closed_is_not_adjusted_again() -> None:
    book, known = book_of(STRANGLED), desk(STRANGLE)
    (roll,) = adjusted(known, near(), book, looks=2)
    assert isinstance(roll, Order)
    assert adjusted(known, near(), fold(book, [Sent(START, roll)]), looks=3) == []


@pytest.mark.rule("R-SGL-05")
def test_what_was_seen_at_its_exit_once_is_not_rolled_before_the_second_look() -> None:
    """A fall through every line: the exit's doubt comes first, and the exit with it."""
    known, book = desk(STRANGLE), book_of(STRANGLED)
    crash, watch = near(5400.0), frozenset(["strangle"])
    assert list(exits(known, view(crash, book), watch)) == []
    for _ in range(3):
        assert adjusted(known, crash, book) == []
    (out,) = exits(known, view(crash, book), watch)
    assert out.purpose is Purpose.CLOSE
    assert len(out.legs) == 2


@pytest.mark.rule("R-SGL-05")
def test_of_two_adjustments_due_at_once_the_graver_is_made() -> None:
    late = board(date(2025, 10, 20), 60, price=5455.0, vol=0.18, half_width=0.1)
    (closed,) = adjusted(desk(STRANGLE), late, book_of(STRANGLED), looks=2)
    assert isinstance(closed, Order)
    assert (closed.why, closed.purpose) == ("tested side closed", Purpose.CLOSE)


@pytest.mark.rule("R-SGL-05")
def test_the_milder_adjustment_waits_while_the_graver_has_been_seen_once() -> None:
    """Seen at 20 delta, then at 25: what is tested is closed a look later, and nothing sold before."""
    known, book = desk(STRANGLE), book_of(STRANGLED)
    late = board(date(2025, 10, 20), 60, price=5455.0, vol=0.18, half_width=0.1)
    assert adjusted(known, near(), book) == []
    assert adjusted(known, late, book) == []
    (closed,) = adjusted(known, late, book)
    assert isinstance(closed, Order)
    assert closed.why == "tested side closed"


def test_the_next_order_about_a_position_stands_in_for_the_newest_at_work() -> None:
    """A target, and a roll that waits for its end: an exit replaces the roll and so both."""
    book = book_of(STRANGLED)
    (position,) = book.positions.values()
    (target,) = profit_orders(desk(STRANGLE), view(near(), book))
    (roll,) = adjusted(desk(STRANGLE), near(), fold(book, [Sent(START, target)]), looks=2)
    assert isinstance(roll, Order)
    both = fold(book, [Sent(START, target), Sent(START, roll)])
    assert at_work(view(near(), both), position) == roll.id
    assert at_work(view(near(), book), position) == ""


@pytest.mark.rule("R-MAN-01")
def test_a_target_that_can_no_longer_be_earned_is_not_sent() -> None:
    """The tested side cost more than the target leaves: to close the rest at a credit is no order."""
    book = book_of(STRANGLED)
    (position,) = book.positions.values()
    left = replace(position, held=position.held[1:], premium=Decimal(-1500), whole=True)
    rest = replace(book, positions={position.id: left})
    assert list(profit_orders(desk(STRANGLE), view(near(), rest))) == []
    cheap = replace(left, premium=Decimal(1500))
    (target,) = profit_orders(
        desk(STRANGLE), view(near(), replace(book, positions={position.id: cheap}))
    )
    assert target.tif is TimeInForce.GTC
    assert target.limit == Decimal("-18.00")  # 30 points are there, and 12 of 24 are wanted


# -- renewals ------------------------------------------------------------------------------------


@pytest.mark.rule("R-112-10")
def test_what_is_sold_again_goes_in_its_smallest_ratio() -> None:
    legs = tuple(Leg(option(f"{k} P"), n, "x") for k, n in ((5000, -2), (5100, 4)))
    wanted = Structure("ES", legs, 1.0, "c", view(board()).market.vix.evidence, NEXT, 0.0, 0.0)
    units, small = smallest(replace(wanted, units_max=3))
    assert (units, [leg.quantity for leg in small]) == (6, [-1, 2])
    units, small = smallest(replace(wanted, legs=legs[:1], units_max=3))
    assert (units, [leg.quantity for leg in small]) == (6, [-1])


@pytest.mark.rule("R-PMC-09")
def test_a_renewal_is_a_roll_of_its_campaign_wanted_once_a_day() -> None:
    book = book_of(opened((LEAP, ("90.00",))))
    seen = view(board(FRIDAY, half_width=0.05), book)
    (tended,) = renewals(desk(IPMCC), seen, frozenset({"ipmcc"}))
    assert isinstance(tended.order, Order)
    assert tended.order.purpose is Purpose.ROLL
    assert tended.order.intent == "ipmcc/a/weekly/2025-09-12"
    assert (tended.order.closes, tended.order.joins) == ("", "")
    assert list(renewals(desk(IPMCC), seen, frozenset())) == []


# -- refused -------------------------------------------------------------------------------------

DUE = DteAbove(400)
INSTEAD = Adjustment(
    "rolled on", (DUE,), legs=(buy(1, Right.CALL, Delta(0.8), "leap"),), expires=Expires(365, 60),
    refused="close",
)  # fmt: skip


def covering(how: Adjustment) -> Plan:
    """A LEAP and its weekly, of which the LEAP is due to be rolled and the weekly never."""
    leap = Tranche("leap", INSTEAD.legs, (), adjustments=(how,), covers=("weekly",))
    weekly = Tranche("weekly", (sell(1, Right.CALL, Delta(0.5), "weekly"),), ())
    return replace(IPMCC, shapes=(Shape("both", (leap, weekly)),))


def playing(plan: Plan, facts: list[Fact], market: Board, limits: Limits | None = None) -> Bench:
    """A desk that holds what some facts say, at a venue that holds it too."""
    ledger, money = Ledger(Decimal(200_000)), Decimal(200_000)
    for fact in facts:
        ledger = ledger_after(ledger, fact)

    def script(now: datetime) -> Board:
        """The market, whenever it is looked at."""
        return replace(market, at=now)

    known = Desk((plan,), limits or Limits(), TASTYTRADE, MemoryJournal())
    on = Bench(
        known, Exchange(money, TASTYTRADE, MID, "tastytrade", start=ledger), Scripted(script)
    )
    on.desk.book = empty_book(money)
    on.desk.standing = view(market, cash="200000").standing
    on.desk.note(facts)
    return on


def look(minute: float, *, renew: bool = False) -> Tick:
    """A look at everything on Friday."""
    names = frozenset({"ipmcc"})
    return Tick(hours_of(FRIDAY).at(minute), watch=names, renew=names if renew else frozenset())


FORBIDDING = Limits(entries_a_day_max=0)
CALM = board(FRIDAY, 60, half_width=0.05)


def sent(facts: list[Fact]) -> list[str]:
    """The positions that orders among some facts would close."""
    return [
        f.order.closes for f in facts if isinstance(f, Sent) and f.order.purpose is Purpose.CLOSE
    ]


def test_what_cannot_be_rolled_is_closed_instead_and_what_it_covers_first() -> None:
    on = playing(covering(INSTEAD), COVERED, CALM, FORBIDDING)
    leap, weekly = (named(on.desk.book, tranche).id for tranche in ("leap", "weekly"))
    first = on.play(look(60))
    assert sent(first) == [weekly]
    assert [f.outcome for f in first if isinstance(f, Reviewed)] == ["refused: entries today"]
    assert sent(on.play(look(61), look(62))) == [leap]
    on.play(look(63))
    assert not on.desk.book.positions


def test_one_that_keeps_stays_when_its_roll_is_refused() -> None:
    on = playing(covering(replace(INSTEAD, refused="keep")), COVERED, CALM, FORBIDDING)
    assert sent(on.play(look(60), look(61), look(62))) == []
    assert len(on.desk.book.positions) == 2


@pytest.mark.emergency
def test_the_brake_holds_a_roll_back_and_closes_nothing_for_it() -> None:
    on = playing(covering(INSTEAD), COVERED, CALM)
    on.brake.on = True
    facts = on.play(look(60), look(61))
    assert [f for f in facts if isinstance(f, Sent)] == []
    assert {f.outcome for f in facts if isinstance(f, Reviewed)} == {"held by the brake"}


def test_stale_quotes_roll_nothing_and_close_nothing() -> None:
    on = playing(covering(INSTEAD), COVERED, replace(CALM, age_s=600.0))
    facts = on.play(look(60), look(61))
    assert [f for f in facts if isinstance(f, Sent)] == []
    (review,) = (f for f in facts if isinstance(f, Reviewed))
    assert review.outcome == "skipped"


def test_a_roll_that_is_not_worth_it_is_refused_as_by_a_gate() -> None:
    dear = replace(INSTEAD, take_when=(CreditAtLeast(1000.0),))
    on = playing(covering(dear), opened((LEAP, ("90.00",))), CALM)
    assert sent(on.play(look(60))) == [named(on.desk.book, "leap").id]


def test_a_roll_begins_a_position_of_its_own_and_the_campaign_goes_on() -> None:
    on = playing(covering(INSTEAD), opened((LEAP, ("90.00",))), CALM)
    facts = on.play(look(60), look(61))
    assert [f.quantity for f in facts if isinstance(f, LegFilled)] == [-1, 1]
    (position,) = on.desk.book.positions.values()
    assert position.id == "ipmcc/a/leap rolled on/2025-09-12:leap"
    assert (position.campaign, position.tranche, position.whole) == ("ipmcc/a", "leap", True)
    assert position.premium < 0  # what this one cost, and nothing of the one before
    (campaign,) = on.desk.book.campaigns.values()
    assert campaign.positions == 1


def test_no_rule_of_a_plan_is_asked_twice_with_another_meaning() -> None:
    """An exit and an adjustment of one measure are told apart by their bounds."""
    exits_at = [r for r in STRANGLE.tranches[0].stay_while if isinstance(r, ShortDeltaBelow)]
    rolls_at = [r for how in STRANGLE.tranches[0].adjustments for r in how.stay_while]
    assert len({*exits_at, *rolls_at}) == 3
    assert not any(isinstance(r, LossBelow) for r in rolls_at)
