"""Sizes, types and docstrings: the style figures of the house, held for every file."""

import ast

import pytest

from architecture.tree import (
    PACKAGE,
    Source,
    everything,
    length,
    median_file,
    median_function,
    package,
)

pytestmark = pytest.mark.unit

#: The one frame that may catch everything: it turns a bug into an exit code.
OUTERMOST = PACKAGE / "app" / "main.py"
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")


def test_no_file_is_longer_than_400_lines() -> None:
    assert [f"{s.lines} {s.path}" for s in everything() if s.lines > 400] == []


def test_no_function_is_longer_than_60_lines() -> None:
    assert [
        f"{source.place(function)} {function.name}: {length(function)}"
        for source in everything()
        for function in source.functions()
        if length(function) > 60
    ] == []


def test_the_median_file_has_120_lines_at_most() -> None:
    assert median_file() <= 120


def test_the_median_function_has_12_lines_at_most() -> None:
    assert median_function() <= 12


def caught(handler: ast.ExceptHandler) -> set[str]:
    """The names an ``except`` catches; a bare one catches BaseException."""
    if handler.type is None:
        return {"BaseException"}
    listed = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {ast.unparse(name) for name in listed}


def broad(source: Source) -> list[str]:
    """Places where everything is caught."""
    return [
        source.place(node)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and caught(node) & {"Exception", "BaseException"}
    ]


def test_only_the_outermost_frame_catches_everything() -> None:
    assert [place for s in package() if s.path != OUTERMOST for place in broad(s)] == []


def test_a_broad_except_is_seen_however_it_is_written() -> None:
    written = (
        "try:\n    pass\nexcept Exception:\n    pass\n",
        "try:\n    pass\nexcept (ValueError, BaseException):\n    pass\n",
        "try:\n    pass\nexcept:\n    pass\n",
    )
    for text in written:
        assert broad(Source(PACKAGE / "core" / "x.py", text, ast.parse(text)))
    narrow = "try:\n    pass\nexcept ValueError:\n    pass\n"
    assert not broad(Source(PACKAGE / "core" / "x.py", narrow, ast.parse(narrow)))


def untyped(source: Source) -> list[str]:
    """Functions with an argument or an answer that has no type."""
    found: list[str] = []
    for function in source.functions():
        spec = function.args
        arguments = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
        arguments += [a for a in (spec.vararg, spec.kwarg) if a is not None]
        bare = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
        if bare or function.returns is None:
            found.append(f"{source.place(function)} {function.name} {' '.join(bare)}")
    return found


def test_every_function_is_typed() -> None:
    assert [place for source in package() for place in untyped(source)] == []


def undocumented(source: Source) -> list[str]:
    """Public names without a docstring."""
    named = [*source.functions(), *source.classes()]
    return [
        f"{source.place(node)} {node.name}"
        for node in named
        if not node.name.startswith("_") and ast.get_docstring(node) is None
    ]


def test_a_missing_type_or_docstring_is_seen() -> None:
    for text in ("def f(x) -> int: ...\n", "def f(x: int): ...\n", "def f(*x) -> int: ...\n"):
        source = Source(PACKAGE / "core" / "x.py", text, ast.parse(text))
        assert untyped(source)
        assert undocumented(source)
    text = 'def f(x: int) -> int:\n    """Itself."""\n    return x\n'
    source = Source(PACKAGE / "core" / "x.py", text, ast.parse(text))
    assert not untyped(source)
    assert not undocumented(source)


def test_every_public_name_has_a_docstring() -> None:
    assert [place for source in package() for place in undocumented(source)] == []


def test_every_file_says_what_it_is_about() -> None:
    assert [str(s.path) for s in package() if ast.get_docstring(s.tree) is None] == []


def test_nothing_is_marked_unfinished() -> None:
    assert [
        f"{source.path}:{number} {line.strip()}"
        for source in everything()
        for number, line in enumerate(source.text.splitlines(), 1)
        if any(word in line for word in UNFINISHED)
    ] == []
