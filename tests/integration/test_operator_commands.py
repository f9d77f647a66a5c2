"""An account that has really traded on paper, looked after while its desk runs and after it stopped."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from architecture.tree import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.emergency]
SCRIPT = Path(sys.executable).with_name("tomking")
SETTINGS = """mode = "paper"
[account]
capital = 100000
[desk]
automatic_entry = true
execution = "send"
[backtest]
strategies = ["friday_0dte"]
"""
#: A desk that does nothing for so long has failed; one that is asked to stop has ten seconds.
PATIENCE_S, STOP_S = 240.0, 10.0


@dataclass(frozen=True)
class Account:
    """A home with one account in it, and how its desk ended."""

    home: Path
    code: int
    stopped_in_s: float

    @property
    def folder(self) -> Path:
        return self.home / "paper"

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [SCRIPT, *words],
            env=environment(self.home), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def asked(self, *words: str, code: int = 0) -> dict[str, Any]:
        done = self.run(*words, "--json")
        assert (done.returncode, done.stderr) == (code, "")
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def environment(home: Path) -> dict[str, str]:
    return os.environ | {"TOMKING_HOME": str(home)}


def count(journal: Path, kind: str) -> int:
    """How many facts of a kind a desk has written."""
    if not journal.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as there:
            asked = "SELECT count(*) FROM journal WHERE kind=?"
            found = there.execute(asked, (kind,)).fetchone()
    except sqlite3.Error:  # it is being made
        return 0
    return int(found[0])


def stopped(home: Path, name: str, kind: str, facts: int, *words: str) -> tuple[int, float]:
    """Run an account's desk, ask it to end once it has written enough; its code, and the seconds."""
    command = [SCRIPT, "run", name, "--day", "2017-06-09", "--speed", "0", *words]
    with subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE) as desk:
        until = time.monotonic() + PATIENCE_S
        while count(home / name / "journal.db", kind) < facts and time.monotonic() < until:
            try:
                desk.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            pytest.fail(f"the desk ended by itself: {desk.returncode}")
        desk.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        return desk.wait(PATIENCE_S), time.monotonic() - asked


@pytest.fixture(name="account", scope="module")
def _account(tmp_path_factory: pytest.TempPathFactory) -> Account:
    """A desk run by its settings on a Friday, asked to stop as soon as its condor is on."""
    home = tmp_path_factory.mktemp("home")
    (home / "paper").mkdir()
    (home / "paper" / "tomking.toml").write_text(SETTINGS)
    return Account(home, *stopped(home, "paper", "LegFilled", 4, "--minute", "115"))


