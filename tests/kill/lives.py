"""A desk's life: an exchange process, a desk process that is killed and started again, and the verdict.

The desk is ``tomking paper`` at ``tomking exchange serve --ledger``, each a process of its own with
files of its own. The exchange stays up while the desk is killed. Both are forked from a process that has
the program in memory, which saves the two seconds a start takes; without ``warm`` the desk starts cold.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

HOME = Path(__file__).with_name("home")
CHECKER = Path(__file__).with_name("checker.py")
#: Once the exchange does not answer: a target then rests alone, and is taken back for a pair later.
FAULTS = Path(__file__).with_name("faults.json")
ROOT = Path(__file__).parents[2]
DAY, MINUTE, ACCOUNT = "2017-08-04", 353, "paper"
SERVE = (
    "exchange", "serve", "--ledger", "ledger.db", "--day", DAY, "--minute", str(MINUTE), "--speed", "0",
    "--capital", "1000000", "--faults", str(FAULTS),
)  # fmt: skip
TRADE = (
    "paper", "--account", ACCOUNT, "--join", "ready.json", "--sessions", "1",
    "--strategies", "kill_rolled,kill_settled,kill_given_up,kill_bare",
)  # fmt: skip
ENDS_WITHIN_S = 240.0
#: What Linux calls the signal that a child gets when its parent ends.
PR_SET_PDEATHSIG = 1
#: How a process that was killed ends.
KILLED = -int(signal.SIGKILL)


@dataclass(slots=True)
class Child:
    """A process: forked from this one, or started."""

    pid: int
    started: "subprocess.Popen[str] | None" = None
    code: int | None = None

    def poll(self) -> int | None:
        """How it ended, if it has; negative for a signal."""
        if self.started is not None:
            self.code = self.started.poll()
        elif self.code is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def wait(self, within_s: float = ENDS_WITHIN_S) -> int:
        """How it ends; it is killed when it takes too long."""
        until = time.monotonic() + within_s
        while self.poll() is None:
            if time.monotonic() > until:
                self.kill()
                raise TimeoutError(f"process {self.pid} did not end within {within_s:.0f} s")
            time.sleep(0.005)
        assert self.code is not None
        return self.code

    def kill(self) -> None:
        """SIGKILL, unless it is over."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            while self.poll() is None:
                time.sleep(0.001)


@dataclass(slots=True)
class Life:
    """A folder with the files of an exchange and a desk."""

    folder: Path
    warm: bool = True
    forks: bool = True
    runs: int = 0
    children: list[Child] = field(default_factory=list)

    @property
    def ledger(self) -> Path:
        """The exchange's file."""
        return self.folder / "ledger.db"

    @property
    def journal(self) -> Path:
        """The desk's file."""
        return self.folder / "home" / ACCOUNT / "journal.db"

    def start(
        self, words: Sequence[str], out: str, environment: Mapping[str, str], *, warm: bool
    ) -> Child:
        """A process of the program, with what it says in a file; watched if the environment says so."""
        more = {**environment, "TOMKING_HOME": str(self.folder / "home")}
        made = _forked if warm else _started
        child = made(self.folder, words, out, more)
        self.children.append(child)
        return child

    def serve(self) -> Child:
        """The exchange, ready."""
        ready = self.folder / "ready.json"
        child = self.start(SERVE, "ready.json", {}, warm=self.forks)
        until = time.monotonic() + ENDS_WITHIN_S
        while not ready.exists() or not ready.read_text().endswith("\n"):
            if child.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the exchange did not begin: {self.said('ready.json')}")
            time.sleep(0.005)
        return child

    def trade(self, **environment: str) -> Child:
        """The desk: the same command every time."""
        self.runs += 1
        return self.start(TRADE, f"desk{self.runs}.out", environment, warm=self.warm)

    def said(self, out: str) -> str:
        """What a process has said, with its errors."""
        path = self.folder / f"{out}.err"
        return path.read_text()[-2000:] if path.exists() else ""

    def verdict(self) -> dict[str, Any]:
        """What the checker says, a process of its own without anything of ours on its path."""
        done = subprocess.run(
            [sys.executable, "-I", str(CHECKER), str(self.ledger), str(self.journal)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if not done.stdout:
            return {"verdict": "FORBIDDEN", "faults": [f"the checker failed: {done.stderr[-500:]}"]}
        said: dict[str, Any] = json.loads(done.stdout)
        return said


@contextmanager
def life(folder: Path, *, warm: bool = True, forks: bool = True) -> Iterator[Life]:
    """A life whose processes end with the block; where nothing forks, all of it starts cold.

    A process that somebody else watches, as pytest does its own, must not be forked: what is printed
    there goes elsewhere.
    """
    shutil.copytree(HOME, folder / "home")
    made = Life(folder, warm and forks, forks)
    try:
        yield made
    finally:
        for child in made.children:
            child.kill()


def _forked(folder: Path, words: Sequence[str], out: str, environment: Mapping[str, str]) -> Child:
    pid = os.fork()
    if pid:
        return Child(pid)
    code = 70
    try:
        _become(folder, out, environment)
        code = _run(words)
        Path(f"{out}.modules").write_text("\n".join(sorted(sys.modules)))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become(folder: Path, out: str, environment: Mapping[str, str]) -> None:
    """A process of its own: its folder, its words, its environment."""
    ends_with_parent()
    os.setpgid(0, 0)
    os.chdir(folder)
    os.environ.update(environment)
    for name, number in ((out, 1), (f"{out}.err", 2)):
        there = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(there, number)
        os.close(there)
    sys.stdout = sys.__stdout__ = os.fdopen(
        1, "w", closefd=False
    )  # whoever captured it has not this one
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", closefd=False)


def ends_with_parent() -> None:
    """Be killed when the process that made this one is gone, where the system can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def _run(words: Sequence[str]) -> int:
    from tests.kill.traced import run

    try:
        run(words, dict(os.environ))
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    return 0


def _started(folder: Path, words: Sequence[str], out: str, environment: Mapping[str, str]) -> Child:
    """The command itself, started cold: watched only where something is asked of that."""
    asked = any(name.startswith("KILL_") for name in environment)
    module = "tests.kill" if asked else "tomking.app.main"
    keep = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with (folder / out).open("w") as stdout, (folder / f"{out}.err").open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words], cwd=folder, stdout=stdout, stderr=stderr,
            env={**keep, **environment, "PYTHONPATH": str(ROOT)}, start_new_session=True, text=True,
        )  # fmt: skip
    return Child(process.pid, process)


def warmed() -> None:
    """The program in memory with what it reads once; no thread is begun, so that it may be forked."""
    from tests.kill import planted, traced  # noqa: F401

    import tomking.app.cli.exchange
    import tomking.app.cli.paper
    import tomking.app.main  # noqa: F401
    from tomking.app.config import layers
    from tomking.app.config.load import load
    from tomking.data.embedded import window
    from tomking.data.modelled import ModelMarket
    from tomking.market.sessions import session_of

    layers.parsed = cache(layers.parsed)
    load(HOME / ACCOUNT / "tomking.toml")
    session = session_of(date.fromisoformat(DAY))
    assert session is not None
    ModelMarket(window(), seed=7).at(session.opens)


def learned(names: Iterable[str]) -> None:
    """Read what a process of the program was found to have in memory in the end."""
    for name in names:
        with suppress(ImportError):
            import_module(name)


def copied(source: Life, folder: Path) -> Life:
    """The files of a life that is over, in another folder."""
    shutil.copytree(source.folder, folder)
    return Life(folder)
