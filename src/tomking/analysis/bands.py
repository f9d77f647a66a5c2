"""What decisions are grouped by: the hour and weekday in New York, and the pattern score as written.

Nothing is measured again: the score is the one in the labels, and only its band is named here.
"""

from collections.abc import Mapping
from datetime import datetime

from tomking.core.calendar import NEW_YORK

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Grades of the pattern score (rulebook 20), each with the least score that has it.
GRADES = ((80.0, "80 or more"), (65.0, "65 to 80"), (50.0, "50 to 65"), (0.0, "under 50"))
NOT_RECORDED = "not recorded"
#: Every label in the order in which tables show it; labels that are not here follow by name.
ORDER = (*WEEKDAYS, *(name for _, name in GRADES), "unknown", "not asked", NOT_RECORDED)


def hour(at: datetime) -> str:
    """The hour of an instant in New York: ``10:00`` is everything before 11."""
    return f"{at.astimezone(NEW_YORK):%H}:00"


def weekday(at: datetime) -> str:
    """The weekday of an instant in New York."""
    return WEEKDAYS[at.astimezone(NEW_YORK).weekday()]


def pattern(labels: Mapping[str, str]) -> str:
    """The band of the pattern score that was written down, or why there is none.

    >>> pattern({"pattern": "71.25"}), pattern({"pattern": "64.99"}), pattern({})
    ('65 to 80', '50 to 65', 'not recorded')
    """
    said = labels.get("pattern", NOT_RECORDED)
    try:
        score = float(said)
    except ValueError:
        return said
    return next((name for least, name in GRADES if score >= least), said)


def in_order(labels: set[str]) -> list[str]:
    """Labels as a table lists them.

    >>> in_order({"under 50", "65 to 80"}), in_order({"Friday", "Monday"}), in_order({"11:00", "09:00"})
    (['65 to 80', 'under 50'], ['Monday', 'Friday'], ['09:00', '11:00'])
    """
    return sorted(labels, key=lambda label: (ORDER.index(label) if label in ORDER else 0, label))
