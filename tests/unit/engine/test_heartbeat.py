"""The heartbeat of a desk: written whole, read without the desk, and never believed when damaged."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from math import nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.errors import DataCorrupt
from tomking.engine.heartbeat import Heartbeat, Line, beat, read
from tomking.engine.pulse import pulse
from worlds.desk import tick
from worlds.emergencies import emergency

pytestmark = pytest.mark.unit
NOON = datetime(2026, 3, 6, 17, tzinfo=UTC)
HEART = Heartbeat(
    42, NOON, "paper", "NORMAL", ("operator",), "100000.00",
    (Line("a", "-1 ES"),), (Line("b", "OPEN"),), NOON, 7,
)  # fmt: skip


@pytest.mark.parametrize(
    "heart",
    [HEART, replace(HEART, net_liq="", positions=(), working=(), next_due=None, reasons=())],
)
def test_what_is_written_is_what_is_read(heart: Heartbeat, tmp_path: Path) -> None:
    beat(tmp_path / "heartbeat.json", heart)
    assert read(tmp_path / "heartbeat.json") == heart


def test_no_file_is_no_heartbeat(tmp_path: Path) -> None:
    assert read(tmp_path / "none") is None


@pytest.mark.parametrize(
    "change",
    [
        {"pid": "42"}, {"pid": True}, {"at": "noon"}, {"at": "2026-03-06T12:00:00"}, {"mode": 1},
        {"reasons": None}, {"positions": [1]}, {"working": [{"name": 1}]}, {"last_seq": None},
        {"next_due": "later"},
    ],
)  # fmt: skip
def test_a_heartbeat_with_a_wrong_field_is_damaged(
    change: dict[str, object], tmp_path: Path
) -> None:
    place = tmp_path / "heartbeat.json"
    beat(place, HEART)
    place.write_text(json.dumps(json.loads(place.read_text()) | change))
    with pytest.raises(DataCorrupt, match="is damaged"):
        read(place)


@given(st.binary(max_size=200), st.integers(0, 300))
def test_any_bytes_are_a_heartbeat_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, cut: int
) -> None:
    place = tmp_path_factory.mktemp("h") / "heartbeat.json"
    beat(place, HEART)
    place.write_bytes(place.read_bytes()[:cut] + noise)
    try:
        found = read(place)
    except DataCorrupt:
        return
    assert found == HEART


def test_a_heartbeat_as_deep_as_a_well_is_damaged(tmp_path: Path) -> None:
    place = tmp_path / "heartbeat.json"
    place.write_text("[" * 100_000)
    with pytest.raises(DataCorrupt, match="is damaged"):
        read(place)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataCorrupt, match="cannot be read"):
        read(tmp_path)


def test_a_desk_says_what_it_holds_wants_and_may_not() -> None:
    on = emergency("strangle", "ipmcc")
    on.look(60)
    heart = pulse(
        on.desk, pid=1, at=tick(60).at, mode="paper", net_liq=1234.5, next_due=None, last_seq=9
    )
    assert {line.name for line in heart.positions} == set(on.desk.book.positions)
    assert {line.name for line in heart.working} == set(on.desk.book.working)
    whats = " ".join(line.what for line in heart.positions)
    assert "-1 ES 2026-03-31 5200 P, -1 ES 2026-03-31 6900 C" in whats
    assert (heart.net_liq, heart.rung, heart.last_seq) == ("1234.50", "NORMAL", 9)


def test_a_net_liq_that_nobody_knows_is_left_empty() -> None:
    on = emergency()
    heart = pulse(
        on.desk, pid=1, at=tick(60).at, mode="paper", net_liq=nan, next_due=None, last_seq=1
    )
    assert heart.net_liq == ""
    assert (heart.entries, heart.exits) == (True, True)
    assert not heart.exposed


def test_what_leaves_a_desk_by_itself_is_kept_and_was_everything_once(tmp_path: Path) -> None:
    place = tmp_path / "heartbeat.json"
    beat(place, replace(HEART, entries=False, exits=False))
    found = read(place)
    assert found is not None
    assert (found.entries, found.exits) == (False, False)
    older = json.loads(place.read_text())
    del older["entries"], older["exits"]
    place.write_text(json.dumps(older))
    found = read(place)
    assert found is not None
    assert (found.entries, found.exits) == (True, True)
