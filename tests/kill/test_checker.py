"""The checker finds each forbidden state when it is planted by hand, and shares no code with us."""

import ast
import json
import sqlite3
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.kill.checker import judged
from tests.kill.lives import CHECKER, Life, life

pytestmark = [pytest.mark.integration, pytest.mark.emergency]

FLY = "kill_settled/2017-08-04/open#2"
#: An order of the pair that stood behind the bare put first, of which the exchange has two.
PAIRED = "(SELECT min(number) FROM orders WHERE complex_order IS NOT NULL)"
#: What closed that put in the end.
EXIT = "(SELECT max(number) FROM orders WHERE external_identifier LIKE 'kill_bare%')"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """A whole session of a desk that nobody killed."""
    with life(tmp_path_factory.mktemp("lives") / "whole", forks=False) as made:
        made.serve()
        assert made.trade().wait() == 0, made.said("desk1.out")
    return made


@pytest.fixture
def files(lived: Life, tmp_path: Path) -> tuple[Path, Path]:
    """Copies of its two files, without what kept them from being edited."""
    ledger, journal = tmp_path / "ledger.db", tmp_path / "journal.db"
    for source, target in ((lived.ledger, ledger), (lived.journal, journal)):
        with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
            there.backup(here)
    with closing(sqlite3.connect(journal)) as here:
        for each in ("rows", "words", "order"):
            here.execute(f"DROP TRIGGER journal_keeps_{each}")
        here.commit()
    return ledger, journal


def put(path: Path, *statements: str) -> None:
    """Do to a file what must never be in it."""
    with closing(sqlite3.connect(path)) as file:
        for statement in statements:
            assert file.execute(statement).rowcount > 0, f"{statement} changed nothing"
        file.commit()


def chained(path: Path) -> None:
    """Give a journal that was edited a chain that holds."""
    with closing(sqlite3.connect(path)) as file:
        rows = file.execute("SELECT at, kind, payload FROM journal ORDER BY seq").fetchall()
        file.execute("DELETE FROM journal")
        before = "0" * 64
        for seq, (at, kind, payload) in enumerate(rows, 1):
            hashed = sha256("\n".join((before, str(seq), at, kind, payload)).encode()).hexdigest()
            file.execute(
                "INSERT INTO journal VALUES (?,?,?,?,?,?)", (seq, at, kind, payload, before, hashed)
            )
            before = hashed
        file.commit()


def added(path: Path, kind: str, payload: dict[str, Any]) -> None:
    """One more fact at the end of a journal."""
    with closing(sqlite3.connect(path)) as file:
        row = "SELECT max(seq) + 1, 'later', ?, ?, '', '' FROM journal"
        file.execute(f"INSERT INTO journal {row}", (kind, json.dumps(payload)))
        file.commit()
    chained(path)


def first(path: Path, kind: str) -> dict[str, Any]:
    """The first fact of a kind."""
    with closing(sqlite3.connect(path)) as file:
        query = "SELECT payload FROM journal WHERE kind=? ORDER BY seq LIMIT 1"
        found: dict[str, Any] = json.loads(file.execute(query, (kind,)).fetchone()[0])
    return found


def faults(files: tuple[Path, Path]) -> str:
    """What the checker finds."""
    said = judged(*files)
    assert said["verdict"] == "FORBIDDEN"
    return "\n".join(said["faults"])


def test_a_whole_session_agrees_to_the_cent(lived: Life) -> None:
    said = lived.verdict()
    assert (said["verdict"], said["faults"], said["differ"]) == ("agree", [], [])
    assert said["orders"] >= 10
    assert said["fills"] >= 11
    assert said["closed"]


