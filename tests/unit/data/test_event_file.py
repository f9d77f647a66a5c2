"""A user's own dates: checked whole, laid over the shipped ones, written whole or not at all."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.app.event_calendar import AHEAD_DAYS, bring_in, ending, own_events, place
from tomking.app.main import main
from tomking.core.errors import DataError
from tomking.data.event_file import COLUMNS, laid_over, read_events, write_events
from tomking.data.families import SP500
from tomking.data.tables import events, shipped_events
from tomking.market.events import UNKNOWN, Event

pytestmark = pytest.mark.unit

HEAD = ",".join(COLUMNS)
FOMC = "2027-01-27,14:00,FOMC,federalreserve.gov"
CPI = "2027-01-13,08:30,CPI,bls.gov"
NFP = "2027-01-08,08:30,NFP,bls.gov"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home."""
    found = tmp_path / "home"
    monkeypatch.setenv("TOMKING_HOME", str(found))
    return found


def written(folder: Path, *lines: str) -> Path:
    """A file of some lines."""
    path = folder / "dates.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_whole_file_is_its_events_in_order(tmp_path: Path) -> None:
    found = read_events(written(tmp_path, HEAD, NFP, CPI, FOMC.replace("14:00", "")))
    assert found == (
        Event("NFP", date(2027, 1, 8), "08:30", "bls.gov"),
        Event("CPI", date(2027, 1, 13), "08:30", "bls.gov"),
        Event("FOMC", date(2027, 1, 27), "", "federalreserve.gov"),
    )


def test_a_file_from_a_spreadsheet_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEAD}\r\n{FOMC}\r\n".encode())
    assert len(read_events(path)) == 1


HOSTILE = [
    ((HEAD.replace("time", "hour"), FOMC), "it needs date,time,name,source"),
    ((f"{HEAD},x", FOMC), "it needs date,time,name,source"),
    ((HEAD,), "holds no event"),
    (("",), "it needs date,time,name,source"),
    ((HEAD, FOMC.replace("FOMC", "FMOC")), "line 2: unknown event 'FMOC'; did you mean 'FOMC'"),
    ((HEAD, FOMC.replace("FOMC", "fomc")), "unknown event 'fomc'"),
    ((HEAD, FOMC.replace("2027-01-27", "2027-02-30")), "'2027-02-30' is no date"),
    ((HEAD, FOMC.replace("2027-01-27", "20270127")), "is no date of the session table"),
    ((HEAD, FOMC.replace("2027-01-27", "1066-10-14")), "is no date of the session table"),
    ((HEAD, FOMC.replace("2027-01-27", "9999-12-31")), "is no date of the session table"),
    ((HEAD, FOMC.replace("2027-01-27", "=1+1")), "'=1+1' is no date"),
    ((HEAD, FOMC.replace("14:00", "25:00")), "'25:00' is no time such as 14:00"),
    ((HEAD, FOMC.replace("14:00", "2 pm")), "'2 pm' is no time"),
    ((HEAD, FOMC.replace("14:00", "14:00:30")), "is no time"),
    ((HEAD, FOMC.replace("14:00", "14:00+01:00")), "is no time"),
    ((HEAD, FOMC.replace("federalreserve.gov", "")), "say where the date is from"),
    ((HEAD, FOMC.replace("federalreserve.gov", "x" * 201)), "say where the date is from"),
    ((HEAD, FOMC.replace("federalreserve.gov", "a\x1b[2Jb")), "say where the date is from"),
    ((HEAD, FOMC + ",more"), "does not hold 4 fields"),
    ((HEAD, "2027-01-27,14:00,FOMC"), "does not hold 4 fields"),
    ((HEAD, FOMC, FOMC.replace("14:00", "13:00")), "line 3: FOMC on 2027-01-27 is there twice"),
    ((HEAD, FOMC, CPI), "line 3: CPI on 2027-01-13 stands after FOMC on 2027-01-27; sort"),
    ((HEAD, FOMC + "\x00"), "dates.csv"),
    ((HEAD, f'"{FOMC}'), "dates.csv"),
]


