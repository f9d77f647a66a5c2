"""Alarms below, at and above their bounds, to the cent of 27.18; the unknown is listed."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from math import nan
from pathlib import Path
from typing import Any

import pytest

from tomking.core.rung import AlarmLevel
from tomking.market.snapshot import Legs, Marks, Shock
from tomking.portfolio.book import empty_book
from tomking.risk.alarms import Alarm, Lately, alarm, asked, seen
from tomking.risk.standing import Tally
from tomking.risk.view import View
from worlds.board import Board, board
from worlds.gates import campaigns, held_spread, scene, standing
from worlds.orders import view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.18"]
CENT = Decimal("0.01")


def at(net_liq: float, day_start: float = 100_000.0, **changes: Any) -> View:
    """A view at a net liq, with the start of its day."""
    memory = {"day_start": day_start, "peak": day_start} | changes.pop("memory", {})
    return scene(net_liq=net_liq, memory=memory, **changes)


def look(now: View, *before: View) -> Alarm:
    """The alarm of a view, after some others of the day."""
    known = Lately()
    for each in (*before, now):
        known = seen(known, each)
    return alarm(now, known)


def rules(found: Alarm) -> set[str]:
    """The rules of what raised an alarm."""
    return {reading.rule for reading in found.readings if reading.observed is not None}


@pytest.mark.rule("R-ALM-01")
@pytest.mark.parametrize(("name", "share", "dollars"), SHEET["levels"])
def test_levels_of_the_days_loss_to_the_cent(name: str, share: float, dollars: int) -> None:
    start = Decimal(str(SHEET["prior_close"]))
    lost = (start * Decimal(str(share))).quantize(CENT, "ROUND_UP")
    assert round(lost) == dollars
    below = look(at(float(start - lost + CENT), float(start)))
    found = look(at(float(start - lost), float(start)))
    assert found.level is AlarmLevel[name]
    assert below.level is (None if name == "YELLOW" else AlarmLevel(AlarmLevel[name] - 1))


def test_a_calm_day_raises_nothing_and_says_nothing() -> None:
    assert look(at(100_000.0)) == Alarm(None, ())


RULES = (*(f"R-ALM-0{number}" for number in range(1, 10)), "R-BRK-05", "R-BRK-09")


@pytest.mark.parametrize(
    "rule", [pytest.param(rule, marks=pytest.mark.rule(rule)) for rule in RULES]
)
def test_on_a_calm_day_every_trigger_is_measured_and_holds(rule: str) -> None:
    now = at(100_000.0, holding=held_spread(), memory={"today": Tally(3, 2, 0)})
    taken = [reading for _, reading in asked(now, seen(Lately(), index(45, 6042.0)))]
    assert {reading.rule for reading in taken} == set(RULES)
    for reading in taken:
        assert reading.rule != rule or reading.passed, str(reading)


@pytest.mark.rule("R-ALM-01")
@pytest.mark.rule("R-ALM-02")
@pytest.mark.rule("R-BRK-09")
def test_each_trigger_has_its_level() -> None:
    now = at(100_000.0)
    levels: dict[str, set[str]] = {}
    for level, reading in asked(now, seen(Lately(), now)):
        levels.setdefault(reading.rule, set()).add(level.name)
    assert levels == {
        "R-ALM-01": {"YELLOW", "ORANGE", "RED"}, "R-ALM-02": {"YELLOW", "ORANGE"},
        "R-ALM-03": {"ORANGE"}, "R-ALM-04": {"RED"}, "R-ALM-05": {"YELLOW"},
        "R-ALM-06": {"YELLOW"}, "R-ALM-07": {"YELLOW"}, "R-ALM-08": {"YELLOW"},
        "R-ALM-09": {"RED"}, "R-BRK-05": {"RED"}, "R-BRK-09": {"ORANGE"},
    }  # fmt: skip


@pytest.mark.rule("R-BRK-09")
@pytest.mark.parametrize(("vix", "warns"), [(40.0, False), (40.01, True)])
def test_above_vix_forty_manual_mode_is_near(vix: float, warns: bool) -> None:
    now = at(100_000.0, market={"vix_points": vix}, day={"vix_previous": 39.0})
    assert ("R-BRK-09" in rules(look(now))) is warns


@pytest.mark.rule("R-ALM-02")
@pytest.mark.parametrize(
    ("vix", "level"),
    [
        (30.0, None),
        (30.01, AlarmLevel.YELLOW),
        (35.0, AlarmLevel.YELLOW),
        (35.01, AlarmLevel.ORANGE),
    ],
)
def test_vix_above_thirty_is_yellow_and_above_thirty_five_orange(
    vix: float, level: AlarmLevel | None
) -> None:
    now = at(100_000.0, market={"vix_points": vix}, day={"vix_previous": 29.0})
    assert look(now).level is level


def index(minute: float, price: float) -> View:
    """The index at a minute of a day that opened at 6000."""
    return at(100_000.0, minute=minute, market={"price": price})


@pytest.mark.rule("R-ALM-03")
@pytest.mark.parametrize(
    ("price", "level"), [(5910.01, None), (5910.0, AlarmLevel.ORANGE), (6090.0, AlarmLevel.ORANGE)]
)
def test_one_and_a_half_per_cent_in_a_quarter_of_an_hour_is_orange(
    price: float, level: AlarmLevel | None
) -> None:
    before = [index(minute, 6000.0) for minute in (55, 60, 65)]
    assert look(index(70, price), *before).level is level


def test_a_move_over_a_longer_time_is_no_flash() -> None:
    steps = [index(60 + 5 * n, 6000.0 - 12.0 * n) for n in range(9)]
    assert look(index(105, 5892.0), *steps).level is None


def test_a_flash_from_the_open_is_seen_at_the_first_look() -> None:
    assert rules(look(index(10, 5900.0))) == {"R-ALM-03"}


def flash(now: View, *before: View) -> float | str | None:
    """What is measured of a flash."""
    known = Lately()
    for each in (*before, now):
        known = seen(known, each)
    return {r.rule: r for _, r in asked(now, known)}["R-ALM-03"].observed


def test_a_flash_nobody_could_have_seen_is_unknown_and_raises_nothing() -> None:
    assert flash(index(120, 5700.0), index(60, 6000.0)) is None
    assert look(index(120, 5700.0), index(60, 6000.0)).level is None
    assert flash(index(120, 5900.0), index(115, 6000.0)) == pytest.approx(1 / 60)
    assert flash(index(120, 5990.0), index(115, 6000.0)) is None


@pytest.mark.rule("R-ALM-03")
@pytest.mark.parametrize(
    ("first", "now", "known"),
    [(46.0, 60.0, True), (46.1, 60.0, False), (45.0, 60.0, True), (0.0, 10.0, True)],
)
def test_a_quarter_of_an_hour_may_be_a_minute_short_and_the_open_is_far_enough(
    first: float, now: float, known: bool
) -> None:
    assert (flash(index(now, 6010.0), index(first, 6000.0)) is not None) is known


@pytest.mark.rule("R-ALM-03")
def test_two_looks_at_one_instant_are_one_price_and_old_ones_are_forgotten() -> None:
    known = Lately()
    for minute, price in ((50, 6000.0), (50, 6000.0), (65, 6010.0), (66, 6020.0)):
        known = seen(known, index(minute, price))
    assert [price for _, price in known.prices] == [6010.0, 6020.0]
    again = seen(known, index(66, 6020.0))
    assert again.prices == known.prices
    kept = seen(seen(Lately(), index(50, 6000.0)), index(65, 6010.0))
    assert [price for _, price in kept.prices] == [6000.0, 6010.0]  # fifteen minutes old, just so


@pytest.mark.rule("R-ALM-04")
@pytest.mark.parametrize("told", [0.95, 0.96])
@pytest.mark.parametrize(("share", "level"), [(0.949, None), (0.951, AlarmLevel.RED)])
def test_margin_of_95_per_cent_is_red_and_measured_when_it_may_be(
    share: float, level: AlarmLevel | None, told: float
) -> None:
    now = at(100_000.0, holding=campaigns("lt112 ES"), memory={"margin_share": 0.96})
    reading = {r.rule: r for _, r in asked(now, seen(Lately(), now))}["R-ALM-04"]
    assert isinstance(reading.observed, float)
    needed = reading.observed * 100_000.0
    worth = needed / share
    found = look(at(worth, worth, holding=campaigns("lt112 ES"), memory={"margin_share": told}))
    assert found.level is level


def test_margin_without_net_liq_is_red_and_nothing_held_is_not() -> None:
    held = at(0.0, 0.0, holding=campaigns("lt112 ES"))
    assert "R-ALM-04" in rules(look(held))
    assert "R-ALM-04" not in rules(look(at(0.0, 0.0, holding=empty_book(Decimal(0)))))


def losing(loss: float, **memory: Any) -> View:
    """A spread that has lost so many dollars since it was opened today, in an account of $100,000."""
    now = scene(holding=held_spread(), memory=memory)
    made = sum(now.values) + float(next(iter(now.book.positions.values())).premium)
    return replace(now, values=[now.values[0] - made - loss, *now.values[1:]])


@pytest.mark.rule("R-ALM-05")
@pytest.mark.parametrize(("loss", "level"), [(289.99, None), (290.0, AlarmLevel.YELLOW)])
def test_one_campaign_at_minus_29_basis_points_is_yellow(
    loss: float, level: AlarmLevel | None
) -> None:
    assert look(losing(loss)).level is level


def test_what_was_held_at_the_last_close_is_measured_from_there() -> None:
    name = "friday_0dte/held"
    marked = ((name, Decimal(-1000)),)
    assert look(losing(1200.0, profits=marked)).level is None
    assert look(losing(1290.0, profits=marked)).level is AlarmLevel.YELLOW


def test_a_campaign_nobody_marked_at_the_close_is_unknown_and_listed() -> None:
    yesterday = board(minute=60.0).at - timedelta(days=1)
    book = held_spread()
    old = {k: replace(c, opened=yesterday) for k, c in book.campaigns.items()}
    now = scene(holding=replace(book, campaigns=old))
    found = look(now)
    assert found.level is None
    assert [reading.rule for reading in found.readings] == ["R-ALM-03", "R-ALM-05"]
    assert all(reading.observed is None for reading in found.readings)
    assert look(replace(now, net_liq=99_000.0)).level is AlarmLevel.YELLOW


@pytest.mark.rule("R-ALM-06")
@pytest.mark.parametrize(("net_liq", "level"), [(97_010.0, None), (97_000.0, AlarmLevel.YELLOW)])
def test_three_per_cent_under_the_days_high_is_yellow(
    net_liq: float, level: AlarmLevel | None
) -> None:
    start = 96_000.0
    assert look(at(net_liq, start), at(100_000.0, start)).level is level


def test_the_high_of_a_day_is_forgotten_with_the_day() -> None:
    known = seen(Lately(), at(120_000.0))
    tomorrow = scene(on=board().at.date() + timedelta(days=3), net_liq=100_000.0)
    assert seen(known, tomorrow).high == 100_000.0


@pytest.mark.rule("R-ALM-06")
@pytest.mark.parametrize(
    ("moved", "net_liq", "level"),
    [(-5_000, 95_000.0, None), (5_000, 105_000.0, None), (5_000, 101_800.0, AlarmLevel.YELLOW)],
)
def test_money_taken_out_is_no_fall_and_money_put_in_hides_none(
    moved: int, net_liq: float, level: AlarmLevel | None
) -> None:
    memory = {"day_start": net_liq, "peak": net_liq}
    after = at(net_liq, memory=memory)
    after = replace(after, book=replace(after.book, moved=Decimal(moved)))
    assert look(after, at(100_000.0)).level is level


@pytest.mark.rule("R-ALM-07")
@pytest.mark.parametrize(
    ("wins", "losses", "level"),
    [(0, 2, None), (3, 3, None), (2, 3, AlarmLevel.YELLOW), (0, 3, AlarmLevel.YELLOW)],
)
def test_more_losses_than_wins_in_a_day_is_yellow_from_three_on(
    wins: int, losses: int, level: AlarmLevel | None
) -> None:
    assert look(at(100_000.0, memory={"today": Tally(wins, losses, 9)})).level is level


@pytest.mark.rule("R-ALM-08")
@pytest.mark.parametrize(
    ("how", "level"), [("YELLOW", AlarmLevel.YELLOW), ("ORANGE", AlarmLevel.ORANGE)]
)
def test_vix_up_by_more_than_half_is_as_loud_as_it_was_told(how: str, level: AlarmLevel) -> None:
    jumped = {"market": {"vix_points": 24.1}, "limits": {"alarm_vix_jump": how}}
    assert look(at(100_000.0, **jumped)).level is level
    assert look(at(100_000.0, market={"vix_points": 24.0})).level is None


@pytest.mark.rule("R-ALM-09")
def test_a_blown_fuse_is_red() -> None:
    found = look(at(100_000.0, memory={"reasons": frozenset({"fuse"})}))
    assert (found.level, rules(found)) == (AlarmLevel.RED, {"R-ALM-09"})


@pytest.mark.rule("R-BRK-05")
@pytest.mark.parametrize(("peak", "level"), [(124_999, None), (125_000, AlarmLevel.RED)])
def test_a_fifth_under_the_peak_is_red(peak: int, level: AlarmLevel | None) -> None:
    assert look(at(100_000.0, memory={"peak": peak})).level is level


def test_an_unknown_net_liq_raises_nothing_and_is_listed() -> None:
    found = look(at(nan))
    assert found.level is None
    listed = {reading.rule for reading in found.readings if reading.observed is None}
    assert {"R-ALM-01", "R-ALM-05", "R-ALM-06"} <= listed


class Blind(Board):
    """A market without a mark for anything held."""

    def marks(self, legs: Legs, shock: Shock = Shock()) -> Marks:  # noqa: B008
        known = super().marks(legs, shock)
        return Marks(known.table * nan, known.spot * nan)


def test_margin_without_a_mark_is_unknown() -> None:
    now = board(minute=60.0)
    blind = Blind(**{name: getattr(now, name) for name in now.__slots__})
    looked = view(blind, campaigns("lt112 ES"), standing=standing(margin_share=0.96))
    reading = {r.rule: r for _, r in asked(looked, seen(Lately(), looked))}["R-ALM-04"]
    assert reading.observed is None


def test_the_loudest_names_the_alarm_and_comes_first() -> None:
    now = at(97_000.0, market={"vix_points": 31.0}, day={"vix_previous": 30.0})
    found = look(now)
    assert found.level is AlarmLevel.RED
    assert found.readings[0].name == "loss today (RED)"
    assert {"R-ALM-01", "R-ALM-02", "R-ALM-06"} <= rules(found)
