"""A variant meets the limits of what it is a variant of, and is counted with it."""

from dataclasses import replace
from typing import Any

import pytest

from tomking.core.order import Structure
from tomking.portfolio.columns import columns
from tomking.risk.groups import Groups
from tomking.risk.kin import counted, row_name
from tomking.risk.limits import Limits
from tomking.risk.sizing import margin_of, margin_of_strategy, rooms
from tomking.risk.view import View
from tomking.strategies.lt112 import LT112
from worlds.board import WEDNESDAY, board, day_of
from worlds.gates import AHEAD, answers, scene, standing
from worlds.orders import order, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

KINDS: Groups = (("plan", ("plan_small",)),)

#: rule, what stands in the book, the order, whether it passes; the phase is 1.
PHASES: list[tuple[str, str, str, int, bool]] = [
    ("R-PHA-04", "strangle_gc", "GC", 1, False),
    ("R-PHA-05", "strangle_gc", "GC", 2, False),
    ("R-PHA-05", "strangle_gc", "GC", 3, True),
    ("R-PHA-05", "strangle_gc", "SI", 3, False),  # a strangle on silver waits for phase 4
    ("R-PHA-05", "strangle_gc", "SI", 4, True),
    ("R-PHA-05", "strangle_cl", "NQ", 3, False),
    ("R-PHA-05", "own", "NQ", 1, True),
    ("R-PHA-05", "leap_protect", "QQQ", 3, False),
]


@pytest.mark.rule("R-POS-08")
def test_a_row_is_ones_own_before_it_is_ones_kinds_and_else_there_is_none() -> None:
    assert row_name("plan_small", ("plan",), KINDS) == "plan"
    assert row_name("plan_small", ("plan", "plan_small"), KINDS) == "plan_small"
    assert row_name("plan_small", (), KINDS) == "plan_small"
    assert row_name("plan", ("plan_small",), KINDS) == "plan"
    assert row_name("own", ("plan",), KINDS) == "own"


@pytest.mark.rule("R-POS-08")
def test_who_shares_a_row_is_counted_in_it_together() -> None:
    held = ("plan", "plan_small", "own")
    assert counted("plan_small", held, ("plan",), KINDS) == 2
    assert counted("plan_small", held, ("plan", "plan_small"), KINDS) == 1
    assert counted("own", held, ("plan",), KINDS) == 1


@pytest.mark.rule("R-POS-08")
@pytest.mark.parametrize(("rule", "strategy", "root", "phase", "passes"), PHASES)
def test_a_variant_waits_for_the_phase_of_its_kind(
    rule: str, strategy: str, root: str, phase: int, passes: bool
) -> None:
    limits = {"phase_by_strategy": (("strangle", 2),)} if rule == "R-PHA-04" else {}
    asked = answers(scene(memory={"phase": phase}, limits=limits), strategy=strategy, root=root)
    assert asked[rule].passed is passes


#: rule, limits, the book, strategy and root of the order, the bound
COUNTS: list[tuple[str, dict[str, Any], tuple[str, ...], str, str, float, int]] = [
    ("R-POS-02", {}, ("strangle CL", "strangle_cl CL"), "strangle_gc", "GC", 3, 2),
    ("R-POS-02", {}, ("lt112 ES",), "lt112_xl", "ES", 4, 1),
    ("R-POS-02", {"positions_by_strategy": (("lt112", 4), ("lt112_xl", 1))}, ("lt112 ES",),
     "lt112_xl", "ES", 1, 0),
    ("R-POS-02", {}, ("friday_0dte ES",), "friday_0dte_broken", "ES", 2, 1),
    ("R-POS-02", {}, ("friday_0dte ES",), "friday_0dte_high_vix", "ES", 2, 1),
    ("R-POS-02", {}, ("friday_0dte_moved ES",), "friday_0dte_with_move", "ES", 2, 1),
    ("R-POS-02", {}, ("lt112_whole ES",), "lt112_hedge", "ES", 4, 1),
    ("R-POS-02", {}, ("ipmcc_month SPY",), "ipmcc_outside", "SPY", 2, 1),
    ("R-POS-02", {}, ("bear_trap SPY",), "bear_trap_eleven", "SPY", 1, 1),
    ("R-COR-04", {}, ("lt112 ES",), "lt112_twice", "MES", 1, 1),
    ("R-POS-02", {}, ("other ES",), "own", "ES", 1, 0),
    ("R-POS-05", {}, ("strangle CL",), "strangle_gc", "GC", 5, 1),
    ("R-COR-04", {}, ("lt112 ES",), "lt112_xl", "MES", 1, 1),
    ("R-COR-04", {}, ("lt112_xl ES",), "lt112", "MES", 1, 1),
]  # fmt: skip


