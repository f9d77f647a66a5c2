"""Frames of events: flat lists of values made columns, and whatever is odd in them left out.

A COMPACT frame is ``["Quote", [symbol, figure, figure, symbol, figure, ...]]``, the values of each
event in the order of the fields that were agreed. One that cannot be read must never cost the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from tomking.core.value import value
from tomking.data.live.fields import SYMBOL
from tomking.market.bars import F64

Fields = Mapping[str, Sequence[str]]
#: Odd elements that are kept to be shown; all are counted.
SHOWN_MAX = 20


@value
class Block:
    """Events of one kind: their symbols, and a column of values for each field."""

    kind: str
    symbols: Sequence[str]
    columns: Mapping[str, Sequence[Any]]


@dataclass(slots=True)
class Oddities:
    """What could not be read: how much, and the last of it in words."""

    count: int = 0
    last: list[str] = field(default_factory=list[str])

    def report(self, what: str, count: int = 1) -> None:
        """Something was left out."""
        self.count += count
        self.last.append(what)
        del self.last[:-SHOWN_MAX]


def blocks(data: Any, fields: Fields, odd: Oddities) -> list[Block]:
    """The events of a frame; of full events, which name their fields, as well as of flat lists."""
    if not isinstance(data, list):
        odd.report(f"data that is {type(data).__name__}, not a list")
        return []
    if data and isinstance(data[0], dict):
        return _full(data, odd)
    found: list[Block] = []
    for n in range(0, len(data) - 1, 2):
        block = _compact(data[n], data[n + 1], fields, odd)
        if block is not None and block.symbols:
            found.append(block)
    if len(data) % 2:
        odd.report("a kind without its values")
    return found


def _compact(kind: Any, values: Any, fields: Fields, odd: Oddities) -> Block | None:
    """One kind's values as columns; a count that does not fit is cut to whole events from the front."""
    names = fields.get(kind) if isinstance(kind, str) else None
    if names is None or not isinstance(values, list):
        odd.report(f"values of {kind!r}, which was not asked for")
        return None
    width = len(names)
    if len(values) == width and names[0] == SYMBOL and isinstance(values[0], str):
        one = dict(zip(names, zip(values, strict=True), strict=True))  # the common frame, made fast
        return Block(kind, one[SYMBOL], one)
    if len(values) % width:
        odd.report(f"{len(values)} values of {kind}, {width} an event")
        values = values[: len(values) - len(values) % width]
    columns = {name: values[place::width] for place, name in enumerate(names)}
    symbols = columns.get(SYMBOL, [])
    if set(map(type, symbols)) <= {str}:
        return Block(kind, symbols, columns)
    return _named(kind, columns, odd)


def _named(kind: str, columns: Mapping[str, Sequence[Any]], odd: Oddities) -> Block:
    """The events that have a symbol."""
    rows = [n for n, symbol in enumerate(columns[SYMBOL]) if isinstance(symbol, str)]
    odd.report(f"{kind} of no symbol", len(columns[SYMBOL]) - len(rows))
    kept = {name: [column[row] for row in rows] for name, column in columns.items()}
    return Block(kind, kept[SYMBOL], kept)


def joined(several: Sequence[Block]) -> Block:
    """Blocks of one kind and the same columns as one, in their order."""
    if len(several) == 1:
        return several[0]
    first = several[0]
    columns = {
        name: list(chain.from_iterable(each.columns[name] for each in several))
        for name in first.columns
    }
    return Block(first.kind, list(chain.from_iterable(each.symbols for each in several)), columns)


def _full(data: Sequence[Any], odd: Oddities) -> list[Block]:
    """Full events gathered by kind."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for event in data:
        named = isinstance(event, dict) and isinstance(event.get(SYMBOL), str)
        if not named or not isinstance(event.get("eventType"), str):
            odd.report(f"an event without kind or symbol: {str(event)[:80]}")
            continue
        by_kind.setdefault(event["eventType"], []).append(event)
    return [_gathered(kind, events) for kind, events in by_kind.items()]


def _gathered(kind: str, events: Sequence[Mapping[str, Any]]) -> Block:
    names = dict.fromkeys(name for event in events for name in event)
    columns = {name: [event.get(name) for event in events] for name in names}
    return Block(kind, [str(event[SYMBOL]) for event in events], columns)


def figures(column: Sequence[Any], odd: Oddities) -> F64:
    """A column of figures; ``"NaN"``, nothing and infinity are NaN, anything else unread is odd too."""
    try:
        read = np.array(column, dtype=np.float64)
    except (TypeError, ValueError):
        read = np.array([_figure(each, odd) for each in column], dtype=np.float64)
    if read.shape != (len(column),):
        odd.report("figures that are lists", len(column))
        return np.full(len(column), np.nan)
    read[np.isinf(read)] = np.nan
    return read


def _figure(said: Any, odd: Oddities) -> float:
    try:
        return float("nan" if said is None else said)
    except (TypeError, ValueError):
        odd.report(f"{str(said)[:40]!r} where a figure belongs")
        return float("nan")
