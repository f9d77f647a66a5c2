"""One change to the package, and the tests that should notice it: nothing is copied, nothing written.

The tests run in a forked process, in which one module is executed from another text (or is touched up
after it was executed). Libraries are imported once, before the fork. Time is measured on the processor,
so that a busy machine makes nothing look as if it hung.
"""

import importlib
import importlib.util
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "tomking"
#: What every child needs: imported before the first fork.
LIBRARIES = (
    "numpy", "numba", "scipy.optimize", "hypothesis.strategies", "pydantic", "tomlkit", "QuantLib",
)  # fmt: skip
WORKERS = 2
WALL = 12  # times the processor's limit: a child that waits for nothing is ended too
MEMORY = 6 << 30  # bytes of address space; a change that fills memory fails by itself

Touch = Callable[[ModuleType], None]


@dataclass(frozen=True, slots=True)
class Change:
    """A module of the package by its path below ``src/tomking``, and what becomes of it.

    ``text`` is executed instead of the file; ``touch`` is called with the module once it is executed.
    """

    path: str
    text: str | None = None
    touch: Touch | None = None

    @property
    def module(self) -> str:
        return "tomking." + self.path.removesuffix(".py").replace("/", ".")


@dataclass(frozen=True, slots=True)
class Job:
    """Changes, and the tests that are asked about them: node ids in the order to run them."""

    changes: Sequence[Change]
    tests: Sequence[str]
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a job: ``noticed`` by a failing ``test``, by a hang or a crash, or ``passed``."""

    verdict: str  # passed | failed | hung | crashed
    test: str
    seconds: float

    @property
    def noticed(self) -> bool:
        return self.verdict != "passed"


class Loader(SourceFileLoader):
    """Loads a module as its change says."""

    def __init__(self, change: Change, name: str, path: str) -> None:
        super().__init__(name, path)
        self.change = change

    def get_code(self, fullname: str) -> CodeType | None:
        if self.change.text is None:
            return super().get_code(fullname)
        return compile(self.change.text, self.path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        if self.change.touch is not None:
            self.change.touch(module)


@dataclass
class Finder(MetaPathFinder):
    """Finds the changed modules before anybody else does."""

    changes: Mapping[str, Change]

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        change = self.changes.get(fullname)
        if change is None:
            return None
        place = str(PACKAGE / change.path)
        loader = Loader(change, fullname, place)
        return importlib.util.spec_from_file_location(fullname, place, loader=loader)


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Only:
    """Keeps the wanted tests, in the order of their files, and remembers which failed first."""

    wanted: Sequence[str]
    failed: str = ""
    ran: int = 0
    place: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.place = {node: row for row, node in enumerate(self.wanted)}

    def pytest_sessionstart(self) -> None:
        """Examples are not made smaller: that they fail is enough."""
        from hypothesis import Phase, settings

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("noticed", settings.default, phases=phases)
        settings.load_profile("noticed")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if item.nodeid in self.place]
        items[:] = sorted(kept, key=lambda item: self.place[item.nodeid])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ran += report.when == "call"
        if report.failed:
            self.failed = self.failed or report.nodeid


def files(tests: Sequence[str]) -> list[str]:
    """The files of some node ids, each once, in order."""
    return list(dict.fromkeys(node.split("::", 1)[0] for node in tests))


def child(job: Job, answer: Path) -> None:
    """Run the tests of a job in this process and write down which of them failed.

    Raises
    ------
    ValueError
        If a module that is to be changed was imported before.
    """
    changes = {change.module: change for change in job.changes}
    if late := changes.keys() & sys.modules.keys():
        raise ValueError(f"{', '.join(late)} was imported before it could be changed")
    os.setsid()  # what a change makes of signals stays here
    resource.setrlimit(resource.RLIMIT_CPU, (int(job.cpu_s) + 1, int(job.cpu_s) + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    said = os.open(answer.with_suffix(".log"), os.O_RDWR | os.O_CREAT)
    for stream in (0, 1, 2):
        os.dup2(said, stream)
    sys.meta_path.insert(0, Finder(changes))
    only = Only(job.tests)
    switches = (
        "-x",
        "-q",
        "--assert=plain",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:cov",
    )
    code = pytest.main([*files(job.tests), *switches], plugins=[only])
    found = {"code": int(code), "test": only.failed, "ran": only.ran}
    answer.write_text(json.dumps(found), encoding="utf-8")


def prepare(*modules: str) -> None:
    """Import what every child would import, and stand where pytest is run from."""
    os.chdir(ROOT)
    os.environ.pop("TOMKING_FULL", None)  # the same examples for every change
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
    for name in (*LIBRARIES, *modules):
        importlib.import_module(name)


def fork(job: Job, answer: Path) -> int:
    """Start a job; the process it runs in."""
    sys.stdout.flush()
    sys.stderr.flush()
    if process := os.fork():
        return process
    try:
        child(job, answer)
    finally:  # whatever happened, it must not run on as a second parent
        if not answer.exists():
            answer.write_text(json.dumps({"error": traceback.format_exc()}), encoding="utf-8")
        os._exit(0)


def verdict(status: int, answer: Path, seconds: float, job: Job) -> Answer:
    """What a child that has ended says.

    Raises
    ------
    ValueError
        If it ran no test: nobody was asked.
    """
    if os.WIFSIGNALED(status):
        hung = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
        return Answer("hung" if hung else "crashed", "", seconds)
    said = json.loads(answer.read_text(encoding="utf-8"))
    if "error" in said:
        raise ValueError(said["error"])
    if said["code"] == pytest.ExitCode.OK and said["ran"]:
        return Answer("passed", "", seconds)
    if not said["test"]:
        last = answer.with_suffix(".log").read_text(encoding="utf-8")[-1000:]
        raise ValueError(f"pytest ended with {said['code']}: {last}")
    return Answer("failed", said["test"], seconds)


def asked(jobs: Mapping[Any, Job], workers: int = WORKERS) -> Iterator[tuple[Any, Answer]]:
    """Every job's answer as it comes, ``workers`` at a time."""
    waiting = list(jobs.items())[::-1]
    running: dict[int, tuple[Any, Job, Path, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        while waiting or running:
            while waiting and len(running) < workers:
                key, job = waiting.pop()
                place = Path(scratch) / f"{len(waiting)}.json"
                running[fork(job, place)] = (key, job, place, time.monotonic())
            process, status, used = os.wait4(-1, os.WNOHANG)
            if not process:
                end_the_late(running)
                time.sleep(0.02)
                continue
            key, job, place, _ = running.pop(process)
            yield key, verdict(status, place, used.ru_utime + used.ru_stime, job)


def end_the_late(running: Mapping[int, tuple[Any, Job, Path, float]]) -> None:
    """Kill children that are long over their time on the clock."""
    for process, (_, job, _, began) in running.items():
        if time.monotonic() - began > WALL * job.cpu_s:
            os.kill(process, signal.SIGKILL)