@pytest.mark.rule("R-POS-08")
@pytest.mark.parametrize(("rule", "limits", "book", "strategy", "root", "bound", "held"), COUNTS)
def test_a_variant_is_counted_with_its_kind(
    rule: str, limits: dict[str, Any], book: tuple[str, ...], strategy: str, root: str,
    bound: float, held: int,
) -> None:  # fmt: skip
    reading = answers(scene(book=book, limits=limits), strategy=strategy, root=root)[rule]
    assert (reading.observed, reading.bound) == (held, bound)


@pytest.mark.rule("R-POS-08")
@pytest.mark.rule("R-PRE-02")
def test_no_variant_joins_its_kind_in_an_expiry() -> None:
    seen = scene(book=("lt112 ES",))
    for strategy, held in (("lt112_xl", 1), ("own", 0)):
        wanted = order("-1 5000 P", "2.00", strategy=strategy, expiry=AHEAD, campaign="new")
        assert answers(seen, wanted=wanted)["R-PRE-02"].observed == held


@pytest.mark.rule("R-POS-08")
@pytest.mark.rule("R-COR-03")
@pytest.mark.parametrize(
    ("book", "strategy", "bound"),
    [
        ((), "friday_0dte_broken", 2.0),  # the slot is kept for Fridays of whatever wings
        (("friday_0dte_broken ES",), "lt112", 2.0),
        (("other ES",), "lt112", 1.0),
    ],
)
def test_the_slot_kept_for_fridays_is_kept_for_its_variants(
    book: tuple[str, ...], strategy: str, bound: float
) -> None:
    assert answers(scene(book=book), strategy=strategy)["R-COR-01"].bound == bound


@pytest.mark.rule("R-POS-08")
@pytest.mark.rule("R-COR-08")
def test_a_book_of_covered_calls_is_one_slot_under_whatever_name() -> None:
    book = ("ipmcc QQQ", "ipmcc_qqq QQQ")
    assert answers(scene(book=book), root="MES")["R-COR-02"].observed == 1
    assert answers(scene(book=book), strategy="ipmcc_qqq", root="QQQ")["R-COR-01"].observed == 0


FLIES = ("butterfly_0dte", "butterfly", "iron_butterfly", "broken_wing")


@pytest.mark.rule("R-POS-05")
@pytest.mark.parametrize(("phase", "most"), [(2, 0), (3, 2), (4, 4)])
@pytest.mark.parametrize(
    ("family", "root"), [(FLIES, "SPX"), (("diagonal", "calendar"), "SPY")], ids=("flies", "across")
)
def test_butterflies_are_counted_together_and_so_are_calendars_and_diagonals(
    family: tuple[str, ...], root: str, phase: int, most: int
) -> None:
    for strategy in family:
        for held in (1, 2, 3, 4):
            book = tuple(f"{family[row % len(family)]} {root}" for row in range(held))
            seen = scene(book=book, memory={"phase": phase})
            reading = answers(seen, strategy=strategy, root=root)["R-POS-05"]
            assert (reading.observed, reading.bound) == (held, most)


