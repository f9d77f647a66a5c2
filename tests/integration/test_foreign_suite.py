"""The exchange server judged by the test suite of the broker's client, as it comes, from its source.

The suite is fetched from the package registry, checked against its hash and never changed; it is no part
of this repository.
"""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

VERSION = "13.2.3"
SHA256 = "a95387e3f4825137979300743f01abdd0f2522e05f42783b1100b66e9c1cf3be"
#: How many tests it has that are to pass, and that its authors expect to fail.
PASSED, SUITE_S = 137, 280
WORLDS = Path(__file__).parents[1] / "worlds"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the suite, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    fetch = [
        sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps",
        "--dest", str(folder), f"tastytrade=={VERSION}",
    ]  # fmt: skip
    done = subprocess.run(fetch, capture_output=True, text=True, check=False)
    archive = folder / f"tastytrade-{VERSION}.tar.gz"
    if not archive.exists():
        pytest.skip(f"no package registry within reach: {done.stderr.strip()[-200:]}")
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / f"tastytrade-{VERSION}"


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    """The server as a process of its own, and where it is."""
    command = [str(Path(sys.executable).parent / "tomking"), "exchange", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0


def test_the_clients_own_suite_passes_unmodified(suite: Path, server: dict[str, str]) -> None:
    environment = os.environ | {
        "TT_SECRET": server["client_secret"], "TT_REFRESH": server["refresh_token"],
        "TT_ACCOUNT": server["account_number"], "TT_BASE_URL": server["base_url"],
        "TT_STREAMER_URL": server["streamer_url"], "PYTHONPATH": str(WORLDS),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "pointed", "-p", "no:cacheprovider", "tests"],
        cwd=suite, env=environment, capture_output=True, text=True, check=False, timeout=SUITE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    (passed,) = re.findall(r"(\d+) passed", done.stdout)
    assert int(passed) == PASSED
    assert "failed" not in done.stdout.replace("xfailed", "")
