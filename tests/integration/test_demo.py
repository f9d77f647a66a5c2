"""``tomking demo``: two accounts beside each other, their strips, one page and one document."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tomking.app import pool
from tomking.app.backtesting import Job, column, columns
from tomking.app.cli import demo
from tomking.app.main import main
from tomking.app.paper_day import Asked
from tomking.app.strategies import chosen
from tomking.app.strip import strip
from tomking.backtest.run import RunSpec
from tomking.report.contents import PaperDay, Streams
from tomking.risk.limits import Limits
from tomking.strategies.tune import tune

pytestmark = pytest.mark.integration

FIRST, LAST = date(2018, 1, 29), date(2018, 2, 28)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(demo, "WINDOW", (FIRST, LAST))


def spec(capital: Decimal = demo.CAPITALS[1]) -> RunSpec:
    return RunSpec(chosen(demo.STRATEGIES), capital, FIRST, LAST)


@pytest.fixture
def without_the_friday(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo that is told of a day at the exchange, and does not wait for one."""

    @contextmanager
    def told(asked: Asked) -> Iterator[Told]:
        yield Told(asked)

    monkeypatch.setattr(demo, "trading", told)


@dataclass
class Told:
    """What stands for a day that is being traded."""

    asked: Asked

    def result(self) -> PaperDay:
        return PaperDay(self.asked.day, "tomking paper", (), Streams(0, 1, 0, 0, 0, 0.0))


@pytest.mark.usefixtures("without_the_friday")
def test_the_command_beside_each_account_makes_its_run_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo"]) == 0
    said = json.loads(Path("tomking-demo/report.json").read_text(encoding="utf-8"))
    capsys.readouterr()
    for account in said["accounts"]:
        assert main([*account["command"].split()[1:], "--no-strip", "--json"]) == 0
        again = json.loads(capsys.readouterr().out)["run_hash"]
        assert again == account["columns"][0]["run_hash"]


@pytest.mark.usefixtures("without_the_friday")
def test_the_demo_answers_in_json_and_to_another_folder(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo", "--json", "--out", "deep/er"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert Path(said["report"]).is_file()
    assert [one["capital"] for one in said["accounts"]] == [44500, 100000]


def test_a_folder_that_cannot_be_made_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("x", encoding="utf-8")
    assert main(["demo", "--out", "file/below"]) == 2
    assert capsys.readouterr().err.startswith("tomking: --out file/below cannot be made")


def test_every_column_differs_from_the_run_in_one_thing() -> None:
    base = spec()
    found = strip(base)
    assert [one.name for one in found] == [
        "mid", "full spread", "fees ×2", "puts cut", "calls cut", "5 min later", "stop ×1",
    ]  # fmt: skip
    texts = {one.spec.text() for one in found} | {base.text()}
    assert len(texts) == len(found) + 1
    stopped = found[-1].spec.strategies
    assert stopped[0] == tune(chosen(("friday_0dte",))[0], {"LossBelow.of_premium": 1.0})
    assert stopped[1] == base.strategies[1]


def test_the_run_asked_for_is_not_repeated_in_its_strip() -> None:
    mid = strip(spec())[0].spec
    assert "mid" not in [one.name for one in strip(mid)]
    assert "half spread" in [one.name for one in strip(mid)]


def test_a_column_is_the_same_whichever_process_makes_it() -> None:
    jobs = [Job("here", "", spec()), Job("there", "", spec(demo.CAPITALS[0]))]
    heard: list[tuple[int, int]] = []
    apart = columns(jobs, lambda done, whole: heard.append((done, whole)))
    assert [one.run_hash for one in apart] == [column(job).run_hash for job in jobs]
    assert heard[-1] == (2 * apart[0].summary.sessions,) * 2
    assert pool.processes() in (1, 2)


def test_what_is_open_at_the_end_is_counted_at_its_mark() -> None:
    deaf = Limits(alarm_vix=())  # VIX stood above 30 on the only day with a slot
    (found,) = columns(
        [Job("here", "", RunSpec(chosen(("lt112",)), demo.CAPITALS[1], FIRST, LAST, limits=deaf))]
    )
    (tally,) = found.summary.tallies
    assert (tally.entered, tally.closed, tally.open) == (1, 0, 1)
    assert tally.pnl == found.summary.final - found.summary.capital != 0