#: rule, a table by strategy, the order's strategy, the bound
ROWS: list[tuple[str, str, str, float]] = [
    ("R-MRG-03", "bp_trade_by_strategy", "lt112", 0.11),
    ("R-MRG-07", "bp_by_strategy", "lt112", 0.11),
    ("R-GRK-07", "greeks_by_strategy", "lt112", 0.11),
    ("R-POS-06", "win_rate_min", "lt112", 0.0),
    ("R-EVT-07", "dte_min", "lt112", 0.11),
    ("R-EVT-08", "dte_max", "lt112", 0.11),
    ("R-VIX-07", "iv_percentile_min", "lt112", 0.11),
]


@pytest.mark.rule("R-POS-08")
@pytest.mark.parametrize(("rule", "table", "kind", "bound"), ROWS)
def test_every_table_by_strategy_knows_a_variant(
    rule: str, table: str, kind: str, bound: float
) -> None:
    seen = scene(limits={table: ((kind, 0.11),)})
    reading = answers(seen, strategy="lt112_xl")[rule]
    assert reading.bound == bound
    if rule == "R-POS-06":
        assert "not asked: 0 of" in reading.name


@pytest.mark.rule("R-MRG-07")
@pytest.mark.rule("R-POS-08")
def test_a_ladder_holds_by_its_maintenance_and_its_variants_rungs_too() -> None:
    """What is held is asked what holding it needs; opening asks more where shares stand beside."""
    limits = Limits(bp_by_strategy=(("leap_ladder", 0.5),))
    seen = scene(book=("leap_ladder ES", "leap_protect ES", "x ES"))
    seen = replace(seen, limits=limits)
    (one, two, _) = seen.book.positions.values()
    alone = columns([*one.held, *two.held])
    needed = margin_of(seen, alone, seen.market.marks(alone))
    assert margin_of_strategy(seen, "leap_protect") == needed > 0.0
    assert margin_of_strategy(seen, "leap_ladder") == needed


def phased(phase: int) -> View:
    """The first Wednesday of a rich account in some phase."""
    market = board(WEDNESDAY, 30.0, day=day_of(WEDNESDAY), price=6042.0, vol=0.2)
    memory = standing(phase=phase, peak=1e6, day_start=1e6, week_start=1e6, month_start=1e6)
    return view(market, standing=memory, limits=Limits(), cash="1000000")


def contracts(strategy: str, phase: int, rule: str, root: str = "ES") -> float:
    """Units that a table of contracts leaves to a strategy."""
    seen = phased(phase)
    wanted = replace(LT112, take_when=(), enter_when=()).enter(seen, root)
    assert isinstance(wanted, Structure)
    found = rooms(wanted, seen, strategy, whole=True)
    return next(room.units for room in found if room.rule == rule)


@pytest.mark.rule("R-POS-08")
@pytest.mark.rule("R-SIZ-03")
@pytest.mark.rule("R-SIZ-04")
def test_a_variant_has_the_contracts_of_its_kind_and_a_stranger_no_such_table() -> None:
    for variant in ("lt112_xl", "lt112_calendarised"):
        assert [contracts(variant, phase, "R-SIZ-04") for phase in (1, 2, 3, 4)] == [0, 0, 1, 3]
    assert contracts("friday_0dte_broken", 4, "R-SIZ-03") == 5
    assert contracts("own", 1, "R-SIZ-04") == float("inf")


@pytest.mark.rule("R-POS-02")
@pytest.mark.rule("R-MRG-03")
@pytest.mark.rule("R-STG-03")
def test_a_stranger_is_traded_once_from_stage_three_at_the_general_share() -> None:
    """What no table names meets the general figures, not none."""
    asked = answers(scene(limits={"stage": 2}), strategy="own")
    assert (asked["R-POS-02"].bound, asked["R-MRG-03"].bound) == (1, 0.30)
    assert not asked["R-STG-03"].passed
    assert answers(scene(limits={"stage": 3}), strategy="own")["R-STG-03"].passed


@pytest.mark.rule("R-STG-03")
def test_what_is_built_last_is_not_deployed_with_its_kind() -> None:
    for variant in ("lt112_xl", "lt112_calendarised"):
        assert answers(scene(), strategy=variant)["R-STG-03"].bound == 3
