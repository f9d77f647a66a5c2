"""The page of the tutorial, done as it says: its file in an empty home, its command, its trades."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from architecture.tree import ROOT

pytestmark = pytest.mark.integration

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
SCRIPT = Path(sys.executable).with_name("tomking")
NAME = "thursday_spread"
WINDOW = ("--from", "2015-01-02", "--to", "2015-06-30")


def block(language: str) -> str:
    """The first fenced block of a language on the page."""
    found = re.search(rf"(?ms)^```{language}\n(.*?)^```", PAGE)
    assert found is not None
    return found[1]


def tomking(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The installed command, in a home and a folder of its own."""
    environment = os.environ | {"TOMKING_HOME": str(home)}
    return subprocess.run(
        [str(SCRIPT), *words], env=environment, cwd=home, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home into which the page's file has been put."""
    place = tmp_path_factory.mktemp("home")
    assert list(place.iterdir()) == []
    (place / "strategies").mkdir()
    (place / "strategies" / "thursday.py").write_text(block("python"), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def traded(home: Path) -> Path:
    """The page's command, over half of its year: once for the page, once for the data."""
    for report in ("thursday.html", "thursday.json"):
        done = tomking(
            home, "backtest", "--strategies", NAME, "--capital", "100000", *WINDOW, "--no-strip",
            "--report", report,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Thursday put spread" in done.stdout
    return home


def test_the_file_has_fifty_lines_at_most() -> None:
    assert 30 < len(block("python").splitlines()) <= 50


def test_its_trades_are_in_the_data(traded: Path) -> None:
    report = json.loads((traded / "thursday.json").read_text(encoding="utf-8"))
    said = json.dumps(report)
    assert NAME in said
    days = re.findall(rf"{NAME}/(2015-\d\d-\d\d)", said)
    assert len(set(days)) >= 5


def test_its_trades_are_on_the_page(traded: Path) -> None:
    page = (traded / "thursday.html").read_text(encoding="utf-8")
    assert "Thursday put spread" in page
    assert "SPY" in page
    assert "50% of the premium earned" in page or "profit" in page


def test_the_command_counts_them(home: Path) -> None:
    done = tomking(home, "backtest", "--strategies", NAME, "--capital", "100000", *WINDOW, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["strategies"][NAME]["entered"] >= 5
    assert found["trades"] >= 5


def test_it_is_explained_and_a_day_is_answered_for(traded: Path) -> None:
    plan = tomking(traded, "explain", NAME)
    assert plan.returncode == 0, plan.stderr
    assert "every Thursday at 11:00 New York" in plan.stdout
    answer = tomking(traded, "why-not", NAME, "2015-03-12")
    assert answer.returncode == 0, answer.stderr
    assert "Thursday 2015-03-12" in answer.stdout


def test_a_run_is_told_when_the_file_of_its_plan_is_gone(traded: Path) -> None:
    file = traded / "strategies" / "thursday.py"
    file.rename(traded / "thursday.kept")
    try:
        asked = tomking(traded, "why-not", NAME, "2015-03-12")
        unasked = tomking(traded, "why-not", NAME, "2015-03-13", "--json")
        stages = tomking(traded, "why-not", NAME, "--by", "stage")
        unknown = tomking(traded, "why-not", "short put", "2015-03-12")
    finally:
        (traded / "thursday.kept").rename(file)
    assert asked.returncode == unasked.returncode == stages.returncode == 0, asked.stderr
    assert "Thursday 2015-03-12" in asked.stdout
    assert "its plan is gone" in json.loads(unasked.stdout)["note"]
    assert unknown.returncode == 2
    assert "unknown strategy 'short put'" in unknown.stderr


def test_the_settings_of_the_page_change_it(home: Path) -> None:
    settings = home / "mine.toml"
    settings.write_text(block("toml"), encoding="utf-8")
    plan = tomking(home, "explain", NAME, "--config", str(settings))
    assert plan.returncode == 0, plan.stderr
    assert "1.5 times the premium" in plan.stdout
    assert "16-delta" in plan.stdout


@pytest.mark.parametrize(
    ("was", "is_", "said"),
    [
        ("    LossBelow(of_premium=2.0),  # seen twice before it acts\n", "", "has no stop"),
        ('roots=("SPY",)', 'roots=("GLD",)', "GLD has no price history here: gold and silver"),
        ("dte=35,\n    dte_within=7", "dte=0,\n    dte_within=0", "has no clock exit"),
    ],
)
def test_a_fault_is_one_sentence_and_exit_code_2(
    was: str, is_: str, said: str, tmp_path: Path
) -> None:
    assert was in block("python")
    (tmp_path / "strategies").mkdir()
    text = block("python").replace(was, is_)
    (tmp_path / "strategies" / "thursday.py").write_text(text, encoding="utf-8")
    done = tomking(tmp_path, "backtest", "--strategies", NAME, *WINDOW, "--json")
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr == f"tomking: {json.loads(done.stdout)['error']}\n"
