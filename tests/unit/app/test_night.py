"""A desk's night: the evening is kept before the close, and what it makes of the account is shown."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tomking.app.cli import status
from tomking.app.desk_files import DeskFiles
from tomking.app.running import Beats
from tomking.app.standing_now import seen
from tomking.core.product import product
from tomking.core.restraints import Alarmed
from tomking.data.live.compact import Oddities
from tomking.data.live.supervise import Standing
from tomking.engine.heartbeat import read
from tomking.engine.ports import Tick
from tomking.market.listing import front_future
from tomking.market.quoted import Quoted, Underlying, quoted
from tomking.market.snapshot import MID, Legs
from worlds.board import FRIDAY, Board, board
from worlds.emergencies import Emergency, emergency

pytestmark = [pytest.mark.unit, pytest.mark.emergency]


class Shown(Board):
    """A board that quotes what is held by itself, as the live market does."""

    def quoted(self, legs: Legs) -> Quoted:
        prices = dict(zip(legs.contracts, self.marks(legs).table[MID].tolist(), strict=True))
        on = [Underlying(product("ES"), self.price, future=future) for future in ("ESZ25", "")]
        return quoted(self.at, on, prices, vix=self.vix_points)


@dataclass
class Market:
    """A live market of one board."""

    move: float = 0.0
    odd: Oddities = field(default_factory=Oddities)
    following: Any = field(
        default_factory=lambda: SimpleNamespace(fronts={"ES": front_future("ES", FRIDAY)})
    )

    def at(self, now: Any) -> Shown:
        calm = board()
        return Shown(at=now, day=calm.day, price=6000.0 * (1.0 + self.move))

    def feed(self) -> tuple[Standing, str]:
        return Standing.CONNECTED, ""


def beats(on: Emergency, folder: Path, market: Market) -> Beats:
    folder.mkdir(exist_ok=True)
    last = SimpleNamespace(last=1, head="")
    return Beats(DeskFiles(folder), "paper", market, last, lambda said: None)  # type: ignore[arg-type]


def told(made: Beats) -> str:
    heart = read(made.files.heartbeat)
    assert heart is not None
    return heart.tonight


def test_a_night_is_valued_by_the_evening_and_shown_by_status(tmp_path: Path) -> None:
    on, market = emergency("strangle", "lt112", cash="150000"), Market()
    made = beats(on, tmp_path / "paper", market)
    evening = board(minute=385).at
    clock = iter(evening + timedelta(minutes=n) for n in range(0, 10_000, 60))
    made.clock = lambda: next(clock)
    made(on.desk, Tick(evening))
    assert told(made) == ""
    night = evening + timedelta(hours=9)
    made(on.desk, Tick(night, night=True))
    assert "priced from the futures at 00:55 (MODEL); a margin call below SPX" in told(made)
    before, calm = len(on.facts), told(made)
    market.move = -0.08
    made(on.desk, Tick(night + timedelta(minutes=4), night=True))
    assert (len(on.facts), told(made)) == (before, calm)  # it looks every five minutes
    made(on.desk, Tick(night + timedelta(minutes=5), night=True))
    assert any(isinstance(fact, Alarmed) for fact in on.facts[before:])
    found = seen(made.files, night)
    assert any(line == f"  tonight    {told(made)}" for line in status.lines(found))
    assert status.document(found)["tonight"] == told(made)
    made(on.desk, Tick(board(minute=60).at + timedelta(days=3)))
    assert told(made) == ""  # no night is told of by day


def test_at_noon_no_evening_is_kept_and_none_where_nothing_is_held(tmp_path: Path) -> None:
    noon, late = board(minute=150).at, board(minute=385).at
    for on, at in ((emergency("strangle"), noon), (emergency(), late)):
        made = beats(on, tmp_path / "paper", Market())
        made(on.desk, Tick(at))
        assert made.watch.evening is None
