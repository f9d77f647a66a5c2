"""A tilt by month, as the methodology prints it: a hint to a reader, no gate, and no evidence behind it.

The rows do not add up to one, and no test of them is known; January's bond entry is negative as
printed. Nothing that decides reads this file.

Source: rulebook 28; PDF p.34-35 (R-SEA-01 in docs/rules.md).
"""

from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.core.value import value

#: What every line of it is to be read with.
CAUTION = "hint, no gate, no evidence"


@value
class Tilt:
    """A month: weights of new exposure in equity, bonds and commodities, and what is said of it."""

    month: str
    equity: float
    bonds: float
    commodities: float
    note: str

    def __str__(self) -> str:
        return (
            f"{self.month}: equity {self.equity:g}, bonds {self.bonds:g}, "
            f"commodities {self.commodities:g}; {self.note} ({CAUTION})"
        )


TILTS = (
    Tilt("January", 0.7, -0.2, 0.3, "short bonds, technology before earnings"),
    Tilt("February", 0.8, 0.1, 0.3, "more equity, fewer safe havens"),
    Tilt("March", 0.7, 0.2, 0.3, "volatility at the quarter's end and its triple expiry"),
    Tilt("April", 0.6, 0.2, 0.4, "fewer index strangles, crops long"),
    Tilt("May", 0.5, 0.3, 0.4, "defensive, gold and bonds"),
    Tilt("June", 0.5, 0.3, 0.4, "energy, low volatility, the Russell's new members"),
    Tilt("July", 0.3, 0.4, 0.2, "the least volume, every position smaller"),
    Tilt("August", 0.5, 0.3, 0.3, "volatility returns; more strangles, against the lesson of 2024"),
    Tilt("September", 0.4, 0.4, 0.3, "the weakest month, most puts sold and most 0DTE"),
    Tilt("October", 0.7, 0.2, 0.3, "dips bought, LEAPs added"),
    Tilt("November", 0.8, 0.1, 0.2, "the most equity"),
    Tilt("December", 0.7, 0.2, 0.2, "losses taken for tax, a rally, pins for butterflies"),
)


def tilt(month: int | str) -> Tilt:
    """The tilt of a month, by its number or by the beginning of its name.

    Raises
    ------
    ConfigError
        If there is no such month.

    >>> tilt("sep").month, tilt(7).equity
    ('September', 0.3)
    """
    asked = str(month).strip().lower()
    if asked.isdigit() and 1 <= int(asked) <= len(TILTS):
        return TILTS[int(asked) - 1]
    begins = [each for each in TILTS if asked and each.month.lower().startswith(asked)]
    if len(begins) != 1:
        names = [each.month for each in TILTS]
        raise ConfigError(
            f"{month!r} is no month: write 1 to 12 or a name{did_you_mean(asked, names)}"
        )
    return begins[0]
