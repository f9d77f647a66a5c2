"""What time it is: the one place where a command that is asked about now looks at the computer's
clock.
"""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, in New York's time, to the second."""
    from tomking.core.calendar import (
        NEW_YORK,
    )  # a table of time zones, which the brake does without

    return datetime.fromtimestamp(int(time.time()), NEW_YORK)


def instant() -> datetime:
    """The present instant, in universal time, to the second: for what must work with Python alone."""
    return datetime.fromtimestamp(int(time.time()), UTC)


def precise() -> datetime:
    """The present instant, in New York's time, to the microsecond: what a desk that trades waits by."""
    from tomking.core.calendar import NEW_YORK

    return datetime.fromtimestamp(time.time(), NEW_YORK)
