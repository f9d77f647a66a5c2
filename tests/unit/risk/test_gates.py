"""Every gate below, at and above its bound, one row each; by rule id, as the ledger names them."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import nan
from typing import Any

import pytest

from tomking.core.facts import Sent
from tomking.core.venue import Code
from tomking.portfolio.book import apply, empty_book
from tomking.portfolio.preview import Refusal
from tomking.risk.case import open_case
from tomking.risk.gates.market import root_has_a_group
from tomking.risk.judge import EXPOSURE, SANITY, judge
from tomking.risk.verdict import Refused
from worlds.gates import SPREAD, answers, doubled, exit_of, held_spread, opener, scene
from worlds.orders import book_with, option, order, preview, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

HALF_DAY = date(2025, 11, 28)
SHORT, WING = option("6090 C"), option("6120 C")
ON_HALF_DAY = {"legs": "-1 6090 C, +1 6120 C"}
TEN_DONE = frozenset(f"x/{n}/open" for n in range(10))
#: Gains under stress, so that all of net liq is left.
LONG_PUT: dict[str, Any] = {"legs": "+1 6000 P", "limit": "0.00"}


def typed(short: tuple[float, float], wing: tuple[float, float] = (1.0, 1.0)) -> dict[str, Any]:
    """A market in which the two legs are quoted so."""
    return {"market": {"quotes": {SHORT: short, WING: wing}}}


#: rule -> rows of (scene, order, passes)
Row = tuple[dict[str, Any], dict[str, Any], bool]
TABLE: dict[str, list[Row]] = {
    "R-DAT-01": [
        ({"market": {"age_s": 29.0}}, {}, True),
        ({"market": {"age_s": 30.0}}, {}, True),
        ({"market": {"age_s": 31.0}}, {}, False),
        (typed((nan, nan)), {}, False),
    ],
    "R-DAT-02": [
        (typed((4.45, 5.55), (0.95, 1.0)), {}, True),  # 1.15 of 5.975
        (typed((4.5, 5.5), (0.9, 1.1)), {}, False),  # 1.2 of 6.0 is exactly a fifth
        (typed((4.4, 5.6), (0.9, 1.1)), {}, False),
        (typed((0.0, 0.0), (0.0, 0.0)), {}, False),
    ],
    "R-DAT-03": [({}, {}, True), (typed((nan, nan)), {}, False)],
    "R-DAT-04": [
        (typed((5.0, 5.05)), {}, True),
        (typed((5.0, 5.0)), {}, True),
        (typed((5.05, 5.0)), {}, False),
    ],
    "R-VEN-01": [({}, {"limit": "2.05"}, True), ({}, {"limit": "2.03"}, False)],
    "R-VEN-02": [
        (typed((5.0, 5.0)), {"limit": "1.05"}, True),  # mid 4.00, half of the legs' 6.00
        (typed((5.0, 5.0)), {"limit": "1.00"}, True),
        (typed((5.0, 5.0)), {"limit": "0.95"}, False),
        (typed((5.0, 5.0)), {"limit": "9.00"}, True),  # patient, not dangerous
        (typed((nan, nan)), {"limit": "4.00"}, False),
    ],
    "R-VEN-03": [
        ({}, {}, True),
        ({"minute": -1.0}, {}, False),
        ({"minute": 390.0}, {}, False),
        ({"minute": 361.0}, {}, False),  # sold to open in the last half hour of its day
        ({}, {"wanted": doubled(order(SPREAD, "2.00"))}, False),
    ],
    "R-VEN-04": [({}, {}, True)],
    "R-VEN-05": [
        ({"book": ("lt112 ES",)}, {}, True),
        ({"book": ("lt112 ES",)}, {"legs": "+1 4500 P", "limit": "-5.00"}, True),
    ],
    "R-VEN-06": [
        ({}, {}, True),
        ({"memory": {"reasons": frozenset({"day loss"})}}, {}, True),
        ({"memory": {"reasons": frozenset({"fuse"})}}, {}, False),
    ],
    "R-BRK-01": [
        ({"net_liq": 95_000.01}, {}, True),
        ({"net_liq": 95_000.0}, {}, False),
        ({"net_liq": 94_999.99}, {}, False),
        ({"memory": {"day_start": 0}}, {}, False),  # no baseline is no answer
        ({"net_liq": nan}, {}, False),
    ],
    "R-BRK-02": [
        ({"net_liq": 90_000.01}, {}, True),
        ({"net_liq": 90_000.0}, {}, False),
        ({"net_liq": 89_999.99}, {}, False),
        ({"net_liq": nan}, {}, False),
    ],
    "R-BRK-03": [
        ({"net_liq": 85_000.01}, {}, True),
        ({"net_liq": 85_000.0}, {}, False),
        ({"net_liq": 84_999.99}, {}, False),
        ({"net_liq": nan}, {}, False),
    ],
    "R-BRK-04": [
        ({"memory": {"streak": 2}}, {}, True),
        ({"memory": {"streak": 3}}, {}, False),
        ({"memory": {"streak": 4}}, {}, False),
    ],
    "R-BRK-07": [
        ({"net_liq": 85_000.01}, {}, True),
        ({"net_liq": 85_000.0}, {}, False),
        ({"net_liq": 84_999.99}, {}, False),
        ({"memory": {"phase": 0}}, {}, False),
        ({"limits": {"stage": 0}}, {}, False),
    ],
    "R-BRK-06": [({}, {}, True), ({"memory": {"reasons": frozenset({"operator"})}}, {}, False)],
    "R-EVT-01": [
        ({"day": {"blocked": {"NFP": "08:30"}}}, {}, True),
        ({"day": {"blocked": {"FOMC": "14:00"}}}, {}, False),
    ],
    "R-EVT-02": [
        ({"on": HALF_DAY, "minute": 119.0}, {}, True),
        ({"on": HALF_DAY, "minute": 120.0}, {}, True),
        ({"on": HALF_DAY, "minute": 121.0}, {}, False),
        ({"minute": 121.0}, {}, True),
    ],
    "R-EVT-03": [
        ({}, {}, True),
        ({"day": {"blocked": {"unknown": "CPI after 2026-12-10"}}}, {}, False),
    ],
    "R-POS-04": [
        ({"memory": {"done": frozenset(sorted(TEN_DONE)[:9])}}, {}, True),
        ({"memory": {"done": TEN_DONE}}, {}, False),
        ({"memory": {"done": TEN_DONE | {"y/open"}}}, {}, False),
    ],
    "R-COR-01": [
        ({"book": ("lt112 ES",)}, {}, True),
        ({"book": ("lt112 ES", "lt112 MES")}, {}, False),
        ({"book": ("lt112 ES", "lt112 ES", "lt112 ES")}, {}, False),
        ({"book": ("lt112 ES", "lt112 ES trap")}, {}, True),  # a left-over spread takes no slot
    ],
    "R-COR-02": [
        ({"book": ("x SPX", "x SPY")}, {}, True),
        ({"book": ("x SPX", "x SPY", "x SPX")}, {}, False),
        ({"book": ("x SPX", "x SPY", "x SPX", "x ES")}, {}, False),
    ],
    "R-COR-04": [
        ({"book": ("friday_0dte ES",)}, {"strategy": "lt112"}, True),
        ({"book": ("lt112 ES trap",)}, {"strategy": "lt112"}, True),
        ({"book": ("lt112 MES",)}, {"strategy": "lt112"}, False),
        ({"book": ("friday_0dte ES",)}, {"strategy": "friday_0dte"}, True),
    ],
    "R-COR-05": [
        ({}, {"dry_run": (0.0, 29_999.0, 0.0)}, True),
        ({}, {"dry_run": (0.0, 30_000.0, 0.0)}, True),
        ({}, {"dry_run": (0.0, 30_001.0, 0.0)}, False),
        ({"net_liq": 0.0}, {}, False),
    ],
    "R-COR-07": [({}, {}, True)],
    "R-VIX-02": [
        ({"market": {"vix_points": 34.99}}, {}, True),
        ({"market": {"vix_points": 35.0}}, {}, True),
        ({"market": {"vix_points": 35.01}}, {}, False),
        ({"market": {"vix_points": nan}}, {}, False),
    ],
    "R-VIX-03": [
        ({"market": {"vix_age_s": 299.0}}, {}, True),
        ({"market": {"vix_age_s": 300.0}}, {}, True),
        ({"market": {"vix_age_s": 301.0}}, {}, False),
    ],
    "R-VIX-04": [
        ({"market": {"vix_points": 23.9}}, {}, True),
        ({"market": {"vix_points": 24.0}}, {}, True),
        ({"market": {"vix_points": 24.1}}, {}, False),
    ],
    "R-PAT-01": [
        ({}, {}, True),
        ({"limits": {"pattern_mode": "enforce", "pattern_min": 60.0}}, {}, True),
        ({"limits": {"pattern_mode": "enforce", "pattern_min": 75.0}}, {}, False),
    ],
    "R-GRK-01": [
        ({}, {}, True),
        ({"limits": {"delta_share_max": 0.0}}, {}, False),
        ({}, {"legs": "+1 6040 C", "limit": "-20.00"}, False),  # $150,000 of delta
    ],
    "R-GRK-02": [
        ({}, {"root": "MES"}, True),
        ({}, {"units": 40}, False),
        ({"limits": {"gamma_share_max": 0.0}}, {}, False),
    ],
    "R-GRK-03": [
        ({}, {}, True),
        ({}, {"legs": "+4 6040 C", "limit": "-80.00"}, False),  # pays thousands a day
    ],
    "R-GRK-04": [
        ({}, {"root": "MES"}, True),
        ({"limits": {"vega_max_usd": 0.0}}, {}, False),
    ],
    "R-GRK-06": [
        ({}, {"root": "MES"}, True),
        ({}, {"units": 40}, False),
        ({"net_liq": 0.0}, {}, False),
    ],
    "R-MRG-01": [
        ({}, {"dry_run": (0.0, 51_999.0, 0.0)}, True),  # 65 % at VIX 16, less a fifth
        ({}, {"dry_run": (0.0, 52_000.0, 0.0)}, True),
        ({}, {"dry_run": (0.0, 52_001.0, 0.0)}, False),
        ({}, {"dry_run": (20_000.0, 52_001.0, 0.0)}, False),
    ],
    "R-MRG-02": [
        ({}, {"dry_run": (0.0, 79_999.0, 0.0)}, True),
        ({}, {"dry_run": (0.0, 80_000.0, 0.0)}, True),
        ({}, {"dry_run": (0.0, 80_001.0, 0.0)}, False),
        ({"net_liq": 0.0}, {}, False),
    ],
    "R-MRG-03": [
        ({}, {"dry_run": (0.0, 0.0, 19_999.0)}, True),
        ({}, {"dry_run": (0.0, 0.0, 20_000.0)}, True),
        ({}, {"dry_run": (0.0, 0.0, 20_001.0)}, False),
        ({}, {"strategy": "lt112", "dry_run": (0.0, 0.0, 30_000.0)}, True),
        ({}, {"strategy": "lt112", "dry_run": (0.0, 0.0, 30_001.0)}, False),
    ],
    "R-MRG-06": [
        ({}, {}, True),
        ({}, {"refused": (Refusal(Code.VALIDATION, "the market is closed"),)}, True),
        ({}, {"refused": (Refusal(Code.MARGIN, "600 dollars are missing"),)}, False),
    ],
    "R-STR-01": [
        ({}, {"root": "MES", "legs": "-1 5800 P", "limit": "0.00"}, True),
        ({}, {"legs": "-4 5800 P", "limit": "0.00"}, False),
        ({"net_liq": 0.0}, {}, False),
    ],
    "R-STR-02": [
        ({}, LONG_PUT | {"dry_run": (0.0, 39_999.0, 0.0)}, True),
        ({}, LONG_PUT | {"dry_run": (0.0, 40_000.0, 0.0)}, True),
        ({}, LONG_PUT | {"dry_run": (0.0, 40_001.0, 0.0)}, False),
        ({"net_liq": 0.0}, {}, False),
    ],
    "R-PHA-04": [
        ({"memory": {"phase": 1}}, {"strategy": "lt112"}, False),
        ({"memory": {"phase": 2}}, {"strategy": "lt112"}, True),
        ({"memory": {"phase": 3}}, {"strategy": "lt112"}, True),
        ({"memory": {"phase": 1}}, {"strategy": "friday_0dte"}, True),
    ],
    "R-POS-01": [
        ({"memory": {"phase": 1}, "book": ("a SPX", "b SPX")}, {}, True),
        ({"memory": {"phase": 1}, "book": ("a SPX", "b SPX", "c SPX")}, {}, False),
        ({"memory": {"phase": 1}, "book": ("a SPX", "b SPX", "c SPX", "d SPX")}, {}, False),
        ({"limits": {"stage": 1}, "book": ("a SPX",)}, {}, False),
    ],
    "R-POS-02": [
        ({"book": ("friday_0dte ES",)}, {}, True),
        ({"book": ("friday_0dte ES", "friday_0dte MES")}, {}, False),
        ({"book": ("friday_0dte ES", "friday_0dte MES", "friday_0dte ES")}, {}, False),
    ],
    "R-POS-03": [
        ({"book": ("lt112 ES",)}, {}, True),
        ({"book": ("lt112 ES", "lt112 MES")}, {}, False),
        ({"book": ("lt112 ES", "lt112 SPX", "lt112 SPY")}, {}, True),
    ],
}  # fmt: skip

ROWS = [
    pytest.param(rule, *row, id=f"{rule}-{number}", marks=pytest.mark.rule(rule))
    for rule, rows in TABLE.items()
    for number, row in enumerate(rows)
]


@pytest.mark.parametrize(("rule", "scenery", "asked", "passes"), ROWS)
def test_a_gate_measures_and_the_bound_decides(
    rule: str, scenery: dict[str, Any], asked: dict[str, Any], passes: bool
) -> None:
    reading = answers(scene(**scenery), **asked)[rule]
    assert reading.passed is passes, str(reading)


#: Gates whose refusal takes more than one row of the table; each has a test of its own below.
ELSEWHERE = {"R-VEN-04", "R-VEN-05", "R-COR-07"}


def test_the_table_shows_every_gate_passing_and_refusing() -> None:
    shown: dict[str, set[bool]] = defaultdict(set)
    for rule, rows in TABLE.items():
        shown[rule] |= {passes for _, _, passes in rows}
    asked = set(answers(scene()))
    assert len(asked) == len(SANITY + EXPOSURE)
    assert asked == set(TABLE)
    assert {rule for rule, seen in shown.items() if seen != {True, False}} == ELSEWHERE


@pytest.mark.rule("R-VEN-04")
@pytest.mark.parametrize(("units", "passes"), [(1, True), (2, True), (3, False)])
def test_a_closing_leg_takes_down_no_more_than_is_held(units: int, passes: bool) -> None:
    seen = scene(holding=held_spread(units=2))
    reading = answers(seen, wanted=exit_of(units=units))["R-VEN-04"]
    assert reading.passed is passes


@pytest.mark.rule("R-VEN-04")
def test_a_closing_order_for_a_position_that_is_gone_is_refused() -> None:
    assert not answers(scene(), wanted=exit_of())["R-VEN-04"].passed


@pytest.mark.rule("R-VEN-04")
def test_a_closing_leg_the_wrong_way_round_would_open_and_is_refused() -> None:
    seen = scene(holding=held_spread())
    wrong = exit_of()
    turned = replace(wrong, legs=tuple(replace(leg, quantity=-leg.quantity) for leg in wrong.legs))
    assert not answers(seen, wanted=turned)["R-VEN-04"].passed


@pytest.mark.rule("R-VEN-05")
def test_no_leg_may_open_against_what_is_held_or_working() -> None:
    mirrored = order("+1 6090 C, -1 6120 C", "-2.00", campaign="other")
    held = scene(holding=held_spread())
    assert not answers(held, wanted=mirrored)["R-VEN-05"].passed
    same_way = order(SPREAD, "2.00", campaign="other")
    assert answers(held, wanted=same_way)["R-VEN-05"].passed

    working = apply(empty_book(Decimal(100_000)), Sent(scene().market.at, opener()))
    assert not answers(scene(holding=working), wanted=mirrored)["R-VEN-05"].passed


@pytest.mark.rule("R-COR-07")
def test_a_root_without_a_group_is_refused() -> None:
    case = open_case(order(SPREAD), scene(), preview())
    legs = tuple(
        replace(leg, contract=replace(leg.contract, root="GLDX")) for leg in case.order.legs
    )
    stranger = replace(case, order=replace(case.order, legs=legs))
    assert not root_has_a_group(stranger).passed


@pytest.mark.rule("R-COR-07")
def test_an_order_in_an_unknown_root_is_a_refusal_and_no_crash() -> None:
    strange = order(SPREAD)
    legs = tuple(
        replace(leg, contract=replace(leg.contract, root="GLDX", future="")) for leg in strange.legs
    )
    verdict = judge(replace(strange, legs=legs), scene(), preview())
    assert isinstance(verdict, Refused)


@pytest.mark.rule("R-COR-03")
@pytest.mark.parametrize(
    ("book", "strategy", "passes"),
    [
        ((), "lt112", True),
        (("other ES",), "lt112", False),  # the second slot is kept for Friday
        (("other ES",), "friday_0dte", True),
        (("friday_0dte ES",), "lt112", True),  # it has taken its slot
        (("friday_0dte ES", "other ES"), "friday_0dte", False),
    ],
)
def test_a_slot_of_the_group_is_kept_for_fridays(
    book: tuple[str, ...], strategy: str, passes: bool
) -> None:
    assert answers(scene(book=book), strategy=strategy)["R-COR-01"].passed is passes


@pytest.mark.rule("R-COR-06")
@pytest.mark.parametrize(("vix", "bound"), [(30.0, 2.0), (30.01, 1.0)])
def test_above_vix_thirty_a_group_holds_one_less(vix: float, bound: float) -> None:
    reading = answers(scene(market={"vix_points": vix}))["R-COR-01"]
    assert reading.bound == bound
    one = answers(scene(market={"vix_points": vix}, book=("lt112 ES",)))["R-COR-01"]
    assert one.passed is (bound > 1.0)


@pytest.mark.rule("R-GRK-03")
def test_a_trade_that_makes_a_broken_theta_smaller_is_allowed() -> None:
    """Rulebook 16: a trade that reduces an already breached Greek is allowed."""
    at = scene().market

    payer = book_with(at.at, (order("+4 6000 C", "-80", strategy="x", campaign="x"), ("20.00",)))
    seen = replace(view(at, payer), net_liq=100_000.0)
    before = answers(seen, wanted=order("+1 6000 C", "-25.00", campaign="y"))["R-GRK-03"]
    assert not before.passed  # the floor is broken, and this would break it further
    sold = answers(seen, wanted=order("-1 6005 C", "15.00", campaign="y"))["R-GRK-03"]
    assert isinstance(sold.observed, float)
    assert isinstance(before.observed, float)
    assert sold.observed > before.observed
    assert sold.passed


@pytest.mark.rule("R-STR-01")
def test_a_book_that_gains_under_stress_lends_no_room_to_lose() -> None:
    """Holding puts that would earn half of net liq does not allow a trade to lose half of it."""
    at = scene().market

    puts = order("+4 5900 P", "-20", strategy="x", campaign="x")
    hedged = replace(view(at, book_with(at.at, (puts, ("5.00",)))), net_liq=100_000.0)
    case = open_case(order(SPREAD, "2.00"), hedged, preview())
    assert case.stress_before < -50_000.0
    reading = answers(hedged, legs=SPREAD)["R-STR-01"]
    assert reading.bound == pytest.approx(0.20)
