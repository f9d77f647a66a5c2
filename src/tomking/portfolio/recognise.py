"""The name of a structure, from its legs alone, as traders say it.

Legs are reduced to a pattern and looked up in ``patterns``; what has no row is "custom, n legs". A name
is a word for people: nothing is decided by it, margin least of all.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from itertools import pairwise
from math import gcd
from types import MappingProxyType

from tomking.core.contract import Contract, Right
from tomking.core.value import value
from tomking.portfolio.patterns import TABLE

#: A long this many days behind the short, and in the money, stands in for the shares themselves.
DEEP_DAYS = 60
LETTERS = "abcdefghijklmnopqrstuvwxyz"
FUTURE, SHARES = "future", "shares"
CUSTOM = "custom"

Signed = tuple[Contract, int]


@value
class Recognised:
    """A structure's name, how often it is held, and the distances between its strikes.

    ``widths`` are points between neighbouring strikes of one right and expiry, puts from the lowest
    up, then calls; ``legs`` counts different contracts.
    """

    name: str
    units: int
    widths: tuple[float, ...]
    legs: int

    def __str__(self) -> str:
        """``iron condor, 10 and 20 wide``."""
        wide = " and ".join(f"{width:g}" for width in dict.fromkeys(self.widths))
        return (
            f"{self.name}, {wide} wide" if wide and not self.name.startswith(CUSTOM) else self.name
        )


@value
class Reduced:
    """Legs as the conditions see them: sorted, at one unit, with the price of the underlying."""

    legs: tuple[Signed, ...]
    spot: float | None

    @property
    def counts(self) -> tuple[int, ...]:
        """Signed quantities, in the order of the pattern."""
        return tuple(quantity for _, quantity in self.legs)


def recognise(
    held: Iterable[Signed], lot: int = 100, spot: float | None = None, future: bool = False
) -> Recognised:
    """What a set of legs on one underlying is called.

    Parameters
    ----------
    held
        Signed contracts; shares one by one. Lots of one contract are added up.
    lot
        Shares an option delivers.
    spot
        Price of the underlying; a poor man's covered call is only told from a diagonal by it.
    future
        Whether the underlying itself is a future, counted in contracts.

    >>> from decimal import Decimal
    >>> day = date(2026, 6, 19)
    >>> def put(strike: int) -> Contract:
    ...     return Contract("SPY", day, Right.PUT, Decimal(strike))
    >>> str(recognise([(put(480), 1), (put(460), -1), (put(420), -2)]))
    '1-1-2, 40 and 20 wide'
    """
    legs = _merged(held)
    each = 1 if future or not any(contract.is_option for contract, _ in legs) else lot
    lots = [(contract, n if contract.is_option else n / each) for contract, n in legs]
    widths = _widths(legs)
    if not legs or any(n != int(n) for _, n in lots):
        return Recognised(f"{CUSTOM}, {len(legs)} legs", 1, widths, len(legs))
    units = gcd(*(int(n) for _, n in lots))
    seen = Reduced(tuple((contract, int(n) // units) for contract, n in lots), spot)
    name = _named(seen, FUTURE if future else SHARES) or f"{CUSTOM}, {len(legs)} legs"
    return Recognised(name, units, widths, len(legs))


def _merged(held: Iterable[Signed]) -> tuple[Signed, ...]:
    """Lots of one contract as one leg: the underlying first, then by expiry and strike, puts first."""
    total: dict[Contract, int] = {}
    for contract, quantity in held:
        total[contract] = total.get(contract, 0) + quantity
    legs = ((contract, quantity) for contract, quantity in total.items() if quantity)
    return tuple(sorted(legs, key=lambda leg: _order(leg[0])))


def _order(contract: Contract) -> tuple[object, ...]:
    if contract.strike is None:
        return (0, date.min, 0, 0)
    return (1, contract.expiry, contract.strike, contract.right is Right.CALL)


def pattern(legs: tuple[Signed, ...]) -> str:
    """Sorted legs as the table writes them: ``-1Pa +1Pb``."""
    strikes = sorted({contract.strike for contract, _ in legs if contract.strike is not None})
    days = sorted({contract.expiry for contract, _ in legs if contract.is_option})
    words: list[str] = []
    for contract, quantity in legs:
        if contract.strike is None or contract.right is None:
            words.append(f"{quantity:+d}S")
            continue
        letter = strikes.index(contract.strike)
        when = str(days.index(contract.expiry) + 1) if len(days) > 1 else ""
        named = LETTERS[letter] if letter < len(LETTERS) else "?"
        words.append(f"{quantity:+d}{contract.right.value[0]}{named}{when}")
    return " ".join(words)


def _even(seen: Reduced) -> bool:
    """Whether the lowest two strikes are as far apart as the highest two."""
    strikes = sorted({c.strike for c, _ in seen.legs if c.strike is not None})
    return len(strikes) > 2 and strikes[1] - strikes[0] == strikes[-1] - strikes[-2]


def _deep(seen: Reduced) -> bool:
    """Whether the long outlives the short by months and is in the money."""
    (short, _), (long, _) = sorted(seen.legs, key=lambda leg: leg[1])
    if seen.spot is None or short.strike is None or long.strike is None or long.right is None:
        return False
    inside = long.right.sign * (seen.spot - float(long.strike)) > 0.0
    return inside and (long.expiry - short.expiry).days >= DEEP_DAYS


#: What may stand in the middle column of the table.
CONDITIONS: Mapping[str, Callable[[Reduced], bool]] = MappingProxyType(
    {
        "": lambda seen: True,
        "even": _even,
        "deep": _deep,
        "net short": lambda seen: sum(seen.counts) < 0,
        "net long": lambda seen: sum(seen.counts) > 0,
        "net flat": lambda seen: sum(seen.counts) == 0,
    }
)


@value
class Row:
    """A row of the table: its pattern as an expression, the condition and the name."""

    shape: re.Pattern[str]
    holds: Callable[[Reduced], bool]
    name: str


@cache
def rows() -> tuple[Row, ...]:
    """The table, read once."""
    lines = (line.split("|") for line in TABLE.strip().splitlines() if line.strip())
    return tuple(
        Row(_expression(shape.strip()), CONDITIONS[holds.strip()], name.strip())
        for shape, holds, name in lines
    )


def _expression(shape: str) -> re.Pattern[str]:
    """A pattern as a regular expression; ``n``, ``m`` and ``k`` are captured."""
    return re.compile(re.sub(r"\\([+-])([nmk])(?=[SCP])", r"\\\1(?P<\2>\\d+)", re.escape(shape)))


def _named(seen: Reduced, outright: str) -> str | None:
    """The name of the first row that fits."""
    written = pattern(seen.legs)
    for row in rows():
        fits = row.shape.fullmatch(written)
        if fits and row.holds(seen):
            return row.name.format(outright=outright, **fits.groupdict())
    return None


def _widths(legs: tuple[Signed, ...]) -> tuple[float, ...]:
    """Distances between neighbouring strikes of one right and expiry, puts first."""
    strikes: dict[tuple[object, ...], set[float]] = {}
    for contract, _ in legs:
        if contract.right is not None and contract.strike is not None:
            side = (contract.expiry, contract.right is Right.CALL)
            strikes.setdefault(side, set()).add(float(contract.strike))
    return tuple(
        upper - lower
        for side in sorted(strikes)
        for lower, upper in pairwise(sorted(strikes[side]))
    )
