"""Contracts: an option or a future, named so that two of them are equal when they are the same thing."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from tomking.core.value import value

MONTH_CODES = "FGHJKMNQUVXZ"
#: Options on the index began in 1983: nothing here is older.
FIRST_YEAR_OF_CENTURY = 83


class Right(StrEnum):
    """Call or put."""

    CALL = "CALL"
    PUT = "PUT"

    @property
    def sign(self) -> int:
        """+1 for a call, -1 for a put."""
        return 1 if self is Right.CALL else -1


class Settles(StrEnum):
    """When an expiry is fixed: on the opening print or at the close."""

    AM = "AM"
    PM = "PM"


@value
class Contract:
    """An option, or with ``right`` and ``strike`` left out the future or share itself.

    ``future`` names the future an option is written on (``ESZ25``), or the future itself; it is
    empty for cash-settled index options and for shares.
    """

    root: str
    expiry: date
    right: Right | None = None
    strike: Decimal | None = None
    future: str = ""
    settles: Settles = Settles.PM

    def __hash__(self) -> int:
        """Root, date and strike tell contracts apart well enough to look one up."""
        return hash((self.root, self.expiry, self.strike))

    @property
    def is_option(self) -> bool:
        """Whether this is an option."""
        return self.right is not None

    def __str__(self) -> str:
        """``ES 2025-12-31 5700 P`` (an AM-settled expiry says so)."""
        if self.right is None or self.strike is None:
            return self.future or self.root
        when = f"{self.expiry}{' AM' if self.settles is Settles.AM else ''}"
        return f"{self.root} {when} {self.strike.normalize():f} {self.right.value[0]}"


@value
class Expiry:
    """A listed expiry: its date, when it is fixed and what kind of series it is."""

    day: date
    settles: Settles
    kind: str
    future: str = ""
    anachronism: bool = False


def future_code(root: str, year: int, month: int) -> str:
    """The exchange's name of a future, with two digits of the year.

    >>> future_code("ES", 2025, 12)
    'ESZ25'
    """
    return f"{root}{MONTH_CODES[month - 1]}{year % 100:02d}"


def future_month(code: str) -> tuple[int, int]:
    """Year and month of a future's name; two digits from 83 on are of the last century.

    >>> future_month("MESZ25"), future_month("ESH99")
    ((2025, 12), (1999, 3))
    """
    digits = int(code[-2:])
    century = 1900 if digits >= FIRST_YEAR_OF_CENTURY else 2000
    return century + digits, MONTH_CODES.index(code[-3]) + 1
