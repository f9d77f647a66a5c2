"""A paper exchange ends with whoever started it, however that ended: none serves on for nobody."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.emergency]

COMMAND = [str(Path(sys.executable).with_name("tomking")), "exchange", "serve", "--with-parent"]
#: A parent that starts an exchange in a session of its own, says nothing, and waits for it.
PARENT = """
import os, subprocess, sys
subprocess.Popen([*sys.argv[1:], str(os.getpid())], start_new_session=True).wait()
"""


def test_an_exchange_ends_when_its_parent_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, *COMMAND], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        url = json.loads(parent.stdout.readline())["base_url"]
        with urllib.request.urlopen(f"{url}/__paper/clock") as answer:
            assert answer.status == 200
        parent.kill()
        parent.wait()
        # The exchange holds the other end of this pipe: it closes when the exchange has ended.
        assert parent.stdout.read() == ""
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{url}/__paper/clock")
