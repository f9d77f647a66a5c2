"""Alarm levels, and the rungs of the kill ladder they move a desk along."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

#: The reason not to trade that a person gives: the brake.
OPERATOR = "operator"


class AlarmLevel(IntEnum):
    """How loud an alarm is; the louder is the greater (rulebook 17)."""

    YELLOW = 1
    ORANGE = 2
    RED = 3


class Rung(IntEnum):
    """How much a desk may still do; the higher the rung, the less.

    From ``NO_ENTRY`` up nothing opens. ``CLOSE_ONLY`` also shows what taking risk off would send;
    ``REDUCE`` sends a part of it, ``FLATTEN`` all, and ``LOCKED`` is where a flat desk waits for a
    person. No rung holds an exit back.
    """

    NORMAL = 0
    NO_ENTRY = 1
    CLOSE_ONLY = 2
    REDUCE = 3
    FLATTEN = 4
    LOCKED = 5


#: What a desk does on each rung, in words.
DOES: Mapping[Rung, str] = MappingProxyType(
    {
        Rung.NORMAL: "everything the plans and the gates allow",
        Rung.NO_ENTRY: "nothing opens, and openings at work are withdrawn",
        Rung.CLOSE_ONLY: "nothing opens, and what taking risk off would send is shown",
        Rung.REDUCE: "the riskiest positions are closed, enough to carry the rest",
        Rung.FLATTEN: "everything is closed: `tomking flatten` asks for it",
        Rung.LOCKED: "nothing is held; a person moves the desk down a day later",
    }
)
