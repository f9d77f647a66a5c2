"""A recorded day that is served again: the quotes of its looks, its whole chains, and no torn day."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from tomking.core.contract import Right
from tomking.core.errors import DataCorrupt, DataError
from tomking.core.evidence import Evidence
from tomking.core.reading import Skip
from tomking.data.recorder import Recorder, path_of
from tomking.data.replayed import STANDS, replayed
from tomking.engine.ports import Tick
from tomking.market.snapshot import ASK, BID, MID
from tomking.portfolio.columns import columns
from worlds.streamed import FRIDAY, Streamed, streamed

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Streamed]:
    """Two looks at a Friday, half an hour apart, and the market that was looked at."""
    folder = tmp_path_factory.mktemp("account")
    with streamed() as here:
        recorder = Recorder(folder)
        for minutes in (0.0, 30.0):
            seen = here.move(minutes)[0] if minutes else here.seen()
            recorder.look(seen)
            recorder.after(Tick(seen.at), ())
        recorder.close()
        return folder, here


def test_a_look_is_served_with_the_quotes_it_had(recorded: tuple[Path, Streamed]) -> None:
    folder, here = recorded
    day = replayed(folder, FRIDAY)
    legs = columns([(each, 1) for each in list(here.market.following.windows["ES"])[:40]])
    served = day.at(here.there.clock()).marks(legs).table
    truth = here.there.world.look().marks(legs).table
    for row in (BID, ASK, MID):
        assert np.array_equal(served[row], truth[row])
    assert day.at(day.begins - timedelta(hours=2)).spot("ES") == day.at(day.begins).spot("ES")


def test_what_comes_from_a_model_is_no_better_for_being_recorded(
    recorded: tuple[Path, Streamed],
) -> None:
    assert replayed(recorded[0], FRIDAY).evidence is Evidence.MODEL


def test_a_look_stands_until_the_next_is_due_and_then_grows_old(
    recorded: tuple[Path, Streamed],
) -> None:
    day = replayed(recorded[0], FRIDAY)
    assert not isinstance(day.at(day.begins + STANDS).spot("ES"), Skip)
    assert isinstance(day.at(day.begins + STANDS + timedelta(seconds=1)).spot("ES"), Skip)


def test_every_listed_strike_is_shown_though_nobody_followed_it(
    recorded: tuple[Path, Streamed],
) -> None:
    folder, _ = recorded
    day = replayed(folder, FRIDAY)
    seen = day.at(day.begins)
    chain = seen.chain("ES")
    assert not isinstance(chain, Skip)
    (expiry,) = {each for each in chain.listed.expiries if each.day == FRIDAY}
    listed = chain.listed.strikes[expiry].prices
    assert np.array_equal(chain.strikes(expiry, 0.0, 1e9), listed)
    assert isinstance(chain.by_strike(expiry, Right.PUT, float(listed[0])), Skip)
    assert {"SPX", "VIX"} <= set(seen.day.bars)


def test_a_day_that_is_not_there_is_refused(recorded: tuple[Path, Streamed]) -> None:
    with pytest.raises(DataError, match="2017-06-12"):
        replayed(recorded[0], date(2017, 6, 12))


def test_a_torn_day_is_refused(recorded: tuple[Path, Streamed], tmp_path: Path) -> None:
    there = path_of(tmp_path, FRIDAY)
    there.parent.mkdir(parents=True)
    there.write_bytes(path_of(recorded[0], FRIDAY).read_bytes() + b"\x01torn")
    with pytest.raises(DataCorrupt, match="torn"):
        replayed(tmp_path, FRIDAY)
