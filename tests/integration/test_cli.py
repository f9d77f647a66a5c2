"""The command line as a person and a script meet it: real processes, real files, a real short run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from architecture.tree import ROOT
from tomking.app import strategies
from tomking.app.bench import desk
from tomking.app.main import VERBS, main
from tomking.app.runs import keep
from tomking.backtest.run import Run, RunSpec, run
from tomking.core.facts import Considered, Judged
from tomking.core.reading import STAGES

pytestmark = pytest.mark.integration
SCRIPT = Path(sys.executable).with_name("tomking")
FIRST, LAST = date(2018, 1, 29), date(2018, 2, 16)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def kept(place: Path) -> Iterator[Run]:
    """Three weeks around February 2018 in a home of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOMKING_HOME", str(place))
        done = run(RunSpec(strategies.chosen(), Decimal(100_000), FIRST, LAST))
        keep(done)
        yield done


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "empty"))
    return tmp_path


@pytest.fixture
def home(kept: Run, place: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("TOMKING_HOME", str(place))
    return kept


def tomking(
    *words: str, home: Path | None = None, **more: str
) -> "subprocess.CompletedProcess[str]":
    """A process of its own, its input not a terminal."""
    environment = os.environ | more | ({"TOMKING_HOME": str(home)} if home else {})
    return subprocess.run(
        [SCRIPT, *words],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        encoding="utf-8",
    )  # fmt: skip


def asked_on(done: Run, name: str) -> Considered:
    """The first answer of a strategy that holds readings."""
    return next(
        fact
        for fact in done.facts
        if isinstance(fact, Considered) and fact.strategy == name and fact.readings
    )


def test_why_not_shows_every_answer_with_every_reading(
    home: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    fact = asked_on(home, "friday_0dte")
    assert main(["why", "friday_0dte", str(fact.at.date())]) == 0
    said = capsys.readouterr().out
    assert str(fact) in said
    assert "New York" in said
    assert "London" in said
    for reading in fact.readings:
        assert reading.name.split(": ")[-1] in said
    assert "FAIL" in said
    assert "pass" in said
    assert f"pattern {fact.labels['pattern']}" in said


def test_every_stage_of_a_considered_entry_is_told_or_said_not_to_have_been_asked(
    home: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    fact = next(f for f in home.facts if isinstance(f, Considered) and f.outcome == "skipped")
    assert main(["why", fact.strategy, str(fact.at.date())]) == 0
    page = capsys.readouterr().out
    table = [line.split() for line in page.splitlines()]
    assert {stage.value for stage in STAGES} <= {line[0] for line in table if line}
    assert main(["why", fact.strategy, str(fact.at.date()), "--json"]) == 0
    told = next(
        c for c in json.loads(capsys.readouterr().out)["considered"] if c["outcome"] == "skipped"
    )
    asked = {reading["stage"] for reading in told["readings"]}
    assert asked | set(told["not_asked"]) == {stage.value for stage in STAGES}
    assert not asked & set(told["not_asked"])
    assert all("observed" in reading and "bound" in reading for reading in told["readings"])


def test_why_not_as_json_holds_every_gate_of_every_order(
    home: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    judged = next(f for f in home.facts if isinstance(f, Judged) and f.order.purpose.adds_risk)
    words = ["why-not", judged.order.strategy, str(judged.at.date()), "--json"]
    assert main([*words, "--run", home.run_hash[:5]]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["run"] == home.run_hash
    orders = {order["order"] for order in said["judged"]}
    assert judged.order.id in orders
    first = next(o for o in said["judged"] if o["order"] == judged.order.id)
    assert len(first["readings"]) == len(judged.readings)
    stages = [reading["stage"] for reading in first["readings"]]
    assert stages == sorted(stages, key=list(STAGES).index)
    assert set(stages) == set(STAGES)
    assert {"value", "limit"} & set(first["readings"][0]) == set()
    assert {"observed", "bound", "passed", "rule"} <= set(first["readings"][0])
    assert all(o["approved"] == all(r["passed"] for r in o["readings"]) for o in said["judged"])


def test_why_not_on_a_day_without_a_slot_names_the_next_by_both_clocks(
    home: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["why", "lt112", "2018-02-13"]) == 0
    said = capsys.readouterr().out
    assert "It has no slot that day." in said
    assert "next slot is Wednesday 2018-03-07, 10:00 New York, 15:00 London" in said
    assert main(["why", "lt112", "2018-02-10", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["open"] is False
    assert document["next_slot"]["at_london"].startswith("2018-03-07T15:00")


def test_the_clocks_of_the_two_cities_part_for_weeks_in_march(
    home: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    from tomking.app.story import next_slot

    at = next_slot(strategies.find("friday_0dte"), date(2018, 3, 12))
    assert at is not None
    from tomking.app.screen import both_clocks

    assert both_clocks(at) == "10:30 New York, 14:30 London"


@pytest.mark.parametrize("by", ["stage", "hour", "weekday", "pattern"])
def test_why_not_tells_a_whole_run_by_what_was_written_down(
    home: Run, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    assert main(["why-not", "--by", by]) == 0
    said = capsys.readouterr().out
    assert f"by {by}" in said
    assert "friday_0dte" in said
    assert main(["why-not", "friday_0dte", "--by", by, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rejections"]
    assert rows
    assert {row["strategy"] for row in rows} == {"friday_0dte"}
    assert all(row["refused"] == sum(row["stages"].values()) for row in rows)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "name a strategy and a day, or say --by stage, hour, weekday or pattern"),
        (("lt112",), "name a strategy and a day"),
        (("lt112", "2018-02-07", "--by", "hour"), "--by tells of the whole run"),
        (("--by", "hours"), "--by 'hours'; did you mean 'hour'?"),
        (("put_ratio", "--by", "hour"), "put_ratio is not part of run"),
    ],
)
def test_why_not_says_what_it_needs(
    home: Run, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert main(["why-not", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_the_journal_of_a_day_is_a_sentence_a_fact(
    home: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    day = asked_on(home, "friday_0dte").at.date()
    facts = [fact for fact in home.facts if fact.at.date() == day]
    assert main(["journal", str(day)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 + len(facts)
    for fact, line in zip(facts, lines[3:], strict=True):
        assert str(fact)[1:] in line
        assert line.startswith(f"{fact.at:%H:%M}")
    assert main(["journal", str(day), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [each["kind"] for each in said["facts"]] == [type(fact).__name__ for fact in facts]
    assert said["facts"][0]["sentence"] == str(facts[0])


def test_the_journal_of_a_closed_day_says_so(home: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "2018-02-10"]) == 0
    assert "The market was closed." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["why", "lt12", "2018-02-07"], "unknown strategy 'lt12'; did you mean 'lt112'?"),
        (["why", "lt112", "7/2/2018"], "'7/2/2018' is not a date: write it as 2018-02-05"),
        (["why", "lt112", "2019-02-06"], "covers 2018-01-29 to 2018-02-16, not 2019-02-06"),
        (["journal", "2018-02-30"], "'2018-02-30' is not a date"),
        (["journal", "1900-01-01"], "covers 2018-01-29 to 2018-02-16"),
        (["journal", "2018-02-05", "--run", "ffff0000"], "no stored run begins with 'ffff0000'"),
        (["explain", "lt12"], "did you mean 'lt112'?"),
        (["explain", "lt112", "--preset", "x"], "unknown preset 'x'"),
        (["config", "check", "none.toml"], "none.toml cannot be read: No such file"),
        (["config", "show", "a.toml", "--config", "b.toml"], "name the settings file once"),
        (["doctor", "--on", "tomorrow"], "'tomorrow' is not a date"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    home: Run, words: list[str], said: str, capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    assert main(words) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""
    assert list(here.iterdir()) == []


def test_without_a_run_the_ledger_verbs_say_what_to_do_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in (["why", "lt112", "2018-02-07"], ["journal", "2018-02-07"]):
        assert main(words) == 2
        assert "run `tomking backtest` first" in capsys.readouterr().err


def test_a_corrupt_run_is_told_with_the_number_of_the_fact(
    kept: Run, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOMKING_HOME", str(here / "other"))
    path = keep(kept)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert main(["journal", "2018-02-05"]) == 4
    said = capsys.readouterr().err
    assert "run `tomking backtest` again" in said
    assert said.count("\n") == 1


def test_explain_prints_prose_table_and_limits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "lt112"]) == 0
    said = capsys.readouterr().out
    assert "first Wednesday of the month" in " ".join(said.split())
    assert "R-112-05" in said
    assert "R-COR-01" in said
    assert main(["explain", "lt112", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    named = {limit["name"]: limit["value"] for limit in document["limits"]}
    assert named["bp_trade_by_strategy"] == 0.3
    assert "contracts_by_gbp" not in named  # a table about the other strategy
    assert document["plan"]["take_when"][0]["points"] == 15.0


def test_explain_prints_the_plan_as_it_would_be_traded(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "tomking.toml").write_text("[strategies.lt112]\nCreditAtLeast.points = 12\n")
    assert main(["explain", "lt112"]) == 0
    assert "at least 12 points" in " ".join(capsys.readouterr().out.split())


def test_config_show_tells_value_source_default_and_rule(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "tomking.toml").write_text("[limits]\nvix_open_max = 33\n")
    assert main(["config", "show", "--why"]) == 0
    said = capsys.readouterr().out
    (line,) = [line for line in said.splitlines() if " limits.vix_open_max " in line]
    assert line.split() == [
        "limits.vix_open_max",
        "33",
        "points",
        "tomking.toml:2",
        "35",
        "R-VIX-02",
    ]
    assert main(["config", "show", "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    row = next(row for row in document["settings"] if row["key"] == "limits.vix_open_max")
    assert (row["value"], row["default"], row["source"]) == (33.0, 35.0, "tomking.toml:2")


def test_config_check_says_what_differs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "mine.toml").write_text("[limits.group_max]\nA1 = 4\n")
    assert main(["config", "check", "mine.toml"]) == 0
    said = capsys.readouterr().out
    assert "sound; 1 of" in said
    assert "A1 4" in said
    assert main(["config", "check", "mine.toml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sound"] is True


def test_a_raised_limit_changes_a_backtest(here: Path) -> None:
    from tomking.app.config.load import load

    (here / "tomking.toml").write_text("[limits]\nvix_open_max = 1\n")
    spec = RunSpec(strategies.chosen(), Decimal(100_000), FIRST, LAST, limits=load().limits)
    assert not any(isinstance(f, Judged) and f.approved for f in run(spec).facts)


def test_the_doctor_answers_in_words_and_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--on", "2026-09-01"]) == 0
    assert "Everything works." in capsys.readouterr().out
    assert main(["doctor", "--on", "2033-01-01", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["sound"] is False
    failed = [check for check in document["checks"] if check["status"] == "FAIL"]
    assert [check["name"] for check in failed] == ["session table"]
    assert failed[0]["do"]


def test_a_process_without_a_terminal_or_a_locale_speaks_utf8(kept: Run, place: Path) -> None:
    done = tomking("why", "lt112", "2018-02-07", home=place, LC_ALL="C", LANG="C", PYTHONUTF8="0")
    assert done.returncode == 0
    assert "─" in done.stdout
    assert "\x1b[" not in done.stdout


def test_a_reader_that_leaves_ends_the_program_quietly(kept: Run, place: Path) -> None:
    environment = os.environ | {"TOMKING_HOME": str(place)}
    command = f"'{SCRIPT}' journal 2018-02-07 --json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "{"
    assert done.stderr == ""


def test_exit_codes_reach_the_shell() -> None:
    assert tomking("explain", "nothing").returncode == 2
    assert tomking("--version").returncode == 0


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_has_a_page_of_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"tomking {verb}" in said
    assert "--json" in said


def test_every_row_of_the_bench_has_a_figure_and_something_beside_it(kept: Run) -> None:
    rows = desk.rows(kept.spec)
    assert len(rows) == 7
    for row in rows:
        assert list(row) == ["name", "value", "unit", "peer", "peer_value", "ratio"]
        assert all(float(row[key]) > 0 for key in ("value", "peer_value", "ratio"))


def test_warm_compiles_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    from tomking.app import warm

    warm.main()
    assert "kernels are compiled; 10 sessions traded" in capsys.readouterr().out


def test_the_stand_alone_script_verifies_a_kept_run(kept: Run, place: Path) -> None:
    script = ROOT / "scripts" / "verify_journal.py"
    path = place / "runs" / f"{kept.run_hash}.journal"
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert f"{len(kept.facts)} facts hold" in done.stdout
