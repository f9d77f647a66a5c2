"""Orders of unwinding, and how much of one is needed so that the rest can be carried."""

from dataclasses import replace
from decimal import Decimal
from math import isnan, nan
from typing import Any

import pytest

from tomking.core.errors import QuoteMissing
from tomking.core.money import ZERO
from tomking.portfolio.book import Position
from tomking.risk.unwind import _per_cost, by_margin_call, by_priority, by_stress, excess, to_carry
from tomking.risk.view import View
from worlds.board import board
from worlds.emergencies import AHEAD, ALL, Emergency, emergency, opened
from worlds.orders import traded

pytestmark = [pytest.mark.unit, pytest.mark.risk, pytest.mark.emergency]


def seen(on: Emergency) -> View:
    """What the desk sees at half past ten."""
    return on.desk.view(on.market.at(board(minute=60.0).at))


def holding(*strategies: str, **changes: Any) -> View:
    """A view of a desk that holds some trades."""
    return seen(emergency(*strategies, **changes))


def names(positions: tuple[Position, ...]) -> list[str]:
    """Whose they are."""
    return [held.strategy for held in positions]


@pytest.mark.rule("R-RNG-05")
def test_an_emergency_unwinds_0dte_butterflies_condors_strangles_and_then_112s() -> None:
    assert names(by_priority(holding(*ALL))) == [
        "friday_0dte", "butterfly_0dte", "iron_condor", "strangle", "lt112", "ipmcc",
    ]  # fmt: skip


@pytest.mark.rule("R-RNG-05")
def test_the_order_is_the_settings_and_what_it_does_not_name_is_last() -> None:
    named = holding(*ALL, limits={"unwind_order": ("lt112", "strangle")})
    assert names(by_priority(named))[:2] == ["lt112", "strangle"]
    assert len(by_priority(named)) == len(ALL)


def called(now: View, **others: str) -> View:
    """The same view, some trades under the name of another plan."""
    held = {
        name: replace(position, strategy=others.get(position.strategy, position.strategy))
        for name, position in now.book.positions.items()
    }
    return replace(now, book=replace(now.book, positions=held))


@pytest.mark.rule("R-RNG-05")
@pytest.mark.rule("R-POS-08")
def test_every_butterfly_and_every_variant_goes_in_its_turn() -> None:
    now = called(
        holding(*ALL), friday_0dte="friday_0dte_broken", butterfly_0dte="butterfly",
        strangle="strangle_gc", lt112="lt112_xl", ipmcc="own",
    )  # fmt: skip
    assert names(by_priority(now)) == [
        "friday_0dte_broken", "butterfly", "iron_condor", "strangle_gc", "lt112_xl", "own",
    ]  # fmt: skip


@pytest.mark.rule("R-RNG-06")
@pytest.mark.rule("R-POS-08")
@pytest.mark.parametrize(
    ("strangle", "other"),
    [("strangle", "lt112"), ("strangle_cl", "lt112"), ("strangle_gc", "lt112_xl")],
)
def test_strangles_go_before_112s_that_free_more_margin(strangle: str, other: str) -> None:
    """On whatever future. The names are exchanged: of these two the strangle frees more."""
    now = judged_at(holding("lt112", "strangle"), lt112=-1, strangle=-1)
    assert names(by_margin_call(called(now, lt112="x", strangle="y"))) == ["y", "x"]
    now = called(now, lt112=strangle, strangle=other)
    assert names(by_margin_call(now)) == [strangle, other]


def judged_at(now: View, **profits: float) -> View:
    """The same view with the profits of some strategies typed in."""
    held = {
        name: replace(position, premium=Decimal(str(profits[position.strategy])))
        for name, position in now.book.positions.items()
    }
    worth = [0.0 for _ in now.values]
    return replace(now, book=replace(now.book, positions=held), values=worth)


@pytest.mark.rule("R-RNG-06")
def test_a_margin_call_takes_losers_first_and_then_the_highest_margin() -> None:
    now = holding("lt112", "iron_condor", "strangle")
    by_margin = names(by_margin_call(judged_at(now, lt112=-1, iron_condor=-1, strangle=-1)))
    assert by_margin.index("strangle") < by_margin.index("lt112")
    losers = judged_at(now, lt112=-1, iron_condor=1, strangle=1)
    assert names(by_margin_call(losers))[0] == "lt112"


def ratio(now: View, strategy: str) -> int:
    """Where a strategy stands among the riskiest."""
    return names(by_stress(now)).index(strategy)


@pytest.mark.rule("R-RNG-04")
def test_the_riskiest_are_five_that_lose_and_not_what_gains() -> None:
    now = holding(*ALL)
    assert len(by_stress(now)) == 5
    assert "friday_0dte" not in names(by_stress(now))  # a call spread gains when the index falls
    assert len(by_stress(holding(*ALL, limits={"reduce_closes_max": 2}))) == 2


