"""What a figure is: invented, stood in for, recorded or live."""

from datetime import datetime
from enum import IntEnum

from tomking.core.value import value


class Evidence(IntEnum):
    """How far a figure may be trusted; ``min()`` of several is the weakest link (DESIGN 9)."""

    MODEL = 0
    PROXY = 1
    RECORDED = 2
    LIVE = 3


@value
class Stamped:
    """A figure with the instant it was true and the class of its evidence."""

    value: float
    at: datetime
    evidence: Evidence
