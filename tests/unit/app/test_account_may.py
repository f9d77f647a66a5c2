"""What the broker lets an account do decides which plans it can hold."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tomking.app.account_may import Level, asked, cannot, checks, may_of, needs
from tomking.app.checks import Status
from tomking.app.commanding import known
from tomking.app.main import main
from tomking.risk.limits import Limits
from tomking.server.handlers import accounts as handlers
from tomking.server.shown.account import trading_status
from tomking.strategies.butterfly_0dte import BUTTERFLY_0DTE
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
    assert asked(there.line()).equity == 100_000
    found = examined(there, files, capsys)
    assert found["options level"]["seen"] == (
        "Defined Risk Spreads; short calls yes, futures no"
    )  # fmt: skip
    assert found["holds ipmcc"]["status"] == "PASS"
    assert found["holds lt112"]["status"] == "WARN"
    assert "futures are not enabled" in found["holds friday_0dte"]["seen"]
    assert "leave it out of `strategies`" in found["holds lt112"]["do"]


def examined(
    there: Standing, files: Any, capsys: pytest.CaptureFixture[str], *more: str
) -> dict[str, dict[str, str]]:
    """What the doctor says of an account whose exchange stands there, by the name of the check."""
    said = {
        "base_url": there.place.base_url, "streamer_url": there.place.streamer_url,
        "client_secret": "secret", "refresh_token": "refresh", "account_number": "5WT00001",
    }  # fmt: skip
    files.exchange.write_text(json.dumps(said))
    capsys.readouterr()
    assert main(["doctor", "--account", "paper", *more, "--json"]) == 0
    return {one["name"]: one for one in json.loads(capsys.readouterr().out)["checks"]}


def switched_off(files: Any) -> list[str]:
    return [one.strategy for one in known(files, Limits(), Decimal(100_000)).standing.off]


@pytest.mark.rule("R-BRK-10")
def test_what_it_cannot_hold_is_switched_off_and_stays_so(
    there: Standing, files: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    found = examined(there, files, capsys)
    assert found["holds lt112"]["seen"].endswith("(switched off)")
    assert switched_off(files) == ["friday_0dte", "lt112", "strangle"]
    written = files.before.read_bytes()
    found = examined(there, files, capsys)
    assert found["holds lt112"]["seen"].endswith("(it is switched off already)")
    assert files.before.read_bytes() == written


def test_looking_switches_nothing_off(
    there: Standing, files: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    found = examined(there, files, capsys, "--look")
    assert "(not switched off: --look)" in found["holds lt112"]["seen"]
    assert not files.before.exists()
    assert main(["doctor", "--look"]) == 2
    assert "--look is for --account" in capsys.readouterr().err


@pytest.mark.rule("R-BRK-10")
def test_what_it_may_hold_again_is_named_with_the_way_back_and_a_person_takes_it(
    there: Standing, files: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The broker allows it again; nothing comes back by itself, nor without a reason."""
    examined(there, files, capsys)
    monkeypatch.setattr(handlers, "trading_status", trading_status)
    found = examined(there, files, capsys)
    assert found["holds lt112"]["status"] == "WARN"
    assert found["holds lt112"]["seen"] == "in ES, MES, but it is switched off"
    assert '--lock "account cannot hold lt112"' in found["holds lt112"]["do"]
    words = ["resume", "--lock", "account cannot hold lt112", "--yes"]
    assert main(words) == 2
    assert main([*words, "--reason", "futures were enabled"]) == 0
    said = capsys.readouterr().out
    assert "Lt112 is switched on from the next session by" in said
    assert main([*words, "--reason", "once more"]) == 3
    assert "account cannot hold lt112 is: off, must be on" in capsys.readouterr().out


def test_the_plan_of_a_day_and_the_story_name_why_it_is_not_entered(
    there: Standing, files: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    examined(there, files, capsys)
    words = [
        "plan",
        "--day",
        "2017-06-09",
        "--minute",
        "120",
        "--strategies",
        "friday_0dte",
        "--json",
    ]
    assert main(words) == 0
    (due,) = json.loads(capsys.readouterr().out)["due"]
    assert (due["answer"], len(due["against"])) == ("refused", 1)
    assert "friday_0dte (futures are not enabled and" in due["against"][0]["name"]


@pytest.mark.parametrize(
    ("count", "equity", "left"),
    [(3, "24999", 0), (2, "24999", 1), (7, "24999", 0), (3, "25000", None), (3, None, 0),
     (None, "24999", None)],
)  # fmt: skip
def test_day_trades_are_left_by_the_count_and_not_counted_from_25000_on(
    count: int | None, equity: str | None, left: int | None
) -> None:
    may = may_of(ROW | {"day-trade-count": count}, None if equity is None else Decimal(equity))
    assert may.day_trades_left == left


def test_without_day_trades_only_what_closes_the_same_day_on_shares_or_an_index_goes() -> None:
    spent = may_of(ROW | {"day-trade-count": 3}, Decimal(20_000))
    assert cannot(BUTTERFLY_0DTE, spent) == (
        "its day trades are spent and the plan closes on the day it opens",
    )
    assert cannot(FRIDAY_0DTE, spent) == ()  # futures are not counted
    assert cannot(IPMCC, spent) == ()
    assert cannot(BUTTERFLY_0DTE, may_of(ROW | {"day-trade-count": 3}, Decimal(25_000))) == ()


def test_a_put_on_an_index_is_not_secured_by_cash_below_spreads() -> None:
    """What covers or takes the place of an option on an index does not exist."""
    plan = LEAP_LADDER.variant("on_spx", "on SPX", roots=("SPX",))
    low = may_of(ROW | {"options-level": "Covered And Cash Secured"})
    assert cannot(plan, low) == ("options on an index are not secured by cash at its level",)
    assert cannot(plan, may_of(ROW | {"options-level": "Defined Risk Spreads"})) == ()
    assert cannot(LEAP_LADDER, low) == ()


def test_the_doctor_of_an_account_nobody_serves_says_how_to_join(
    files: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--account", "paper"]) == 5
    assert (
        "its exchange does not serve: start its desk, or name one that does with --join"
        in capsys.readouterr().err
    )
