"""``tomking explain`` and the venue's margin: carried or refused, on the page, in JSON, as exit code."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.app.main import main
from tomking.core.errors import Exit
from worlds.tickets import SPREAD, answer, changed, written

pytestmark = [pytest.mark.integration, pytest.mark.rule("R-MRG-06")]

#: A call and a put far in the money, which have next to no delta together and no margin: worth 60,300,
#: lending nothing, and over too soon to cover what is sold.
DEEP = [
    {"symbol": "SPY", "right": right, "strike": strike, "expiry": "2026-06-19", "quantity": 1,
     "price": price}
    for right, strike, price in (("C", 300, 301.0), ("P", 900, 302.0))
]  # fmt: skip
IN_OPTIONS = Decimal(60_300)
#: Two spreads ten wide, sold for 360 with 4.52 of fees.
IMPACT = Decimal("1644.52")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "empty"))
    return tmp_path


def owning(free: Decimal, x: dict[str, Any] = SPREAD) -> dict[str, Any]:
    """The order for an account that owns those two, and so much beside them."""
    account = {"net_liq": float(IN_OPTIONS + free), "held": DEEP}
    return changed(x, "account", account)


def venue(said: Any) -> Any:
    """What the gate found."""
    (reading,) = [one for one in said["limits"] if one["rule"] == "R-MRG-06"]
    return reading


@pytest.mark.parametrize(
    ("short", "code"), [("0.00", Exit.OK), ("0.01", Exit.REFUSED), ("1000", Exit.REFUSED)]
)
def test_the_venue_carries_an_order_to_the_last_cent_that_is_free(
    short: str, code: Exit, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every other limit is far away, so the exit code is the venue's answer."""
    path = written(here, owning(IMPACT - Decimal(short)))
    said = answer(["explain", path], capsys)
    assert [one["rule"] for one in said["limits"] if not one["passed"]] == (
        [] if code is Exit.OK else ["R-MRG-06"]
    )
    assert said["objections"] == []
    assert main(["explain", path, "--json"]) == code


def test_a_refusal_says_what_is_missing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = answer(["explain", written(here, owning(IMPACT - 1000))], capsys)
    assert venue(said)["observed"] == (
        "margin_check_failed: buying power after the order: −$1,000, must be at least $0"
    )
    assert answer(["explain", written(here, owning(IMPACT))], capsys)
    assert -said["buying_power_change"] == IMPACT


@pytest.mark.parametrize(("code", "word"), [(Exit.OK, "Within the 28"), (Exit.REFUSED, "Over a")])
def test_the_page_says_it_first(
    code: Exit, word: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    free = IMPACT if code is Exit.OK else IMPACT - 1
    assert main(["explain", written(here, owning(free))]) == code
    page = capsys.readouterr().out
    assert word in page
    assert ("Over a limit: margin refused by the venue" in page) is (code is Exit.REFUSED)


@pytest.mark.parametrize(("net_liq", "carried"), [("1644.52", True), ("1644.51", False)])
def test_fees_and_the_whole_requirement_must_be_there_after_the_order(
    net_liq: str, carried: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two thousand and fees, of which the premium of 360 pays its part."""
    said = answer(
        ["explain", written(here, changed(SPREAD, "account.net_liq", float(net_liq)))], capsys
    )
    assert venue(said)["passed"] is carried


@pytest.mark.parametrize(("net_liq", "carried"), [(641.12, True), (641.11, False)])
def test_an_option_that_cannot_be_paid_for_is_refused_though_it_needs_no_margin(
    net_liq: float, carried: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bought = changed(SPREAD, "legs", [{**SPREAD["legs"][0], "quantity": 1}])
    bought = changed(changed(bought, "order", {}), "account", {"net_liq": net_liq})
    said = answer(["explain", written(here, bought)], capsys)
    assert said["margin"]["requirement"] == 0
    assert venue(said)["passed"] is carried


def test_another_limit_that_is_broken_is_a_refusal_too(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The venue would carry it; the house's own limits would not let it be sent."""
    said = answer(["explain", written(here, changed(SPREAD, "order.units", 20))], capsys)
    assert venue(said)["passed"]
    assert not all(one["passed"] for one in said["limits"])


def test_what_the_venue_objects_to_is_a_refusal_too(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = changed(SPREAD, "at", "2026-06-06T10:30")
    said = answer(["explain", written(here, closed)], capsys)
    assert all(one["passed"] for one in said["limits"])
    assert said["objections"]
    assert main(["explain", written(here, closed)]) == Exit.REFUSED
    assert "market is open" in capsys.readouterr().out


def test_a_plan_is_explained_and_never_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "lt112", "--json"]) == Exit.OK
    capsys.readouterr()
