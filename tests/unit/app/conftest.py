"""Every test of the shell has a home of its own and no settings file in its way."""

import io
import sys
from pathlib import Path

import pytest

from tomking.app.desk_files import DeskFiles, files_of
from tomking.app.main import main
from worlds.rings import Types


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and an empty folder to stand in."""
    place = tmp_path / "home"
    monkeypatch.setenv("TOMKING_HOME", str(place))
    monkeypatch.delenv("TOMKING_DEBUG", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return place


@pytest.fixture
def files(home: Path) -> DeskFiles:
    """An account that has just been made."""
    assert main(["init"]) == 0
    return files_of()


class Terminal(io.StringIO):
    """Somebody who types a line."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Types:
    """``types("RESUME")``: what the person at the terminal will type."""
    return lambda line: monkeypatch.setattr(sys, "stdin", Terminal(f"{line}\n"))
