"""Diagonals and calendars: far and near together, what is sold again, and when all of it goes."""

from dataclasses import replace
from datetime import date

import pytest

from tomking.core.calendar import dte
from tomking.core.contract import Contract
from tomking.core.order import Structure
from tomking.core.reading import Skip
from tomking.portfolio.book import Book
from tomking.strategies.diagonal import CALENDAR, DIAGONAL
from tomking.strategies.plan import Plan
from worlds.board import Board, board, day_of
from worlds.held import at, broken, held, legs, position_of, quoted, refused, wanted

pytestmark = pytest.mark.unit

TUESDAY = date(2025, 9, 9)
FAR, NEAR = date(2025, 10, 31), date(2025, 10, 9)


def tuesday(vix: float = 14.0, far: float = 6.0, near: float = 2.5, day: date = TUESDAY) -> Board:
    """A calm Tuesday on which the far put costs 6.00 and the near one brings 2.50."""
    return quoted(DIAGONAL, _bare(day, vix), {"far put": far, "near put": near})


def _bare(day: date, vix: float = 14.0) -> Board:
    return board(day, 30, vol=0.14, vix_points=vix, grid=1.0)


def later(book: Book, day: date, far: float, near: float, vix: float = 14.0) -> Board:
    """Another day on which what is held has these prices."""
    contracts = {each.tranche: each.held[0][0] for each in book.positions.values()}
    prices = {"far": (far, far), "near": (near, near)}
    quotes = {contract: prices[tranche] for tranche, contract in contracts.items()}
    return replace(_bare(day, vix), quotes=quotes)


@pytest.mark.rule("R-DIA-01")
def test_a_diagonal_sells_a_near_put_further_out_than_the_far_one_it_buys() -> None:
    found = wanted(DIAGONAL, tuesday())
    far, near = found.legs
    assert (far.quantity, near.quantity) == (1, -1)
    assert (far.contract.expiry, near.contract.expiry) == (FAR, NEAR)
    assert (far.contract.strike or 0) > (near.contract.strike or 0)
    assert found.credit == pytest.approx(-3.5)
    assert found.max_loss == pytest.approx(3.5)


@pytest.mark.rule("R-DIA-01")
def test_a_calendar_sells_a_week_at_the_strike_it_buys_two_months_of() -> None:
    far, near = wanted(CALENDAR, _bare(TUESDAY)).legs
    assert far.contract.strike == near.contract.strike
    assert (dte(far.contract.expiry, TUESDAY), dte(near.contract.expiry, TUESDAY)) == (52, 7)


@pytest.mark.rule("R-DIA-01")
@pytest.mark.parametrize(
    ("plan", "vix", "enters"),
    [
        (DIAGONAL, 14.99, True),
        (DIAGONAL, 15.0, False),
        (CALENDAR, 19.99, True),
        (CALENDAR, 20.0, False),
    ],
    ids=lambda x: getattr(x, "name", str(x)),
)
def test_volatility_must_be_low(plan: Plan, vix: float, enters: bool) -> None:
    assert refused(plan, _bare(TUESDAY, vix)) == (set() if enters else {"R-DIA-01"})


@pytest.mark.rule("R-DIA-01")
@pytest.mark.parametrize(("far", "enters"), [(6.5, True), (6.51, False)])
def test_a_diagonal_costs_four_points_at_most(far: float, enters: bool) -> None:
    assert refused(DIAGONAL, tuesday(far=far)) == (set() if enters else {"R-DIA-01"})


@pytest.mark.rule("R-DIA-01")
@pytest.mark.parametrize(("account", "units"), [("23000", 0), ("24000", 1), ("200000", 8)])
def test_a_diagonal_risks_one_and_a_half_per_cent(account: str, units: int) -> None:
    assert int(wanted(DIAGONAL, tuesday(), account).units_max) == units


@pytest.mark.rule("R-DIA-01")
def test_neither_is_traded_on_an_index_that_settles_in_cash() -> None:
    assert {root for plan in (DIAGONAL, CALENDAR) for root in plan.roots} == {"SPY"}


@pytest.mark.rule("R-DIA-02")
@pytest.mark.parametrize(
    ("plan", "vix", "stays"),
    [
        (DIAGONAL, 18.0, True),
        (DIAGONAL, 18.01, False),
        (CALENDAR, 23.0, True),
        (CALENDAR, 23.01, False),
    ],
    ids=lambda x: getattr(x, "name", str(x)),
)
def test_both_parts_go_when_volatility_has_come_back(plan: Plan, vix: float, stays: bool) -> None:
    book = held(plan, _bare(TUESDAY))
    for tranche in ("far", "near"):
        seen = broken(plan, book, _bare(TUESDAY, vix), tranche)
        assert seen == ([] if stays else [f"VIX is at most {vix:.0f}"])


@pytest.mark.rule("R-DIA-03")
@pytest.mark.parametrize(
    ("far", "near", "said"),
    [
        (2.0, 0.28, []),  # the far one lost two thirds and the near one gave half of it back
        (2.0, 0.31, ["the whole has lost less than 30% of what this part of it cost"]),
        (9.0, 3.71, []),
        (9.0, 3.69, ["the whole has earned less than 30% of what this part of it cost"]),
    ],
)
def test_profit_and_loss_are_those_of_far_and_near_together(
    far: float, near: float, said: list[str]
) -> None:
    book = held(DIAGONAL, tuesday())
    assert broken(DIAGONAL, book, later(book, TUESDAY, far, near), "far") == said