@pytest.mark.parametrize(("lines", "said"), HOSTILE)
def test_a_hostile_file_is_one_sentence_and_changes_nothing(
    tmp_path: Path, lines: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, *lines)
    assert main(["data", "events", str(path)]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("tomking: ")
    assert shown.err.count("\n") == 1
    assert said in shown.err
    assert "\x1b" not in shown.err
    assert shown.out == ""
    assert not place().exists()


@given(st.binary(max_size=200))
def test_no_bytes_are_more_than_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, x: bytes
) -> None:
    path = tmp_path_factory.mktemp("x") / "dates.csv"
    path.write_bytes(x)
    with pytest.raises(DataError):
        read_events(path)


def test_what_is_not_there_or_no_file_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["events"], ["events", str(tmp_path / "none.csv")], ["events", str(tmp_path)],
                  ["event", str(tmp_path)]):  # fmt: skip
        assert main(["data", *words]) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.rule("R-EVT-05")
def test_brought_in_dates_are_laid_over_the_shipped_ones(tmp_path: Path) -> None:
    found = bring_in(written(tmp_path, HEAD, NFP, CPI, FOMC))
    assert (found.read, found.changed, found.held) == (3, 3, 3)
    table = events(own_events())
    assert table.on(date(2027, 1, 27), SP500.events) == {"FOMC": "14:00", UNKNOWN: (
        "CPI after 2027-01-13; NFP after 2027-01-08")}  # fmt: skip
    assert events().on(date(2027, 1, 13), SP500.events).keys() == {UNKNOWN}
    again = bring_in(written(tmp_path, HEAD, FOMC.replace("14:00", "13:00")))
    assert (again.read, again.changed, again.held) == (1, 1, 3)
    assert events(own_events()).on(date(2027, 1, 27), ("FOMC",)) == {"FOMC": "13:00"}
    assert bring_in(written(tmp_path, HEAD, NFP)).changed == 0


@pytest.mark.rule("R-EVT-05")
def test_an_own_row_holds_against_a_shipped_one() -> None:
    first = next(event for event in shipped_events() if event.name == "FOMC")
    mine = Event("FOMC", first.day, "03:00", "mine")
    assert events((mine,)).on(first.day, ("FOMC",)) == {"FOMC": "03:00"}
    assert len(laid_over((mine,), shipped_events())) == len(shipped_events())


@pytest.mark.rule("R-EVT-05")
def test_dates_that_leave_a_hole_are_refused(tmp_path: Path) -> None:
    """A table answers up to its last date: what is not named before it passes for quiet."""
    late = FOMC.replace("2027-01-27", "2027-09-22")
    with pytest.raises(DataError, match="no FOMC is named between 2026-12-09 and 2027-09-22"):
        bring_in(written(tmp_path, HEAD, late))
    assert own_events() == ()


def test_the_file_is_replaced_whole_or_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_in(written(tmp_path, HEAD, NFP))
    before = place().read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="cannot be written"):
        bring_in(written(tmp_path, HEAD, CPI))
    assert place().read_bytes() == before
    assert [path.name for path in place().parent.iterdir()] == ["events.csv"]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    told = (Event("OPEC", date(2026, 11, 1), "", 'a "quoted", odd source'),)
    write_events(tmp_path / "e.csv", told)
    assert read_events(tmp_path / "e.csv") == told


def test_a_file_that_somebody_spoilt_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir(parents=True)
    (home / "events.csv").write_text("nonsense\n", encoding="utf-8")
    assert main(["backtest", "--from", "2018-01-02", "--to", "2018-01-05", "--json"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.rule("R-EVT-03")
def test_a_calendar_that_ends_soon_is_told_and_one_that_lasts_is_not() -> None:
    last = min(events().covers[name][1] for name in SP500.events)
    far = date.fromordinal(last.toordinal() - AHEAD_DAYS)
    assert ending(far, ()) == ()
    near = ending(date.fromordinal(far.toordinal() + 1), ())
    assert len(near) == 1
    assert f"end on {last}" in near[0]
    assert len(ending(date(2027, 6, 1), ())) == len(SP500.events)


def test_the_answer_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "events", str(written(tmp_path, HEAD, NFP, CPI)), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["read"], said["held"], said["first"]) == (2, 2, "2027-01-08")
    assert main(["data", "events", str(written(tmp_path, HEAD, FOMC))]) == 0
    assert "1 dates from 2027-01-27" in capsys.readouterr().out
