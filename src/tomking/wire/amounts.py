"""Amounts: decimal strings with their sign in a word beside them."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tomking.core.errors import DataError

CREDIT, DEBIT, NEITHER = "Credit", "Debit", "None"
#: The furthest from nought that any figure lies, and the most letters it has.
MOST, DIGITS_MAX, BITS_MAX = Decimal(10**15), 60, 200
#: Letters of a refused figure that its refusal repeats.
SHORT = 20


def plain(amount: Decimal) -> str:
    """A number as the broker prints it: never as a power of ten, and with a point.

    >>> plain(Decimal("1E+2")), plain(Decimal("0.50"))
    ('100.0', '0.5')
    """
    text = f"{amount.normalize():f}"
    return text if "." in text else f"{text}.0"


def signed(amount: Decimal) -> tuple[str, str]:
    """An amount and its effect: what comes in is a credit.

    >>> signed(Decimal("-2.50")), signed(Decimal(0))
    (('2.5', 'Debit'), ('0.0', 'None'))
    """
    effect = NEITHER if not amount else CREDIT if amount > 0 else DEBIT
    return plain(abs(amount)), effect


def with_effect(name: str, amount: Decimal) -> dict[str, str]:
    """An amount under a name, and its effect under the name beside it."""
    size, effect = signed(amount)
    return {name: size, f"{name}-effect": effect}


def number(said: object, name: str, most: Decimal = MOST) -> Decimal:
    """A number that came as a string or as a JSON number, no further from nought than ``most``.

    It is bounded before anybody works with it: a power of ten beyond all measure is a short text, and
    a whole number of a million digits.

    >>> number("1e3", "price")
    Decimal('1E+3')

    Raises
    ------
    DataError
        If it is neither, no finite number, or beyond what is allowed.
    """
    found = _figure(said)
    if found is None:
        raise DataError(f"{name} is {shortly(said)}, where a number was expected")
    if abs(found) > most:
        raise DataError(f"{name} is {shortly(said)}, where at most {most:,f} is allowed")
    return found


def _figure(said: object) -> Decimal | None:
    """A finite number of reasonable length; nothing if it is none."""
    if isinstance(said, bool) or not isinstance(said, str | int | float | Decimal):
        return None
    if isinstance(said, int) and said.bit_length() > BITS_MAX:
        return None
    text = str(said)
    try:
        found = Decimal(text) if len(text) <= DIGITS_MAX else None
    except InvalidOperation:
        return None
    if found is None or not found.is_finite():
        return None
    exponent = found.as_tuple().exponent
    return found if isinstance(exponent, int) and abs(exponent) <= DIGITS_MAX else None


def shortly(said: object) -> str:
    """What somebody said, for a sentence: the beginning of it where it is long.

    >>> shortly("abc"), shortly("1" * 50), shortly(["deep"])
    ("'abc'", "'1111111111111111111…", 'a list')
    """
    if isinstance(said, dict | list | tuple):
        return f"a {type(said).__name__}"
    if isinstance(said, int) and said.bit_length() > BITS_MAX:
        return "a number of too many digits"
    text = repr(said)
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def amount_of(row: Mapping[str, Any], name: str, most: Decimal = MOST) -> Decimal:
    """An amount with its sign from the effect beside it; without one as it stands.

    Raises
    ------
    DataError
        If it is missing, or no number.
    """
    if name not in row:
        raise DataError(f"{name} is missing")
    size = number(row[name], name, most)
    return -size if row.get(f"{name}-effect") == DEBIT else size
