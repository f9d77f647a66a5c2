"""Alarm levels, and the rungs of the kill ladder they move a desk along."""

from enum import IntEnum

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
