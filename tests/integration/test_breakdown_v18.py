"""The preset of document 004: its tables as printed, and what the engine decides."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tomking.core.reading import Stage
from tomking.risk.groups import group_of
from tomking.risk.standing import phase_of
from worlds.board import FRIDAY, WEDNESDAY
from worlds.gates import SPREAD, answers
from worlds.orders import option
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

V18 = "breakdown-v18"
LIMITS = settings(V18).limits
#: "20 % buffer maintained", section 4.
BUFFER = 0.20

# Section 10, VIX regimes.
VIX_REGIMES = """
1. Ultra-Low (<12): Skip most trades
2. Low (12-15): 45% BP limit
3. Normal (15-20): 60% BP limit
4. Elevated (20-25): 70% BP limit
5. High (25-30): 80% BP limit
6. Extreme (>30): 50% BP, defensive only
"""
AT_THE_EDGES = [
    (11.99, 0.0), (12.0, 0.45), (14.99, 0.45), (15.0, 0.60), (19.99, 0.60), (20.0, 0.70),
    (24.99, 0.70), (25.0, 0.80), (30.0, 0.80), (30.01, 0.50), (45.0, 0.50),
]  # fmt: skip
# Section 10, position limits.
MAX_POSITIONS = {
    "0DTE": 2, "Futures_Strangle": 3, "LT112": 4, "IPMCC": 2, "LEAP_Ladders": 5, "TOTAL": 10,
}  # fmt: skip
NAMES = {
    "0DTE": "friday_0dte", "Futures_Strangle": "strangle", "LT112": "lt112", "IPMCC": "ipmcc",
    "LEAP_Ladders": "leap_ladder",
}  # fmt: skip
# Section 10, correlation groups.
GROUPS = {
    "A1": (("SPY", "QQQ", "IWM"), 0.30),
    "A2": (("DIA",), 0.20),
    "B": (("GLD", "TLT"), 0.20),
    "C": (("XLE", "XLF", "XLK"), 0.20),  # sectors
    "D": (("EEM", "EFA", "FXI"), 0.10),  # international
    "E": (("USO", "SLV", "CL"), 0.10),  # commodities
}
# Section 9, phase progression: dollars, strategies and products that are added.
PHASES = [
    (1, 40_000, ("friday_0dte",), ("SPY", "QQQ")),
    (2, 55_000, ("lt112", "strangle", "ipmcc", "leap_ladder"), ("IWM",)),
    (3, 75_000, ("bear_trap",), ("GLD", "TLT", "XLE")),
    (4, 95_000, (), ("SLV",)),
]
# Section 5, per $100k.
GREEKS = {"Delta": 100, "Gamma": 20, "Theta": -500, "Vega": 50}
LOSSES = {"R-BRK-01": 0.05, "R-BRK-02": 0.10, "R-BRK-03": 0.15}
# Section 2, the order of the stages.
STAGES = ("MARKET", "CORRELATION", "VIX", "PATTERN", "GREEKS", "MARGIN", "POSITION_LIMIT")


def calm(vix: float) -> dict[str, Any]:
    """A market at a VIX that has not jumped."""
    return {"market": {"vix_points": vix}, "day": {"vix_previous": vix}}


@pytest.mark.parametrize(("vix", "share"), AT_THE_EDGES)
def test_margin_up_to_the_regimes_limit_is_taken_and_a_dollar_more_refused(
    vix: float, share: float
) -> None:
    assert share_allowed(under(V18, **calm(vix))) == share
    most = round(share * NET_LIQ * (1.0 - BUFFER), 2)
    assert takes_margin(V18, most, **calm(vix))
    assert not takes_margin(V18, most + 1.0, **calm(vix))


def test_the_regimes_are_read_as_they_are_printed() -> None:
    printed = [line.split(":")[1] for line in VIX_REGIMES.strip().splitlines()]
    shares = [int(x.split("%")[0]) / 100 if "%" in x else 0.0 for x in printed]
    assert shares == [0.0, 0.45, 0.60, 0.70, 0.80, 0.50]
    assert list(dict.fromkeys(share for _, share in AT_THE_EDGES)) == shares


def test_whatever_the_phase_the_regime_binds() -> None:
    for phase in (1, 2, 3, 4):
        assert share_allowed(under(V18, **calm(27.0), memory={"phase": phase})) == 0.80


@pytest.mark.parametrize(("vix", "call"), [(30.0, True), (30.01, False)])
def test_above_thirty_it_is_defensive(vix: float, call: bool) -> None:
    assert said(V18, "R-VIX-08", asked={"legs": "-1 6500 C"}, **calm(vix)).passed is call
    assert said(V18, "R-VIX-08", asked={"legs": "-1 5500 P"}, **calm(vix)).passed
    assert said(V18, "R-VIX-02", **calm(vix)).passed


@pytest.mark.parametrize(("printed", "most"), list(MAX_POSITIONS.items())[:-1])
@pytest.mark.parametrize("phase", [2, 4])
def test_a_strategy_is_full_with_its_positions(printed: str, most: int, phase: int) -> None:
    name, memory = NAMES[printed], {"phase": phase}
    held = tuple(f"{name} SPX" for _ in range(most))
    rules = ("R-POS-02", "R-POS-03", "R-COR-01", "R-COR-02", "R-COR-04")
    asked = {"strategy": name, "root": "SPX"}
    one_less, full = (
        [said(V18, rule, book=book, asked=asked, memory=memory).passed for rule in rules]
        for book in (held[1:], held)
    )
    assert all(one_less)
    assert not full[0]
    assert all(full[1:])


def test_ten_positions_in_all_whatever_the_phase() -> None:
    held = tuple(f"x{n} SPX" for n in range(MAX_POSITIONS["TOTAL"]))
    for phase in (1, 4):
        memory = {"phase": phase}
        assert said(V18, "R-POS-01", book=held[1:], memory=memory).passed
        assert not said(V18, "R-POS-01", book=held, memory=memory).passed


@pytest.mark.parametrize(("group", "row"), list(GROUPS.items()))
def test_a_group_takes_its_share_of_the_portfolio(
    group: str, row: tuple[tuple[str, ...], float]
) -> None:
    symbols, share = row
    assert {group_of(symbol, LIMITS.groups) for symbol in symbols} == {group}
    traded = {"A1": "SPY", "B": "GLD", "C": "XLE", "E": "SLV"}.get(group)
    if traded:  # the others have no row in the table of products
        for more, fits in ((0.0, True), (1.0, False)):
            asked = {"root": traded, "dry_run": (0.0, share * NET_LIQ + more, 0.0)}
            assert said(V18, "R-COR-05", asked=asked).passed is fits


def test_groups_stand_apart_even_of_shares() -> None:
    """A1 and A2 each have a limit; nothing is said of both together."""
    held = tuple(f"x{n} SPX" for n in range(4))
    assert said(V18, "R-COR-02", book=held).passed
    assert said(V18, "R-COR-07", asked={"root": "6E"}).passed is False  # no group of currencies


@pytest.mark.parametrize(("phase", "floor"), [row[:2] for row in PHASES])
def test_an_account_is_in_the_phase_of_its_dollars(phase: int, floor: int) -> None:
    assert phase_of(floor, LIMITS) == phase
    assert phase_of(floor - 0.01, LIMITS) == phase - 1


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_strategies_and_products_come_with_their_phase(number: int) -> None:
    memory = {"phase": number}
    for phase, _, names, roots in PHASES:
        for name in names:
            reading = said(V18, "R-PHA-04", memory=memory, asked={"strategy": name})
            assert reading.passed is (number >= phase), name
        for root in roots:
            reading = said(V18, "R-PHA-05", memory=memory, asked={"root": root})
            assert reading.passed is (number >= phase), root
    assert said(V18, "R-PHA-05", memory=memory, asked={"root": "MES"}).passed
    for root in ("ES", "CL", "NQ"):
        asked = {"strategy": "strangle", "root": root}
        both = [said(V18, rule, memory=memory, asked=asked) for rule in ("R-PHA-04", "R-PHA-05")]
        assert all(reading.passed for reading in both) is (number >= 2), root


@pytest.mark.parametrize("sign", [1, -1])
def test_delta_of_the_book_in_spy_shares(sign: int) -> None:
    """A hundred SPY shares: an option of 100 shares and a delta of a half is fifty."""
    legs = "+1 6000 C" if sign > 0 else "+1 6100 P"
    two, four = (greek("R-GRK-01", legs, root="SPY", units=units) for units in (1, 4))
    assert two[0]
    assert not four[0]
    assert four[1] == GREEKS["Delta"]


def greek(rule: str, legs: str, **asked: Any) -> tuple[bool, float]:
    """Whether an order passes a Greek's gate, and the bound."""
    per_index = 0.1 if asked.get("root") == "SPY" else 1.0
    strikes = [part.strip().split()[1] for part in legs.split(",")]
    for strike in strikes:
        legs = legs.replace(strike, f"{float(strike) * per_index:g}")
    reading = said(V18, rule, asked={"legs": legs, "limit": "0.00", **asked})
    assert not isinstance(reading.bound, str)
    return reading.passed, reading.bound


