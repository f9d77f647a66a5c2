"""Files that are there whole or not at all."""

from pathlib import Path

import pytest

from tomking.engine.durable import put, sync

pytestmark = pytest.mark.unit


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    place = tmp_path / "x.json"
    put(place, "a long text that was there before")
    put(place, "short")
    assert place.read_text() == "short"
    assert [each.name for each in tmp_path.iterdir()] == ["x.json"]


def test_what_cannot_be_put_in_place_leaves_no_draft_and_the_old_as_it_was(tmp_path: Path) -> None:
    place = tmp_path / "x.json"
    place.mkdir()
    with pytest.raises(OSError, match="directory"):
        put(place, "text")
    assert list(tmp_path.iterdir()) == [place]


def test_a_folder_that_is_not_there_is_the_callers_to_tell(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        put(tmp_path / "none" / "x", "text")
    with pytest.raises(FileNotFoundError):
        sync(tmp_path / "none")
