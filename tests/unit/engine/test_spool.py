"""Commands by spool: delivered by rename, consumed once, answered; nothing odd stops the rest."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.engine.spool import (
    BYTES_MAX,
    DONE,
    FLATTEN,
    HALT,
    RESUME,
    RUNG,
    VERBS,
    Answer,
    Command,
    Spool,
)

pytestmark = [pytest.mark.unit, pytest.mark.emergency]
NOON = datetime(2026, 3, 6, 17, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    made = Spool(tmp_path / "spool")
    made.make()
    return made


def command(verb: str = HALT, minute: int = 0) -> Command:
    return Command(verb, NOON + timedelta(minutes=minute), "t. king", "a reason", "of", "word")


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_dropped_is_what_is_taken(spool: Spool, verb: str) -> None:
    name = spool.drop(command(verb))
    (taken,) = spool.take()
    assert (taken.name, taken.command, taken.fault) == (name, command(verb), "")


def test_the_oldest_command_is_taken_first(spool: Spool) -> None:
    for verb, minute in ((RESUME, 2), (HALT, 0), (RUNG, 1)):
        spool.drop(command(verb, minute))
    assert [each.command.verb for each in spool.take() if each.command] == [HALT, RUNG, RESUME]


def test_two_commands_of_one_instant_do_not_replace_each_other(spool: Spool) -> None:
    assert spool.drop(command()) != spool.drop(command())
    assert len(list(spool.take())) == 2


def test_a_command_is_taken_away_before_it_is_handed_on(spool: Spool) -> None:
    name = spool.drop(command())
    for taken in spool.take():
        assert not (spool.inside / taken.name).exists()
    assert spool.waiting() == ()
    assert list(spool.take()) == []
    assert (spool.taken / name).exists()


def test_a_file_that_is_still_being_written_is_not_looked_at(spool: Spool) -> None:
    (spool.inside / ".half.json").write_text("{")
    assert list(spool.take()) == []
    assert (spool.inside / ".half.json").exists()


def test_a_command_of_a_name_that_was_taken_before_is_not_taken_again(spool: Spool) -> None:
    name = spool.drop(command())
    text = (spool.inside / name).read_text()
    assert len(list(spool.take())) == 1
    (spool.inside / name).write_text(text)
    (again,) = spool.take()
    assert again.command is None
    assert "taken before" in again.fault


ODD = (
    ("x.txt", "{}", "does not end in .json"),
    ("x.json", "{", "no command"),
    ("x.json", "[]", "a table of texts"),
    ("x.json", "[" * 60_000, "no command"),
    ("x.json", "{}", "'verb'"),
    ("x.json", '{"verb": 1}', "a table of texts"),
    ("x.json", '{"verb": "buy", "at": "2026-03-06T12:00:00+00:00", "by": "x"}', "'buy' is none of"),
    ("x.json", '{"verb": "halt", "at": "noon", "by": "x"}', "no command"),
    ("x.json", '{"verb": "halt", "at": "2026-03-06T12:00:00", "by": "x"}', "no time zone"),
    ("x.json", '{"verb": "halt", "at": "2026-03-06T12:00:00+00:00"}', "'by'"),
    ("x.json", " " * (BYTES_MAX + 1), "longer than"),
)


@pytest.mark.parametrize(("name", "text", "said"), ODD)
def test_an_odd_file_is_moved_aside_and_the_rest_goes_on(
    spool: Spool, name: str, text: str, said: str
) -> None:
    (spool.inside / name).write_text(text)
    good = spool.drop(command())
    found = {each.name: each for each in spool.take()}
    assert found[name].command is None
    assert said in found[name].fault
    assert found[good].command == command()
    assert [each.name for each in spool.odd.iterdir()] == [name]


@given(st.binary(max_size=300), st.integers(0, 200))
def test_any_bytes_are_a_command_or_a_fault_and_never_fatal(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, cut: int
) -> None:
    spool = Spool(tmp_path_factory.mktemp("s"))
    name = spool.drop(command())
    place = spool.inside / name
    place.write_bytes(place.read_bytes()[:cut] + noise)
    (taken,) = spool.take()
    assert (taken.command is None) is bool(taken.fault)
    assert spool.waiting() == ()


def test_a_file_that_is_no_text_a_folder_and_a_link_are_odd_too(
    spool: Spool, tmp_path: Path
) -> None:
    (spool.inside / "a.json").write_bytes(b"\xff\xfe")
    (spool.inside / "b.json").mkdir()
    (spool.inside / "c.json").symlink_to(tmp_path / "nowhere")
    assert [each.command for each in spool.take()] == [None, None, None]
    assert sorted(each.name for each in spool.odd.iterdir()) == ["a.json", "b.json", "c.json"]


def test_a_second_odd_file_of_a_name_does_not_replace_the_first(spool: Spool) -> None:
    for _ in range(2):
        (spool.inside / "x.json").write_text("{")
        list(spool.take())
    assert len(list(spool.odd.iterdir())) == 2


def test_what_cannot_be_taken_away_is_told_and_not_acted_on(spool: Spool) -> None:
    spool.drop(command())
    spool.taken.rmdir()
    spool.taken.write_text("a file where the folder should be")
    (taken,) = spool.take()
    assert taken.command is None
    assert "cannot be taken away" in taken.fault


def test_a_folder_that_was_deleted_is_made_again(spool: Spool) -> None:
    spool.drop(command())
    spool.taken.rmdir()
    (taken,) = spool.take()
    assert taken.command == command()


def test_a_spool_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    bare = Spool(tmp_path / "none")
    assert (bare.waiting(), bare.unanswered(), list(bare.take())) == ((), (), [])


def test_an_answer_stands_under_the_name_of_its_command(spool: Spool) -> None:
    name = spool.drop(command())
    list(spool.take())
    assert spool.unanswered() == (name,)
    spool.answer(Answer(name, DONE, ("halted",)), NOON)
    said = json.loads((spool.out / name).read_text())
    assert said == {"outcome": "done", "said": ["halted"], "at": NOON.isoformat()}
    assert spool.unanswered() == ()


def test_letters_that_are_none_are_replaced(spool: Spool) -> None:
    """They come from a terminal in another tongue, and no journal could hold them."""
    spool.drop(replace(command(), reason="smoke \udcff"))
    (taken,) = spool.take()
    assert taken.command is not None
    assert taken.command.reason == "smoke ?"


def test_a_command_prints_as_a_sentence() -> None:
    assert str(command(FLATTEN)) == "flatten of by t. king: a reason"
    assert str(replace(command(), of="", reason="")) == "halt by t. king"
