"""Each import contract is broken on purpose, and keeps on the tree as it stands.

The offences are written into one copy of the package and checked in one run: contracts look at the
same graph but each at its own imports, and every test asks for its own offender by name.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from architecture.tree import CONTRACTS, PACKAGE, contract, contracts, package

pytestmark = pytest.mark.unit

#: contract, offending module, what it imports, what the report says of it.
OFFENCES = [
    ("ladder", "pricing.offence_up", "tomking.market.offence", "pricing.offence_up -> "),
    ("ladder", "brokers.offence_aside", "tomking.data.offence", "brokers.offence_aside -> "),
    ("ladder", "attic.offence", "tomking.core.value", "- tomking.attic"),
    ("pure", "core.offence_disk", "sqlite3", "core.offence_disk -> sqlite3"),
    ("pure", "risk.offence_clock", "time", "risk.offence_clock -> time"),
    ("pure", "strategies.offence_chance", "random", "strategies.offence_chance -> random"),
    ("venue", "exchange.offence_gate", "tomking.risk.offence", "exchange.offence_gate -> "),
    ("venue", "server.offence_loop", "tomking.engine.offence", "server.offence_loop -> "),
    ("strategies", "strategies.friday_0dte", "tomking.strategies.lt112", "friday_0dte -> "),
    ("wiring", "engine.offence_now", "tomking.engine.clock", "engine.offence_now -> "),
    ("wiring", "report.offence_data", "tomking.data.offence", "report.offence_data -> "),
    ("wiring", "research.offence_broker", "tomking.brokers.offence", "offence_broker -> "),
    ("heavy", "backtest.offence_frame", "pandas", "backtest.offence_frame -> pandas"),
    ("heavy", "app.offence_plot", "matplotlib", "app.offence_plot -> matplotlib"),
    ("configuration", "engine.offence_model", "pydantic", "engine.offence_model -> pydantic"),
]


def copy_of_the_package(folder: Path) -> Path:
    """The package and its contracts, where they may be spoiled."""
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, folder / "tomking", ignore=skip)
    shutil.copy(CONTRACTS, folder)
    return folder


def spoil(folder: Path, module: str, imported: str) -> None:
    """Add an import to a module, building room and module where there is none."""
    for name, line in ((module, f"import {imported}\n"), (imported.removeprefix("tomking."), "")):
        if name == imported:
            continue  # a library, or the module itself
        path = folder / "tomking" / Path(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(exist_ok=True)
        (path.parent / "__init__.py").touch()
        with path.open("a", encoding="utf-8") as file:
            file.write(line)


def reported(folder: Path) -> Mapping[str, str]:
    """What the linter says of each contract, by its key: ``KEPT`` or the lines of its breach."""
    environment = os.environ | {"COLUMNS": "400", "NO_COLOR": "1", "PYTHONPATH": str(folder)}
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = run.stdout + run.stderr
    answers: dict[str, str] = {}
    for key in contracts():
        name = re.escape(contract(key)["name"][0])
        if re.search(rf"(?m)^{name} KEPT", said):
            answers[key] = "KEPT"
        elif re.search(rf"(?m)^{name} BROKEN", said):
            chapter = re.search(rf"(?ms)^{name}\n-+\n(.*?)(?=^[^\n]+\n---|\Z)", said)
            assert chapter, f"the linter does not say how {key} is broken:\n{said}"
            answers[key] = chapter.group(1)
        else:
            answers[key] = said
    return answers


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = copy_of_the_package(tmp_path_factory.mktemp("spoiled"))
    for _, module, imported, _ in OFFENCES:
        spoil(folder, module, imported)
    return reported(folder)


def test_the_tree_keeps_every_contract(tmp_path: Path) -> None:
    answers = reported(copy_of_the_package(tmp_path))
    assert answers == dict.fromkeys(contracts(), "KEPT")


@pytest.mark.parametrize(("key", "module", "imported", "said"), OFFENCES)
def test_an_offence_breaks_its_contract(
    spoiled: Mapping[str, str], key: str, module: str, imported: str, said: str
) -> None:
    assert said in spoiled[key], f"{module} imports {imported} and {key} does not mind"


def test_every_contract_is_broken_once() -> None:
    assert {key for key, *_ in OFFENCES} == set(contracts())


def is_strategy(tree: ast.Module) -> bool:
    """Whether a module binds a ``Plan`` or a variant of one, or a class that enters and manages."""
    for node in tree.body:
        match node:
            case ast.Assign(value=ast.Call(func=ast.Name(id="Plan"))):
                return True
            case ast.AnnAssign(value=ast.Call(func=ast.Name(id="Plan"))):
                return True
            case ast.Assign(value=ast.Call(func=ast.Attribute(attr="variant"))):
                return True
            case ast.ClassDef(name=name, body=body) if name not in {"Plan", "Strategy"}:
                if {"enter", "manage"} <= {f.name for f in body if isinstance(f, ast.FunctionDef)}:
                    return True
            case _:
                pass
    return False


def test_every_strategy_is_kept_apart_from_the_others() -> None:
    written = {s.path.stem for s in package("strategies") if is_strategy(s.tree)}
    named = {line.split(".")[-1] for line in contract("strategies")["modules"]}
    assert written == named


def test_every_other_file_beside_them_is_named_as_vocabulary() -> None:
    guidance = " ".join(contract("strategies")["broken_contract_guidance"])
    named = set(re.findall(r"\w+", guidance[guidance.index("(") : guidance.index(")")]))
    beside = {s.path.stem for s in package("strategies") if not is_strategy(s.tree)}
    assert named == beside - {"__init__"}


def test_a_strategy_is_known_by_its_plan_or_its_two_verbs() -> None:
    assert is_strategy(ast.parse("LT112 = Plan(name='lt112')\n"))
    assert is_strategy(ast.parse("X: Strategy = Plan(name='x')\n"))
    assert is_strategy(ast.parse("LT112_XL = LT112.variant('lt112_xl', 'XL112')\n"))
    verbs = "    def enter(self, view): ...\n    def manage(self, position, view): ...\n"
    assert is_strategy(ast.parse("class Ladder:\n" + verbs))
    assert not is_strategy(ast.parse("class Plan:\n" + verbs))
    assert not is_strategy(ast.parse("BOUND = 3\n"))
