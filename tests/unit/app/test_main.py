"""The outermost frame: every end of a command is one sentence and the right exit code."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from inspect import getdoc, signature
from pathlib import Path
from types import ModuleType

import pytest

from tomking.app import main as shell
from tomking.app.main import INTERRUPTED, VERBS, main, overview, verb_of
from tomking.core.errors import (
    BrokerError,
    ConfigError,
    DataCorrupt,
    InvariantError,
    ReconciliationError,
)

pytestmark = pytest.mark.unit


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., int | None]], None]:
    """Put a function in the place of a command called ``act``."""

    def put(command: Callable[..., int | None]) -> None:
        module = ModuleType("tomking.app.cli.act")
        module.command = command  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "tomking.app.cli.act", module)
        monkeypatch.setattr(shell, "VERBS", {"act": ("act", "a test")})

    return put


def raising(fault: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise fault

    return command


def test_help_names_every_command_and_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["-h"], ["help"], []):
        assert main(words) == 0
        said = capsys.readouterr().out
        assert all(name in said and what in said for name, (_, what) in VERBS.items())
        assert max(map(len, said.splitlines())) <= 100


def test_a_file_that_cannot_be_used_is_named(
    verb: Callable[[Callable[..., int | None]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    verb(raising(NotADirectoryError(20, "Not a directory", "accounts/paper")))
    assert main(["act"]) == 1
    said = capsys.readouterr()
    assert "accounts/paper cannot be used (Not a directory)" in said.err
    assert "nothing more can be written" not in said.err


def test_nobody_else_writes_where_the_program_prints() -> None:
    """A solver in C says something on standard output, before and after the answer."""
    code = (
        "import os\n"
        "from tomking.app import main\n"
        "main.own_stdout()\n"
        "os.write(1, b'noise ')\n"
        "print('answer')\n"
        "os.write(1, b'more noise')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"answer\n", b"")


def test_a_stream_that_somebody_put_there_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    mine = sys.stdout
    shell.own_stdout()
    assert sys.stdout is mine
    sys.stdout.write("still heard\n")
    assert capsys.readouterr().out == "still heard\n"


def test_the_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("tomking 0.")


@pytest.mark.parametrize("name", VERBS)
def test_every_command_speaks_json_and_says_what_it_does(name: str) -> None:
    command = import_module(f"tomking.app.cli.{VERBS[name][0]}").command
    assert "json" in signature(command).parameters
    assert getdoc(command)


def test_prefixes_stand_for_the_only_verb_that_begins_so() -> None:
    assert verb_of("why") == "why-not"
    assert verb_of("why_not") == "why-not"
    assert verb_of("back") == "backtest"
    for name in VERBS:
        assert verb_of(name) == name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["b"], "'b' may mean backtest or box or bench: say a letter more"),
        (["d"], "'d' may mean demo or divergence or data or doctor"),
        (["explian"], "unknown command 'explian'; did you mean 'explain'?"),
        (["frobnicate"], "unknown command 'frobnicate'; `tomking --help` lists them"),
        ([""], "may mean"),
        (["--nonsense"], "unknown option --nonsense: put a command first"),
        (["explain"], "Missing argument 'STRATEGY|FILE'; see `tomking explain --help`"),
        (["explain", "lt112", "--colour"], "No such option: --colour"),
        (["explain", "lt112", "more"], "unexpected extra argument"),
        (["config", "shwo"], "'shwo' is not one of 'show', 'check'"),
        (["help", "frobnicate"], "unknown command 'frobnicate'"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.startswith("tomking: ")
    assert shown.err.count("\n") == 1
    assert shown.out == ""


def test_an_error_is_a_document_where_one_was_asked_for(
    verb: Callable[[Callable[..., int | None]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def act(*, json: bool = False) -> int:
        raise BrokerError(f"nobody answers, and json is {json}")

    verb(act)
    assert main(["act", "--json"]) == 5
    out, err = capsys.readouterr()
    assert json.loads(out) == {"error": "nobody answers, and json is True", "exit_code": 5}
    assert err == "tomking: nobody answers, and json is True\n"
    assert main(["nothing-like-it", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["exit_code"] == 2


def test_every_verb_stands_apart_from_what_it_is_for() -> None:
    rows = overview().splitlines()
    for verb, (_, what) in VERBS.items():
        assert any(row.startswith(f"  {verb}  ") and row.endswith(f"  {what}") for row in rows)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (ConfigError("no such key: choose another"), 2),
        (DataCorrupt("the file is damaged: restore it"), 4),
        (InvariantError("two and two: restart"), 1),
        (BrokerError("nobody answers: wait"), 5),
        (ReconciliationError("they differ: look"), 6),
    ],
)
def test_our_own_errors_are_told_with_their_exit_code(
    fault: Exception,
    code: int,
    verb: Callable[[Callable[..., int | None]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    verb(raising(fault))
    assert main(["act"]) == code
    assert capsys.readouterr().err == f"tomking: {fault}\n"


def test_what_a_command_answers_is_the_exit_code(
    verb: Callable[[Callable[..., int | None]], None],
) -> None:
    verb(lambda: 3)
    assert main(["act"]) == 3
    verb(lambda: None)
    assert main(["act"]) == 0


def test_an_interrupt_is_quiet(
    verb: Callable[[Callable[..., int | None]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    verb(raising(KeyboardInterrupt()))
    assert main(["act"]) == INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_a_bug_is_one_sentence_and_its_trace_is_saved(
    home: Path,
    verb: Callable[[Callable[..., int | None]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    verb(raising(ZeroDivisionError("by nought")))
    assert main(["act"]) == 1
    said = capsys.readouterr().err
    (trace,) = (home / "traces").iterdir()
    assert said.count("\n") == 1
    assert "this is a bug in tomking (ZeroDivisionError: by nought)" in said
    assert str(trace) in said
    assert "raising" in trace.read_text(encoding="utf-8") or "in command" in trace.read_text()


def test_a_bug_shows_its_trace_when_asked(
    home: Path,
    verb: Callable[[Callable[..., int | None]], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOMKING_DEBUG", "1")
    verb(raising(ZeroDivisionError("by nought")))
    assert main(["act"]) == 1
    assert "Traceback" in capsys.readouterr().err
    assert not (home / "traces").exists()


def test_a_bug_is_told_even_when_nothing_can_be_saved(
    home: Path,
    verb: Callable[[Callable[..., int | None]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    home.write_text("a file where the folder should be")
    verb(raising(ZeroDivisionError("by nought")))
    assert main(["act"]) == 1
    assert "set TOMKING_DEBUG=1" in capsys.readouterr().err
