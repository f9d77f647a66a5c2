"""Below ``engine`` there is one kind of class, and nothing a linter of imports cannot see."""

import ast
from collections.abc import Iterable

import pytest

from architecture.tree import CORE, PACKAGE, Source, package

pytestmark = pytest.mark.unit

#: What a class may descend from instead of being a value.
KINDS = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "Protocol", "Exception"}
#: Builtins that reach outside the program.
OUTSIDE = {"open", "print", "input", "exec", "eval", "breakpoint", "__import__"}
#: Parts of ``numpy.random`` that carry their own seed in the open.
SEEDED = {"Generator", "default_rng", "SeedSequence", "Philox", "PCG64"}


def tail(node: ast.expr) -> str:
    """The last word of a possibly subscripted, called or dotted name."""
    match node:
        case ast.Subscript(value=inner) | ast.Call(func=inner):
            return tail(inner)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def ancestors(name: str, parents: dict[str, set[str]]) -> set[str]:
    """Every class above a name, as far as the project says."""
    direct = parents.get(name, set())
    return direct.union(*(ancestors(parent, parents) for parent in direct - {name}))


def other_classes(sources: Iterable[Source]) -> list[str]:
    """Classes that are neither a value, an enumeration, a protocol nor an exception."""
    found = [(source, node) for source in sources for node in source.classes()]
    parents = {node.name: {tail(base) for base in node.bases} for _, node in found}
    return [
        f"{source.place(node)} {node.name}"
        for source, node in found
        if "value" not in {tail(decorator) for decorator in node.decorator_list}
        and not ancestors(node.name, parents) & KINDS
    ]


def impure(source: Source) -> list[str]:
    """Calls that reach outside, and chance without a seed."""
    found: list[str] = []
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in OUTSIDE:
                found.append(f"{source.place(node)} {name}()")
            case ast.Call(func=func, args=[], keywords=[]) if tail(func) == "default_rng":
                found.append(f"{source.place(node)} default_rng() without a seed")
            case ast.Attribute(value=ast.Attribute(attr="random"), attr=name) if name not in SEEDED:
                found.append(f"{source.place(node)} random.{name}")
            case _:
                pass
    return found


def written(text: str) -> Source:
    return Source(PACKAGE / "core" / "written.py", text, ast.parse(text))


def test_every_class_below_engine_is_a_value() -> None:
    assert other_classes(package(*CORE)) == []


def test_a_class_that_is_no_value_is_found() -> None:
    good = (
        "@value\nclass A:\n    x: int\n",
        "class B(StrEnum):\n    X = 'x'\n",
        "class C(Protocol[T]):\n    def f(self) -> T: ...\n",
        "class D(Exception): ...\nclass E(D): ...\n",
    )
    assert other_classes([written(text) for text in good]) == []
    assert len(other_classes([written("class A:\n    x: int\n")])) == 1
    assert len(other_classes([written("@dataclass\nclass A:\n    x: int\n")])) == 1


def test_the_core_reaches_for_nothing_outside() -> None:
    assert [place for source in package(*CORE) for place in impure(source)] == []


def test_what_reaches_outside_is_found() -> None:
    assert impure(written("open('x')\n"))
    assert impure(written("np.random.default_rng()\n"))
    assert impure(written("np.random.normal(0, 1)\n"))
    assert impure(written("np.random.default_rng(seed).normal(0, 1)\n")) == []
