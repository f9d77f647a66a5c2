"""Streams for hours on virtual time: nothing is lost, and the heart never misses a beat."""

from pathlib import Path

import pytest

from tomking.data.live.cache import Cache
from tomking.data.live.compact import Block
from tomking.wire.session import SafeSession
from worlds import soaked
from worlds.far_ends import OF_A_FRAME
from worlds.soaked import Told

pytestmark = [pytest.mark.scenario]

#: Some minutes with cuts and tokens as often as hours would have them.
SHORT = Told(hours=0.04, warm_hours=0.02, cut_s=42.0, token_s=90.0)


def test_streams_that_are_cut_every_minute_lose_nothing_and_no_beat(tmp_path: Path) -> None:
    figures = soaked.soaked(SHORT, tmp_path)
    nought = (
        "lost",
        "behind",
        "heartbeats_missed",
        "tokens_refused",
        "notices_lost",
        "odd",
        "reports",
    )
    assert {name: figures[name] for name in nought} == dict.fromkeys(nought, 0)
    assert figures["quotes_per_second"] >= 190  # a cut every minute costs more of them
    assert figures["connections"] >= 4
    assert figures["account_connections"] == figures["connections"]
    assert figures["tokens"] >= 3
    assert figures["tokens_at_once"] == 1
    assert figures["symbols"] == 165  # what the two plans follow at that hour


def test_a_cache_that_leaves_out_an_event_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, left = Cache.take, [1]

    def forgetful(self: Cache, block: Block, at: float, *, streamed: bool = True) -> None:
        if len(block.symbols) == OF_A_FRAME and left:
            left.pop()
            return
        take(self, block, at, streamed=streamed)

    monkeypatch.setattr(Cache, "take", forgetful)
    figures = soaked.soaked(Told(0.01, 0.01), tmp_path)
    assert figures["lost"] == OF_A_FRAME


def test_a_token_that_is_used_beyond_its_life_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        SafeSession, "_is_good", lambda self: self.session_token != "kyrieeleison"
    )  # as the client begins without one
    figures = soaked.soaked(SHORT, tmp_path)
    assert figures["tokens_refused"] > 0


def test_a_desk_that_stands_still_misses_beats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = soaked.Soak._wait
    monkeypatch.setattr(soaked.Soak, "_wait", lambda self, seconds: wait(self, 3.0 * seconds))
    figures = soaked.soaked(Told(0.055, 0.02), tmp_path)
    assert figures["heartbeats_missed"] > 0
