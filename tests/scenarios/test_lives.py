"""Every life of a trade: a text file in ``lives``, played through the loop and the exchange."""

from pathlib import Path

import pytest

from worlds.lives import Seen, play

pytestmark = pytest.mark.scenario

LIVES = sorted((Path(__file__).parent / "lives").glob("*.txt"))


def unlike(seen: Seen) -> list[str]:
    """Where a step is not as it was written down."""
    step = seen.step
    wrong = [
        f"{step.at:%m-%d %H:%M} expected {wanted!r} and saw {said!r}"
        for wanted, said in zip(step.expected, seen.told, strict=False)
        if wanted not in said
    ]
    wrong += [f"{step.at:%m-%d %H:%M} missing {line!r}" for line in step.expected[len(seen.told) :]]
    wrong += [f"{step.at:%m-%d %H:%M} unasked {line!r}" for line in seen.told[len(step.expected) :]]
    if step.holds is not None and step.holds != seen.held:
        wrong.append(f"{step.at:%m-%d %H:%M} expected to hold {step.holds} and holds {seen.held}")
    return wrong


@pytest.mark.parametrize("path", LIVES, ids=lambda path: str(path.stem))
def test_a_trade_lives_as_it_was_written_down(path: Path) -> None:
    assert [line for seen in play(path) for line in unlike(seen)] == []
