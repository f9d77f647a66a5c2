"""A desk that is recorded: the market on every look, and after it what the journal has become."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tomking.app.recording import Recorded, WhileItCan, recorded
from tomking.core.contract import Contract
from tomking.core.facts import CashMoved, RunStarted
from tomking.data.live.snapshot import LiveSnapshot
from tomking.data.recorded import read
from tomking.data.recorder import Recorder, path_of
from tomking.engine.desk import Desk
from tomking.engine.memory import MemoryJournal
from tomking.engine.ports import Tick
from tomking.market.sessions import session_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from worlds.hand_told import DAY, HandTold

pytestmark = pytest.mark.unit


@dataclass
class Shown:
    """A market that is told by hand."""

    told: HandTold
    followed: list[tuple[Contract, ...]] = field(default_factory=list[tuple[Contract, ...]])

    def at(self, now: datetime) -> LiveSnapshot:
        return self.told.seen((now - self.told.at).total_seconds())

    def follow(self, contracts: Iterable[Contract]) -> None:
        self.followed.append(tuple(contracts))


def test_a_beat_records_what_the_journal_has_become_and_goes_on(tmp_path: Path) -> None:
    session = session_of(DAY)
    assert session is not None
    told = HandTold(session.at(60))
    recorder, shown = Recorder(tmp_path), Shown(told)
    market = Recorded(shown, recorder)
    began, moved = (
        RunStarted(told.at, "paper", Decimal(1), ""),
        CashMoved(told.at, Decimal(2), "for a test"),
    )
    journal = MemoryJournal([began])
    heard: list[Tick] = []
    beat = recorded(recorder, journal, lambda _, tick: heard.append(tick))
    desk = Desk((), Limits(), TASTYTRADE, journal)
    ticks = [Tick(told.at, due=frozenset({"a"})), Tick(session.at(61)), Tick(session.at(62))]
    for number, tick in enumerate(ticks):
        assert market.at(tick.at).at == tick.at
        if number == 1:
            journal.append((moved,))
        beat(desk, tick)
    market.follow(())
    recorder.close()
    recording = read(tmp_path, DAY)
    assert heard == list(recording.ticks) == ticks
    assert recording.facts == (moved,)  # what was there before the desk is not of this day's looks
    assert shown.followed == [()]


def test_a_disk_that_fails_ends_the_recording_and_is_said_once(tmp_path: Path) -> None:
    session = session_of(DAY)
    assert session is not None
    (tmp_path / "recorded").write_text("a file where the folder should be")
    said: list[str] = []
    told = HandTold(session.at(60))
    recorder = WhileItCan(Recorder(tmp_path), said.append)
    market = Recorded(Shown(told), recorder)
    for minutes in (0, 1):
        assert market.at(told.at + timedelta(minutes=minutes)).at is not None
    recorder.after(Tick(told.at), ())
    recorder.close()
    assert len(said) == 1
    assert "nothing more of this run is recorded" in said[0]


def test_a_torn_block_that_was_cut_off_is_said_once(tmp_path: Path) -> None:
    session = session_of(DAY)
    assert session is not None
    told = HandTold(session.at(60))
    first = Recorder(tmp_path)
    first.look(told.seen())
    first.close()
    with path_of(tmp_path, DAY).open("ab") as file:
        file.write(b"torn")
    said: list[str] = []
    again = WhileItCan(Recorder(tmp_path), said.append)
    for _ in range(2):
        again.look(told.seen())
    again.close()
    assert said == ["4 bytes of a torn block were cut off the recording of this day"]