@pytest.mark.parametrize(
    ("rule", "name", "few", "many"),
    [("R-GRK-02", "Gamma", 1, 400), ("R-GRK-04", "Vega", 1, 400), ("R-GRK-03", "Theta", 1, 400)],
)
def test_gamma_vega_and_theta_end_at_their_limits(
    rule: str, name: str, few: int, many: int
) -> None:
    legs = "+1 6040 C"
    small, large = (greek(rule, legs, root="SPY", units=units) for units in (few, many))
    assert small == (True, GREEKS[name])
    assert large == (False, GREEKS[name])


@pytest.mark.parametrize(("rule", "share"), list(LOSSES.items()))
def test_a_loss_of_exactly_its_limit_stops(rule: str, share: float) -> None:
    at = round(NET_LIQ * (1.0 - share), 2)
    assert not said(V18, rule, net_liq=at).passed
    assert said(V18, rule, net_liq=at + 0.01).passed


@pytest.mark.parametrize(("streak", "opens"), [(2, True), (3, False)])
def test_three_losses_in_a_row_stop(streak: int, opens: bool) -> None:
    assert said(V18, "R-BRK-04", memory={"streak": streak}).passed is opens


@pytest.mark.parametrize(("margin", "opens"), [(29_999.0, True), (30_000.0, False)])
def test_one_trade_needs_less_than_thirty_per_cent(margin: float, opens: bool) -> None:
    for name in NAMES.values():
        asked = {"strategy": name, "dry_run": (0.0, 0.0, margin)}
        assert said(V18, "R-MRG-03", asked=asked).passed is opens


