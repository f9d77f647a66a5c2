"""The register's other trades: what each of their plans decides, beside the plan it is a form of."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tomking.app import strategies
from tomking.app.config.load import load
from tomking.core.calendar import dte
from tomking.core.order import Order, Purpose, Structure
from tomking.core.reading import Skip
from tomking.market.sessions import session_of
from tomking.portfolio.book import Book, fold
from tomking.risk.sizing import sized
from tomking.strategies.plan import Plan
from tomking.strategies.tune import tune
from worlds.board import WEDNESDAY, Board, board, day_of
from worlds.held import broken, held, legs, position_of, quoted, refused, wanted
from worlds.orders import book_with, order, traded, view

pytestmark = pytest.mark.integration


def plan(name: str, tmp_path: Path | None = None, line: str = "") -> Plan:
    """A plan as a settings file has it that names it, with a line of its table."""
    usual = strategies.plan(name)
    if tmp_path is None:
        return usual
    own = tmp_path / "own.toml"
    own.write_text(f"[strategies.{name}]\n{line}\n", encoding="utf-8")
    return tune(usual, load(own).tunings[name])


def sides(structure: Structure) -> list[str]:
    """What a structure sells, one word a leg: ``PUT``."""
    return [str(leg.contract.right) for leg in structure.legs if leg.quantity < 0]


@pytest.mark.rule("R-0DTE-13")
def test_a_friday_may_ask_for_a_high_vix(tmp_path: Path) -> None:
    high = plan("friday_0dte_high_vix")
    calm, edge, high_enough = (board(vix_points=vix) for vix in (16.0, 22.0, 22.01))
    assert refused(plan("friday_0dte"), calm) == set()
    assert refused(high, calm) == refused(high, edge) == {"R-0DTE-13"}
    assert refused(high, high_enough) == set()
    assert refused(high, board(vix_points=30.0)) == {"R-0DTE-02"}
    lower = plan("friday_0dte_high_vix", tmp_path, '"VixAbove.floor" = 15')
    assert refused(lower, calm) == set()


@pytest.mark.rule("R-0DTE-14")
@pytest.mark.parametrize(
    ("price", "faded", "with_it"),
    [
        (6042.0, ["CALL"], ["PUT"]),
        (5958.0, ["PUT"], ["CALL"]),
        (6010.0, ["PUT", "CALL"], ["PUT", "CALL"]),
    ],
)
def test_a_friday_may_be_sold_with_the_move(
    price: float, faded: list[str], with_it: list[str]
) -> None:
    seen = board(price=price, vol=0.3)
    assert sides(wanted(plan("friday_0dte"), seen)) == faded
    found = wanted(plan("friday_0dte_with_move"), seen)
    assert sides(found) == with_it
    assert all(
        leg.contract.right is not None
        and leg.contract.right.sign * (float(leg.contract.strike or 0) - price) > 0.0
        for leg in found.legs
    )


@pytest.mark.rule("R-0DTE-15")
def test_a_flat_friday_may_be_left_alone() -> None:
    moved, usual = plan("friday_0dte_moved"), plan("friday_0dte")
    for price in (6030.0, 6000.0, 5970.0):
        assert sides(wanted(usual, board(price=price, vol=0.3))) == ["PUT", "CALL"]
        assert refused(moved, board(price=price, vol=0.3)) == {"R-0DTE-15"}
    for price in (6042.0, 5958.0):
        seen = board(price=price, vol=0.3)
        assert wanted(moved, seen).legs == wanted(usual, seen).legs


def wednesday(**changes: object) -> Board:
    """A first Wednesday on which LT112 is entered."""
    return board(WEDNESDAY, 30.0, **({"vol": 0.22, "vix_points": 20.0, "grid": 10.0} | changes))


@pytest.mark.rule("R-112-12")
@pytest.mark.parametrize(
    ("prices", "goes"),
    [
        ({"naked puts": 10.05}, False),  # the whole has earned 9.90 of its 20.00
        ({"naked puts": 10.0}, True),
        ({"long put": 69.95}, False),
        ({"long put": 70.0}, True),  # the spread alone earns it
        ({"naked puts": 5.0, "long put": 49.95}, False),  # the spread has lost what the puts earned
    ],
)
def test_an_lt112_may_be_closed_at_half_of_the_whole_credit(
    prices: dict[str, float], goes: bool
) -> None:
    whole, usual = plan("lt112_whole"), plan("lt112")
    market = quoted(whole, wednesday(), {"long put": 60.0, "short put": 50.0, "naked puts": 15.0})
    book, later = held(whole, market), quoted(whole, market, prices)
    said = ["the whole has earned less than 50% of its net credit"] if goes else []
    assert broken(whole, book, later, "trap") == broken(whole, book, later, "naked puts") == said
    assert whole.target(position_of(book, "trap")) is None
    assert broken(usual, held(usual, market), later, "naked puts") == []
    dear = quoted(whole, market, {"naked puts": 45.0})
    assert "the loss is below 2 times the premium" in broken(whole, book, dear, "naked puts")


def without_the_puts(book: Book, market: Board, price: str) -> Book:
    """The book once its naked puts were bought back."""
    naked = position_of(book, "naked puts")
    units, legs = naked.legs_to_close
    bought = Order(
        f"{naked.id}/close", 1, Purpose.CLOSE, naked.strategy, naked.campaign, legs, units,
        Decimal(0), closes=naked.id,
    )  # fmt: skip
    return fold(book, traded(bought, (price,), market.at))


@pytest.mark.rule("R-112-12")
@pytest.mark.parametrize(("long", "goes"), [(60.0, False), (63.95, False), (64.0, True)])
def test_half_of_the_whole_credit_stays_half_of_it_once_the_puts_are_gone(
    long: float, goes: bool
) -> None:
    whole = plan("lt112_whole")
    market = quoted(whole, wednesday(), {"long put": 60.0, "short put": 50.0, "naked puts": 15.0})
    book = without_the_puts(held(whole, market), market, "12.00")  # 6 of the 20 are earned
    said = ["the whole has earned less than 50% of its net credit"] if goes else []
    assert broken(whole, book, quoted(whole, market, {"long put": long}), "trap") == said


@pytest.mark.rule("R-112-12")
def test_what_was_opened_for_no_credit_has_no_half_of_it() -> None:
    whole = plan("lt112_whole")
    cheap = {"long put": 60.0, "short put": 50.0, "naked puts": 4.0}  # a debit of 2
    market = quoted(whole, wednesday(), cheap)
    book = held(replace(whole, take_when=()), market)
    later = quoted(whole, market, {"long put": 90.0})
    assert broken(whole, book, later, "trap") == []


def due(found: Plan, days: tuple[int, ...]) -> list[int]:
    """The days of September 2025 on which a plan is asked."""
    sessions = {day: session_of(date(2025, 9, day)) for day in days}
    return [
        day
        for day, hours in sessions.items()
        if hours and any(slots.minutes(hours) for slots in found.slots)
    ]


@pytest.mark.rule("R-112-13")
def test_an_lt112_may_be_asked_twice_a_month_or_every_week(tmp_path: Path) -> None:
    days = tuple(range(1, 31))
    assert due(plan("lt112"), days) == [3]
    assert due(plan("lt112_twice"), days) == [3, 17]
    assert due(plan("lt112", tmp_path, '"Slots.nth" = "none"'), days) == [3, 10, 17, 24]


def sold_again(found: Plan, market: Board, book: Book) -> list[Structure | Skip]:
    """What a plan wants sold for the campaigns it has."""
    return list(found.renewals(view(market, book)))


@pytest.mark.rule("R-112-14")
def test_a_call_is_sold_against_the_spread_from_day_thirty_by_whoever_asks_for_it() -> None:
    hedged, usual = plan("lt112_hedge"), plan("lt112")
    for each in (hedged, usual):
        assert sides(wanted(each, wednesday())) == ["PUT", "PUT"]
    book, early, late = held(hedged, wednesday()), date(2025, 9, 29), date(2025, 10, 6)
    long = next(c for c, n in position_of(book, "trap").held if n > 0)
    (young,) = sold_again(hedged, board(early, 30.0, vol=0.22), book)
    assert isinstance(young, Skip)
    assert [(seen.rule, seen.observed) for seen in young.failed] == [("R-112-14", 26)]
    (found,) = sold_again(hedged, board(late, 30.0, vol=0.22), book)
    assert isinstance(found, Structure)
    assert legs(found) == [f"-1 {float(long.strike or 0) + 5.0:g} C"]
    assert 4 <= dte(found.expiry, late) <= 10
    assert found.campaign == position_of(book, "trap").campaign
    assert sold_again(usual, board(late, 30.0, vol=0.22), held(usual, wednesday())) == []
    hours = session_of(late)
    assert hours is not None
    assert [slots.minutes(hours) for slots in hedged.renew_slots] == [(30, 60, 90)]


@pytest.mark.rule("R-112-14")
@pytest.mark.parametrize(("price", "sold"), [(5565.0, False), (5570.0, True)])
def test_no_call_is_sold_that_would_be_bought_back_at_once(price: float, sold: bool) -> None:
    hedged = plan("lt112_hedge")
    book = held(hedged, wednesday())
    fallen = board(date(2025, 10, 6), 30.0, vol=0.22, price=price)
    (found,) = sold_again(hedged, fallen, book)
    assert isinstance(found, Structure) is sold
    if isinstance(found, Skip):
        assert [seen.name for seen in found.failed] == ["what is sold, in the money"]


@pytest.mark.rule("R-112-14")
def test_no_call_is_sold_once_the_spread_is_gone() -> None:
    hedged, late = plan("lt112_hedge"), date(2025, 10, 6)
    book = held(hedged, wednesday())
    naked = position_of(book, "naked puts")
    left = replace(book, positions={naked.id: replace(naked, row=0)})
    (found,) = sold_again(hedged, board(late, 30.0, vol=0.22), left)
    assert isinstance(found, Skip)
    assert [seen.name for seen in found.failed] == ["the long put"]


@pytest.mark.rule("R-112-14")
@pytest.mark.parametrize(
    ("price", "call", "said"),
    [
        (6000.0, 440.0, []),
        (6000.0, 483.9, []),
        (6045.0, 484.0, ["the loss is below 0.1 times the premium"]),
        (5565.5, 30.0, []),
        (5565.0, 30.0, ["what was sold is in the money"]),
    ],
)
def test_the_call_against_the_spread_goes_at_its_strike_and_at_a_loss_of_a_tenth(
    price: float, call: float, said: list[str]
) -> None:
    hedged, day = plan("lt112_hedge"), date(2025, 10, 6)
    sold = order(
        "-1 5565 C", "440.00", strategy="lt112_hedge", expiry=date(2025, 10, 13), day=day,
        tranche="weekly call",
    )  # fmt: skip
    (leg,) = sold.legs
    market = board(day, 60.0, price=price, quotes={leg.contract: (call, call)})
    book = book_with(market.at, (sold, ("440.00",)))
    assert broken(hedged, book, market) == said
    assert hedged.covered(replace(position_of(book, "weekly call"), tranche="trap")) == (
        "weekly call",
    )


def covered_calls(**averages: float) -> Board:
    """A first Wednesday with SPY at 600."""
    known = day_of(WEDNESDAY, indicators={"ema8": 599.0, "ema21": 598.0} | averages)
    return board(WEDNESDAY, 30.0, vix_points=18.0, vol=0.18, grid=1.0, day=known)


@pytest.mark.rule("R-PMC-11")
def test_a_month_of_thirty_delta_may_be_sold_against_the_leap() -> None:
    market = covered_calls()
    week, month = (wanted(plan(name), market).legs for name in ("ipmcc", "ipmcc_month"))
    assert week[0] == month[0]
    sold = month[1].contract
    assert 30 <= dte(sold.expiry, WEDNESDAY) <= 44
    found = market.chain("SPY")
    assert not isinstance(found, Skip)
    expiry = found.expiry_near(37, 7)
    assert not isinstance(expiry, Skip)
    quote = found.by_strike(expiry, sold.right, float(sold.strike or 0))  # type: ignore[arg-type]  # a call
    assert not isinstance(quote, Skip)
    assert abs(quote.delta - 0.30) < 0.03


@pytest.mark.rule("R-PMC-12")
@pytest.mark.parametrize(
    ("slow", "strike"), [(598.0, 603), (599.5, 597), (599.0, 600), (float("nan"), None)]
)
def test_the_weekly_may_stand_half_a_per_cent_out_of_the_money(
    slow: float, strike: int | None
) -> None:
    outside, market = plan("ipmcc_outside"), covered_calls(ema21=slow)
    if strike is None:
        assert refused(outside, market) == {"R-PMC-12"}
    else:
        assert wanted(outside, market).legs[1].contract.strike == strike
        assert (wanted(plan("ipmcc"), market).legs[1].contract.strike or 0) <= 600


@pytest.mark.rule("R-BTR-04")
def test_a_bear_trap_may_be_sold_with_eleven_naked_puts() -> None:
    eleven, tuesday = plan("bear_trap_eleven"), date(2025, 9, 9)
    market = board(
        tuesday, 30.0, vix_points=25.0, vol=0.25, grid=1.0,
        day=day_of(tuesday, indicators={"rsi": 29.0}),
    )  # fmt: skip
    market = quoted(eleven, market, {"long put": 22.0, "short put": 12.0, "naked puts": 6.0})
    two, many = wanted(plan("bear_trap"), market), wanted(eleven, market)
    assert [leg.quantity for leg in two.legs] == [1, -1, -2]
    assert [leg.quantity for leg in many.legs] == [1, -1, -11]
    assert [leg.contract for leg in two.legs] == [leg.contract for leg in many.legs]
    assert many.credit == pytest.approx(11 * 6.0 - 10.0)
    rich = view(market, cash="200000")
    assert sized(two, rich, "bear_trap").units > sized(many, rich, "bear_trap_eleven").units == 0
