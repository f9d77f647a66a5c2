"""The bounds gates take from the sheet: by strategy, phase, stage, group, and where nothing is named."""

from math import inf, nan
from typing import Any

import pytest

from tomking.core.rung import Rung
from tomking.risk.caps import NO_EVENTS, Cap, allowance, event_day, ladder, operator, phase, stage
from tomking.risk.limits import Limits, at_level, named
from tomking.risk.rungs import BY_ALARM, KillLadder
from tomking.risk.sizing import margin_in_use
from worlds.gates import answers, scene

pytestmark = [pytest.mark.unit, pytest.mark.risk]

#: What a strategy gets that the sheet does not name, such as one's own.
UNNAMED = [
    ("R-PHA-04", 1.0), ("R-PHA-05", 0.0), ("R-STG-03", 3.0), ("R-POS-02", 1.0), ("R-POS-05", inf),
    ("R-MRG-03", 0.30), ("R-MRG-07", inf), ("R-GRK-07", inf), ("R-EVT-07", 0.0), ("R-EVT-08", inf),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "bound"),
    [pytest.param(*row, id=row[0], marks=pytest.mark.rule(row[0])) for row in UNNAMED],
)
def test_a_strategy_the_sheet_does_not_name_gets_the_usual(rule: str, bound: float) -> None:
    assert answers(scene(), strategy="my_own")[rule].bound == bound


@pytest.mark.rule("R-STG-03")
@pytest.mark.parametrize(("strategy", "least"), Limits().stage_by_strategy)
def test_a_strategy_waits_for_its_stage(strategy: str, least: int) -> None:
    for number in range(5):
        reading = answers(scene(limits={"stage": number}), strategy=strategy)["R-STG-03"]
        assert reading.passed is (number >= least)


@pytest.mark.rule("R-POS-05")
@pytest.mark.parametrize(
    ("strategy", "most"),
    [
        ("strangle", (0, 1, 3, 4, 5)), ("ipmcc", (0, 1, 2, 3, 4)),
        ("leap_ladder", (0, 0, 2, 3, 10)), ("put_ratio", (0, 0, 2, 4, 5)),
        ("butterfly_0dte", (0, 0, 0, 2, 4)), ("diagonal", (0, 0, 0, 2, 4)),
    ],
)  # fmt: skip
def test_a_phase_bounds_the_campaigns_of_a_strategy(strategy: str, most: tuple[int, ...]) -> None:
    for number, bound in enumerate(most):
        seen = scene(memory={"phase": number})
        assert answers(seen, strategy=strategy)["R-POS-05"].bound == bound


@pytest.mark.rule("R-COR-01")
@pytest.mark.parametrize(
    ("limits", "vix", "bound"),
    [
        ({}, 16.0, 2.0), ({}, 30.01, 1.0),
        ({"group_max": ()}, 16.0, 0.0),  # a group nobody has given room has none
        ({"group_max": (("A1", 1),)}, 31.0, 0.0), ({"group_max": (("A1", 0),)}, 31.0, 0.0),
        ({"group_max_by_phase": (("A1", ((1, 1), (4, 5))),)}, 16.0, 1.0),
        ({"group_max_by_phase": (("A1", ((1, 5),)),)}, 16.0, 2.0),  # the lower of the two
        ({"group_max_by_phase": (("A1", ((4, 5),)),)}, 16.0, 0.0),  # the phase is below its rows
        ({"group_max_by_phase": (("B1", ((1, 0),)),)}, 16.0, 2.0),
        ({"group_reserve": (("A1", "lt112", 1),)}, 16.0, 1.0),
        ({"group_reserve": (("A1", "lt112", 3),)}, 16.0, 0.0),
        ({"group_reserve": (("A2", "lt112", 1),)}, 16.0, 2.0),
        ({"group_reserve": (("A1", "lt112", 1), ("A1", "strangle", 1))}, 16.0, 0.0),
    ],
)  # fmt: skip
def test_a_groups_bound_is_its_limit_less_what_is_kept_for_others(
    limits: dict[str, Any], vix: float, bound: float
) -> None:
    seen = scene(limits=limits, market={"vix_points": vix}, memory={"phase": 3})
    assert answers(seen)["R-COR-01"].bound == bound


@pytest.mark.rule("R-COR-03")
def test_a_slot_that_is_kept_and_taken_is_not_kept_again() -> None:
    limits = {"group_reserve": (("A1", "lt112", 2),), "group_max": (("A1", 5),)}
    bounds = [
        answers(scene(book=("lt112 ES",) * held, limits=limits))["R-COR-01"].bound
        for held in range(4)
    ]
    assert bounds == [3.0, 4.0, 5.0, 5.0]


@pytest.mark.rule("R-COR-05")
@pytest.mark.parametrize(
    ("root", "limits", "bound"),
    [
        ("ES", {}, 0.30), ("SPY", {}, 0.30), ("GC", {}, 0.20), ("CL", {}, 0.20),
        ("CL", {"group_margin_max": (("C1", 0.10),)}, 0.10),
        ("CL", {"group_margin_max": (("C1", 0.50),)}, 0.20),  # the lower of the two
        ("ES", {"group_margin_max": (("C1", 0.10),)}, 0.30),
    ],
)  # fmt: skip
def test_a_groups_margin_is_bounded_by_what_it_is(
    root: str, limits: dict[str, Any], bound: float
) -> None:
    assert answers(scene(limits=limits), root=root)["R-COR-05"].bound == bound


