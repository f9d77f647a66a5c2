"""One writer an account: the lock, who has it, and that it goes with its process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tomking.core.errors import DataError, Exit, Taken
from tomking.engine.sole import COMMAND, DESK, Holder, holder, sole

pytestmark = pytest.mark.unit

HOLDS = """
import sys, time
from pathlib import Path
from tomking.engine.sole import sole
with sole(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(60)
"""


def test_the_second_is_refused_in_a_sentence_that_names_the_first(tmp_path: Path) -> None:
    place = tmp_path / "lock"
    said = rf"process {os.getpid()} \(a desk\)"
    with sole(place), pytest.raises(Taken, match=said) as refused, sole(place):
        pytest.fail("two have it")
    assert refused.value.exit_code == Exit.NEEDS_HUMAN


def test_one_that_was_refused_leaves_the_first_alone(tmp_path: Path) -> None:
    place = tmp_path / "lock"
    with sole(place, COMMAND):
        with pytest.raises(Taken), sole(place):
            pytest.fail("two have it")
        assert holder(place) == Holder(os.getpid(), COMMAND)
        with pytest.raises(Taken), sole(place):
            pytest.fail("two have it")


def test_it_is_free_again_afterwards_whatever_ended_it(tmp_path: Path) -> None:
    place = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), sole(place):
        raise ZeroDivisionError
    assert holder(place) == Holder(0, DESK)
    with sole(place):
        assert holder(place).pid == os.getpid()


def test_a_kill_leaves_no_lock_behind(tmp_path: Path) -> None:
    place = tmp_path / "lock"
    words = [sys.executable, "-c", HOLDS, str(place)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "ready\n"
        with pytest.raises(Taken, match=f"process {first.pid}"), sole(place):
            pytest.fail("two have it")
        first.kill()
    assert holder(place).pid == first.pid, "it names a process that is gone"
    with sole(place):
        assert holder(place).pid == os.getpid()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="see that the folder"), sole(tmp_path / "none" / "lock"):
        pytest.fail("there is no such folder")


def test_a_file_that_was_replaced_meanwhile_is_not_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "lock"
    place.touch()
    monkeypatch.setattr(os.path, "samestat", lambda one, other: False)
    with pytest.raises(Taken), sole(place):
        pytest.fail("what is locked has no name")
