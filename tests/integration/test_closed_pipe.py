"""Whoever reads the output may leave: every command ends the same way, and quietly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tomking.app.main import PIPE_CLOSED
from worlds.tickets import SPREAD, written

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "order.json"],
        ["explain", "order.json", "--json"],
        ["explain", "lt112"],
        ["limits", "order.json"],
        ["limits", "--help"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_closed_pipe_ends_every_command_quietly(words: list[str], tmp_path: Path) -> None:
    Path(written(tmp_path, SPREAD)).rename(tmp_path / "order.json")
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tomking.app.main", *words],
            stdout=writes, stderr=subprocess.PIPE, cwd=tmp_path, check=False,
            env={**os.environ, "TOMKING_HOME": str(tmp_path / "empty")},
        )  # fmt: skip
    finally:
        os.close(writes)
    assert (done.returncode, done.stderr) == (PIPE_CLOSED, b"")
