"""ARCHITECTURE.md cannot lie: its picture is the contract, its rooms are the rooms."""

import ast
import re

import pytest

from architecture.tree import PACKAGE, ROOT, contract, parsed, rooms

pytestmark = pytest.mark.unit

PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def ladder(lines: list[str]) -> list[list[str]]:
    """Rungs from top to bottom, each the rooms on one line; optional or not."""
    return [[room.strip(" ()") for room in line.split("|")] for line in lines if line.strip()]


def picture() -> list[list[str]]:
    """The first fenced block of the page that ends in ``core``."""
    blocks = re.findall(r"(?ms)^```\w*\n(.*?)^```", PAGE)
    return ladder(next(block for block in blocks if block.split()[-1] == "core").splitlines())


def page_of(room: str) -> str:
    """The docstring of a room."""
    return ast.get_docstring(parsed(PACKAGE / room / "__init__.py").tree) or ""


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a line or stands before a space, on one line."""
    return re.split(r"(?<=\.)\s", text, maxsplit=1)[0].replace("\n", " ")


def test_the_picture_is_the_contract() -> None:
    assert picture() == ladder(contract("ladder")["layers"])


def test_every_room_hangs_on_the_ladder() -> None:
    hung = {room for rung in ladder(contract("ladder")["layers"]) for room in rung}
    folders = {path.parent.relative_to(PACKAGE).parts[0] for path in PACKAGE.glob("*/**/*.py")}
    assert folders <= hung


def test_every_folder_with_code_is_a_room() -> None:
    folders = {path.parent.relative_to(PACKAGE).parts[0] for path in PACKAGE.glob("*/**/*.py")}
    assert folders == set(rooms())


@pytest.mark.parametrize("room", rooms())
def test_a_room_says_what_it_knows_and_what_it_refuses_to_know(room: str) -> None:
    page = " ".join(page_of(room).split())
    assert re.search(r"\bKnows\b.*\brefuses to\b", page), page
    assert "``tests/" in page, page


@pytest.mark.parametrize("room", rooms())
def test_a_room_names_tests_that_exist(room: str) -> None:
    named = re.findall(r"``(tests/[\w/.]+)``", page_of(room))
    assert named, f"{room} names no tests"
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("room", rooms())
def test_a_room_reexports_nothing(room: str) -> None:
    inits = [PACKAGE / room / "__init__.py", *(PACKAGE / room).glob("*/**/__init__.py")]
    assert [str(path) for path in inits if len(parsed(path).tree.body) > 1] == []


@pytest.mark.parametrize("room", rooms())
def test_the_page_carries_the_first_sentence_of_a_room(room: str) -> None:
    line = f"**`{room}`** {first_sentence(page_of(room))}"
    assert line in " ".join(PAGE.split()), "run `make fmt`: it copies the sentences to the page"