@pytest.mark.rule("R-COR-05")
def test_what_is_held_elsewhere_is_taken_off_a_groups_margin() -> None:
    apart = {"groups": (("A1", ("ES", "MES")), ("X", ("SPY",))), "equity_groups": ("A1",)}
    seen, together = (scene(book=("x ES", "x SPY"), limits=limits) for limits in (apart, {}))
    held = margin_in_use(seen, {"SPY"})
    assert 0.0 < held < margin_in_use(seen)
    dry_run = (0.0, held + 12_000.0, 0.0)
    assert answers(seen, dry_run=dry_run)["R-COR-05"].observed == pytest.approx(0.12)
    whole = answers(together, dry_run=dry_run)["R-COR-05"].observed
    assert whole == pytest.approx((held + 12_000.0) / 100_000.0)


@pytest.mark.rule("R-EVT-02")
@pytest.mark.parametrize(("minute", "passes"), [(389.0, True), (390.0, True), (390.1, False)])
def test_on_a_whole_day_entries_end_with_the_session(minute: float, passes: bool) -> None:
    reading = answers(scene(minute=minute))["R-EVT-02"]
    assert (reading.bound, reading.passed) == (390.0, passes)


@pytest.mark.rule("R-PHA-03")
@pytest.mark.parametrize(
    ("number", "share", "most", "opens"),
    [(0, 0.0, 0, False), (1, 0.50, 3, True), (2, 0.65, 5, True), (3, 0.75, 7, True),
     (4, 0.80, 10, True)],
)  # fmt: skip
def test_a_phase_caps_margin_and_campaigns(
    number: int, share: float, most: int, opens: bool
) -> None:
    assert phase(number, Limits()) == Cap(f"phase {number}", share, most, 1.0, opens)


@pytest.mark.rule("R-STG-01")
@pytest.mark.parametrize(
    ("number", "share", "most", "opens"),
    [(0, 0.0, 0, False), (1, 0.30, 1, True), (2, 0.40, 3, True), (3, 0.65, 5, True),
     (4, 0.80, 10, True), (-1, 0.0, 0, False)],
)  # fmt: skip
def test_a_stage_caps_margin_and_campaigns(
    number: int, share: float, most: int, opens: bool
) -> None:
    assert stage(number, Limits()) == Cap(f"stage {number}", share, most, 1.0, opens)


def test_a_governor_that_says_nothing_caps_nothing() -> None:
    assert Cap("x") == Cap("x", 1.0, 99, 1.0, may_open=True)
    assert operator(frozenset()) == Cap("reasons none")
    assert not operator(frozenset({"a"})).may_open


@pytest.mark.rule("R-SIZ-09")
@pytest.mark.parametrize(
    ("blocked", "factor"),
    [
        ({}, 1.0),
        ({"NFP": "08:30"}, 0.5),
        ({"unknown": "x"}, 1.0),
        ({"unknown": "x", "CPI": ""}, 0.5),
    ],
)
def test_an_event_day_halves_the_size_where_that_is_asked(
    blocked: dict[str, str], factor: float
) -> None:
    assert event_day(blocked, Limits(event_size_factor=0.5)).size_factor == factor
    assert event_day(blocked or NO_EVENTS, Limits()).size_factor == 1.0


@pytest.mark.rule("R-RNG-03")
@pytest.mark.parametrize(
    ("rung", "by", "share"),
    [
        (Rung.NORMAL, BY_ALARM, 1.0), (Rung.NO_ENTRY, BY_ALARM, 1.0), (Rung.CLOSE_ONLY, "me", 1.0),
        (Rung.CLOSE_ONLY, BY_ALARM, 0.52), (Rung.REDUCE, BY_ALARM, 0.52),
        (Rung.LOCKED, BY_ALARM, 0.52),
    ],
)  # fmt: skip
def test_after_an_orange_alarm_four_fifths_of_what_binds_are_left(
    rung: Rung, by: str, share: float
) -> None:
    cap = ladder(KillLadder(rung, by), 0.65, Limits())
    assert cap.bp_share_max == pytest.approx(share)
    assert (cap.positions_max, cap.size_factor, cap.may_open) == (99, 1.0, True)


@pytest.mark.rule("R-BRK-07")
def test_the_least_of_each_figure_binds_and_sizes_multiply() -> None:
    given = (Cap("a", 0.5, 7, 0.5), Cap("b", 0.6, 3, 0.5), Cap("c", may_open=False))
    found = allowance(given)
    assert (found.bp_share_max, found.bp_bound_by) == (0.5, "a")
    assert (found.positions_max, found.positions_bound_by) == (3, "b")
    assert (found.size_factor, found.may_open) == (0.25, False)
    assert allowance(given[:2]).may_open


@pytest.mark.parametrize(
    ("level", "figure"),
    [(0, 9.0), (0.99, 9.0), (1, 0.5), (1.99, 0.5), (2, 0.7), (50, 0.7), (nan, 9.0)],
)
def test_a_level_takes_the_highest_row_that_does_not_stand_above_it(
    level: float, figure: float
) -> None:
    assert at_level(((1, 0.5), (2, 0.7)), level, 9.0) == figure
    assert at_level((), level, 9.0) == 9.0
    assert named((("a", 1.0), ("b", 2.0)), "b", 9.0) == 2.0
    assert named((("a", 1.0),), "b", 9.0) == 9.0
