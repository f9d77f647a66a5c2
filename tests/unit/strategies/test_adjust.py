"""Adjustments and renewals: which legs go, which come, for whom, and when there are none."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import AFTER_CLOSE
from tomking.core.contract import Right
from tomking.core.evidence import Evidence
from tomking.core.facts import Sent
from tomking.core.order import Purpose, Structure
from tomking.core.reading import Skip
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket
from tomking.market.sessions import session_of
from tomking.market.snapshot import DELTA
from tomking.portfolio.book import Book, Position, apply
from tomking.risk.view import View
from tomking.strategies.adjust import Adjustment, closed_legs
from tomking.strategies.campaign import held_quotes, units_of
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.lt112 import LT112
from tomking.strategies.lt112_calendarised import LT112_CALENDARISED
from tomking.strategies.stay import DteAbove
from tomking.strategies.strangle import DEFENCE, STRANGLE
from worlds.board import Board, board, day_of
from worlds.orders import book_with, order, view

pytestmark = pytest.mark.unit
NAN = float("nan")
TUESDAY, WEDNESDAY, EXPIRY = date(2025, 9, 9), date(2025, 9, 10), date(2025, 11, 28)
LEAP, NEXT = date(2026, 9, 18), date(2025, 9, 12)
TESTED, UNTESTED = DEFENCE


def strangle(market: Board, text: str = "-1 5280 P, -1 6890 C", units: int = 1) -> Book:
    """A strangle sold, at 12 a side."""
    sold = order(
        text, "24.00", strategy="strangle", expiry=EXPIRY, units=units, tranche="strangle",
        day=TUESDAY,
    )  # fmt: skip
    prices = tuple("12.00" for _ in text.split(","))
    return book_with(market.at, (sold, prices))


def only(book: Book) -> Position:
    """The one position of a book."""
    (position,) = book.positions.values()
    return position


def with_deltas(
    deltas: tuple[float, ...], text: str = "-1 5280 P, -1 6890 C"
) -> tuple[Position, View]:
    """A strangle whose legs have these deltas."""
    market = board(WEDNESDAY)
    held = strangle(market, text)
    seen = view(market, held)
    seen.marks.table[DELTA] = deltas
    return only(held), seen


@pytest.mark.rule("R-SGL-05")
@pytest.mark.parametrize(
    ("which", "deltas", "gone"),
    [
        ("tested", (-0.25, 0.02), ["PUT"]),
        ("tested", (-0.02, 0.25), ["CALL"]),
        ("untested", (-0.20, 0.02), ["CALL"]),
        ("untested", (-0.02, 0.20), ["PUT"]),
        ("all", (-0.20, 0.02), ["PUT", "CALL"]),
        ("tested", (NAN, 0.02), []),  # nobody can say which side is tested
        ("untested", (-0.20, NAN), []),
        ("all", (NAN, NAN), ["PUT", "CALL"]),
    ],
)
def test_the_side_with_the_larger_delta_is_tested(
    which: str, deltas: tuple[float, float], gone: list[str]
) -> None:
    position, seen = with_deltas(deltas)
    found = closed_legs(which, position, seen)  # type: ignore[arg-type]  # from the table
    assert [str(contract.right) for contract, _ in found] == gone


@pytest.mark.rule("R-SGL-05")
def test_where_one_side_is_left_it_is_the_tested_one_and_nothing_can_be_rolled() -> None:
    position, seen = with_deltas((-0.22,), "-1 5280 P")
    assert closed_legs("tested", position, seen) == position.held
    assert closed_legs("untested", position, seen) == ()
    refused = STRANGLE.adjusted(position, UNTESTED, seen)
    assert isinstance(refused, Skip)
    assert [reading.rule for reading in refused.failed] == ["R-SGL-05"]


def test_a_side_without_a_short_is_no_side() -> None:
    position, seen = with_deltas((-0.30, 0.02), "+1 5280 P, +1 6890 C")
    assert closed_legs("tested", position, seen) == ()


@given(put=st.floats(0.0, 1.0), call=st.floats(0.0, 1.0))
def test_the_two_sides_are_the_whole_and_share_nothing(put: float, call: float) -> None:
    position, seen = with_deltas((-put, call))
    tested, rest = (closed_legs(w, position, seen) for w in ("tested", "untested"))
    assert sorted(map(str, (*tested, *rest))) == sorted(map(str, position.held))
    assert not set(tested) & set(rest)


@pytest.mark.rule("R-SGL-05")
@pytest.mark.parametrize("units", [1, 3])
def test_the_untested_side_is_rolled_to_ten_delta_of_the_same_day(units: int) -> None:
    market = board(WEDNESDAY, price=5620.0, vol=0.18)
    held = strangle(market, units=units)
    rolled = STRANGLE.adjusted(only(held), UNTESTED, view(market, held))
    assert isinstance(rolled, Structure)
    back, new = rolled.legs
    assert (back.quantity, back.opens, new.quantity, new.opens) == (1, False, -1, True)
    assert rolled.units_max == units
    assert {leg.contract.expiry for leg in rolled.legs} == {EXPIRY}
    assert back.contract.right is new.contract.right is Right.CALL
    assert new.contract.strike is not None
    assert 6200 < new.contract.strike < 6300
    assert rolled.credit > 0.0


@pytest.mark.rule("R-SGL-05")
def test_a_roll_that_pays_less_than_it_costs_is_not_worth_it() -> None:
    """The calls have been rolled in already: where they stand is where they would go."""
    market = board(WEDNESDAY, price=5620.0, vol=0.18)
    for text, rule in (
        ("-1 5280 P, -1 6275 C", "another"),  # the very strike
        ("-1 5280 P, -1 6280 C", "cost"),  # a strike beside it
    ):
        held = strangle(market, text)
        refused = STRANGLE.adjusted(only(held), UNTESTED, view(market, held))
        assert isinstance(refused, Skip), rule
        assert {reading.rule for reading in refused.failed} == {"R-SGL-05"}


@pytest.mark.rule("R-SGL-05")
def test_at_25_the_tested_side_is_closed_and_nothing_is_opened() -> None:
    market = board(WEDNESDAY, price=5540.0, vol=0.18)
    held = strangle(market)
    closed = STRANGLE.adjusted(only(held), TESTED, view(market, held))
    assert isinstance(closed, Structure)
    assert [(leg.contract.right, leg.quantity, leg.opens) for leg in closed.legs] == [
        (Right.PUT, 1, False)
    ]


@pytest.mark.rule("R-LEP-03")
def test_a_rung_is_rolled_whole_to_the_delta_of_the_week_a_year_away() -> None:
    market = board(date(2026, 4, 21), price=5800.0, vol=0.20)
    sold = order(
        "-2 485 P", "7.50", strategy="leap_ladder", root="SPY", expiry=LEAP, tranche="rung"
    )
    held = book_with(market.at, (sold, ("7.50",)))
    (how,) = LEAP_LADDER.adjustments(only(held))
    rolled = LEAP_LADDER.adjusted(only(held), how, view(market, held))
    assert isinstance(rolled, Structure)
    assert [(leg.quantity, leg.opens) for leg in rolled.legs] == [(1, False), (-1, True)]
    assert rolled.units_max == 2
    assert 350 <= (rolled.legs[1].contract.expiry - market.at.date()).days <= 380
    assert rolled.campaign == sold.campaign


class NoChain(Board):
    """A board on which nothing is listed."""

    def chain(self, root: str) -> Skip:  # type: ignore[override]  # never a chain
        return Skip(())


@pytest.mark.rule("R-LEP-03")
def test_without_a_chain_nothing_is_rolled() -> None:
    there = board(date(2026, 4, 21), price=5800.0)
    market = NoChain(there.at, there.day, there.price)
    sold = order(
        "-1 485 P", "7.50", strategy="leap_ladder", root="SPY", expiry=LEAP, tranche="rung"
    )
    held = book_with(market.at, (sold, ("7.50",)))
    (how,) = LEAP_LADDER.adjustments(only(held))
    assert isinstance(LEAP_LADDER.adjusted(only(held), how, view(market, held)), Skip)
    assert isinstance(LEAP_LADDER.enter(view(market), "SPY"), Skip)


def test_an_expiry_that_is_not_listed_is_a_reason_not_to_roll() -> None:
    market = board(WEDNESDAY, price=5620.0)
    held = strangle(market)
    far = Adjustment("far", (DteAbove(90),), legs=UNTESTED.legs, expires=IPMCC.tranches[0].expires)
    none = replace(far, expires=replace(far.expires, dte=3000))  # type: ignore[type-var]
    assert isinstance(STRANGLE.adjusted(only(held), none, view(market, held)), Skip)


@pytest.mark.parametrize(
    ("text", "tranche", "units"),
    [
        ("-2 5000 P", "naked puts", 1), ("-6 5000 P", "naked puts", 3),
        ("+1 5700 P, -1 5650 P", "trap", 1), ("+3 5700 P, -3 5650 P", "trap", 3),
    ],
)  # fmt: skip
def test_units_are_how_often_the_plans_legs_are_held(text: str, tranche: str, units: int) -> None:
    prices = tuple("10.00" for _ in text.split(","))
    held = book_with(board().at, (order(text, strategy="lt112", tranche=tranche), prices))
    assert units_of(only(held), LT112.tranche(tranche)) == units


# -- renewals ------------------------------------------------------------------------------------


def leap(market: Board, *, campaign: str = "", units: int = 1) -> Book:
    """A LEAP whose weekly is gone."""
    bought = order(
        "+1 520 C", "-90.00", root="SPY", expiry=LEAP, strategy="ipmcc", tranche="leap",
        campaign=campaign, units=units,
    )  # fmt: skip
    return book_with(market.at, (bought, ("90.00",)))


def renewals(plan: object, market: Board, book: Book) -> list[Structure | Skip]:
    """What a plan wants sold again."""
    return list(plan.renewals(view(market, book)))  # type: ignore[attr-defined]  # any plan


@pytest.mark.rule("R-PMC-09")
@pytest.mark.parametrize("units", [1, 4])
def test_a_weekly_that_is_gone_is_sold_again_for_its_campaign(units: int) -> None:
    market = board(date(2025, 9, 5))
    (found,) = renewals(IPMCC, market, leap(market, campaign="ipmcc/a", units=units))
    assert isinstance(found, Structure)
    assert (found.campaign, found.units_max) == ("ipmcc/a", units)
    assert [(leg.quantity, leg.tranche) for leg in found.legs] == [(-1, "weekly")]
    assert found.expiry == NEXT


@pytest.mark.rule("R-PMC-09")
def test_none_is_sold_while_one_is_held_or_on_its_way() -> None:
    market = board(date(2025, 9, 5))
    held = leap(market, campaign="ipmcc/a")
    sold = order(
        "-1 600 C", "7.00", root="SPY", expiry=NEXT, strategy="ipmcc", tranche="weekly",
        campaign="ipmcc/a",
    )  # fmt: skip
    coming = apply(held, Sent(market.at, replace(sold, purpose=Purpose.ROLL)))
    assert renewals(IPMCC, market, coming) == []
    both = book_with(
        market.at,
        (order("+1 520 C", "-90", root="SPY", expiry=LEAP, strategy="ipmcc", tranche="leap",
               campaign="ipmcc/a"), ("90.00",)),
        (replace(sold, intent="ipmcc/a/w"), ("7.00",)),
    )  # fmt: skip
    assert renewals(IPMCC, market, both) == []


@pytest.mark.rule("R-PMC-02")
def test_a_weekly_below_its_leap_is_not_sold() -> None:
    market = board(date(2025, 9, 5), price=5100.0)
    (refused,) = renewals(IPMCC, market, leap(market))
    assert isinstance(refused, Skip)
    assert [reading.rule for reading in refused.failed] == ["R-PMC-02"]


@pytest.mark.rule("R-112-10")
@pytest.mark.parametrize(("vol", "sold"), [(0.22, True), (0.005, False)])
def test_naked_puts_are_sold_again_while_their_spread_lasts(vol: float, sold: bool) -> None:
    day = date(2025, 10, 1)
    market = board(day, 30, vol=vol, day=day_of(day))
    trap = order(
        "+1 5500 P, -1 5450 P", "-9.00", expiry=date(2026, 1, 30), tranche="trap",
        strategy="lt112_calendarised", campaign="c",
    )  # fmt: skip
    held = book_with(market.at, (trap, ("60.00", "51.00")))
    (found,) = renewals(LT112_CALENDARISED, market, held)
    if sold:
        assert isinstance(found, Structure)
        assert [leg.quantity for leg in found.legs] == [-2]
        assert 20 <= (found.expiry - day).days <= 40
    else:
        assert isinstance(found, Skip)
        assert [reading.rule for reading in found.failed] == ["R-112-10"]
    assert renewals(LT112, market, held) == []


def test_what_is_held_is_quoted_as_old_as_its_marks() -> None:
    recorded = replace(board(TUESDAY), age_s=40.0)
    quotes = held_quotes(IPMCC, "ipmcc/a", view(recorded, leap(recorded, campaign="ipmcc/a")))
    (quote,) = quotes.values()
    assert (recorded.at - quote.at).total_seconds() == 40.0
    assert quote.evidence is Evidence.MODEL
    blind = replace(recorded, quotes={quote.contract: (NAN, NAN)})
    (unseen,) = held_quotes(
        IPMCC, "ipmcc/a", view(blind, leap(recorded, campaign="ipmcc/a"))
    ).values()
    assert unseen.at < recorded.at.replace(year=1970)


def test_a_recorded_vix_makes_no_recorded_quote() -> None:
    """In the modelled market VIX is somebody's record at the close, and a quote never is."""
    hours = session_of(date(2015, 9, 1))
    assert hours is not None
    now = ModelMarket(window(), 1).at(hours.at(hours.minutes + AFTER_CLOSE))
    assert now.vix.evidence > Evidence.MODEL
    held = leap(board(date(2015, 9, 1)), campaign="ipmcc/a")
    seen = replace(view(board()), market=now, book=held, marks=now.marks(held.legs))
    (quote,) = held_quotes(IPMCC, "ipmcc/a", seen).values()
    assert quote.evidence is Evidence.MODEL