@pytest.mark.parametrize(("margin", "opens"), [(80_000.0, True), (80_001.0, False)])
def test_margin_usage_ends_at_eighty_per_cent(margin: float, opens: bool) -> None:
    assert said(V18, "R-MRG-02", asked={"dry_run": (0.0, margin, 0.0)}).passed is opens


def test_a_spread_of_a_fifth_is_too_wide() -> None:
    short, wing = option("6090 C"), option("6120 C")
    for quotes, fits in (
        ({short: (4.45, 5.55), wing: (0.95, 1.0)}, True),
        ({short: (4.5, 5.5), wing: (0.9, 1.1)}, False),  # 1.2 of 6.0
    ):
        assert said(V18, "R-DAT-02", market={"quotes": quotes}).passed is fits


@pytest.mark.parametrize(("rsi", "opens"), [(50.0, True), (72.0, False)])
def test_a_pattern_score_below_65_is_refused_and_not_only_recorded(rsi: float, opens: bool) -> None:
    """Price above both averages: 66 at its calmest, less where RSI runs hot."""
    reading = said(V18, "R-PAT-01", day={"indicators": {"rsi": rsi}})
    assert reading.bound == 65.0
    assert reading.passed is opens


@pytest.mark.parametrize(("vix", "opens"), [(29.99, True), (30.0, False)])
def test_fridays_want_vix_below_thirty(vix: float, opens: bool) -> None:
    plan = plan_of(V18, "friday_0dte")
    seen = under(V18, **calm(vix))
    (rule,) = [rule for rule in plan.enter_when if type(rule).__name__ == "VixBelow"]
    assert rule(seen, "ES").passed is opens  # type: ignore[operator]  # an entry rule


@pytest.mark.parametrize(
    ("name", "day", "minute"),
    [
        ("friday_0dte", FRIDAY, 60),  # Fridays 10:30
        ("leap_ladder", FRIDAY + timedelta(days=3), 30),  # Mondays 10:00
        ("lt112", WEDNESDAY, None),  # the first Wednesday
        ("ipmcc", WEDNESDAY, None),
    ],
)
def test_strategies_are_asked_on_their_day(name: str, day: date, minute: int | None) -> None:
    plan = plan_of(V18, name)
    minutes = asked_at(plan, day)
    assert minutes
    assert minute is None or minutes[0] == minute
    assert not asked_at(plan, day + timedelta(days=1))
    if minute is None:
        assert not asked_at(plan, day + timedelta(days=7))  # the second of the month


def test_an_lt112_has_120_days() -> None:
    assert plan_of(V18, "lt112").dte == 120
    assert settings(V18).capital == 44_500


def test_the_stages_are_asked_in_the_order_of_the_document() -> None:
    asked = [reading.stage for reading in answers(under(V18), legs=SPREAD).values()]
    seen = tuple(dict.fromkeys(stage for stage in Stage if stage in asked))
    assert seen == (Stage.DATA, *(Stage[name] for name in STAGES))


def test_nothing_else_of_the_default_takes_back_what_the_document_says() -> None:
    """A fourth LT112 beside three is not refused for its number, which by default it would be."""
    held = ("lt112 ES", "lt112 MES", "lt112 ES")
    counts = ("R-POS-01", "R-POS-02", "R-POS-03", "R-COR-01", "R-COR-02", "R-COR-04")
    read = answers(under(V18, book=held), strategy="lt112")
    assert all(read[rule].passed for rule in counts)
    default = answers(
        replace(under(V18, book=held), limits=settings("default").limits), strategy="lt112"
    )
    assert not all(default[rule].passed for rule in counts)
