"""The canonical line of a fact, and the hash of many: what makes two runs the same run.

The line is JSON with its keys in order, as :func:`tomking.core.codec.plain` would have it, but for
floats: they keep six digits, so that the last bits of another processor cannot reach a hash. It is
written by a writer a type, because a run is hashed whole and every microsecond is multiplied by
half a million values.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from math import isfinite
from operator import attrgetter
from types import NoneType
from typing import Any

from tomking.core.codec import NOT_FINITE, no_place
from tomking.core.facts import Considered, Fact, SessionClosed
from tomking.core.order import Order

#: Significant digits a float keeps in a hash.
DIGITS = 6

#: Fields that facts were not always written with: journals from before keep their hash.
LATER: Mapping[type, str] = {Considered: "labels", Order: "bracket", SessionClosed: "late"}

Writer = Callable[[Any], str]


def digest(facts: Iterable[Fact], salt: str = "") -> str:
    """SHA-256 over the canonical lines of some facts."""
    running = sha256(salt.encode())
    for fact in facts:
        running.update(canonical(fact).encode())
    return running.hexdigest()


def canonical(fact: Fact) -> str:
    """One line of a fact for hashing: keys sorted, floats at six significant digits."""
    return f"{type(fact).__name__} {_writer(type(fact))(fact)}"


def _text(x: Any) -> str:
    return _writer(type(x))(x)


def _made(kind: Any) -> Writer:
    """How a type is written."""
    if issubclass(kind, Enum):
        members = {id(member): json.dumps(member.value) for member in kind}
        return lambda x: members[id(x)]
    if issubclass(kind, Decimal):
        return lambda x: f'"{x}"'
    if issubclass(kind, date):
        return lambda x: f'"{x.isoformat()}"'
    if issubclass(kind, Mapping):
        return _mapping
    if issubclass(kind, tuple | list | frozenset):
        return lambda x: f"[{', '.join([_writer(type(part))(part) for part in x])}]"
    if is_dataclass(kind):
        return _record(kind)
    if kind not in _SCALARS:
        raise no_place(kind)
    return _SCALARS[kind]


def _record(kind: Any) -> Writer:
    """The writer of a dataclass; a field that came later is left out where it holds nothing."""
    names, later = sorted(f.name for f in fields(kind)), LATER.get(kind)
    whole = _fields(names)
    if later is None:
        return whole
    before = _fields([name for name in names if name != later])
    return lambda x: whole(x) if getattr(x, later) else before(x)


def _fields(names: list[str]) -> Writer:
    """A template with a place for each field, by name."""
    template = f"{{{', '.join(f'{quoted(name)}: %s' for name in names)}}}"
    if len(names) < 2:  # attrgetter would not give a tuple
        return lambda x: template % tuple(_text(getattr(x, name)) for name in names)
    parts = attrgetter(*names)
    return lambda x: template % tuple([_writer(type(part))(part) for part in parts(x)])


def _mapping(x: Mapping[Any, Any]) -> str:
    parts = sorted(((str(key), part) for key, part in x.items()), key=lambda pair: pair[0])
    return (
        f"{{{', '.join([f'{quoted(key)}: {_writer(type(part))(part)}' for key, part in parts])}}}"
    )


def _number(x: float) -> str:
    """A float at six digits; one that JSON cannot hold by its name."""
    return repr(float(f"{x:.{DIGITS}g}")) if isfinite(x) else f'{{"{NOT_FINITE}": "{x!r}"}}'


_SCALARS: Mapping[type, Writer] = {
    float: _number,
    str: quoted,
    int: repr,
    bool: lambda x: "true" if x else "false",
    NoneType: lambda _: "null",
}
_writer: Callable[[Any], Writer] = cache(_made)
