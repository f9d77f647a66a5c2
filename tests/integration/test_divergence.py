"""The demo, whose Friday is traded over HTTP; its replay differs in nothing but what is planted."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

from tomking.app import paper_day
from tomking.app.cli import demo
from tomking.app.cli.divergence import had_backstops, named, parted
from tomking.app.main import main
from tomking.app.strategies import chosen
from tomking.backtest.replay import Told, owned, replay
from tomking.core.calendar import NEW_YORK
from tomking.core.dealings import FeesDiffered, WentOn
from tomking.core.errors import DataError
from tomking.core.facts import (
    CashMoved,
    Fact,
    LegFilled,
    OrderEnded,
    RunStarted,
    Sent,
    SessionClosed,
    Settled,
)
from tomking.core.value import value
from tomking.data.recorded import RecordedMarket, read
from tomking.engine.journal import SqliteJournal
from tomking.exchange.fills import spread_fraction
from tomking.portfolio.fees import TASTYTRADE
from tomking.report.findings import SAME_DAY
from tomking.risk.limits import Limits

pytestmark = pytest.mark.integration

DAY = date(2018, 11, 16)
WORDS = (
    "paper", "--day", f"{DAY}", "--minute", "55", "--speed", "0", "--sessions", "1",
    "--capital", "100000", "--strategies", "friday_0dte,butterfly_0dte", "--json",
)  # fmt: skip
HALF = spread_fraction(0.5)


@value
class Shown:
    """What a demo said and left: its folder, and the home of the account that traded its Friday."""

    said: str
    folder: Path
    home: Path


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """A demo of a month, whose Friday is kept instead of thrown away."""
    folder, home = tmp_path_factory.mktemp("demo"), tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as said:
        patch.chdir(folder)
        patch.setenv("TOMKING_HOME", str(folder / "home"))
        patch.setattr(demo, "WINDOW", (date(2018, 1, 29), date(2018, 2, 28)))
        patch.setattr(paper_day, "TemporaryDirectory", lambda prefix: nullcontext(str(home)))
        assert main(["demo"]) == 0
    return Shown(said.getvalue(), folder, home)


@pytest.fixture(scope="module")
def traded(shown: Shown) -> Path:
    """The home of an account that has traded the day."""
    return shown.home


def test_the_demo_writes_a_page_and_a_document_and_says_what_next(shown: Shown) -> None:
    page = shown.folder / "tomking-demo" / "report.html"
    assert f"Open {page.resolve()} in a browser. Then:" in shown.said
    next_steps = [line for line in shown.said.splitlines() if line.startswith("  tomking ")]
    assert [line.split()[1] for line in next_steps] == ["why-not", "explain", "backtest"]
    text = page.read_text(encoding="utf-8")
    assert "http" not in text
    assert SAME_DAY in text
    assert text.count("What each gate was worth") == 1
    assert "--capital 100000 --strategies friday_0dte,lt112 --gate-value" in text
    assert text.index('id="a44500"') < text.index('id="a100000"')
    said = json.loads(page.with_name("report.json").read_text(encoding="utf-8"))
    assert [one["capital"] for one in said["accounts"]] == [44500, 100000]
    day = said["paper_day"]
    purposes = {one["purpose"] for one in day["orders"] if one["ended"] == "filled"}
    assert purposes == {"OPEN", "CLOSE"}  # an entry and an exit
    assert len(day["expired"]) == 3  # and a butterfly held to its end
    numbers = [one["number"] for one in day["orders"]]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    assert text.count("Broker&#39;s number") == 1
    assert day["streams"]["events"] > 10_000
    assert day["streams"]["connections"] == 1
    assert day["streams"]["odd"] == 0
    assert day["streams"]["looks"] > 300
    assert "Friday 2018-11-16 at the exchange server" in shown.said
    hashes = [one["run_hash"] for account in said["accounts"] for one in account["columns"]]
    assert len(hashes) == len(set(hashes)) == 16
    assert all(one in text for one in hashes)


@pytest.fixture
def account(traded: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOMKING_HOME", str(traded))
    return traded / "paper"


def facts_of(account: Path) -> list[Fact]:
    journal = SqliteJournal.open(account / "journal.db")
    found = [fact for _, fact in journal.read()]
    journal.close()
    return found


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = main(["divergence", f"{DAY}", *words, "--json"])
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, found


def test_an_unmodified_day_with_entry_exit_and_expiry_has_no_difference(
    account: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = facts_of(account)
    assert {type(fact) for fact in facts} >= {LegFilled, Settled, OrderEnded}
    code, found = said(capsys)
    assert (code, found["differences"], found["unexplained"]) == (0, [], "0.00")
    assert (found["total"], found["torn_bytes"]) == ("0.00", 0)
    assert isinstance(found["orders"], int)
    assert found["orders"] >= 2
    assert found["fills"] == sum(isinstance(fact, LegFilled) for fact in facts)
    assert main(["divergence", f"{DAY}"]) == 0
    out = capsys.readouterr().out
    assert "No difference." in out
    assert "unexplained: +$0.00" in out


def test_another_fill_model_differs_and_every_dollar_of_it_is_named(
    account: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = said(capsys, "--fill-model", "mid")
    assert code == 0
    assert found["differences"]
    assert found["unexplained"] == "0.00"
    assert found["total"] == found["explained"] != "0.00"


def test_a_strategy_that_is_left_out_is_a_gate_or_an_order_that_did_not_come_due(
    account: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = said(capsys, "--strategies", "friday_0dte")
    assert code == 0
    assert found["unexplained"] == "0.00"
    rows = found["differences"]
    assert isinstance(rows, list)
    assert all("butterfly_0dte" in row["intent"] or "settlement" in row["intent"] for row in rows)
    assert any(row["money"] not in ("0", "0.00") for row in rows)


def test_money_from_nowhere_is_unexplained_and_exits_three(
    account: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts = facts_of(account)
    closed = facts[-1]
    other = tmp_path / "home" / "paper"
    other.mkdir(parents=True)
    (other / "recorded").symlink_to(account / "recorded")
    journal = SqliteJournal.create(other / "journal.db")
    gift = Decimal("17.00")
    journal.append([*facts[:-1], CashMoved(closed.at, gift, "from nowhere"), richer(closed, gift)])
    journal.close()
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "home"))
    code, found = said(capsys)
    assert (code, found["differences"], found["unexplained"]) == (3, [], "17.00")


def richer(closed: Fact, amount: Decimal) -> Fact:
    assert isinstance(closed, SessionClosed)
    return replace(closed, net_liq=closed.net_liq + amount)


def test_a_day_nobody_traded_or_recorded_says_what_to_do(
    account: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["divergence", "2018-11-19"]) == 2
    assert "name a day that was recorded" in capsys.readouterr().err
    assert main(["divergence", f"{DAY}", "--account", "nobody"]) == 2
    assert "there is no account 'nobody'" in capsys.readouterr().err


def test_what_was_held_and_at_work_before_the_day_is_there_when_it_is_traded_again(
    account: Path,
) -> None:
    """The day cut in two: the replay of its end begins with what its beginning left."""
    facts = facts_of(account)
    recording = read(account, DAY)
    resting = next(fact for fact in facts if isinstance(fact, Sent) and fact.order.closes)
    cut = next(tick.at for tick in recording.ticks if tick.at > resting.at + timedelta(minutes=10))
    before = [fact for fact in facts if fact.at < cut]
    late = replace(recording, ticks=tuple(tick for tick in recording.ticks if tick.at >= cut))
    told = Told(chosen(named(facts)), Limits(), TASTYTRADE, HALF)
    again = replay(late, told, before)
    ours = traded_in([fact for fact in facts if fact.at >= cut])
    assert ours == traded_in(again)
    assert any(isinstance(fact, LegFilled) for fact in again)  # the resting target traded
    assert any(isinstance(fact, Settled) for fact in again)


def traded_in(facts: Sequence[Fact]) -> list[object]:
    """Fills at their instants, and what settled: the broker books that when it comes to it."""
    return [(fact.at, fact.contract, fact.quantity, fact.price) if isinstance(fact, LegFilled)
            else (fact.contract, fact.quantity, fact.cash)
            for fact in facts if isinstance(fact, LegFilled | Settled)]  # fmt: skip


def test_an_account_owns_what_its_facts_left_it(account: Path) -> None:
    facts = facts_of(account)
    ledger = owned(facts)
    assert ledger.holdings == {}
    began = facts[0]
    assert isinstance(began, RunStarted)
    assert ledger.cash != began.capital
    dear = [*facts, FeesDiffered(facts[-1].at, "x", Decimal("1.25"))]
    assert owned(dear).cash == ledger.cash - Decimal("1.25")
    with pytest.raises(DataError, match="give the whole journal"):
        owned(facts[1:])


def test_the_beginning_of_an_account_counts_as_before_its_first_day(account: Path) -> None:
    facts = facts_of(account)
    before, today = parted(facts, DAY)
    assert before == [facts[0]]
    assert today == facts[1:]
    assert parted(facts, date(2018, 11, 19)) == (facts, [])
    assert set(named(facts)) == {"friday_0dte", "butterfly_0dte"}


def test_a_day_is_traded_again_with_stops_at_rest_if_its_desk_had_them(account: Path) -> None:
    began = facts_of(account)[0]
    assert isinstance(began, RunStarted)
    on = WentOn(began.at, "paper", "Settings(backstops=True)")
    off = replace(on, settings="Settings(backstops=False)")
    early = replace(began, settings="Settings(execution='send')")
    assert not had_backstops([])
    assert not had_backstops([early])
    assert had_backstops([early, on])
    assert not had_backstops([early, on, off])


def test_a_recorded_market_shows_each_look_at_its_instant(account: Path) -> None:
    market = RecordedMarket(read(account, DAY))
    for tick in market.recording.ticks[::50]:
        seen = market.at(tick.at)
        assert seen.at == tick.at
        assert seen.at.astimezone(NEW_YORK).date() == DAY
        assert seen.vix.value > 0.0


def test_a_recorded_day_that_is_served_again_is_traded_with_the_same_fills(
    traded: Path, tmp_path: Path
) -> None:
    subprocess.run(
        [sys.executable, "-m", "tomking.app.main", *WORDS, "--recorded", str(traded / "paper")],
        env={**os.environ, "TOMKING_HOME": str(tmp_path)}, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    fills, again = (
        [(each.contract, each.quantity, each.price) for each in facts_of(account)
         if isinstance(each, LegFilled)]
        for account in (traded / "paper", tmp_path / "paper")
    )  # fmt: skip
    assert fills
    assert again == fills
    assert len(read(tmp_path / "paper", DAY).ticks) > 0


def test_a_day_that_was_not_recorded_is_not_served(
    traded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("exchange", "serve", "--recorded", str(traded / "paper"), "--day", "2018-11-19")
    assert main([*words]) == 2
    assert "2018-11-19" in capsys.readouterr().err
