"""What would have kept an account out of 5 August 2024: each check passing and refusing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tomking.core.facts import Fact, Sent
from tomking.core.reading import Reading
from tomking.portfolio.book import Book, apply, empty_book, fold
from tomking.risk.kin import VARIANTS
from tomking.risk.limits import Limits
from tomking.risk.prevention import BOUGHT, BULLISH, live, prevention
from tomking.risk.view import View
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.leap_protect import LEAP_PROTECT
from tomking.strategies.lt112 import LT112
from worlds.board import Board, board
from worlds.orders import order, traded, view

KIN = dict(VARIANTS)
pytestmark = [pytest.mark.unit, pytest.mark.risk]

FAR = (date(2026, 3, 20), date(2026, 4, 2), date(2026, 4, 17), date(2026, 4, 30), date(2026, 5, 15))
AT = board()
NAKED, PRICE = "-1 4500 P", ("5.00",)
TRAP = "+1 5000 P, -1 4950 P"


def book(*wanted: str, cash: str = "100000") -> Book:
    """Campaigns such as ``lt112 ES`` of rising expiries, or ``lt112 ES 0`` of a named one."""
    facts: list[Fact] = []
    for row, text in enumerate(wanted):
        strategy, root, *day = text.split()
        expiry = FAR[int(day[0]) if day else row % len(FAR)]
        name = f"{strategy}/{row}"
        legs = order(NAKED, strategy=strategy, root=root, campaign=name, expiry=expiry)
        facts += traded(legs, PRICE, AT.at)
    return fold(empty_book(Decimal(cash)), facts)


def seen(
    held: Book, *, limits: dict[str, Any] | None = None, phase: int = 1, market: Board = AT
) -> View:
    known = view(market, held, limits=Limits(**(limits or {})))
    return replace(known, standing=replace(known.standing, phase=phase))


def readings(known: View) -> dict[str, Reading]:
    return {reading.name: reading for reading in prevention(known)}


@pytest.mark.rule("R-PRE-01")
def test_equity_positions_are_counted_by_root_and_by_group() -> None:
    two, three = (
        book("lt112 ES", "leap_ladder SPY"),
        book("lt112 ES", "leap_ladder SPY", "friday_0dte MES"),
    )
    assert readings(seen(two))["equity positions"].passed
    assert not readings(seen(three))["equity positions"].passed
    assert readings(seen(three, phase=4))["equity positions"].passed
    assert readings(seen(three))["positions in A1 and A2"].passed
    four = book("lt112 ES", "leap_ladder SPY", "friday_0dte MES", "strangle SPX")
    assert not readings(seen(four, phase=4))["positions in A1 and A2"].passed
    assert readings(seen(four))["equity positions"].observed == 4


@pytest.mark.rule("R-PRE-02")
def test_expiries_are_counted_alone_and_in_a_crowd() -> None:
    apart = readings(seen(book("lt112 ES 0", "leap_ladder SPY 1", "strangle SPX 2")))
    names = ("lt112 in one group", "lt112 in one expiry", "positions within 3 days of one expiry")
    assert [apart[name].passed for name in names] == [True, True, True]
    grouped = readings(seen(book("lt112 ES 0", "lt112 MES 2")))
    assert [grouped[name].passed for name in names] == [False, True, True]
    one_day = readings(seen(book("lt112 ES 0", "lt112 SPX 0")))
    assert [one_day[name].passed for name in names] == [True, False, True]
    crowd = readings(seen(book("lt112 ES 0", "leap_ladder SPY 0", "strangle SPX 0")))
    assert [crowd[name].passed for name in names] == [True, True, False]


@pytest.mark.rule("R-PRE-03")
def test_campaigns_sold_for_a_credit_are_counted_and_all_are() -> None:
    five, six = (book(*["strangle SPX"] * n) for n in (5, 6))
    assert readings(seen(five))["short-premium positions"].passed
    assert not readings(seen(six))["short-premium positions"].passed
    assert readings(seen(book(*["strangle SPX"] * 10)))["positions in all"].passed
    assert not readings(seen(book(*["strangle SPX"] * 11)))["positions in all"].passed


def test_a_covered_call_bought_for_a_debit_counts_but_is_no_short_premium() -> None:
    """An IPMCC: a long call a year away and a short one against it."""
    wanted = order("+1 5000 C, -1 6200 C", "-900.00", strategy="ipmcc", root="SPX", expiry=FAR[4])
    held = fold(empty_book(Decimal(400_000)), traded(wanted, ("1000.00", "100.00"), AT.at))
    found = readings(seen(held))
    assert found["equity positions"].observed == 1
    assert found["short-premium positions"].observed == 0
    assert found["equity short-premium margin (warn)"].observed == 0.0
    assert found["bullish positions (warn)"].observed == 1


def test_a_put_spread_that_is_left_over_does_not_count() -> None:
    left = order(TRAP, "-1.00", strategy="lt112", campaign="lt112/left", expiry=FAR[0])
    held = fold(empty_book(Decimal(100_000)), traded(left, ("9.00", "8.00"), AT.at))
    assert live(held) == ()


def test_an_opening_at_the_venue_counts_as_if_it_were_held() -> None:
    held = book("lt112 ES 0")
    wanted = order(
        NAKED, strategy="lt112", root="MES", campaign="lt112/new", expiry=FAR[0], units=2
    )
    working = apply(held, Sent(AT.at, wanted))
    found = readings(seen(working))
    assert found["lt112 in one expiry"].observed == 2
    assert found["short-premium positions"].observed == 2
    before = readings(seen(held))["equity short-premium margin (warn)"].observed
    after = found["equity short-premium margin (warn)"].observed
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after == pytest.approx(before * 1.2, rel=0.01)  # two micros of ten


@pytest.mark.rule("R-PRE-04")
def test_margin_of_short_premium_on_equities_warns_before_it_refuses() -> None:
    names = ("equity short-premium margin (warn)", "equity short-premium margin (refuse)",
             "buying power in reserve")  # fmt: skip
    whole = readings(seen(book("lt112 ES")))[names[0]].observed
    assert isinstance(whole, float)
    asked = whole * (100_000 + 250)
    for share, passed in ((0.1, [True] * 3), (0.25, [False, True, True]), (0.9, [False] * 3)):
        found = readings(seen(book("lt112 ES", cash=str(round(asked / share - 250, 2)))))
        assert [found[name].passed for name in names] == passed
        assert found[names[0]].observed == pytest.approx(share, rel=0.02)
    ruined = readings(seen(book("lt112 ES", cash="-5000")))
    assert [ruined[name].observed for name in names] == [None] * 3


@pytest.mark.rule("R-PRE-05")
def test_four_bullish_campaigns_warn() -> None:
    bulls = ("lt112 ES", "leap_ladder SPY", "leap_ladder SPX", "ipmcc SPY")
    assert readings(seen(book(*bulls[:3], "strangle ES")))["bullish positions (warn)"].passed
    assert not readings(seen(book(*bulls)))["bullish positions (warn)"].passed


@pytest.mark.rule("R-PRE-05")
@pytest.mark.parametrize(
    "strategy",
    ["lt112", *KIN["lt112"], "leap_ladder", "ipmcc", *KIN["ipmcc"]],
)
def test_each_of_them_wants_a_rise_and_a_ladder_that_is_bought_does_not(strategy: str) -> None:
    held = book(*[f"{strategy} ES"] * 3, "leap_protect ES", "strangle ES")
    assert readings(seen(held))["bullish positions (warn)"].observed == 3


@pytest.mark.rule("R-PRE-05")
def test_whoever_is_counted_as_bullish_is_a_plan() -> None:
    plans = (LT112, LEAP_LADDER, IPMCC, LEAP_PROTECT)
    assert [plan.name for plan in plans] == [*BULLISH, BOUGHT]


@pytest.mark.rule("R-PRE-02")
@pytest.mark.parametrize(
    ("days", "crowd"),
    [((0, 3, 6), 3), ((0, 4, 8), 1), ((0, 3, 7), 2), ((0, 0, 9), 2), ((3, 0, 9), 2)],
)
def test_a_crowd_is_what_ends_within_three_days_of_one_of_them(
    days: tuple[int, ...], crowd: int
) -> None:
    calls = (order(
        NAKED, strategy="x", campaign=f"x/{n}", expiry=FAR[0] + timedelta(days=ahead)
    ) for n, ahead in enumerate(days))  # fmt: skip
    facts = [fact for wanted in calls for fact in traded(wanted, PRICE, AT.at)]
    found = readings(seen(fold(empty_book(Decimal(100_000)), facts)))
    reading = found["positions within 3 days of one expiry"]
    assert (reading.observed, reading.passed) == (crowd, crowd < 3)


@pytest.mark.rule("R-PRE-04")
def test_premium_on_other_things_is_margin_in_all_and_not_on_equities() -> None:
    apart = {"groups": (("A1", ("ES",)), ("X", ("SPX",))), "equity_groups": ("A1",)}
    held = book("lt112 ES", "leap_ladder SPX", cash="900000")
    share = {
        name: readings(seen(held, limits=limits))
        for name, limits in (("all", {}), ("apart", apart))
    }
    equity, reserve = "equity short-premium margin (refuse)", "buying power in reserve"
    whole, part = share["all"][equity].observed, share["apart"][equity].observed
    assert isinstance(whole, float)
    assert isinstance(part, float)
    assert 0.0 < part < whole
    for found in share.values():
        assert found[reserve].observed == pytest.approx(1.0 - whole)


@pytest.mark.rule("R-PRE-01")
@pytest.mark.parametrize(("phase", "most"), [(0, 2), (3, 2), (4, 3), (-1, 0)])
def test_a_phase_bounds_the_equity_positions(phase: int, most: int) -> None:
    found = readings(seen(empty_book(Decimal(50_000)), phase=phase))
    assert found["equity positions"].bound == most


@pytest.mark.rule("R-PRE-02")
def test_a_campaign_of_two_expiries_stands_in_the_crowd_of_either() -> None:
    near = order(NAKED, strategy="x", campaign="x/two", expiry=FAR[0])
    late = order("-1 4400 P", strategy="x", campaign="x/two", expiry=FAR[4], attempt=2)
    facts = [*traded(near, PRICE, AT.at), *traded(late, PRICE, AT.at)]
    held = fold(empty_book(Decimal(100_000)), facts)
    (one,) = live(held)
    assert one.expiries == {FAR[0], FAR[4]}
    assert readings(seen(held))["positions within 3 days of one expiry"].observed == 1


@pytest.mark.rule("R-PRE-03")
@pytest.mark.parametrize(("price", "credit"), [("5.00", True), ("0.00", False)])
def test_only_what_brought_something_in_was_sold_for_a_credit(price: str, credit: bool) -> None:
    wanted = order(NAKED, strategy="x", campaign="x/1", expiry=FAR[0])
    (one,) = live(fold(empty_book(Decimal(100_000)), traded(wanted, (price,), AT.at)))
    assert one.credit is credit


@pytest.mark.rule("R-PRE-06")
def test_mean_correlation_has_three_steps_and_may_be_unknown() -> None:
    held, steps = book("lt112 ES", "strangle SPX"), ("warn", "reduce", "halt")

    def passed(rho: float | None) -> list[bool]:
        pairs = {} if rho is None else {("SPX", "ES"): rho}
        known = replace(AT, day=replace(AT.day, correlations=pairs))
        found = readings(seen(held, market=known))
        return [found[f"mean correlation ({step})"].passed for step in steps]

    assert passed(0.70) == [True, True, True]
    assert passed(0.75) == [False, True, True]
    assert passed(0.85) == [False, False, True]
    assert passed(0.95) == [False, False, False]
    assert passed(None) == [False, False, False]
    alone, twins = (
        readings(seen(book("lt112 ES"))),
        readings(seen(book("lt112 ES", "leap_ladder MES"))),
    )
    assert alone["mean correlation (halt)"].observed == 0.0
    assert twins["mean correlation (halt)"].observed == 1.0


def test_an_empty_book_passes_every_check() -> None:
    found = prevention(seen(empty_book(Decimal(50_000))))
    assert {reading.observed for reading in found} == {0, 1.0}  # all is in reserve
    assert all(reading.passed for reading in found)
    assert {reading.rule for reading in found} == {f"R-PRE-0{n}" for n in range(1, 8)}
