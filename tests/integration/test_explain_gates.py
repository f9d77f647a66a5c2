"""``tomking explain FILE``: which gates an order meets, and which it cannot be asked."""

from pathlib import Path
from typing import Any

import pytest

from tomking.app.main import main
from tomking.core.errors import Exit
from worlds.tickets import LT112, SPREAD, answer, changed, written

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
    assert unasked(order, here, capsys)["VIX"] == "VIX ceiling (R-VIX-02) manual mode (R-BRK-09)"
    assert main(["explain", written(here, order)]) == Exit.OK
    page = capsys.readouterr().out
    assert "Within the 25 limits asked" in page
    assert (
        "Not asked: VIX ceiling (R-VIX-02), manual mode (R-BRK-09) (the file does not say VIX)"
        in page
    )


@pytest.mark.rule("R-EVT-01")
def test_an_order_on_the_day_of_a_fed_meeting_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(SPREAD, here, capsys)["R-EVT-01"]
    assert not asked(changed(SPREAD, "at", "2026-06-17T10:00"), here, capsys)["R-EVT-01"]


@pytest.mark.rule("R-EVT-01")
def test_a_day_beyond_the_calendar_of_events_is_not_asked(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    far = changed(SPREAD, "at", "2027-06-04T10:00")
    for leg in (0, 1):
        far = changed(far, f"legs.{leg}.expiry", "2027-07-16")
    assert "R-EVT-01" not in asked(far, here, capsys)
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
