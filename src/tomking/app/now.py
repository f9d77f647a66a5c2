"""What time it is: the one place where a command that is asked about now looks at the computer's
clock.
"""

import time
from datetime import datetime

from tomking.core.calendar import NEW_YORK


def now() -> datetime:
    """The present instant, in New York's time, to the second."""
    return datetime.fromtimestamp(int(time.time()), NEW_YORK)


def instant() -> datetime:
    """The same, to the microsecond: what a desk that trades waits by."""
    return datetime.fromtimestamp(time.time(), NEW_YORK)
