"""Bytes to plain JSON, whatever somebody points at: every fault is one sentence.

Numbers are kept as they are written: ``Decimal``, or ``int`` where there is no point. What JSON
allows and a figure may not be comes through as it is, so that whoever reads the field can say where
it stands: a ``float`` is NaN or an infinity, ``Fault.TWICE`` a key that stands twice. No more is read
than a file of legs can need.
"""

import json
import sys
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import Path
from typing import Any

from tomking.core.errors import ConfigError

#: A file of a thousand legs has a tenth of this.
BYTES_MAX = 1_000_000
#: The word that stands for standard input.
STDIN = "-"
#: Of a path, in a sentence.
PATH_SHOWN = 200
#: A whole number with more digits than this is kept as a ``Decimal``; no count here has as many.
DIGITS_MAX = 18


class Fault(Enum):
    """What stands where a value should."""

    TWICE = "stands twice in one object: keep one of them"


def read(path: str) -> Any:
    """The JSON of a file, or of standard input when the path is ``-``.

    Raises
    ------
    ConfigError
        If it cannot be read, is too large, is not UTF-8 or not JSON, or names a key twice.
    """
    if not path.strip():
        raise ConfigError("no file is named: give its path, or - for standard input")
    name = "standard input" if path == STDIN else _short(path)
    return parsed(_text(_bytes(path, name), name), name)


def _short(path: str) -> str:
    """A path as a sentence can hold it."""
    shown = path if path.isprintable() else repr(path)
    return shown if len(shown) <= PATH_SHOWN else f"{shown[: PATH_SHOWN - 1]}…"


def _bytes(path: str, name: str) -> bytes:
    if path == STDIN and sys.stdin is None:
        raise ConfigError("standard input is closed: pipe the file in, or give its path")
    try:
        if path == STDIN:
            found = sys.stdin.buffer.read(BYTES_MAX + 1)
        else:
            with Path(path).open("rb") as stream:
                found = stream.read(BYTES_MAX + 1)
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or fault
        raise ConfigError(f"{name} cannot be read: {why}") from None
    if len(found) > BYTES_MAX:
        raise ConfigError(
            f"{name} is larger than {BYTES_MAX:,} bytes: give a file of one order's legs"
        )
    return found


def _text(found: bytes, name: str) -> str:
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ConfigError(
            f"{name} is not UTF-8 text (byte {fault.start}): save it as JSON"
        ) from None


def parsed(text: str, name: str) -> Any:
    """Text as plain JSON.

    Raises
    ------
    ConfigError
        With the line and column of the fault.

    >>> parsed('{"strike": 1.10}', "it")
    {'strike': Decimal('1.10')}
    """
    if not text.strip():
        raise ConfigError(f"{name} is empty: give a JSON object with underlying, house and legs")
    try:
        return json.loads(
            text, parse_float=Decimal, parse_int=_whole, parse_constant=float,
            object_pairs_hook=_once,
        )  # fmt: skip
    except json.JSONDecodeError as fault:
        raise ConfigError(
            f"{name} is not JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}"
        ) from None
    except (RecursionError, InvalidOperation):
        raise ConfigError(f"{name} is no file of legs: give plain objects and decimals") from None


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= DIGITS_MAX else Decimal(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, with every key that stands twice marked."""
    seen: dict[str, Any] = {}
    for key, part in pairs:
        seen[key] = Fault.TWICE if key in seen else part
    return seen