def test_the_checker_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(CHECKER.read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    assert "importlib" not in imported
    assert "__import__" not in CHECKER.read_text()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "INSERT INTO orders SELECT account, 99, external_identifier, status, received, updated, "
            f"ended, NULL, NULL FROM orders WHERE external_identifier='{FLY}'",
            f"{FLY} is at the exchange 2 times",
        ),
        (
            f"UPDATE orders SET external_identifier='mine#1' WHERE external_identifier='{FLY}'",
            "mine#1 is at the exchange and was never announced",
        ),
        (
            f"UPDATE orders SET replaces=NULL WHERE external_identifier='{FLY}'",
            "had two live orders",
        ),
        (
            "INSERT INTO fills SELECT account, 'again', order_number, symbol, quantity, price, fee, at "
            "FROM fills WHERE symbol LIKE '%C05925000'",
            "traded 4 SPXW  170804C05925000 of 2",
        ),
        ("DELETE FROM fills WHERE symbol LIKE '%C05945000'", "SPXW C is short without its long"),
        (
            "INSERT INTO holdings VALUES ('5WT00001', 'SPXW  170804P05900000', -1, '0')",
            "SPXW P is short without its long in the end",
        ),
        (
            "INSERT INTO holdings VALUES ('5WT00001', 'SPXW  170804P05900000', 1, '0')",
            "SPXW  170804P05900000: 0 in the journal, 1 at the exchange, and no halt says so",
        ),
        ("UPDATE accounts SET cash='999165.66'", "cash: 999165.67 in the journal, 999165.66"),
        (
            f"UPDATE orders SET status='Live', ended=NULL WHERE external_identifier='{FLY}'",
            f"{FLY} filled in the journal and is Live at the exchange",
        ),
        (
            f"UPDATE fills SET quantity=-2 * quantity WHERE order_number={EXIT}",
            "was to close and traded -4 SPY   170818P00",
        ),
        (
            "INSERT INTO fills SELECT account, 'again', order_number, symbol, quantity, price, fee, at "
            f"FROM fills WHERE order_number={EXIT}",
            "was to close and traded 2 SPY   170818P00",
        ),
        (
            f"UPDATE orders SET status='Live', ended=NULL WHERE number={PAIRED}",
            "is at work to close SPY   170811P00",
        ),
        (
            f"UPDATE orders SET ended='2017-08-04T15:59:00-04:00' WHERE number={PAIRED}",
            "kill_bare/2017-08-04/open:put had two orders to close SPY   170811P00",
        ),
        (
            f"UPDATE orders SET complex_order=NULL WHERE number={PAIRED}",
            "kill_bare/2017-08-04/open:put/target#1 is not one order at the exchange",
        ),
        (
            f"DELETE FROM orders WHERE number={PAIRED}",
            "kill_bare/2017-08-04/open:put/target#1 is not one order at the exchange: [11]",
        ),
        (
            "UPDATE fills SET quantity=-3 WHERE symbol LIKE 'SPY   170811P%' AND quantity=-2",
            "SPY P is short without its long before order",
        ),
        (
            "UPDATE orders SET status='Filled' WHERE external_identifier LIKE 'kill_given_up%#2'",
            "cancelled in the journal and is Filled at the exchange",
        ),
    ],
)
def test_what_the_exchange_must_never_have_is_found(
    files: tuple[Path, Path], statement: str, said: str
) -> None:
    put(files[0], statement)
    assert said in faults(files)


def test_a_fact_that_was_changed_breaks_the_chain(files: tuple[Path, Path]) -> None:
    put(files[1], "UPDATE journal SET payload=payload || ' ' WHERE seq=9")
    assert "fact 9 of the journal was changed" in faults(files)


def test_a_fact_that_is_gone_breaks_the_chain(files: tuple[Path, Path]) -> None:
    put(files[1], "DELETE FROM journal WHERE seq=9")
    assert "chain is broken at fact 9" in faults(files)


def test_an_order_the_journal_did_not_announce_is_found(files: tuple[Path, Path]) -> None:
    put(files[1], f"DELETE FROM journal WHERE kind='Sent' AND payload LIKE '%{FLY.split('#')[0]}%'")
    chained(files[1])
    assert "was never announced in the journal" in faults(files)


def test_a_fill_that_is_journalled_twice_is_found_whatever_halts(files: tuple[Path, Path]) -> None:
    added(files[1], "LegFilled", first(files[1], "LegFilled"))
    added(files[1], "Halted", {"at": "later", "reason": "reconciling", "note": "", "net_liq": None})
    assert "is journalled more than once" in faults(files)


def test_a_fill_that_never_was_is_found(files: tuple[Path, Path]) -> None:
    added(files[1], "LegFilled", {**first(files[1], "LegFilled"), "fill": "9/0/made-up"})
    assert "is journalled and did not trade" in faults(files)


def test_an_order_nothing_is_said_of_is_found(files: tuple[Path, Path]) -> None:
    order = {**first(files[1], "Sent")["order"], "attempt": 7}
    added(files[1], "Sent", {"at": "later", "order": order})
    assert "was announced, is not at the exchange, and nothing is said of it" in faults(files)


def test_what_is_opened_while_reconciling_is_found(files: tuple[Path, Path]) -> None:
    added(files[1], "Halted", {"at": "later", "reason": "reconciling", "note": "", "net_liq": None})
    added(files[1], "Sent", first(files[1], "Sent"))
    assert "was sent while reconciling" in faults(files)


def test_books_that_differ_are_allowed_where_a_halt_says_so(files: tuple[Path, Path]) -> None:
    put(files[0], "UPDATE accounts SET cash='999165.66'")
    added(files[1], "Halted", {"at": "later", "reason": "reconciling", "note": "", "net_liq": None})
    said = judged(*files)
    assert (said["verdict"], said["faults"]) == ("reconciling", [])
    added(files[1], "Resumed", {"at": "later", "reason": "reconciling", "note": ""})
    assert "and no halt says so" in faults(files)


@pytest.mark.parametrize("gone", [0, 1])
def test_a_file_that_is_none_is_no_verdict_of_agreement(
    files: tuple[Path, Path], gone: int
) -> None:
    files[gone].write_bytes(b"torn")
    assert "DatabaseError" in faults(files)
