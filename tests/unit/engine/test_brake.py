"""The brake is a file: whoever cannot see that it is gone does not trade."""

from pathlib import Path

import pytest

from tomking.engine.brake import braked

pytestmark = [pytest.mark.unit, pytest.mark.emergency]


def test_nothing_there_lets_the_desk_go_on(tmp_path: Path) -> None:
    assert not braked(tmp_path / "HALT")


def test_whatever_is_called_so_brakes(tmp_path: Path) -> None:
    for make in (Path.touch, Path.mkdir, lambda place: place.symlink_to(tmp_path / "nowhere")):
        place = tmp_path / "HALT"
        make(place)
        assert braked(place)
        place.rmdir() if place.is_dir() else place.unlink()
        assert not braked(place)


def test_a_folder_that_is_gone_or_none_brakes(tmp_path: Path) -> None:
    assert braked(tmp_path / "none" / "HALT")
    (tmp_path / "file").touch()
    assert braked(tmp_path / "file" / "HALT")


def test_it_is_looked_at_each_time(tmp_path: Path) -> None:
    place = tmp_path / "HALT"
    assert [braked(place), place.touch(), braked(place), place.unlink(), braked(place)] == [
        False, None, True, None, False,
    ]  # fmt: skip