@pytest.mark.rule("R-DIA-03")
def test_what_was_earned_with_a_near_put_that_is_gone_counts() -> None:
    book = held(DIAGONAL, tuesday())
    near = position_of(book, "near")
    alone = replace(
        book,
        positions={k: v for k, v in book.positions.items() if k != near.id},
        campaigns={
            k: replace(v, flow=v.flow - 125, positions=1) for k, v in book.campaigns.items()
        },
    )
    assert broken(DIAGONAL, alone, later(alone, TUESDAY, 3.0, 0.0), "far") == []  # -1.75 of 6.00
    lost = later(alone, TUESDAY, 2.9, 0.0)
    assert broken(DIAGONAL, alone, lost, "far") == [
        "the whole has lost less than 30% of what this part of it cost"
    ]


@pytest.mark.rule("R-DIA-03")
def test_without_a_quote_of_either_part_nobody_is_taken_out() -> None:
    book = held(DIAGONAL, tuesday())
    blind = float("nan")
    for far, near in ((blind, 2.0), (2.0, blind), (blind, blind)):
        assert broken(DIAGONAL, book, later(book, TUESDAY, far, near), "far") == []


@pytest.mark.rule("R-DIA-05")
@pytest.mark.parametrize(("left", "stays"), [(15, True), (14, False)])
def test_the_far_put_goes_two_weeks_before_its_end_and_never_before_the_near_one(
    left: int, stays: bool
) -> None:
    book = held(DIAGONAL, tuesday())
    day = date.fromordinal(FAR.toordinal() - left)
    seen = broken(DIAGONAL, book, later(book, day, 6.0, 2.5), "far")
    assert seen == ([] if stays else ["more than 14 days are left"])
    assert DIAGONAL.covered(position_of(book, "far")) == ("near",)


def rolled(plan: Plan, day: date, book: Book, market: Board) -> Structure | Skip:
    """What the plan wants instead of its near put on a day."""
    near = position_of(book, "near")
    (how,) = plan.adjustments(near)
    assert how.refused == "close"
    return plan.adjusted(near, how, at(market, book))


@pytest.mark.rule("R-DIA-04")
def test_the_near_put_is_rolled_a_month_on_while_the_far_one_outlives_it() -> None:
    book = held(DIAGONAL, tuesday())
    day = date(2025, 10, 2)
    found = rolled(DIAGONAL, day, book, later(book, day, 6.0, 0.5))
    assert isinstance(found, Structure), str(found)
    gone, comes = found.legs
    assert (gone.quantity, gone.opens, gone.contract.expiry) == (1, False, NEAR)
    assert (comes.quantity, comes.opens) == (-1, True)
    assert NEAR < comes.contract.expiry <= FAR
    assert found.credit > 0.0


@pytest.mark.rule("R-DIA-04")
def test_a_calendar_rolls_its_week_at_the_same_strike() -> None:
    book = held(CALENDAR, _bare(TUESDAY))
    day = date(2025, 9, 15)
    found = rolled(CALENDAR, day, book, _bare(day))
    assert isinstance(found, Structure), str(found)
    gone, comes = found.legs
    assert gone.contract.strike == comes.contract.strike
    assert dte(comes.contract.expiry, day) in range(4, 11)


@pytest.mark.rule("R-DIA-04")
@pytest.mark.parametrize(
    ("day", "near", "said"),
    [
        (
            date(2025, 10, 13),
            0.5,
            "days the cover lasts longer",
        ),  # what is listed ends after the far
        (date(2025, 10, 2), 9.0, "credit of the put side"),  # deep: the roll would cost money
    ],
)
def test_a_roll_that_costs_or_outlives_its_cover_is_refused(
    day: date, near: float, said: str
) -> None:
    book = held(DIAGONAL, tuesday())
    found = rolled(DIAGONAL, day, book, later(book, day, 6.0, near))
    assert isinstance(found, Skip)
    assert said in [reading.name for reading in found.failed]
    assert {reading.rule for reading in found.failed} == {"R-DIA-04"}


@pytest.mark.rule("R-DIA-04")
def test_a_near_put_that_is_gone_is_sold_again_on_a_tuesday() -> None:
    book = held(CALENDAR, _bare(TUESDAY))
    near = position_of(book, "near")
    alone = replace(book, positions={k: v for k, v in book.positions.items() if k != near.id})
    day = date(2025, 9, 16)
    (found,) = CALENDAR.renewals(at(_bare(day), alone))
    assert isinstance(found, Structure), str(found)
    (comes,) = found.legs
    assert (comes.quantity, comes.contract.strike) == (-1, near.held[0][0].strike)
    assert found.campaign == near.campaign
    assert [slots.weekday for slots in CALENDAR.renew_slots] == [1]
    assert list(CALENDAR.renewals(at(_bare(day), book))) == []


def test_a_calendar_has_no_target_of_its_near_put_and_a_diagonal_has() -> None:
    near = position_of(held(CALENDAR, _bare(TUESDAY)), "near")
    assert CALENDAR.target(near) is None
    assert DIAGONAL.target(near) == 0.5
    assert isinstance(near.held[0][0], Contract)
    assert legs(wanted(CALENDAR, _bare(TUESDAY)))[0] == "+1 600 P"
    assert day_of(TUESDAY).session.minutes == 390
