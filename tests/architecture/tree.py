"""What the architecture tests read: the files of the project, parsed once.

Run as a script it prints the style figures of the package as JSON.
"""

import ast
import configparser
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "tomking"
CONTRACTS = ROOT / ".importlinter"

#: The functional core: everything below ``engine``.
CORE = (
    "core",
    "pricing",
    "market",
    "portfolio",
    "accounting",
    "analysis",
    "risk",
    "strategies",
    "planning",
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @property
    def room(self) -> str:
        """The room a file of the package stands in; empty for the package itself."""
        inside = self.path.relative_to(PACKAGE).parts
        return inside[0] if len(inside) > 1 else ""

    def place(self, node: ast.expr | ast.stmt | ast.excepthandler) -> str:
        """``src/tomking/core/value.py:11``: what an editor opens."""
        return f"{self.path.relative_to(ROOT)}:{node.lineno}"

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def classes(self) -> Iterator[ast.ClassDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))


@cache
def parsed(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path, text, ast.parse(text))


def package(*rooms: str) -> list[Source]:
    """The files of the package, or of some of its rooms; a room not built yet has none."""
    roots = [PACKAGE / room for room in rooms] or [PACKAGE]
    return [parsed(path) for root in roots for path in sorted(root.rglob("*.py"))]


def everything() -> list[Source]:
    """Package, tests and scripts."""
    folders = (PACKAGE, ROOT / "tests", ROOT / "scripts")
    return [parsed(path) for folder in folders for path in sorted(folder.rglob("*.py"))]


def rooms() -> list[str]:
    """The rooms that are built: folders with a docstring of their own."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def median_file() -> float:
    return statistics.median(source.lines for source in package())


def median_function() -> float:
    return statistics.median(length(f) for source in package() for f in source.functions())


def contract(name: str) -> dict[str, list[str]]:
    """One contract of ``.importlinter``: its options as lists of lines."""
    config = configparser.ConfigParser()
    config.read_string(CONTRACTS.read_text(encoding="utf-8"))
    section = config[f"importlinter:contract:{name}"]
    return {key: value.strip().splitlines() for key, value in section.items()}


def contracts() -> list[str]:
    config = configparser.ConfigParser()
    config.read_string(CONTRACTS.read_text(encoding="utf-8"))
    return [name.split(":")[-1] for name in config.sections() if ":contract:" in name]


@cache
def published() -> tuple[Path, ...]:
    """Every file that is in the repository or would be after ``git add --all``."""
    listed = subprocess.run(
        [
            "git",
            "-c",
            f"safe.directory={ROOT}",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def figures() -> dict[str, float]:
    """The style figures of the package; the tests beside this file hold them to their bounds."""
    sources = package()
    functions = [length(f) for source in sources for f in source.functions()]
    return {
        "files": len(sources),
        "lines": sum(source.lines for source in sources),
        "file_lines_median": median_file(),
        "file_lines_max": max(source.lines for source in sources),
        "function_lines_median": median_function(),
        "function_lines_max": max(functions),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(figures()) + "\n")