@contextmanager
def serving(account: Account) -> Iterator[Path]:
    """The account's exchange, taken up from its ledger."""
    ledger, said = account.folder / "exchange.db", account.home / "line.json"
    words = [SCRIPT, "exchange", "serve", "--ledger", str(ledger), "--speed", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as exchange:
        try:
            assert exchange.stdout is not None
            said.write_text(exchange.stdout.readline())
            yield said
        finally:
            exchange.terminate()
            exchange.wait(PATIENCE_S)


def test_a_desk_that_is_asked_to_end_is_gone_within_ten_seconds_with_code_0(
    account: Account,
) -> None:
    assert account.code == 0
    assert account.stopped_in_s < STOP_S
    assert not (account.folder / "exchange.json").exists()


def test_what_it_left_has_a_copy_that_goes_as_far_and_holds(account: Account) -> None:
    (copy,) = (account.folder / "backups").iterdir()
    assert sound(copy) == sound(account.folder / "journal.db") > 0
    assert copy.name.endswith(f"Z-{sound(copy)}.db")
    assert copy.stat().st_mode & 0o777 == 0o600


def sound(journal: Path) -> int:
    """How many facts of a journal hold, by the script that needs nothing of this program."""
    command = [sys.executable, "-I", str(ROOT / "scripts" / "verify_journal.py"), str(journal)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(re.search(r"(\d+) facts hold", done.stdout)[1])  # type: ignore[index]


def test_what_it_left_is_shown_with_what_protects_it(account: Account) -> None:
    found = account.asked("positions")
    (held,) = found["campaigns"]
    (position,) = held["positions"]
    legs = {leg["contract"]: leg["quantity"] for leg in position["legs"]}
    assert legs == {
        "ES 2017-06-09 5825 P": -1, "ES 2017-06-09 5795 P": 1,
        "ES 2017-06-09 5850 C": -1, "ES 2017-06-09 5880 C": 1,
    }  # fmt: skip
    assert (held["strategy"], held["fees"]) == ("friday_0dte", "13.48")
    assert float(position["guard"]["wings"]) == 1500 - float(held["credit"])
    assert found["watched"] is False
    assert len(position["guard"]["bare"]) == 2


def test_the_last_heartbeat_tells_what_was_left(account: Account) -> None:
    found = account.asked("status", code=4)
    assert len(found["positions"]) == 1
    assert [one["name"].endswith("/target#1") for one in found["working"]] == [
        order["order"].endswith("/target#1") for order in account.asked("orders")["orders"]
    ]


def test_every_order_at_work_has_the_brokers_number(account: Account) -> None:
    """A desk writes what the broker has told before it ends: nothing is left in doubt."""
    for order in account.asked("orders")["orders"]:
        assert order["number"].isdigit()
        assert (order["purpose"], order["doubt"]) == ("CLOSE", "")
    assert account.asked("recover")["recovery"]["unconfirmed"] == []


def test_a_person_takes_it_over_without_a_broker(account: Account) -> None:
    done = account.run("takeover")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Buy to Close 1 ES 2017-06-09 5825 P" in done.stdout
    assert "Fri 2017-06-09 15:00 New York, 20:00 London: close it: it is 15:00" in done.stdout


def test_the_books_agree_with_the_exchange_and_another_journal_does_not(account: Account) -> None:
    with serving(account) as said:
        found = account.asked("reconcile", "--join", str(said))
        assert (found["agree"], found["differences"]) == (True, [])
        assert [one["ours"] for one in found["holdings"]] == [-1, 1, 1, -1]
        assert found["cash_here"] == found["cash_there"]
        (account.home / "empty").mkdir(exist_ok=True)
        (account.home / "empty" / "tomking.toml").write_text('mode = "paper"\n')
        other = account.asked(
            "reconcile", "--account", "empty", "--join", str(said), code=6
        )  # fmt: skip
        assert [one.split(":")[0] for one in other["differences"]] == ["cash"]
        asked = account.asked("plan", "--join", str(said))
        assert asked["asked"] == "MODEL: the paper exchange"
        assert [one["answer"] for one in asked["due"]] == ["done today"]
        done = account.run("limits", "--account", "paper", "--join", str(said), "--json")
        assert done.returncode in (0, 3)  # where the index has gone by then is no matter
        seen = json.loads(done.stdout)
        used = {one["name"]: one["used"] for one in seen["limits"]}
        assert seen["by"].startswith("MODEL: on the market of 2017-06-09")
        assert used["campaigns in all"] == 1
        assert 0.0 < used["buying power"] == used["margin in all"] < 0.05
        assert None not in used.values()
        checks = account.asked("doctor", "--account", "paper", "--join", str(said))["checks"]
        named = {one["name"]: one["status"] for one in checks}
        assert named["holds friday_0dte"] == "PASS"


def test_nobody_to_ask_is_said_with_what_to_do(account: Account) -> None:
    done = account.run("reconcile")
    assert done.returncode == 2
    assert "name one that does with --join FILE" in done.stderr
    said = account.home / "gone.json"
    said.write_text(json.dumps({
        "base_url": "http://127.0.0.1:9", "streamer_url": "ws://127.0.0.1:9", "client_secret": "a",
        "refresh_token": "b", "account_number": "5WT00001",
    }))  # fmt: skip
    assert account.run("reconcile", "--join", str(said)).returncode == 5


def test_its_journal_tells_the_day(account: Account) -> None:
    told = account.asked("journal", "2017-06-09", "--account", "paper")
    kinds = [fact["kind"] for fact in told["facts"]]
    assert (kinds[0], kinds.count("LegFilled")) == ("RunStarted", 4)
    asked = account.asked("why-not", "friday_0dte", "2017-06-09", "--account", "paper")
    assert asked["considered"][-1]["outcome"] == "sent"


def test_real_money_is_not_started_by_run(account: Account) -> None:
    (account.home / "real").mkdir(exist_ok=True)
    (account.home / "real" / "tomking.toml").write_text('mode = "live"\n')
    done = account.run("run", "real")
    assert done.returncode == 3
    assert "`tomking live` says what stands in the way" in done.stdout


def test_a_desk_whose_settings_let_nothing_out_sends_nothing(account: Account) -> None:
    """Safe by default: it judges and writes, on a Friday on which the other desk has traded."""
    (account.home / "quiet").mkdir(exist_ok=True)
    settings = SETTINGS.replace("automatic_entry = true", "automatic_entry = false")
    (account.home / "quiet" / "tomking.toml").write_text(settings)
    (account.home / "quiet" / "backups").write_text("in the way of every backup")
    signed = ("--account", "quiet", "--sign", "T. King", "--reason", "fear is paid for")
    assert account.asked("unlock", "crisis", "--vix", "33", *signed)["unlocked"] is True
    code, seconds = stopped(account.home, "quiet", "Considered", 1, "--minute", "118")
    assert (code, seconds < STOP_S) == (4, True)  # it ends as asked, and somebody must see to it
    told = account.asked("journal", "2017-06-09", "--account", "quiet")
    kinds = [fact["kind"] for fact in told["facts"]]
    assert kinds[:2] == ["RunStarted", "CrisisUnlocked"]  # decided before there was a run
    assert "Judged" in kinds
    assert "Sent" not in kinds
