"""What the documents disagree about (rulebook 26) and a user may want otherwise is a line of a file."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tomking.app import strategies
from tomking.app.config.load import load
from tomking.core.calendar import dte
from tomking.core.order import Structure
from tomking.core.reading import Skip
from tomking.market.sessions import session_of
from tomking.portfolio.book import Book
from tomking.risk.kin import VARIANTS
from tomking.risk.limits import Limits
from tomking.risk.sizing import sized
from tomking.strategies.plan import Plan
from tomking.strategies.prose import prose
from tomking.strategies.tune import tune
from worlds.board import WEDNESDAY, Board, board, day_of
from worlds.held import broken, held, legs, position_of, quoted, refused, wanted
from worlds.orders import book_with, order, view

pytestmark = pytest.mark.integration

#: The row of the register, the table of the file, and the line a user writes for the other reading.
STRATEGIES = [
    (1, "friday_0dte", '"VixBelow.ceiling" = 40'),
    (1, "friday_0dte", '"VixBelow.ceiling" = 25'),
    (4, "friday_0dte", '"AtrAway.atr" = 0'),
    (5, "friday_0dte", '"LossBelow.of_premium" = 1'),
    (6, "friday_0dte", '"ProfitBelow.of_premium" = 0.25'),
    (6, "friday_0dte", '"ProfitBelow.of_premium" = 1'),
    (7, "friday_0dte", '"Slots.until" = "close-60m"'),
    (7, "friday_0dte", '"Before.moment" = "close-30m"'),
    (8, "friday_0dte", 'roots = ["SPY"]'),
    (12, "lt112", "dte = 42"),
    (14, "lt112", '"naked puts.ProfitBelow.of_premium" = 0.95'),
    (15, "lt112", '"naked puts.LossBelow.of_premium" = 3'),
    (15, "lt112", '"LossBelowNetLiq.share" = 0.01'),
    (16, "lt112", '"Slots.nth" = "none"'),
    (19, "lt112", '"naked puts.DteAbove.days" = 7'),
    (20, "strangle", "dte = 52"),
    (20, "strangle", '"Delta.target" = 0.16'),
    (22, "strangle", '"Slots.weekday" = 3'),
    (22, "strangle", '"Slots.nth" = "none"'),
    (23, "strangle", '"LossBelow.of_premium" = 2.5'),
    (24, "strangle", '"VixAtMost.ceiling" = 60'),
    (24, "strangle", '"VixAtMostHeld.points" = 60'),
    (25, "ipmcc", '"IntoTheMoney.bear" = 2'),
    (27, "ipmcc", '"ExtrinsicAtMost.share" = 0.05'),
    (28, "ipmcc", '"LossBelow.of_premium" = 0.2'),
    (32, "leap_ladder", '"LossBelow.of_premium" = 0.5'),
    (32, "leap_ladder", '"ShortDeltaBelow.delta" = 1'),
    (33, "leap_ladder", '"VixSteps.times" = 1'),
    (33, "leap_ladder", '"VixAtMost.ceiling" = 25'),
    (36, "butterfly_0dte", '"MovedAtLeast.share" = 0.01'),
    (37, "butterfly_0dte", '"RewardAtLeast.times" = 10'),
    (38, "diagonal", '"VixAtMostHeld.points" = 15'),
]
LIMITS = [
    (9, "win_rate_min", "friday_0dte = 0.92"),
    (11, "win_rate_min", "friday_0dte = 0.88"),
    (12, "dte_min", "lt112 = 35"),
    (12, "dte_max", "lt112 = 50"),
    (24, "vix_open_max", "60"),
    (29, "phase_by_strategy", "ipmcc = 1"),
    (31, "bp_trade_by_strategy", "leap_ladder = 0.02"),
    (33, "size_by_vix", "25 = 0.5"),
    (35, "phase_by_strategy", "bear_trap = 2"),
    (40, "vix_table", '"E"'),
    (41, "vix_table", '"A_PUTS"'),
    (41, "crisis_puts_max", "0"),
    (41, "crisis_opens", '"puts"'),
    (44, "vix_open_max", "40"),
    (45, "phases_usd", "[43900, 61700, 80000, 95000]"),
    (48, "stage_weeks", "2 = 1"),
    (49, "groups", 'A1 = ["ES", "MES"]'),
    (50, "group_max", "A1 = 3"),
    (50, "short_margin_other_max", "0.10"),
    (52, "positions_by_phase", "1 = 5"),
    (53, "stop_risk_max", "0.01"),
    (53, "defined_risk_max", "0.02"),
    (53, "alarm_position", "0.001"),
    (54, "bp_trade_max", "0.25"),
    (55, "loss_day_max", "0.03"),
    (56, "loss_streak_max", "2"),
    (56, "alarm_losses_min", "2"),
    (57, "vega_max_usd", "50"),
    (58, "theta_min_usd", "-1000"),
    (59, "reserve_by_vix", "25 = 0.35"),
    (60, "margin_max", "0.65"),
    (60, "alarm_margin", "0.80"),
    (64, "pattern_mode", '"enforce"'),
    (64, "pattern_form", '"corrected"'),
    (76, "usd_per_gbp", "1.28"),
    (77, "one_slot", '["ipmcc"]'),
    (80, "vix_spike_max", "0.25"),
    (80, "alarm_vix_jump", '"ORANGE"'),
]
#: Other trades, which are plans of their own: their row, and what they vary.
PLANS = [
    (1, "friday_0dte_high_vix", "friday_0dte"),
    (3, "friday_0dte_broken", "friday_0dte"),
    (16, "lt112_twice", "lt112"),
    (12, "lt112_calendarised", "lt112"),
    (12, "lt112_xl", "lt112"),
    (30, "leap_protect", "leap_ladder"),
    (20, "strangle_cl", "strangle"),
    (2, "friday_0dte_with_move", "friday_0dte"),
    (3, "friday_0dte_moved", "friday_0dte"),
    (14, "lt112_whole", "lt112"),
    (18, "lt112_hedge", "lt112"),
    (25, "ipmcc_month", "ipmcc"),
    (25, "ipmcc_outside", "ipmcc"),
    (34, "bear_trap_eleven", "bear_trap"),
]


def written(path: Path, text: str) -> Path:
    """A settings file."""
    path.write_text(text + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("row", "name", "line"), STRATEGIES)
def test_another_reading_of_a_strategy_is_a_line(
    row: int, name: str, line: str, tmp_path: Path
) -> None:
    settings = load(written(tmp_path / f"{row}.toml", f"[strategies.{name}]\n{line}"))
    usual = strategies.plan(name)
    tuned = tune(usual, settings.tunings[name])
    assert prose(tuned) != prose(usual)


@pytest.mark.parametrize(("row", "key", "line"), LIMITS)
def test_another_reading_of_a_limit_is_a_line(
    row: int, key: str, line: str, tmp_path: Path
) -> None:
    table = f"[limits.{key}]\n{line}" if " = " in line else f"[limits]\n{key} = {line}"
    limits = load(written(tmp_path / f"{row}.toml", table)).limits
    changed = {
        name for name in Limits.__slots__ if getattr(limits, name) != getattr(Limits(), name)
    }
    assert changed == {key}


@pytest.mark.parametrize(("row", "name", "of"), PLANS)
def test_another_trade_is_a_plan_of_its_own(row: int, name: str, of: str) -> None:
    found, usual = strategies.plan(name), strategies.plan(of)
    assert found.variant_of == of
    assert name in dict(VARIANTS)[of]
    assert replace(found, name=of, title=usual.title, variant_of="") != usual
    assert of in {each.name for each in strategies.chosen((of,))}
    assert name not in {each.name for each in strategies.chosen(("all",))}


def plan(name: str, tmp_path: Path | None = None, line: str = "") -> Plan:
    """A plan as a settings file has it that names it, with a line of its table."""
    usual = strategies.plan(name)
    if tmp_path is None:
        return usual
    settings = load(written(tmp_path / "own.toml", f"[strategies.{name}]\n{line}"))
    return tune(usual, settings.tunings[name])


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
        assert refused(moved, board(price=price, vol=0.3)) == {"R-0DTE-03"}
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
