"""The journal file: grows at its end, never changes, and says where it was tampered with."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from architecture.tree import ROOT
from tomking.core.errors import DataCorrupt, DataError, InvariantError, TomKingError
from tomking.core.facts import Fact
from tomking.engine.chain import GENESIS, link
from tomking.engine.journal import SqliteJournal
from unit.engine.facts import any_of, closes

pytestmark = pytest.mark.unit
SCRIPT = ROOT / "scripts" / "verify_journal.py"
COUNT = 40


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def written(path: Path) -> Path:
    """A sealed journal of forty closes."""
    journal = SqliteJournal.create(path)
    journal.append(closes(COUNT))
    journal.seal()
    return path


def spoil(path: Path, *statements: str) -> None:
    """Do to a file what somebody with an editor could."""
    connection = sqlite3.connect(path)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall()
    for (name,) in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def verified(path: Path) -> int:
    journal = SqliteJournal.reader(path)
    try:
        return journal.verify()
    finally:
        journal.close()


def stand_alone(path: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-I", str(SCRIPT), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_facts_come_back_in_order_with_their_numbers(written: Path) -> None:
    journal = SqliteJournal.reader(written)
    assert list(journal.read()) == list(enumerate(closes(COUNT), 1))
    assert list(journal.read(after=38)) == list(enumerate(closes(2, 38), 39))
    assert list(journal.read(after=COUNT)) == []
    assert journal.last == COUNT
    journal.close()


@given(batches=st.lists(st.lists(any_of(Fact), max_size=3), max_size=4))
def test_any_facts_survive_the_file(
    batches: list[list[Fact]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "journal.db"
    journal = SqliteJournal.create(path)
    for batch in batches:
        journal.append(batch)
    journal.close()
    again = SqliteJournal.reader(path)
    assert [fact for _, fact in again.read()] == [fact for batch in batches for fact in batch]
    again.close()


def test_a_writer_goes_on_where_it_stopped(path: Path) -> None:
    SqliteJournal.create(path).close()
    for n in range(3):
        journal = SqliteJournal.open(path)
        assert journal.append(closes(1, n)) == n + 1
        journal.close()
    assert verified(path) == 3


def test_an_empty_append_changes_nothing(path: Path) -> None:
    journal = SqliteJournal.create(path)
    assert journal.append(()) == 0
    assert (journal.last, journal.head) == (0, GENESIS)
    journal.close()


def test_a_reader_sees_what_the_writer_appends(path: Path) -> None:
    writer = SqliteJournal.create(path)
    reader = SqliteJournal.reader(path)
    writer.append(closes(2))
    assert len(list(reader.read())) == 2
    writer.append(closes(1, 2))
    assert [number for number, _ in reader.read(after=2)] == [3]
    reader.close()
    writer.close()


def test_a_reader_cannot_write(written: Path) -> None:
    reader = SqliteJournal.reader(written)
    with pytest.raises(DataError, match="readonly"):
        reader.append(closes(1))
    reader.close()
    assert verified(written) == COUNT


def test_a_second_writer_is_found_out_before_it_forks_the_chain(path: Path) -> None:
    one = SqliteJournal.create(path)
    two = SqliteJournal.open(path)
    one.append(closes(1))
    with pytest.raises(InvariantError, match="grown behind this writer's back after fact 0"):
        two.append(closes(1))
    one.close()
    two.close()
    assert verified(path) == 1


def test_a_batch_is_written_whole_or_not_at_all(path: Path) -> None:
    journal = SqliteJournal.create(path)
    journal.append(closes(1))
    broken = [*closes(2, 1), object()]
    with pytest.raises(AttributeError):
        journal.append(broken)  # type: ignore[arg-type]
    assert journal.append(closes(1, 1)) == 2
    journal.close()
    assert verified(path) == 2


def test_what_append_returned_survives_a_kill(path: Path) -> None:
    SqliteJournal.create(path).close()
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path\n"
        "from tomking.engine.journal import SqliteJournal\n"
        "from unit.engine.facts import closes\n"
        f"journal = SqliteJournal.open(Path({str(path)!r}))\n"
        "for n in range(10**6):\n"
        "    print(journal.append(closes(1, n % 300)), flush=True)\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        last = 0
        while last < 20:
            last = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
    assert verified(path) >= last


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET payload='{}' WHERE seq=3",
        "DELETE FROM journal WHERE seq=40",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq=3",
        "INSERT INTO journal VALUES (99, '', '', '', '', '')",
        "INSERT INTO journal(at, kind, payload, prev_hash, hash) VALUES ('', '', '', '', '')",
    ],
)
def test_the_file_itself_refuses_to_be_rewritten(written: Path, statement: str) -> None:
    connection = sqlite3.connect(written)
    with pytest.raises(sqlite3.IntegrityError, match=r"journal (is never|only grows)"):
        connection.execute(statement)
    connection.close()


TAMPERED = [
    (("UPDATE journal SET payload=replace(payload, '17.5', '71.5') WHERE seq=7",), 7, "changed"),
    (("UPDATE journal SET at='2018-01-01' WHERE seq=40",), 40, "changed"),
    (("DELETE FROM journal WHERE seq=12",), 12, "missing"),
    (("DELETE FROM journal WHERE seq=1",), 1, "missing"),
    (("UPDATE journal SET prev_hash=hash WHERE seq=5",), 5, "chain"),
    (
        (
            "UPDATE journal SET seq=100 WHERE seq=8",
            "UPDATE journal SET seq=8 WHERE seq=9",
            "UPDATE journal SET seq=9 WHERE seq=100",
        ),
        8,
        "chain",
    ),
    (("UPDATE journal SET payload=CAST(x'ff' AS TEXT) WHERE seq=2",), 2, "decode"),
]


@pytest.mark.parametrize(("statements", "seq", "what"), TAMPERED)
def test_tampering_is_told_with_the_number_of_the_fact(
    written: Path, statements: tuple[str, ...], seq: int, what: str
) -> None:
    spoil(written, *statements)
    with pytest.raises(DataCorrupt, match=what) as told:
        verified(written)
    assert "restore the file from a backup" in str(told.value)
    assert f"at fact {seq}" in str(told.value) or what == "decode"
    assert stand_alone(written).returncode == 1


def test_a_kind_from_the_future_is_told_with_its_number(path: Path) -> None:
    journal = SqliteJournal.create(path)
    journal.append(closes(1))
    before = journal.head
    journal.close()
    row = (2, "2018-02-06T10:00:00-05:00", "Teleported", "{}", before)
    connection = sqlite3.connect(path)
    hashed = link(before, *row[:4])
    connection.execute("INSERT INTO journal VALUES (?,?,?,?,?,?)", (*row, hashed))
    connection.commit()
    connection.close()
    with pytest.raises(DataCorrupt, match=r"at fact 2: .*'Teleported'; update tomking"):
        verified(path)
    assert stand_alone(path).returncode == 0  # the chain holds; only the word is unknown


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.3, 0.6, 0.9, 0.99])
def test_a_file_cut_short_is_corrupt(written: Path, kept: float) -> None:
    whole = written.read_bytes()
    written.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(DataCorrupt, match="restore the file from a backup"):
        verified(written)
    assert stand_alone(written).returncode == 1


@pytest.mark.parametrize("content", [b"hello", b"\0" * 9000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_of_something_else_is_corrupt(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DataCorrupt, match=r"journal\.db"):
        verified(path)
    assert stand_alone(path).returncode == 1


@example(place=3747, bit=7)  # within the table's own description
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_is_found_or_no_fact_is_read_wrong(
    place: int, bit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("bit") / "journal.db"
    journal = SqliteJournal.create(path)
    journal.append(closes(COUNT))
    journal.seal()
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)
    try:
        again = SqliteJournal.reader(path)
        facts = [fact for _, fact in again.read()]
        again.close()
    except TomKingError:
        return
    assert facts == list(closes(len(facts)))


def test_a_missing_file_is_not_made(path: Path) -> None:
    for opening in (SqliteJournal.open, SqliteJournal.reader):
        with pytest.raises(DataError, match="there is no journal at"):
            opening(path)
    assert not path.exists()


def test_a_file_that_is_there_is_not_overwritten(written: Path) -> None:
    with pytest.raises(DataError, match="exists already"):
        SqliteJournal.create(written)
    assert verified(written) == COUNT


def test_a_start_that_is_cut_off_leaves_no_journal_and_the_next_one_begins(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut_off)
        with pytest.raises(KeyboardInterrupt):
            SqliteJournal.create(path)
    assert not path.exists()
    path.with_name("journal.db.new-wal").write_bytes(b"what a kill left behind")
    assert SqliteJournal.create(path).append(closes(1)) == 1


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be used"):
        SqliteJournal.create(tmp_path / "nowhere" / "journal.db")


def test_a_sealed_journal_is_one_file(written: Path) -> None:
    assert [each.name for each in written.parent.iterdir()] == ["journal.db"]


def test_the_stand_alone_script_agrees_and_is_short(written: Path) -> None:
    done = stand_alone(written)
    assert done.returncode == 0
    assert f"{COUNT} facts hold" in done.stdout
    journal = SqliteJournal.reader(written)
    assert journal.head in done.stdout
    journal.close()
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 60
    assert "tomking." not in SCRIPT.read_text(encoding="utf-8").replace("tomking on", "")


def test_the_stand_alone_script_wants_one_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert stand_alone(tmp_path / "none").returncode == 1
