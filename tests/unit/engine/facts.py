"""Facts out of thin air: any value of any kind, from the types of its fields."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from tomking.core.calendar import NEW_YORK
from tomking.core.facts import Fact, SessionClosed

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@cache
def any_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type, as a fact may hold them."""
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXT,
        int: st.integers(-(10**9), 10**9),
        bool: st.booleans(),
        float: st.floats(allow_nan=False),
        NoneType: st.none(),
        date: st.dates(date(1998, 1, 1), date(2032, 12, 31)),
        datetime: st.integers(0, 35 * 365 * 86400).map(_instant),
        Decimal: st.decimals(-(10**9), 10**9, allow_nan=False, places=4),
    }
    if hint in plain:
        return plain[hint]
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{f.name: any_of(hints[f.name]) for f in fields(hint)})
    return _composed(hint)


def _instant(seconds: int) -> datetime:
    """An instant between 1998 and 2032, by the clock of New York."""
    return (datetime(1998, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(NEW_YORK)


def _composed(hint: Any) -> st.SearchStrategy[Any]:
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return st.one_of([any_of(each) for each in inside])
    if origin is tuple and inside[-1] is not Ellipsis:
        return st.tuples(*(any_of(each) for each in inside))
    if origin is tuple:
        return st.lists(any_of(inside[0]), max_size=3).map(tuple)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(TEXT, TEXT, max_size=3)
    assert issubclass(hint, Enum), hint
    return st.sampled_from(hint)


def closes(count: int, start: int = 0) -> tuple[Fact, ...]:
    """So many session closes, each different."""
    first = datetime(2018, 2, 5, 16, 15, tzinfo=NEW_YORK)
    days = (first + timedelta(days=start + n) for n in range(count))
    return tuple(
        SessionClosed(at, at.date(), Decimal(100_000 + at.day), Decimal(0), Decimal(0), 17.5)
        for at in days
    )
