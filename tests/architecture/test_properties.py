"""Properties are tried on enough examples: by the profile all of them inherit, and by their own word.

Sequences of steps are counted otherwise: every step is looked at, so there may be fewer of them.
"""

import ast
from collections.abc import Iterator

import pytest
from hypothesis import settings

from architecture.tree import PACKAGE, Source, everything

pytestmark = pytest.mark.unit

#: What any property is tried on, whatever it says itself.
LEAST = 200
#: And sequences of steps, each of which is an example by itself.
LEAST_SEQUENCES = 20


def few(source: Source) -> Iterator[str]:
    """Where a property is promised fewer examples, or a number that only a run would tell."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        steps = any(word.arg == "stateful_step_count" for word in node.keywords)
        least = LEAST_SEQUENCES if steps else LEAST
        for word in node.keywords:
            if word.arg == "max_examples" and not enough(word.value, least):
                yield f"{source.place(node)}: max_examples={ast.unparse(word.value)}"


def enough(asked: ast.expr, least: int) -> bool:
    """A number, written where it is used."""
    match asked:
        case ast.Constant(value=int(number)):
            return number >= least
        case _:
            return False


def test_no_property_is_tried_on_fewer_than_200_examples() -> None:
    assert [place for source in everything() for place in few(source)] == []


@pytest.mark.parametrize("profile", ["suite", "full"])
def test_a_property_that_says_nothing_is_tried_on_as_many_without_a_deadline(profile: str) -> None:
    assert settings.get_profile(profile).max_examples >= LEAST
    assert settings.get_profile(profile).deadline is None


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("@settings(max_examples=199)\ndef test_x(): ...\n", 1),
        ("@settings(deadline=None, max_examples=25)\ndef test_x(): ...\n", 1),
        ("FEW = hypothesis.settings(PATIENT, max_examples=60)\n", 1),
        ("BOOKS = 200 if full else 25\nsome = settings(max_examples=BOOKS)\n", 1),
        ("settings.register_profile('quick', max_examples=10)\n", 1),
        ("walks = settings(max_examples=19, stateful_step_count=20)\n", 1),
        ("walks = settings(max_examples=20, stateful_step_count=20)\n", 0),
        ("@settings(max_examples=200)\ndef test_x(): ...\n", 0),
        ("settings.register_profile('suite', max_examples=200)\n", 0),
        ("@settings(deadline=None)\ndef test_x(): ...\n", 0),
    ],
)
def test_too_few_examples_are_seen_however_they_are_written(written: str, seen: int) -> None:
    source = Source(PACKAGE / "core" / "x.py", written, ast.parse(written))
    assert len(list(few(source))) == seen
