"""The exchange server judged by the broker's own clients: the npm package and the older Python package.

Both come from the package registry, at versions whose hashes are pinned beside this file, into a
folder that is thrown away; nothing of them is part of this repository. Their packages hold no
tests, so each is driven through every service it has (``npm/drive.mjs``, ``sdk.py``). Who has the
repository of the npm package at hand names it in ``TOMKING_API_JS`` and has its own integration
tests run, unmodified.
``make prove`` runs this; the suite does not.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).parent
INSTALL_S, DRIVE_S = 240, 120
#: What package tools say when nobody answers them.
OUT_OF_REACH = (
    "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|NewConnectionError|from versions: none"
)
#: How many calls each client makes, so that none is left out unnoticed.
NPM_CALLS, SDK_CALLS, SUITE_TESTS = 59, 7, 44


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    """The server as a process of its own with a door that speaks TLS, and where it is."""
    program = str(Path(sys.executable).parent / "tomking")
    command = [program, "exchange", "serve", "--tls-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0


def installed(command: Sequence[str], folder: Path) -> None:
    """Fetch what a command fetches, or skip: without a registry nobody can be judged."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_S
    )
    said = (done.stdout + done.stderr).strip()
    if done.returncode and re.search(OUT_OF_REACH, said):
        pytest.skip(f"no package registry within reach: {said[-200:]}")
    assert done.returncode == 0, said[-1000:]


def driven(
    command: Sequence[str], folder: Path, server: Mapping[str, str], **more: str
) -> list[dict[str, str]]:
    """The calls a client made, each with what went wrong with it."""
    known = {
        "CLIENT_SECRET": server["client_secret"], "REFRESH_TOKEN": server["refresh_token"],
        "ACCOUNT": server["account_number"],
    }  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, env=os.environ | known | more, capture_output=True, text=True,
        check=False, timeout=DRIVE_S,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert rows, done.stderr[-1000:]
    return rows


def flaws(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The calls that went wrong, in words."""
    return [f"{row['suite']}, {row['name']}: {row['flaw']}" for row in rows if row["flaw"]]


@pytest.fixture(scope="module")
def node() -> str:
    """Where node is, with its package tool beside it."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed, so the JavaScript client cannot judge")
    return found


def test_every_service_of_the_npm_client_is_answered(
    node: str, server: dict[str, str], tmp_path: Path
) -> None:
    for part in (HERE / "npm").iterdir():
        shutil.copy(part, tmp_path)
    installed(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], tmp_path)
    at = server["tls_url"]
    rows = driven(
        [node, "drive.mjs"], tmp_path, server, BASE_URL=at,
        STREAMER_URL=f"{at.replace('https', 'wss')}/streamer", NODE_EXTRA_CA_CERTS=server["ca_file"],
    )  # fmt: skip
    assert flaws(rows) == []
    assert len(rows) == NPM_CALLS


def test_the_official_python_client_gets_through_over_tls(
    server: dict[str, str], tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "own")], check=True)
    python = tmp_path / "own" / "bin" / "python"
    pins = str(HERE / "sdk.txt")
    installed(
        [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", pins], tmp_path
    )
    rows = driven(
        [str(python), str(HERE / "sdk.py")], tmp_path, server,
        HOST=server["tls_url"].removeprefix("https://"),
        REQUESTS_CA_BUNDLE=server["ca_file"], SSL_CERT_FILE=server["ca_file"],
    )  # fmt: skip
    assert flaws(rows) == []
    assert len(rows) == SDK_CALLS


def test_the_npm_clients_own_integration_tests_pass_unmodified(
    node: str, server: dict[str, str], tmp_path: Path
) -> None:
    given = os.environ.get("TOMKING_API_JS")
    if not given:
        pytest.skip("its package holds no tests: TOMKING_API_JS names a checkout of its repository")
    folder = tmp_path / "api"
    shutil.copytree(given, folder, ignore=shutil.ignore_patterns("node_modules", ".git"))
    installed(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    environment = os.environ | {
        "BASE_URL": server["base_url"], "STREAMER_URL": server["streamer_url"],
        "OAUTH_CLIENT_SECRET": server["client_secret"],
        "OAUTH_REFRESH_TOKEN": server["refresh_token"], "API_ACCOUNT_NUMBER": server["account_number"],
    }  # fmt: skip
    run = [node, "--experimental-vm-modules", "--experimental-websocket", "node_modules/.bin/jest"]
    done = subprocess.run(
        [*run, "tests/integration"], cwd=folder, env=environment, capture_output=True, text=True,
        check=False, timeout=DRIVE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert re.search(rf"Tests: +{SUITE_TESTS} passed", done.stderr)
