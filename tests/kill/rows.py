"""Points of a life, and what came of a kill there."""

import time
from dataclasses import dataclass, field

from tests.kill.lives import Life
from tests.kill.traced import Point


@dataclass(frozen=True, slots=True)
class Met:
    """A point of the traced life; ``doubtful`` if the exchange knew more then than the journal."""

    point: Point
    doubtful: bool


@dataclass(slots=True)
class Row:
    """What came of a kill; ``build`` names the fault of a program that has one on purpose."""

    step: str
    nth: int
    side: str
    doubtful: bool
    met: bool = False
    verdict: str = ""
    faults: list[str] = field(default_factory=list)
    recovery_s: float | None = None
    seconds: float = 0.0
    build: str = ""


def finish(made: Life, row: Row, planted: dict[str, str]) -> None:
    """The same command again, to the end of the session, and the verdict."""
    looks, started = made.folder / "looks", time.time()
    code = made.trade(KILL_LOOKS=str(looks), **planted).wait()
    if looks.exists():
        row.recovery_s = round(float(looks.read_text()) - started, 2)
    said = made.verdict()
    row.verdict, row.faults = said["verdict"], list(said["faults"])
    if code != 0:
        row.faults.append(f"the desk ended with {code}: {made.said(f'desk{made.runs}.out')}")
    elif not said.get("closed"):
        row.faults.append("the desk did not reach the end of its session")
    if row.faults:
        row.verdict = "FORBIDDEN"
