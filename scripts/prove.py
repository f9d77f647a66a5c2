"""Measure every claim of the project and write it down: one JSON file in docs/evidence a proof.

``python scripts/prove.py`` runs all proofs of ``proofs.py`` on a committed tree; names choose some,
``--list`` prints them with their claims, ``--dirty`` measures a changed tree and says so in the file.
"""

import argparse
import json
import operator
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from figures import Done, Figures
from proofs import PROOFS, Proof

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
EVIDENCE = ROOT / "docs" / "evidence"
COMMAND_S_MAX = 1800  # a command that takes longer hangs; the other proofs still run

SENSES: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
}


class CommandFailed(Exception):
    """A command of a proof did not end well; nothing can be read from it."""


def run(command: str, folder: Path) -> Done:
    """Run one command: the project's own in an empty folder, everything else at the root."""
    program, *arguments = command.split()
    own = program == "tomking"
    path = BIN / program
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    if own:
        environment["TOMKING_HOME"] = str(folder)  # nobody's account is halted to measure the brake
    if program != "make":  # which is measured as everybody runs it
        environment["TOMKING_FULL"] = "1"  # tests that have a full count run it
    started = time.perf_counter()
    done = subprocess.run(
        [str(path) if path.exists() else program, *arguments],
        cwd=folder if own else ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_S_MAX,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        tail = " / ".join((done.stdout + done.stderr).strip().splitlines()[-3:])
        raise CommandFailed(f"`{command}` ended with {done.returncode}: {tail}")
    return Done(done.stdout, seconds, folder)


@cache
def benched(command: str) -> Done:
    """The bench of this machine, measured once for all proofs that read it."""
    with tempfile.TemporaryDirectory() as scratch:
        return run(command, Path(scratch))


def git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def changed() -> bool:
    """Whether the tree differs from its commit anywhere but in the evidence itself."""
    rows = git("status", "--porcelain", "--untracked-files=all").splitlines()
    return any(not row[2:].strip().startswith("docs/evidence/") for row in rows)


def machine() -> dict[str, str | int | None]:
    info = Path("/proc/cpuinfo")
    models = re.findall(r"model name\s*: (.*)", info.read_text()) if info.exists() else []
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def holds(figures: Figures, name: str, bound: str) -> bool:
    """Whether a figure stands within its bound; a figure nobody measured does not."""
    sense, limit = bound.split()
    figure = figures.get(name)
    return isinstance(figure, int | float) and SENSES[sense](figure, float(limit))


def prove(proof: Proof, dirty: bool) -> bool:
    """Run one proof, write its evidence, print its line."""
    started = time.perf_counter()
    figures: Figures = {}
    problem = ""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            figures = proof.read(
                [
                    benched(command) if "bench" in command.split() else run(command, Path(scratch))
                    for command in proof.commands
                ]
            )
        except (CommandFailed, subprocess.TimeoutExpired, OSError, KeyError, ValueError) as error:
            said = str(error).replace(scratch, "<empty folder>").replace(f"{ROOT}/", "")
            problem = f"{type(error).__name__}: {said}"
    passed = not problem and all(holds(figures, *item) for item in proof.bound.items())
    record = {
        "name": proof.name,
        "claim": proof.claim,
        "command": list(dict.fromkeys(proof.commands)),
        "figures": figures,
        "bound": proof.bound,
        "passed": passed,
        "commit": git("rev-parse", "--verify", "--quiet", "HEAD") or "none",
        "dirty": dirty,
        "machine": machine(),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seconds": round(time.perf_counter() - started, 1),
    }
    if problem:
        record["problem"] = problem
    EVIDENCE.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=2, ensure_ascii=False)
    (EVIDENCE / f"{proof.name}.json").write_text(text + "\n", encoding="utf-8")
    shown = [f"{name} {figures.get(name, '?')} ({bound})" for name, bound in proof.bound.items()]
    print(f"{'PASS' if passed else 'FAIL'} {proof.name}: {problem or ', '.join(shown)}", flush=True)
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    names = [proof.name for proof in PROOFS]
    parser.add_argument("names", nargs="*", help=f"proofs to run: {', '.join(names)}")
    parser.add_argument("--list", action="store_true", help="print the claims and stop")
    parser.add_argument("--dirty", action="store_true", help="measure a tree that is not committed")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(names):
        parser.error(
            f"no proof is called {', '.join(sorted(unknown))}; there are {', '.join(names)}"
        )
    chosen = [proof for proof in PROOFS if not asked.names or proof.name in asked.names]
    if asked.list:
        for proof in chosen:
            print(f"{proof.name}: {proof.claim}")
        return 0
    dirty = changed()
    if dirty and not asked.dirty:
        print("The tree differs from its commit: commit first, or pass --dirty.", file=sys.stderr)
        return 2
    answers = [prove(proof, dirty) for proof in chosen]  # a failure does not end the measuring
    return 0 if all(answers) else 1


if __name__ == "__main__":
    sys.exit(main())
