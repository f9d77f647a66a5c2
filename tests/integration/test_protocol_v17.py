"""The preset of documents 000, 001 and 003: their tables as printed, and what the engine decides."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tomking.core.order import Structure
from tomking.core.rung import AlarmLevel
from tomking.risk.alarms import Lately, alarm, seen
from tomking.risk.groups import group_of
from tomking.risk.progress import may_promote
from tomking.risk.sizing import sized
from tomking.risk.standing import phase_of
from tomking.risk.tally import Tally
from worlds.board import FRIDAY
from worlds.gates import standing
from worlds.presets import (
    NET_LIQ,
    asked_at,
    plan_of,
    said,
    settings,
    share_allowed,
    takes_margin,
    under,
)

pytestmark = [pytest.mark.integration, pytest.mark.risk]

V17 = "protocol-v17"
LIMITS = settings(V17).limits
GBP = LIMITS.usd_per_gbp

# 000, appendix; 001, risk management; 003, getMaxBPUsage: the same table three times.
VIX_BP = """
VIX < 13: 45% BP
VIX 13-18: 65% BP
VIX 18-25: 75% BP
VIX 25-30: 50% BP
VIX > 30: 80% BP (puts only)
"""
AT_THE_EDGES = [
    (12.99, 0.45), (13.0, 0.65), (17.99, 0.65), (18.0, 0.75), (24.99, 0.75), (25.0, 0.50),
    (29.99, 0.50), (30.0, 0.50), (30.01, 0.80), (34.9, 0.80),
]  # fmt: skip
# 000, account phases and the band of buying power of each.
PHASES = [
    (1, 30_000, 40_000, (0.45, 0.65)),
    (2, 40_000, 60_000, (0.50, 0.70)),
    (3, 60_000, 75_000, (0.55, 0.75)),
    (4, 75_000, None, (0.60, 0.80)),
]
# 000, gradual deployment (winners, positions, margin, capital); 001, timeline (weeks).
STAGES: list[tuple[Any, ...]] = [
    # stage, pounds, share, positions, strategies allowed, winners to leave it, weeks in it
    (1, 5_000, 0.30, 1, ("friday_0dte",), 5, 2),
    (2, 10_000, 0.40, 3, ("friday_0dte", "lt112"), 10, 2),
    (3, 20_000, 0.65, 5, ("friday_0dte", "lt112", "strangle", "ipmcc", "leap_ladder"), 20, 2),
    (4, 35_000, 0.80, None, ("friday_0dte", "lt112", "bear_trap", "butterfly_0dte", "diagonal"),
     None, None),
]  # fmt: skip
# 000, correlation groups (TLT stands there twice); 001 and 003: three positions each.
GROUPS = {
    "Equities": ("SPY", "QQQ", "IWM"),
    "Bonds": ("TLT", "TLT", "HYG"),
    "Commodities": ("GLD", "SLV", "USO"),
    "Currencies": ("FXE", "FXY", "UUP"),
}
MAX_PER_GROUP = 3
# 003, entryConditions.
ENTRY: dict[str, dict[str, Any]] = {
    "friday_0dte": {
        "minProbability": 0.88, "minIVPercentile": 30, "timeWindow": (1030, 1330), "dayOfWeek": 5,
        "maxBPUsage": 0.20,
    },
    "lt112": {
        "minProbability": 0.73, "minIVPercentile": 25, "minDTE": 35, "maxDTE": 50,
        "maxBPUsage": 0.30,
    },
}  # fmt: skip
# 003, emergencyLevels, of an account of 35,000 pounds.
EMERGENCY: dict[str, dict[str, float]] = {
    "YELLOW": {"dailyLoss": -250, "vixSpike": 30, "positionLoss": -100},
    "ORANGE": {"dailyLoss": -500, "vixSpike": 35, "flashMove": 0.015},
    "RED": {"dailyLoss": -1000, "marginCall": 0.95},
}
ACCOUNT_GBP = 35_000.0
PUT, CALL = "-1 5500 P", "-1 6500 C"


def calm(vix: float) -> dict[str, Any]:
    """A market at a VIX that has not jumped."""
    return {"market": {"vix_points": vix}, "day": {"vix_previous": vix}}


@pytest.mark.parametrize(("vix", "share"), AT_THE_EDGES)
def test_margin_up_to_the_band_of_vix_is_taken_and_a_dollar_more_refused(
    vix: float, share: float
) -> None:
    assert share_allowed(under(V17, **calm(vix))) == share
    most = round(share * ACCOUNT_GBP * GBP, 2)  # of what stage 4 trades with
    assert takes_margin(V17, most - 0.01, **calm(vix))
    assert not takes_margin(V17, most + 1.0, **calm(vix))


def test_the_table_is_read_as_it_is_printed() -> None:
    printed = [line.split(":") for line in VIX_BP.strip().splitlines()]
    shares = [int(part[1].split("%")[0]) / 100 for part in printed]
    assert shares == [0.45, 0.65, 0.75, 0.50, 0.80]
    assert [share for _, share in AT_THE_EDGES[::2]] == shares


@pytest.mark.parametrize(("vix", "call"), [(29.9, True), (30.0, True), (30.01, False)])
def test_above_thirty_only_puts_are_opened(vix: float, call: bool) -> None:
    assert said(V17, "R-VIX-08", asked={"legs": CALL}, **calm(vix)).passed is call
    assert said(V17, "R-VIX-08", asked={"legs": PUT}, **calm(vix)).passed


@pytest.mark.parametrize(("vix", "opens"), [(34.99, True), (35.0, True), (35.01, False)])
def test_nothing_is_opened_above_thirty_five(vix: float, opens: bool) -> None:
    assert said(V17, "R-VIX-02", **calm(vix)).passed is opens


@pytest.mark.parametrize(("vix", "opens"), [(23.99, True), (24.0, True), (24.01, False)])
def test_a_jump_of_vix_by_more_than_half_stops_and_proposes_to_reduce(
    vix: float, opens: bool
) -> None:
    scenery: dict[str, Any] = {"market": {"vix_points": vix}, "day": {"vix_previous": 16.0}}
    assert said(V17, "R-VIX-04", **scenery).passed is opens
    found = raised(**scenery)
    assert found is (None if opens else AlarmLevel.ORANGE)


def edges() -> Iterator[tuple[float, int]]:
    """Every floor in pounds and the phase below it and from it on."""
    for number, floor, ceiling, _ in PHASES:
        yield floor - 0.01, number - 1
        yield float(floor), number
        if ceiling:
            yield ceiling - 0.01, number
    yield 1e6, 4


@pytest.mark.parametrize(("pounds", "phase"), list(edges()))
def test_an_account_is_in_the_phase_of_its_pounds(pounds: float, phase: int) -> None:
    assert phase_of(pounds * GBP + 1e-6, LIMITS) == phase


@pytest.mark.parametrize(("phase", "most"), [(n, band[1]) for n, _, _, band in PHASES])
def test_the_upper_end_of_a_phases_band_binds_where_vix_allows_more(
    phase: int, most: float
) -> None:
    memory: dict[str, Any] = {"memory": {"phase": phase}}
    assert share_allowed(under(V17, **calm(20.0), **memory)) == min(0.75, most)
    assert share_allowed(under(V17, **calm(31.0), **memory)) == most


@pytest.mark.parametrize(("stage", "pounds", "share"), [row[:3] for row in STAGES])
def test_a_stage_trades_its_pounds_and_its_share(stage: int, pounds: int, share: float) -> None:
    most = min(share, 0.75) * pounds * GBP  # at a VIX of 20
    assert takes_margin(V17, round(most, 2) - 0.01, stage=stage, **calm(20.0))
    assert not takes_margin(V17, round(most, 2) + 1.0, stage=stage, **calm(20.0))
    bound = said(V17, "R-MRG-01", stage=stage, **calm(20.0)).name
    assert ("stage" in bound) is (share < 0.75)


@pytest.mark.parametrize(("stage", "most"), [(row[0], row[3]) for row in STAGES if row[3]])
def test_a_stage_is_full_with_its_positions(stage: int, most: int) -> None:
    held = tuple(f"x{n} SPX" for n in range(most))
    assert said(V17, "R-POS-01", stage=stage, book=held[1:]).passed
    assert not said(V17, "R-POS-01", stage=stage, book=held).passed


EVERY = ("friday_0dte", "lt112", "strangle", "ipmcc", "leap_ladder", "bear_trap", "diagonal")


@pytest.mark.parametrize(("stage", "allowed"), [(row[0], row[4]) for row in STAGES])
@pytest.mark.parametrize("name", EVERY)
def test_a_stage_trades_its_strategies(stage: int, allowed: tuple[str, ...], name: str) -> None:
    wanted = stage == 4 or name in allowed
    assert said(V17, "R-STG-03", stage=stage, asked={"strategy": name}).passed is wanted


@pytest.mark.parametrize(("stage", "wins", "weeks"), [(row[0], *row[5:]) for row in STAGES[:3]])
def test_a_stage_is_left_with_its_winners_and_after_its_weeks(
    stage: int, wins: int, weeks: int
) -> None:
    since = date(2025, 9, 1)
    in_time = since + timedelta(weeks=weeks)
    assert passes(stage + 1, wins, since, in_time)
    assert not passes(stage + 1, wins - 1, since, in_time)
    assert not passes(stage + 1, wins, since, in_time - timedelta(days=1))


def passes(stage: int, wins: int, since: date, today: date) -> bool:
    """Whether a person may sign for a stage."""
    return all(seen_.passed for seen_ in may_promote(stage, wins, since, today, LIMITS))


@pytest.mark.parametrize(
    ("group", "symbol"), [(group, symbol) for group, row in GROUPS.items() for symbol in row]
)
def test_every_symbol_stands_in_its_group(group: str, symbol: str) -> None:
    assert group_of(symbol, LIMITS.groups) == group.upper()


@pytest.mark.parametrize(
    ("held", "wanted", "opens"),
    [
        (("a SPY", "b QQQ"), "IWM", True),
        (("a SPY", "b QQQ", "c IWM"), "SPY", False),
        (("a SPY", "b QQQ", "c IWM"), "ES", False),  # a future of the same index
        (("a SPY", "b QQQ", "c IWM"), "TLT", True),
        (("a TLT", "b TLT"), "ZB", True),
        (("a TLT", "b ZB", "c ZN"), "TLT", False),
        (("a GLD", "b SLV"), "CL", True),
        (("a GLD", "b SLV", "c CL"), "GC", False),
        (("a 6E", "b 6B", "c 6A"), "6E", False),
        ((), "VIX", False),  # in no group: unknown
    ],
)
def test_a_group_holds_three_whatever_vix_is(
    held: tuple[str, ...], wanted: str, opens: bool
) -> None:
    for vix in (16.0, 34.0):
        asked = {"root": wanted, "strategy": "x"}
        scenery: dict[str, Any] = {"book": held, "asked": asked, **calm(vix)}
        room = said(V17, "R-COR-01", **scenery).passed and said(V17, "R-COR-02", **scenery).passed
        known = said(V17, "R-COR-07", **scenery).passed
        assert (room and known) is opens


@pytest.mark.parametrize("name", sorted(ENTRY))
def test_one_trade_needs_no_more_than_its_share_of_buying_power(name: str) -> None:
    most = ENTRY[name]["maxBPUsage"] * ACCOUNT_GBP * GBP
    for more, fits in ((-0.01, True), (1.0, False)):
        asked = {"strategy": name, "dry_run": (0.0, 0.0, round(most, 2) + more)}
        assert said(V17, "R-MRG-03", asked=asked).passed is fits


@pytest.mark.parametrize(
    ("name", "wins", "losses", "opens"),
    [
        ("friday_0dte", 88, 12, True), ("friday_0dte", 87, 13, False),
        ("lt112", 73, 27, True), ("lt112", 72, 28, False),
        ("strangle", 72, 28, True), ("strangle", 71, 29, False),
        ("friday_0dte", 9, 10, True),  # nineteen closed: not asked
        ("friday_0dte", 10, 10, False),
    ],
)  # fmt: skip
def test_win_probabilities_are_asked_of_what_has_been_closed(
    name: str, wins: int, losses: int, opens: bool
) -> None:
    memory = {"tallies": ((name, Tally(wins, losses)),)}
    reading = said(V17, "R-POS-06", memory=memory, asked={"strategy": name})
    assert reading.passed is opens
    assert ("not asked" in reading.name) is (wins + losses < 20)


@pytest.mark.parametrize(
    ("name", "least"), [(n, row["minIVPercentile"]) for n, row in ENTRY.items()]
)
def test_options_must_be_dear_enough(name: str, least: int) -> None:
    for percentile, opens in ((least - 1, False), (least, True)):
        day = {"indicators": {"iv_percentile": percentile / 100}}
        assert said(V17, "R-VIX-07", day=day, asked={"strategy": name}).passed is opens


@pytest.mark.parametrize(("days", "opens"), [(34, False), (35, True), (50, True), (51, False)])
def test_an_lt112_has_35_to_50_days(days: int, opens: bool) -> None:
    on = FRIDAY - timedelta(days=days)
    far, near = (
        said(V17, rule, on=on, asked={"strategy": "lt112"}).passed
        for rule in ("R-EVT-07", "R-EVT-08")
    )
    assert (far and near) is opens
    plan = plan_of(V17, "lt112")
    assert plan.dte - plan.dte_within <= 35
    assert plan.dte + plan.dte_within >= 50


def test_fridays_are_asked_from_1030_to_1330() -> None:
    plan = plan_of(V17, "friday_0dte")
    minutes = asked_at(plan, FRIDAY)
    clock = [f"{9 + (30 + m) // 60}{(30 + m) % 60:02}" for m in (minutes[0], minutes[-1])]
    assert tuple(map(int, clock)) == ENTRY["friday_0dte"]["timeWindow"]
    others = [FRIDAY - timedelta(days=n) for n in range(1, 5)]
    assert [asked_at(plan, day) for day in others] == [()] * 4


def test_ten_automatic_entries_a_day() -> None:
    done = frozenset(f"x/{n}/open" for n in range(10))
    assert said(V17, "R-POS-04", memory={"done": frozenset(list(done)[:9])}).passed
    assert not said(V17, "R-POS-04", memory={"done": done}).passed


def test_two_positions_an_underlying() -> None:
    assert said(V17, "R-POS-03", book=("a ES",)).passed
    assert not said(V17, "R-POS-03", book=("a ES", "b MES")).passed


@pytest.mark.parametrize(("lost", "opens"), [(4999.99, True), (5000.0, False)])
def test_a_daily_loss_of_five_per_cent_stops(lost: float, opens: bool) -> None:
    assert said(V17, "R-BRK-01", net_liq=NET_LIQ - lost).passed is opens


@pytest.mark.parametrize(("share", "opens"), [(0.80, True), (0.8001, False)])
def test_margin_in_all_ends_at_eighty_per_cent(share: float, opens: bool) -> None:
    after = share * ACCOUNT_GBP * GBP
    assert said(V17, "R-MRG-02", asked={"dry_run": (0.0, after, 0.0)}).passed is opens


@pytest.mark.parametrize(("minute", "opens"), [(360.0, True), (360.5, False)])
def test_thirty_minutes_to_expiry_at_least(minute: float, opens: bool) -> None:
    assert said(V17, "R-EVT-06", minute=minute).passed is opens


def test_one_trade_loses_five_per_cent_at_most() -> None:
    """As many units as five per cent of the capital pays for, at the stop and at the worst."""
    seen_ = under(V17)
    capital = ACCOUNT_GBP * GBP
    wanted = structure(max_loss=10.0, stop_loss=8.0)
    rooms = {r.rule: r.observed for r in sized(wanted, seen_, "friday_0dte").readings}
    assert rooms["R-SIZ-02"] == int(0.05 * capital / 50.0)  # ten points of an MES
    assert rooms["R-SIZ-01"] == int(0.05 * capital / 40.0)


def structure(max_loss: float, stop_loss: float) -> Structure:
    """A narrow MES spread with a given loss in points."""
    plan = plan_of(V17, "friday_0dte")
    wanted = replace(plan, enter_when=(), take_when=()).enter(under(V17), "MES")
    assert isinstance(wanted, Structure)
    return replace(wanted, max_loss=max_loss, stop_loss=stop_loss)


def raised(**scenery: Any) -> AlarmLevel | None:
    """The loudest alarm of a scene."""
    now = under(V17, **scenery)
    return alarm(now, seen(Lately(), now)).level


@pytest.mark.parametrize(
    ("level", "pounds"), [(name, -row["dailyLoss"]) for name, row in EMERGENCY.items()]
)
def test_the_days_loss_raises_each_level_to_the_penny(level: str, pounds: float) -> None:
    start = ACCOUNT_GBP * GBP
    memory = standing_at(start)
    above = raised(net_liq=start - (pounds - 0.01) * GBP, memory=memory)
    at = raised(net_liq=start - (pounds + 0.01) * GBP, memory=memory)
    assert at is AlarmLevel[level]
    assert above is (None if level == "YELLOW" else AlarmLevel(AlarmLevel[level] - 1))


def standing_at(dollars: float) -> dict[str, Any]:
    """The baselines of an account that has been worth so much since yesterday."""
    known = standing(day_start=dollars, week_start=dollars, month_start=dollars, peak=dollars)
    return {
        name: getattr(known, name) for name in ("day_start", "week_start", "month_start", "peak")
    }


@pytest.mark.parametrize(
    ("vix", "level"), [(30.0, None), (30.01, "YELLOW"), (35.0, "YELLOW"), (35.01, "ORANGE")]
)
def test_vix_raises_its_levels(vix: float, level: str | None) -> None:
    assert raised(**calm(vix)) is (AlarmLevel[level] if level else None)


@pytest.mark.parametrize(("move", "level"), [(0.0149, None), (0.0151, AlarmLevel.ORANGE)])
def test_a_move_of_one_and_a_half_per_cent_in_a_quarter_of_an_hour_is_orange(
    move: float, level: AlarmLevel | None
) -> None:
    before = under(V17, market={"price": 6000.0}, minute=60.0)
    now = under(V17, market={"price": 6000.0 * (1.0 - move)}, minute=75.0)
    assert alarm(now, seen(seen(Lately(), before), now)).level is level
