"""Amounts: decimal strings with their sign in a word beside them."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tomking.core.errors import DataError

CREDIT, DEBIT, NEITHER = "Credit", "Debit", "None"


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


def number(said: object, name: str) -> Decimal:
    """A number that came as a string or as a JSON number.

    Raises
    ------
    DataError
        If it is neither, or no finite number.
    """
    try:
        found = Decimal(str(said))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(said, bool) or not found.is_finite():
        raise DataError(f"{name} is {said!r}, where a number was expected")
    return found


def amount_of(row: Mapping[str, Any], name: str) -> Decimal:
    """An amount with its sign from the effect beside it; without one as it stands.

    Raises
    ------
    DataError
        If it is missing, or no number.
    """
    if name not in row:
        raise DataError(f"{name} is missing")
    size = number(row[name], name)
    return -size if row.get(f"{name}-effect") == DEBIT else size