@pytest.mark.rule("R-RNG-04")
def test_a_hedge_that_only_wider_quotes_take_from_is_left_alone() -> None:
    """A put spread that gains in the middle; sold at that day's bid and bought at its ask it loses."""
    on = emergency("lt112")
    spread = opened("strangle", "+1 3400 P, -1 3350 P", AHEAD)
    on.desk.note(traded(spread, ("1.00", "0.50"), board().at))
    now = seen(on)
    (hedge,) = now.book.of("strangle")
    assert _per_cost(now, hedge) > 0.0
    assert names(by_stress(now)) == ["lt112"]


@pytest.mark.rule("R-RNG-04")
def test_a_dearer_exit_makes_a_position_less_worth_closing() -> None:
    calm = holding("lt112", "strangle")
    assert ratio(calm, "lt112") == 0
    wide = {calm.book.legs.contracts[0]: (0.0, 9.0)}
    assert ratio(holding("lt112", "strangle", quotes=wide), "lt112") == 1


@pytest.mark.rule("R-RNG-04")
def test_what_cannot_be_measured_is_tried_first_and_counts_for_none_of_the_five() -> None:
    blind = {holding("lt112").book.legs.contracts[0]: (nan, nan)}
    now = holding(*ALL, quotes=blind, limits={"reduce_closes_max": 1})
    assert any(isnan(mid) for mid in now.values)
    assert names(by_stress(now))[0] == "lt112"
    assert len(by_stress(now)) == 2


def left(now: View, gone: tuple[str, ...] = ()) -> list[float]:
    """Excess liquidity now and after the fall."""
    return [float(reading.observed or 0.0) for reading in excess(now, gone)]


@pytest.mark.rule("R-RNG-07")
def test_excess_liquidity_falls_with_the_spot_and_grows_with_what_is_closed() -> None:
    now = holding("lt112", "iron_condor")
    here, there = left(now)
    assert there < here
    first = by_margin_call(now)[0].id
    assert left(now, (first,))[0] > here - 500.0  # the exit costs a little more than it frees


@pytest.mark.rule("R-RNG-07")
def test_no_more_is_taken_down_than_the_rest_needs_to_be_carried() -> None:
    now = holding("lt112", "iron_condor", "strangle")
    assert to_carry(now) == ()
    needed = left(now)[1]
    short = replace(now, book=replace(now.book, cash=now.book.cash - Decimal(round(needed + 50))))
    assert not excess(short)[1].passed
    gone = to_carry(short)
    assert 0 < len(gone) < 3
    assert all(reading.passed for reading in excess(short, [held.id for held in gone]))
    before = [held.id for held in gone[:-1]]
    assert not all(reading.passed for reading in excess(short, before))


@pytest.mark.rule("R-RNG-07")
def test_what_carries_the_rest_is_not_closed_before_it() -> None:
    """Puts bought dear beneath the short ones lose, and without them more is needed."""
    on = emergency("lt112")
    on.desk.note(traded(opened("strangle", "+2 4950 P", AHEAD), ("40.00",), board().at))
    now = judged_at(seen(on), lt112=1, strangle=-1)
    assert names(by_margin_call(now)) == ["strangle", "lt112"]
    (hedge,) = (each.id for each in by_margin_call(now)[:1])
    here, without = left(now), left(now, (hedge,))
    assert max(without) < min(here)
    short = replace(now, book=replace(now.book, cash=now.book.cash - Decimal(round(here[1] + 50))))
    assert names(to_carry(short)) == ["lt112"]


@pytest.mark.rule("R-RNG-07")
@pytest.mark.parametrize(("over", "passes"), [("0.50", True), ("-0.50", False)])
def test_half_a_dollar_of_liquidity_carries_a_book_and_half_a_dollar_short_does_not(
    over: str, passes: bool
) -> None:
    now = holding("lt112", "iron_condor")
    spent = Decimal(str(round(left(now)[0], 2))) - Decimal(over)
    poor = replace(now, book=replace(now.book, cash=now.book.cash - spent))
    assert excess(poor)[0].passed is passes


@pytest.mark.rule("R-RNG-07")
def test_without_a_mark_liquidity_is_unknown() -> None:
    blind = {holding("lt112").book.legs.contracts[0]: (nan, nan)}
    with pytest.raises(QuoteMissing):
        excess(holding("lt112", quotes=blind))


def test_nothing_held_is_nothing_to_unwind() -> None:
    now = holding()
    assert (by_priority(now), by_margin_call(now), by_stress(now), to_carry(now)) == ((),) * 4
    assert now.book.cash > ZERO
