"""Values as text and back: JSON for the files.

Driven by the types of the values themselves, so a new kind of fact needs nothing here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from tomking.core.calendar import NEW_YORK
from tomking.core.errors import DataCorrupt
from tomking.core.facts import KINDS, Fact, MarginCalled, MarginMet
from tomking.core.order import Order, TimeInForce

#: The key under which a float that JSON cannot hold is written.
NOT_FINITE = "float"
_AS_IT_IS = frozenset({NoneType, bool, int, str})


def plain(x: Any) -> Any:
    """A value as JSON can hold it: Decimals and dates as text, records as objects.

    An infinity or a NaN becomes ``{"float": "inf"}``: JSON has none, and its name alone would be
    read back as text.
    """
    kind = x.__class__
    if kind in _AS_IT_IS:
        return x
    if kind is float:
        return x if isfinite(x) else {NOT_FINITE: repr(x)}
    return _writer(kind)(x)


@cache
def _writer(kind: Any) -> Callable[[Any], Any]:
    """How to write a value of a type, looked up once per type."""
    if issubclass(kind, Enum):
        return lambda x: x.value
    if issubclass(kind, Decimal):
        return str
    if issubclass(kind, date):
        return lambda x: x.isoformat()
    if issubclass(kind, timedelta):
        return lambda x: x.total_seconds()
    if issubclass(kind, Mapping):
        return lambda x: {str(key): plain(part) for key, part in x.items()}
    if issubclass(kind, tuple | list | frozenset):
        return lambda x: [plain(part) for part in x]
    if is_dataclass(kind):
        names = tuple(f.name for f in fields(kind))
        return lambda x: {name: plain(getattr(x, name)) for name in names}
    raise no_place(kind)


def no_place(kind: type) -> TypeError:
    """What is raised over a value of a type that neither file nor hash can hold."""
    return TypeError(
        f"{kind.__name__} has no place in the journal; write it as numbers, text or a record of them"
    )


def _as_it_was(record: dict[str, Any]) -> dict[str, Any]:
    return record


def _order(record: dict[str, Any]) -> dict[str, Any]:
    """An order from before it said how long it waits: one that rested was good till cancelled."""
    if "rests" not in record:
        return record
    tif = TimeInForce.GTC if record["rests"] else TimeInForce.DAY
    return {key: part for key, part in record.items() if key != "rests"} | {"tif": tif.value}


def _margin(record: dict[str, Any]) -> dict[str, Any]:
    """A margin call from before it was measured by what there is besides options."""
    if "net_liq" not in record:
        return record
    return {key: part for key, part in record.items() if key != "net_liq"} | {
        "equity": record["net_liq"]
    }


#: What reading a value from text that does not fit it raises.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)

#: Records as they were once written, brought to their present fields on reading; never rewritten.
UPCASTS: Mapping[type, Callable[[dict[str, Any]], dict[str, Any]]] = {
    Order: _order, MarginCalled: _margin, MarginMet: _margin,
}  # fmt: skip


def to_json(fact: Fact) -> str:
    """The payload of a journal row."""
    return json.dumps(plain(fact), separators=(",", ":"), ensure_ascii=False)


def from_json(kind: str, payload: str) -> Fact:
    """The fact of a journal row.

    Raises
    ------
    DataCorrupt
        If the kind is unknown or the payload does not fit it.
    """
    if kind not in KINDS:
        raise DataCorrupt(
            f"the journal holds a fact of unknown kind {kind!r}; update tomking to read it"
        )
    record: Any = KINDS[kind]
    try:
        fact: Fact = reader(record)(json.loads(payload))
    except UNREADABLE as fault:
        raise DataCorrupt(f"a {kind} in the journal cannot be read: {fault}") from fault
    return fact


@cache
def reader(hint: Any) -> Callable[[Any], Any]:
    """How to read a value of a type back from plain JSON."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _reader_of_union(inside)
    if origin is tuple:
        part = reader(inside[0]) if inside[-1] is Ellipsis else None
        parts = [reader(each) for each in inside] if part is None else []
        return lambda x: tuple(
            part(each) if part else parts[row](each) for row, each in enumerate(x)
        )
    if origin is not None and issubclass(origin, Mapping):
        return dict
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        readers = {f.name: reader(hints[f.name]) for f in fields(hint)}
        upcast = UPCASTS.get(hint, _as_it_was)
        return lambda x: hint(**{name: readers[name](part) for name, part in upcast(x).items()})
    return _reader_of_scalar(hint)


def _reader_of_union(inside: tuple[Any, ...]) -> Callable[[Any], Any]:
    others = [each for each in inside if each is not NoneType]
    if len(others) == 1:
        only = reader(others[0])
        return lambda x: None if x is None else only(x)
    return lambda x: _number(x) if isinstance(x, dict) else x  # JSON tells number and text apart


def _reader_of_scalar(hint: Any) -> Callable[[Any], Any]:
    if hint is datetime:
        return lambda x: datetime.fromisoformat(x).astimezone(NEW_YORK)
    if hint is date:
        return date.fromisoformat
    if hint is timedelta:
        return lambda x: timedelta(seconds=x)
    if hint is float:
        return _number
    if isinstance(hint, type) and issubclass(hint, Enum | Decimal):
        return hint
    return lambda x: x


def _number(x: Any) -> Any:
    """A float field: JSON's number, whole or not, or the name of one it cannot hold."""
    if isinstance(x, dict):
        return float(cast("dict[str, str]", x)[NOT_FINITE])
    if isinstance(x, str):
        raise TypeError(f"{x!r} is not a number")
    return x
