"""What the server has to remember beside its exchanges, as plain values, and those values as rows.

A value becomes rows field by field, and a mapping item by item, so that a small change is a small
write however much there is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from tomking.core.codec import plain, reader
from tomking.core.value import value
from tomking.exchange.kept import KeptExchange
from tomking.server.entry import Entry
from tomking.server.group import Group

#: Values by the key of their row, part by part.
Parts = dict[str, Mapping[Any, Any]]
#: The key of a value that is no mapping.
ALONE = ""


@value
class KeptDoor:
    """An account as its clients see it; what happened to it is kept apart, since it only grows."""

    exchange: KeptExchange
    last: int
    entries: Mapping[int, Entry]
    groups: Mapping[int, Group]
    waiting: tuple[int, ...]
    aside: Mapping[int, datetime | None]


@value
class KeptTokens:
    """Who may ask: what was given out, and until when it is good."""

    secret: str
    refresh: str
    revoked: bool
    given: int
    until: Mapping[str, datetime]


@value
class KeptHouse:
    """What belongs to no account. ``clock`` is an instant the market has not gone beyond, and
    ``lists`` are the customer's watchlists as JSON; ``accounts`` are those that were opened or closed
    after the first, by number: their house, or nothing once they are closed.
    """

    clock: datetime
    tokens: KeptTokens
    lists: Mapping[str, str]
    accounts: Mapping[str, str]


def apart(kept: Any, name: str = "") -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """A value taken apart: for each field that is no record itself its name and its items."""
    for field in fields(kept):
        there, part = getattr(kept, field.name), f"{name}{field.name}"
        if is_dataclass(there):
            yield from apart(there, f"{part}.")
        else:
            yield part, there if isinstance(there, Mapping) else {ALONE: there}


def together(kind: Any, rows: Mapping[str, Mapping[str, str]], name: str = "") -> Any:
    """The value of a kind that was taken apart and written.

    Raises
    ------
    LookupError, TypeError, ValueError, AttributeError, ArithmeticError
        If a row is missing or holds something else.
    """
    found: dict[str, Any] = {}
    for field, hint in _hints(kind).items():
        part = f"{name}{field}"
        if is_dataclass(hint):
            found[field] = together(hint, rows, f"{part}.")
        elif get_origin(hint) is Mapping:
            key, item = get_args(hint)
            found[field] = {
                reader(key)(json.loads(said)): read(item, text)
                for said, text in rows.get(part, {}).items()
            }
        else:
            found[field] = read(hint, rows[part][text_of(ALONE)])
    return kind(**found)


_hints = cache(get_type_hints)


def text_of(kept: Any) -> str:
    """A value as a row has it.

    >>> text_of((1, "a", None))
    '[1,"a",null]'
    """
    return json.dumps(plain(kept), separators=(",", ":"), ensure_ascii=False)


def read(hint: Any, text: str) -> Any:
    """The value of a type that a row holds."""
    return reader(hint)(json.loads(text))
