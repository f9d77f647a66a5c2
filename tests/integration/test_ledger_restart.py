"""A server that is killed and started again with its ledger file goes on where it was."""

import json
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.emergency]

ACCOUNT = "5WT00001"
ASKED = ("orders", "orders/live", "complex-orders", "balances/USD", "positions", "transactions")
#: Times real time; nought makes the clock stand still.
STILL, FAST = "0", "600"
LOOKS_MAX = 1000


@dataclass(frozen=True)
class Running:
    """A server's process, and what it said when it was ready."""

    process: subprocess.Popen[str]
    said: Mapping[str, Any]

    def ask(self, method: str, path: str, body: object = None, token: str = "") -> Any:
        """An answer, whatever its status."""
        request = urllib.request.Request(
            f"{self.said['base_url']}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": token},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return json.load(refused)

    def token(self) -> str:
        """A token to ask with."""
        grant = {key: self.said[key] for key in ("client_secret", "refresh_token")}
        return str(self.ask("POST", "/oauth/token", grant)["access_token"])

    def answers(self, token: str) -> dict[str, Any]:
        """Everything it says of the account."""
        return {path: self.ask("GET", f"/accounts/{ACCOUNT}/{path}", None, token) for path in ASKED}

    def kill(self) -> None:
        """SIGKILL: nothing is said and nothing is put away."""
        self.process.kill()
        self.process.wait()


COMMAND = (str(Path(sys.executable).with_name("tomking")), "exchange", "serve", "--ledger")


@contextmanager
def running(ledger: Path, speed: str = STILL) -> Iterator[Running]:
    """A server on a file."""
    with subprocess.Popen(
        [*COMMAND, str(ledger), "--speed", speed], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Running(process, json.loads(process.stdout.readline()))
        finally:
            process.kill()


def bought(symbol: str, price: str, name: str) -> dict[str, object]:
    """An order to buy a put."""
    leg = {
        "instrument-type": "Equity Option",
        "symbol": symbol,
        "action": "Buy to Open",
        "quantity": 1,
    }
    return {
        "order-type": "Limit", "time-in-force": "GTC", "price": price, "price-effect": "Debit",
        "external-identifier": name, "legs": [leg],
    }  # fmt: skip


def a_put(server: Running, token: str) -> str:
    """A put near the money, some weeks away."""
    chain = server.ask("GET", "/option-chains/SPY/nested", None, token)["data"]["items"][0]
    strikes = chain["expirations"][3]["strikes"]
    return str(strikes[len(strikes) // 2]["put"])


def statuses(server: Running, token: str) -> dict[int, str]:
    """Where every order is."""
    rows = server.ask("GET", f"/accounts/{ACCOUNT}/orders", None, token)["data"]["items"]
    return {row["id"]: row["status"] for row in rows}


def test_a_killed_server_answers_as_before_and_what_rested_fills_later(tmp_path: Path) -> None:
    ledger, path = tmp_path / "ledger.db", f"/accounts/{ACCOUNT}/orders"
    with running(ledger) as first:
        token = first.token()
        put = a_put(first, token)
        for price, name in (("999", "fills"), ("0.05", "rests")):
            assert "error" not in first.ask("POST", path, bought(put, price, name), token)
        assert first.ask("POST", "/watchlists", {"name": "mine"}, token)["data"]["name"] == "mine"
        before = first.answers(token)
        first.kill()
    with running(ledger) as second:
        assert second.answers(token) == before
        assert second.ask("GET", "/watchlists/mine", None, token)["data"]["name"] == "mine"
        second.kill()
    with running(ledger, FAST) as third:
        again = third.token()
        looks = (statuses(third, again)[1] for _ in range(LOOKS_MAX))
        assert "Filled" in looks
        assert statuses(third, again)[2] in ("Routed", "In Flight", "Live")
        third.kill()
    with running(ledger) as last:
        token = last.token()
        assert statuses(last, token)[1] == "Filled"
        last.ask("DELETE", f"{path}/2", None, token)
        rows = last.ask("GET", f"/accounts/{ACCOUNT}/transactions", None, token)["data"]["items"]
        assert [row["transaction-type"] for row in rows] == ["Trade", "Money Movement"]
        held = last.ask("GET", f"/accounts/{ACCOUNT}/positions", None, token)["data"]["items"]
        assert [(row["symbol"], row["quantity"]) for row in held] == [(put, "1.0")]
    with closing(sqlite3.connect(ledger)) as reader:
        told = reader.execute("SELECT number, external_identifier, status FROM orders").fetchall()
    assert told == [(1, "fills", "Filled"), (2, "rests", "Cancel Requested")]


@pytest.mark.parametrize("held", [b"not a ledger", b""])
def test_a_file_that_is_none_is_one_sentence_and_needs_a_person(
    tmp_path: Path, held: bytes
) -> None:
    (tmp_path / "ledger.db").write_bytes(held)
    done = subprocess.run(
        [*COMMAND, str(tmp_path / "ledger.db")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "cannot be served: it is no ledger of an exchange server" in " ".join(
        done.stderr.split()
    )
    assert not done.stdout
