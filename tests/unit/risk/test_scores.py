"""Scores that are shown and never gates: health (27.16) and assignment (27.17)."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract, Right
from tomking.core.facts import LegFilled, Sent
from tomking.core.order import Leg, Order, Purpose
from tomking.market.carry import Dividend
from tomking.market.snapshot import DELTA
from tomking.portfolio.book import empty_book, fold
from tomking.risk.assignment import (
    ShortOption,
    Urgency,
    can_be_assigned,
    pays_to_exercise,
    score,
    shorts,
    urgency,
)
from tomking.risk.health import health, health_of
from tomking.risk.judge import EXPOSURE, SANITY
from tomking.risk.sizing import margin_in_use
from tomking.risk.view import View
from worlds.board import FRIDAY, board
from worlds.gates import AHEAD, campaigns, held_spread, scene
from worlds.orders import order, traded, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())


@pytest.mark.rule("R-SCO-01")
@pytest.mark.parametrize("case", SHEET["27.16"], ids=lambda c: str(c["score"]))
def test_health_is_the_rulebooks(case: dict[str, Any]) -> None:
    found = health(
        case["dte"], at_stop=case["at_stop"], group_share=case["group"], power_share=case["power"]
    )
    assert found.score == pytest.approx(case["score"], abs=0.05)


@pytest.mark.rule("R-SCO-01")
@given(st.floats(0, 400), st.booleans(), st.floats(-1, 3), st.floats(-1, 3))
def test_health_stays_within_a_hundred_points(
    days: float, at_stop: bool, group: float, power: float
) -> None:
    found = health(days, at_stop=at_stop, group_share=group, power_share=power)
    assert 0.0 <= found.score <= 100.0


@pytest.mark.rule("R-SCO-01")
def test_the_health_of_a_position_reads_its_group_and_the_account() -> None:
    now = scene(holding=campaigns("lt112 ES", "friday_0dte MES"), memory={"phase": 4})
    one = next(now.book.of("lt112"))
    calm, hit = (health_of(one, now, at_stop=at_stop) for at_stop in (False, True))
    assert calm is not None
    assert hit is not None
    assert (hit.stop, calm.stop) == (30.0, 0.0)
    assert hit.score == pytest.approx(calm.score - 30.0)
    assert calm.score < health(inf, at_stop=False, group_share=1.0, power_share=0.0).score
    assert health_of(one, replace(now, net_liq=nan), at_stop=False) is None


@pytest.mark.rule("R-SCO-01")
@pytest.mark.parametrize(
    ("days", "at_stop", "group", "power", "points"),
    [
        (inf, False, 0.0, 0.0, 100.0), (21, False, 0.0, 0.0, 100.0), (20.9, False, 0.0, 0.0, 80.0),
        (inf, True, 0.0, 0.0, 70.0), (inf, False, 1.0, 0.0, 75.0), (inf, False, 0.0, 1.0, 75.0),
        (inf, False, 0.5, 0.5, 75.0), (inf, False, 2.0, 0.0, 75.0), (inf, False, 0.0, 9.0, 75.0),
        (inf, False, -1.0, -1.0, 100.0),
    ],
)  # fmt: skip
def test_each_fault_takes_its_points(
    days: float, at_stop: bool, group: float, power: float, points: float
) -> None:
    found = health(days, at_stop=at_stop, group_share=group, power_share=power)
    assert found.score == pytest.approx(points)


@pytest.mark.rule("R-SCO-01")
@pytest.mark.parametrize(
    ("book", "limits", "group"),
    [
        (("lt112 ES",), {}, 0.5),
        (("lt112 ES", "lt112 MES"), {}, 1.0),
        (("lt112 ES", "x SPY"), {}, 0.5),  # SPY stands in the other group
        (("lt112 ES",), {"group_max": ()}, 1.0),  # a group without room is full
        (("lt112 ES",), {"group_max": (("A1", 4),)}, 0.25),
    ],
)
def test_the_health_of_a_position_is_that_of_its_figures(
    book: tuple[str, ...], limits: dict[str, Any], group: float
) -> None:
    now = scene(holding=campaigns(*book), memory={"phase": 1}, limits=limits)
    one = next(now.book.of("lt112"))
    power = margin_in_use(now) / (100_000.0 * 0.50)  # phase one binds
    days = (AHEAD - FRIDAY).days
    expected = health(days, at_stop=False, group_share=group, power_share=power)
    found = health_of(one, now, at_stop=False)
    assert found is not None
    assert found.score == pytest.approx(expected.score)
    assert health_of(one, replace(now, net_liq=0.0), at_stop=False) is None


@pytest.mark.rule("R-SCO-01")
def test_of_several_expiries_the_nearest_is_the_position_s_age() -> None:
    """The long put still has months; the short one has a fortnight, and that takes the points."""
    near, far = FRIDAY + timedelta(days=14), AHEAD
    wanted = order("-1 4500 P, +1 4400 P", strategy="lt112", campaign="lt112/0", expiry=far)
    short = replace(wanted.legs[0], contract=replace(wanted.legs[0].contract, expiry=near))
    held = []
    for legs in (wanted.legs, (short, wanted.legs[1])):
        facts = traded(replace(wanted, legs=legs), ("5.00", "1.00"), board().at)
        now = scene(holding=fold(empty_book(Decimal(100_000)), facts))
        held.append(health_of(next(now.book.of("lt112")), now, at_stop=False))
    whole, ageing = held
    assert whole is not None
    assert ageing is not None
    assert (whole.near, ageing.near) == (0.0, 20.0)


@pytest.mark.rule("R-SCO-02")
@pytest.mark.parametrize("case", SHEET["27.17"], ids=lambda c: str(c["score"]))
def test_assignment_is_the_rulebooks(case: dict[str, Any]) -> None:
    short = ShortOption(Right(case["right"]), case["dte"], case["in"], case.get("delta"))
    assert score(short) == case["score"]
    assert urgency(score(short)).value == case["asks"]


def call(**changes: Any) -> ShortOption:
    """A short call thirty days out, a tenth out of the money."""
    return replace(ShortOption(Right.CALL, 30, -0.10), **changes)


@pytest.mark.rule("R-SCO-02")
@pytest.mark.parametrize(
    ("short", "points"),
    [
        (call(ex_days=1, in_the_money=-0.02), 45), (call(ex_days=1, in_the_money=-0.021), 20),
        (call(ex_days=5, in_the_money=0.01), 35), (call(ex_days=5, in_the_money=-0.01), 20),
        (call(ex_days=10), 20), (call(ex_days=30), 10), (call(ex_days=31), 0),
        (replace(call(ex_days=1, in_the_money=-0.01), right=Right.PUT), 0),
        (call(days=7), 10), (call(days=8), 0), (call(days=3), 25), (call(days=1), 40),
        (call(in_the_money=0.10), 25), (call(in_the_money=0.101), 40),
        (call(delta=0.60), 0), (call(delta=0.61), 15), (call(delta=0.81), 40),
        (call(days=0, in_the_money=-0.02), 85), (call(days=1, in_the_money=-0.031), 40),
        (call(days=0), 50), (call(days=2), 25), (call(days=4), 10),
        (call(in_the_money=0.02), 0), (call(in_the_money=0.021), 15),
        (call(in_the_money=0.05), 15), (call(in_the_money=0.051), 25), (call(in_the_money=0.5), 40),
        (call(delta=0.70), 15), (call(delta=0.71), 25), (call(delta=0.80), 25),
        (call(in_the_money=0.03, delta=0.9), 40),  # whichever of the two says more
        (call(days=0, in_the_money=-0.021), 50), (call(days=0, in_the_money=0.02), 85),
        (call(days=1, in_the_money=-0.03), 60), (call(days=1, in_the_money=0.02), 60),
        (call(days=2, in_the_money=0.0), 25),  # a pin is a matter of the last two days
        (call(ex_days=2, in_the_money=-0.01), 20), (call(ex_days=2, in_the_money=0.01), 35),
        (call(ex_days=0, in_the_money=0.01), 45), (call(ex_days=5, in_the_money=0.0), 20),
        (call(ex_days=6, in_the_money=0.01), 20), (call(ex_days=11), 10), (call(), 0),
    ],
)  # fmt: skip
def test_every_part_of_the_assignment_score_has_its_edge(short: ShortOption, points: int) -> None:
    assert score(short) == points


@pytest.mark.rule("R-SCO-02")
@pytest.mark.parametrize(
    ("points", "asks"),
    [
        (200, Urgency.CLOSE_NOW), (80, Urgency.CLOSE_NOW), (79, Urgency.CLOSE_TODAY),
        (60, Urgency.CLOSE_TODAY), (59, Urgency.WATCH), (40, Urgency.WATCH), (39, Urgency.NONE),
        (0, Urgency.NONE),
    ],
)  # fmt: skip
def test_what_a_score_asks_for_has_three_steps(points: int, asks: Urgency) -> None:
    assert urgency(points) is asks


@pytest.mark.rule("R-SCO-03")
@pytest.mark.parametrize(
    ("dividend", "put", "inside", "pays"),
    [(1.9, 1.8, 0.05, True), (1.8, 1.8, 0.05, False), (1.9, 1.8, -0.01, False),
     (1.9, 1.8, 0.0, False), (1.7, 1.8, 0.05, False), (1.9, None, 0.05, None)],
)  # fmt: skip
def test_a_call_is_exercised_for_a_dividend_that_exceeds_the_put(
    dividend: float, put: float | None, inside: float, pays: bool | None
) -> None:
    short = call(ex_days=1, dividend=dividend, put=put, in_the_money=inside)
    assert pays_to_exercise(short) is pays


@pytest.mark.rule("R-SCO-03")
def test_nobody_exercises_for_a_dividend_that_has_no_amount() -> None:
    assert pays_to_exercise(call(ex_days=1, put=0.5, in_the_money=0.05)) is False


@pytest.mark.rule("R-SCO-03")
def test_without_a_dividend_ahead_and_for_a_put_nothing_is_asked() -> None:
    assert pays_to_exercise(call(dividend=2.0, put=1.0)) is None
    assert pays_to_exercise(replace(call(ex_days=1, put=1.0), right=Right.PUT)) is None


SOON = ((2, "1.99"),)


def spy(
    right: Right,
    strike: int,
    quantity: int,
    expiry: date,
    ahead: tuple[tuple[int, str], ...] = SOON,
) -> View:
    """A view that holds an option on SPY at 600, two days before it pays $1.99."""
    contract = Contract("SPY", expiry, right, Decimal(strike))
    wanted = Order(
        "x/open", 1, Purpose.OPEN, "x", "x", (Leg(contract, quantity, "all"),), 1, Decimal(0)
    )
    now = board(minute=60.0)
    paid = {"SPY": tuple(Dividend(FRIDAY + timedelta(days=n), Decimal(usd)) for n, usd in ahead)}
    filled = LegFilled(now.at, "x/open#1", 0, contract, quantity, Decimal(5), Decimal(0), "f")
    book = fold(empty_book(Decimal(100_000)), [Sent(now.at, wanted), filled])
    return view(replace(now, day=replace(now.day, dividends=paid)), book)


@pytest.mark.rule("R-SCO-02")
def test_the_shorts_of_a_book_are_read_off_the_market() -> None:
    expiry = FRIDAY + timedelta(days=7)
    ((contract, short),) = shorts(spy(Right.CALL, 560, -1, expiry))
    assert contract.strike == 560
    assert (short.days, short.ex_days, short.dividend) == (7, 2, 1.99)
    assert short.in_the_money == pytest.approx(1 / 15)
    assert short.delta is not None
    assert short.delta > 0.9
    assert pays_to_exercise(short)
    assert urgency(score(short)) is Urgency.CLOSE_NOW
    assert list(shorts(spy(Right.CALL, 560, 1, expiry))) == []


@pytest.mark.rule("R-SCO-03")
@pytest.mark.parametrize(
    ("ahead", "days", "dividend"),
    [
        ((), None, 0.0),
        (((0, "1.50"),), 0, 1.5),  # today's is still to be owed
        (((-1, "1.50"),), None, 0.0),
        (((30, "2.00"), (2, "1.99")), 2, 1.99),  # the next one, however they are listed
        (((-1, "9.00"), (30, "2.00")), 30, 2.0),
    ],
)
def test_the_next_dividend_ahead_is_looked_at(
    ahead: tuple[tuple[int, str], ...], days: int | None, dividend: float
) -> None:
    ((_, short),) = shorts(spy(Right.CALL, 560, -1, FRIDAY + timedelta(days=7), ahead))
    assert (short.ex_days, short.dividend) == (days, dividend)
    assert (short.put is None) is (days is None)
    if short.put is not None:
        assert 0.0 < short.put < 1.0  # forty points out of the money


@pytest.mark.rule("R-SCO-02")
def test_every_short_is_read_at_its_own_mark() -> None:
    legs = "-1 5900 P, +1 5800 P, -1 6300 C"
    now = scene(holding=held_spread(legs))
    found = {contract.strike: short for contract, short in shorts(now)}
    assert set(found) == {5900, 6300}
    marked = dict(zip(now.book.legs.contracts, now.marks.table[DELTA].tolist(), strict=True))
    for contract, delta in marked.items():
        if contract.strike in found:
            assert found[contract.strike].delta == pytest.approx(abs(delta))
    assert found[Decimal(5900)].in_the_money == pytest.approx((5900 - 6042) / 6042, abs=1e-3)
    assert found[Decimal(6300)].in_the_money == pytest.approx((6042 - 6300) / 6042, abs=1e-3)


@pytest.mark.rule("R-SCO-02")
def test_european_options_on_cash_are_never_assigned() -> None:
    spx = Contract("SPX", FRIDAY, Right.PUT, Decimal(6000))
    assert not can_be_assigned(spx)
    assert can_be_assigned(Contract("ES", FRIDAY, Right.PUT, Decimal(6000), "ESZ25"))
    assert can_be_assigned(Contract("SPY", FRIDAY, Right.PUT, Decimal(600)))


def test_no_score_is_a_gate() -> None:
    rules = " ".join(str(gate.__doc__) for gate in SANITY + EXPOSURE)
    assert "R-SCO" not in rules
