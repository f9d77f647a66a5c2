"""A desk is killed at its steps and nothing is lost; builds with a planted fault are caught."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.kill.lives import KILLED, ROOT, Life, life
from tests.kill.matrix import RECOVERS_WITHIN_S

pytestmark = [pytest.mark.integration, pytest.mark.emergency]

FULL = bool(os.environ.get("TOMKING_FULL"))


def ran(*words: str) -> list[dict]:
    """The rows of a matrix, made by a process that may fork."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.kill.matrix", *words],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(said, dict)
    return [said]


def test_twenty_kills_lose_nothing() -> None:
    (said,) = ran("--points", "20")
    assert said["kills"] == 20
    assert said["in_doubt"] >= 14
    assert said["forbidden"] == 0
    assert said["never_recovered"] == 0
    assert said["recovery_s_max"] < RECOVERS_WITHIN_S


#: A planted fault, the step after which a kill brings it to light, and what the checker says.
PLANTED = {
    "no id search before resend": ("submit accepted", 1, "after", "is at the exchange 2 times"),
    "journal after send": ("other accepted", 1, "after", "was never announced in the journal"),
    "fill applied twice": ("kill", 1, "after", "is journalled more than once"),
    "cancel assumed": ("cancel send", 1, "before", "cancelled in the journal and is"),
}
