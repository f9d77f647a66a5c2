"""What the broker lets an account do decides which plans it can hold."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tomking.app.account_may import Level, asked, cannot, checks, may_of, needs
from tomking.app.checks import Status
from tomking.app.main import main
from tomking.server.handlers import accounts as handlers
from tomking.server.shown.account import trading_status
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.lt112 import LT112
from tomking.strategies.plan import Plan
from tomking.strategies.strangle import STRANGLE
from worlds.standing import Standing, standing

pytestmark = pytest.mark.unit
CORE = (FRIDAY_0DTE, LT112, STRANGLE, IPMCC, LEAP_LADDER)
ROW = trading_status("5WT00001", "2026-01-05T15:00:00Z", is_called=False)


def held(**changes: object) -> dict[str, tuple[str, ...]]:
    """Why each core plan cannot be held, of those that cannot."""
    may = may_of(ROW | {name.replace("_", "-"): said for name, said in changes.items()})
    return {plan.name: why for plan in CORE if (why := cannot(plan, may))}


@pytest.mark.parametrize(
    ("plan", "level", "bare_calls"),
    [
        (FRIDAY_0DTE, Level.SPREADS, False),
        (LT112, Level.ALL, False),
        (STRANGLE, Level.ALL, True),
        (IPMCC, Level.SPREADS, False),
        (LEAP_LADDER, Level.COVERED, False),
    ],
)
def test_what_a_plan_needs_follows_from_its_legs(
    plan: Plan, level: Level, bare_calls: bool
) -> None:
    wants = needs(plan)
    assert (wants.level, wants.bare_calls) == (level, bare_calls)


def test_an_account_without_restrictions_holds_every_core_plan() -> None:
    assert held() == {}


def test_defined_risk_holds_no_naked_short() -> None:
    found = held(options_level="Defined Risk Spreads")
    assert set(found) == {"lt112", "strangle"}
    assert found["lt112"] == (
        "its options level is 'Defined Risk Spreads' and the plan needs 'No Restrictions'",
    )


def test_cash_secured_holds_puts_on_shares_alone() -> None:
    assert set(held(options_level="Covered And Cash Secured")) == {
        "friday_0dte", "lt112", "strangle", "ipmcc",
    }  # fmt: skip


def test_a_level_nobody_knows_holds_nothing() -> None:
    found = held(options_level="Level 9")
    assert len(found) == len(CORE)
    assert found["ipmcc"] == ("its options level 'Level 9' is not known here",)


def test_without_short_calls_there_is_no_strangle() -> None:
    assert held(short_calls_enabled=False) == {
        "strangle": ("it may not sell calls and the plan does",)
    }


@pytest.mark.parametrize("flag", ["is_futures_enabled", "is_futures_closing_only"])
def test_without_futures_only_plans_on_shares_are_left(flag: str) -> None:
    said = flag == "is_futures_closing_only"
    found = held(**{flag: said})
    assert set(found) == {"friday_0dte", "lt112", "strangle"}
    assert found["lt112"] == ("futures are not enabled and the plan trades nothing else",)


def test_an_account_that_may_close_only_holds_nothing_and_fails() -> None:
    assert len(held(is_closing_only=True)) == len(CORE)
    found = {one.name: one for one in checks(may_of(ROW | {"is-closing-only": True}), CORE)}
    assert (found["account"].status, found["account"].seen) == (Status.FAIL, "closing only")


@pytest.mark.parametrize("flag", ["is-closed", "is-frozen", "is-in-margin-call"])
def test_an_account_that_is_stopped_fails_by_the_brokers_word(flag: str) -> None:
    first = next(iter(checks(may_of(ROW | {flag: True}), CORE)))
    assert (first.status, first.seen) == (Status.FAIL, flag[3:].replace("-", " "))


@pytest.mark.parametrize(
    ("count", "status"), [(2, Status.PASS), (3, Status.WARN), (4, Status.WARN), (None, Status.PASS)]
)
def test_day_trades_are_counted_against_three(count: int | None, status: Status) -> None:
    found = {one.name: one for one in checks(may_of(ROW | {"day-trade-count": count}), ())}
    assert found["day trades"].status is status


def test_what_the_broker_does_not_say_is_not_allowed() -> None:
    bare = may_of({})
    assert (bare.level, bare.short_calls, bare.futures, bare.closing_only) == (
        None, False, False, True,
    )  # fmt: skip


@pytest.fixture(name="there")
def _there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standing]:
    """A broker that lets an account sell spreads, and no futures."""

    def _told(number: str, at: str, *, is_called: bool) -> dict[str, Any]:
        row = dict(trading_status(number, at, is_called=is_called))
        return row | {"options-level": "Defined Risk Spreads", "is-futures-enabled": False}

    monkeypatch.setattr(handlers, "trading_status", _told)
    with standing() as there:
        yield there


def test_the_doctor_asks_the_broker_and_names_what_the_account_cannot_hold(
    there: Standing, files: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(there.line()).futures is False
    said = {
        "base_url": there.place.base_url, "streamer_url": there.place.streamer_url,
        "client_secret": "secret", "refresh_token": "refresh", "account_number": "5WT00001",
    }  # fmt: skip
    files.exchange.write_text(json.dumps(said))
    capsys.readouterr()
    assert main(["doctor", "--account", "paper", "--json"]) == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["checks"]}
    assert found["options level"]["seen"] == (
        "Defined Risk Spreads; short calls yes, futures no"
    )  # fmt: skip
    assert found["holds ipmcc"]["status"] == "PASS"
    assert found["holds lt112"]["status"] == "WARN"
    assert "futures are not enabled" in found["holds friday_0dte"]["seen"]
    assert "leave it out of `strategies`" in found["holds lt112"]["do"]


def test_the_doctor_of_an_account_nobody_serves_says_how_to_join(
    files: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--account", "paper"]) == 2
    assert "its exchange does not serve: name one that does with --join" in capsys.readouterr().err
