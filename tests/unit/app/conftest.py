"""Every test of the shell has a home of its own and no settings file in its way."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and an empty folder to stand in."""
    place = tmp_path / "home"
    monkeypatch.setenv("TOMKING_HOME", str(place))
    monkeypatch.delenv("TOMKING_DEBUG", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return place
