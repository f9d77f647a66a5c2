"""``tomking explain FILE``: which gates an order meets, and which it cannot be asked."""

from pathlib import Path
from typing import Any

import pytest

from tomking.app.main import main
from tomking.app.ticket.gates import BY_THE_VENUE, MANUAL, ROWS
from tomking.core.errors import Exit
from tomking.risk.gates.sanity import SANITY
from tomking.risk.judge import EXPOSURE
from worlds.tickets import CONDOR, LT112, SPREAD, answer, changed, refused, written

pytestmark = [pytest.mark.integration, pytest.mark.risk]

#: A put spread like the order's, on the same underlying and of the same day.
PUTS = [
    {"symbol": "SPY", "right": "P", "strike": strike, "expiry": "2026-07-17", "quantity": n,
     "price": price}
    for strike, n, price in ((575, -1, 5.4), (565, 1, 3.8))
]  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "empty"))
    return tmp_path


def asked(x: Any, here: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, bool]:
    """Whether the order passes, by the rule of each limit that was asked."""
    said = answer(["explain", written(here, x)], capsys)
    return {one["rule"]: one["passed"] for one in said["limits"]}


def unasked(x: Any, here: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The limits that were not asked, by what the file would have to say."""
    said = answer(["explain", written(here, x)], capsys)
    return {one["missing"]: " ".join(one["limits"]) for one in said["not_asked"]}


def on_days(*days: str) -> list[dict[str, Any]]:
    """The same spread once for each expiry."""
    return [{**leg, "expiry": day} for day in days for leg in PUTS]


@pytest.mark.rule("R-VIX-02", "R-BRK-09")
@pytest.mark.parametrize(
    ("vix", "ceiling", "manual"), [(35, True, True), (35.01, False, True), (50.01, False, False)]
)
def test_an_order_above_the_ceiling_of_vix_is_refused(
    vix: float, ceiling: bool, manual: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = changed(SPREAD, "vix", vix)
    found = asked(order, here, capsys)
    assert (found["R-VIX-02"], found["R-BRK-09"]) == (ceiling, manual)
    assert main(["explain", written(here, order)]) == (Exit.OK if ceiling else Exit.REFUSED)


@pytest.mark.rule("R-VIX-02", "R-BRK-09")
def test_without_vix_its_stage_is_not_asked_and_the_page_says_so(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = changed(SPREAD, "vix", ...)
    found = asked(order, here, capsys)
    assert not {"R-VIX-02", "R-BRK-09"} & set(found)
    assert unasked(order, here, capsys)["VIX"] == (
        "manual mode (R-BRK-09) age of VIX (R-VIX-03) VIX ceiling (R-VIX-02) "
        "rise of VIX (R-VIX-04) puts alone in a crisis (R-VIX-08)"
    )
    assert main(["explain", written(here, order)]) == Exit.OK
    page = capsys.readouterr().out
    assert "Within the 25 limits asked" in page
    assert "Not asked: manual mode (R-BRK-09), age of VIX (R-VIX-03), VIX ceiling" in page
    assert main(["explain", written(here, order), "--vix", "35.01"]) == Exit.REFUSED
    capsys.readouterr()
    refused(["explain", written(here, SPREAD), "--vix", "35"], "says that VIX is 17.5", capsys)
    refused(["explain", "lt112", "--vix", "35"], "--vix is for an order's file", capsys)


@pytest.mark.rule("R-EVT-01")
def test_an_order_on_the_day_of_a_fed_meeting_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(SPREAD, here, capsys)["R-EVT-01"]
    assert not asked(changed(SPREAD, "at", "2026-06-17T10:00"), here, capsys)["R-EVT-01"]


@pytest.mark.rule("R-EVT-01", "R-EVT-03")
def test_a_day_beyond_the_calendar_of_events_is_refused_for_the_calendar(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    far = changed(SPREAD, "at", "2027-06-04T10:00")
    for leg in (0, 1):
        far = changed(far, f"legs.{leg}.expiry", "2027-07-16")
    found = asked(far, here, capsys)
    assert not found["R-EVT-03"]
    assert "R-EVT-01" not in found
    assert asked(SPREAD, here, capsys)["R-EVT-03"]
    assert "a day the event calendar reaches" in unasked(far, here, capsys)


@pytest.mark.rule("R-COR-07")
def test_a_symbol_nobody_knows_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = changed(changed(SPREAD, "underlying.symbol", "ZZZQ"), "underlying.kind", "equity")
    assert asked(SPREAD, here, capsys)["R-COR-07"]
    found = asked(order, here, capsys)
    assert not found["R-COR-07"]
    assert "R-COR-01" not in found
    assert "a symbol whose group is known" in unasked(order, here, capsys)
    assert main(["explain", written(here, order)]) == Exit.REFUSED
    assert "product ZZZQ, unknown, must be known (R-COR-07)" in capsys.readouterr().out


@pytest.mark.rule("R-POS-03", "R-COR-01", "R-COR-02")
@pytest.mark.parametrize(
    ("days", "underlying", "group"),
    [
        (("2026-07-17",), True, True),
        (("2026-07-17", "2026-08-21"), False, True),
        (("2026-07-17", "2026-08-21", "2026-09-18"), False, False),
    ],
)
def test_campaigns_that_are_held_take_room(
    days: tuple[str, ...], underlying: bool, group: bool,
    here: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    found = asked(changed(SPREAD, "account.held", on_days(*days)), here, capsys)
    assert (found["R-POS-03"], found["R-COR-01"], found["R-COR-02"]) == (underlying, group, group)


@pytest.mark.rule("R-PRE-01", "R-PRE-07")
def test_a_crowd_on_equities_or_around_one_expiry_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = asked(changed(SPREAD, "account.held", on_days("2026-07-17")), here, capsys)
    assert (one["R-PRE-01"], one["R-PRE-07"]) == (True, True)
    two = asked(changed(SPREAD, "account.held", on_days("2026-07-17", "2026-07-20")), here, capsys)
    assert (two["R-PRE-01"], two["R-PRE-07"]) == (False, False)


@pytest.mark.rule("R-PRE-03")
@pytest.mark.parametrize(("count", "passes"), [(4, True), (5, False)])
def test_a_sixth_campaign_sold_for_a_credit_is_refused(
    count: int, passes: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = ("2026-06-18", "2026-07-17", "2026-08-21", "2026-09-18", "2026-10-16")[:count]
    found = asked(changed(SPREAD, "account.held", on_days(*days)), here, capsys)
    assert found["R-PRE-03"] is passes


@pytest.mark.rule("R-COR-04", "R-PRE-02")
def test_a_second_lt112_is_known_for_one_and_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apart = [
        {**leg, "symbol": "ES", "strike": leg["strike"] - 25} for leg in LT112["legs"]
    ]  # fmt: skip
    alone, second = (
        asked(changed(LT112, "account.held", held), here, capsys) for held in ([], apart)
    )
    assert (alone["R-COR-04"], alone["R-PRE-02"]) == (True, True)
    assert (second["R-COR-04"], second["R-PRE-02"]) == (False, False)


@pytest.mark.rule("R-COR-05")
def test_margin_of_the_group_counts_what_is_held_in_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(SPREAD, here, capsys)["R-COR-05"]
    assert not asked(changed(SPREAD, "order.units", 20), here, capsys)["R-COR-05"]


@pytest.mark.rule("R-POS-03")
def test_a_roll_does_not_count_the_campaign_it_rolls(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    legs = [
        {"right": "P", "strike": 575, "expiry": "2026-07-17", "quantity": 1, "price": 5.4},
        {"right": "P", "strike": 570, "expiry": "2026-07-17", "quantity": -1, "price": 4.55},
    ]
    held = on_days("2026-07-17", "2026-08-21")
    roll = changed(changed(SPREAD, "legs", legs), "order", {})
    assert asked(changed(roll, "account.held", held), here, capsys)["R-POS-03"]


@pytest.mark.rule("R-COR-01", "R-POS-03")
def test_without_an_account_nobody_counts_campaigns(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = changed(SPREAD, "account", ...)
    assert "R-POS-03" in unasked(order, here, capsys)["what is held"]
    assert "R-COR-05" in asked(order, here, capsys)


@pytest.mark.rule("R-EVT-02", "R-EVT-06")
@pytest.mark.parametrize(
    ("at", "session", "left"),
    [
        ("2026-06-05T10:30", True, True),
        ("2026-06-05", False, True),  # the expiry is far: any time of the day will do
        ("2026-07-17", False, False),
        ("2026-07-17T10:30", True, True),
    ],
)
def test_a_date_without_a_time_says_no_time(
    at: str, session: bool, left: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(changed(SPREAD, "at", at), here, capsys)
    assert ("R-EVT-02" in found, "R-EVT-06" in found) == (session, left)


@pytest.mark.rule("R-BRK-05", "R-BRK-07")
def test_a_drawdown_that_no_file_can_say_is_listed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "R-BRK-05" in unasked(SPREAD, here, capsys)["what the account did before"]
    assert asked(SPREAD, here, capsys)["R-BRK-07"]


def test_the_order_of_a_plan_that_sells_more_later_is_one_of_its_own(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answer(["explain", written(here, LT112), "--as", "lt112_hedge"], capsys)
    assert said["plan"] == "lt112_hedge"


#: The gates of an opening order that are asked of a file by another name, or of nobody's file at all.
OPENING = (*SANITY, *EXPOSURE)


def test_every_gate_of_an_opening_order_is_asked_of_a_file_or_listed_as_not_asked() -> None:
    rows = [row.gate for row in ROWS if row is not MANUAL]
    assert len(rows) == len(set(rows))
    assert {gate.__name__ for gate in OPENING} == {gate.__name__ for gate in (*rows, *BY_THE_VENUE)}
    assert rows == [gate for gate in OPENING if gate not in BY_THE_VENUE]


def test_a_gate_is_listed_under_the_rule_it_answers_with() -> None:
    for row in ROWS:
        if row is not MANUAL:
            assert row.name.rsplit("(", 1)[1].rstrip(")") in str(row.gate.__doc__), row.name


@pytest.mark.parametrize("order", [SPREAD, LT112, CONDOR], ids=["nobody's", "lt112", "friday"])
@pytest.mark.parametrize("left_out", ["vix", "account", "at", ""])
def test_what_is_not_asked_and_what_is_make_up_the_engines_gates(
    order: dict[str, Any], left_out: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = changed(order, left_out, ...) if left_out else order
    if left_out == "at":
        for n in range(len(order["legs"])):
            told = changed(told, f"legs.{n}.expiry", "2027-03-19")
    said = answer(["explain", written(here, told)], capsys)
    left = [
        name.rsplit("(", 1)[1].rstrip(")") for one in said["not_asked"] for name in one["limits"]
    ]
    met = [one["rule"] for one in said["limits"]]
    rules = [row.name.rsplit("(", 1)[1].rstrip(")") for row in ROWS]
    assert sorted((*left, *met)) == sorted((*rules, "R-BRK-05"))  # one governor of R-BRK-07


@pytest.mark.rule("R-PHA-04", "R-PHA-05", "R-STG-03", "R-POS-02", "R-POS-05")
def test_a_recognised_plan_is_asked_what_unlocks_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(LT112, here, capsys)
    unlocks = ("R-PHA-04", "R-PHA-05", "R-STG-03", "R-POS-02", "R-POS-05", "R-POS-06")
    assert [found[rule] for rule in unlocks] == [True] * 6
    assert {"R-EVT-07", "R-EVT-08", "R-VIX-07", "R-GRK-07", "R-MRG-07"} <= set(found)
    small = asked(changed(LT112, "account.net_liq", 41000), here, capsys)
    assert (small["R-PHA-04"], small["R-BRK-07"]) == (False, True)
    tiny = asked(changed(LT112, "account.net_liq", 25000), here, capsys)
    assert (tiny["R-PHA-04"], tiny["R-BRK-07"]) == (False, False)
    assert (
        main(["explain", written(here, changed(LT112, "account.net_liq", 41000))]) == Exit.REFUSED
    )


@pytest.mark.rule("R-STG-03", "R-BRK-07")
@pytest.mark.parametrize(
    ("stage", "opens", "strategy"), [(0, False, False), (1, True, False), (2, True, True)]
)
def test_the_stage_of_the_settings_unlocks_a_plan(
    stage: int, opens: bool, strategy: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "mine.toml").write_text(f"[limits]\nstage = {stage}\n")
    said = answer(["explain", written(here, LT112), "--config", "mine.toml"], capsys)
    found = {one["rule"]: one["passed"] for one in said["limits"]}
    assert (found["R-BRK-07"], found["R-STG-03"]) == (opens, strategy)


@pytest.mark.rule("R-EVT-02", "R-EVT-06")
def test_the_time_of_the_file_is_held_against_half_days_and_the_end_of_options(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(CONDOR, here, capsys)
    assert (found["R-EVT-02"], found["R-EVT-06"]) == (True, True)
    late = asked(changed(CONDOR, "at", "2026-06-05T15:45"), here, capsys)
    assert (late["R-EVT-02"], late["R-EVT-06"]) == (True, False)
    half = asked(changed(SPREAD, "at", "2025-11-28T11:31"), here, capsys)
    assert half["R-EVT-02"] is False
    assert asked(changed(SPREAD, "at", "2025-11-28T11:30"), here, capsys)["R-EVT-02"]


@pytest.mark.rule("R-EVT-07", "R-EVT-08", "R-VIX-07", "R-VIX-08", "R-POS-06")
def test_conditions_the_settings_put_on_a_strategy_are_asked_or_listed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "mine.toml").write_text(
        "[limits]\ncrisis_opens = 'puts'\n"
        "[limits.dte_min]\nlt112 = 130\n[limits.dte_max]\nlt112 = 100\n"
        "[limits.iv_percentile_min]\nlt112 = 0.5\n[limits.win_rate_min]\nlt112 = 0.6\n"
    )
    said = answer(["explain", written(here, LT112), "--config", "mine.toml"], capsys)
    found = {one["rule"]: one["passed"] for one in said["limits"]}
    assert (found["R-EVT-07"], found["R-EVT-08"], found["R-VIX-08"]) == (False, False, True)
    left = {one["missing"]: one["limits"] for one in said["not_asked"]}
    assert left["a year of its implied volatility"] == ["IV percentile (R-VIX-07)"]
    assert left["how the strategy's campaigns ended"] == ["share that won (R-POS-06)"]
