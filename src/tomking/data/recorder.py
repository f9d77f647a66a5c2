"""What a day looked like to those who traded it: every quote, chain and fill, once a look.

A sink for the live market's frozen views. A look writes what has changed since the last: figures by
row and symbol, symbols as dense numbers in the order in which they came. Once a day come the daily
history, the chains and the minutes, as they were told. ``data.recorded`` reads it back.

One file a day. What is written is with the system when a look is over, and on the disk when the day is.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from tomking.core.codec import to_json
from tomking.core.contract import Right
from tomking.core.facts import Fact
from tomking.data.blocks import Block, appending, packed
from tomking.data.live.cache import View
from tomking.data.live.candles import VWAP
from tomking.data.live.fields import ROWS
from tomking.data.live.listed import Listed
from tomking.data.live.snapshot import LiveSnapshot, Sources
from tomking.engine.ports import Tick
from tomking.market.bars import F64

#: Kinds of blocks.
DAY, CHAIN, MINUTES, LOOK, TICK = "day", "chain", "minutes", "look", "tick"
#: Columns of daily history and of the minutes, after whose they are.
BARS = ("days", "open", "high", "low", "close", "volume")
CANDLE = ("time", "open", "high", "low", "close", "volume", "vwap")
#: What a tick says of strategies.
DUE = ("due", "last", "watch", "renew")
#: The file of a day, in the folder of an account.
FOLDER, SUFFIX = "recorded", ".chain"


def path_of(folder: Path, day: date) -> Path:
    """The file of a day."""
    return folder / FOLDER / f"{day}{SUFFIX}"


@dataclass(slots=True)
class _Known:
    """What a file has been told so far: from here on only changes are written."""

    sources: Sources | None = None
    chains: dict[str, Listed] = field(default_factory=dict[str, Listed])
    ids: dict[str, int] = field(default_factory=dict[str, int])
    table: F64 = field(default_factory=lambda: np.zeros((ROWS, 0)))
    followed: frozenset[int] = frozenset()
    minutes: dict[str, F64] = field(default_factory=dict[str, F64])


@dataclass(slots=True)
class Recorder:
    """Writes looks and facts to the files of an account. ``torn`` are bytes cut off a torn tail."""

    folder: Path
    torn: int = 0
    _day: date | None = None
    _file: IO[bytes] | None = None
    _known: _Known = field(default_factory=_Known)

    def look(self, seen: LiveSnapshot) -> None:
        """A look at the market: what is new of it."""
        session = seen.day.session.day
        if session != self._day:
            self._turn(session)
        made = [] if self._known.sources is seen.sources else [self._of_day(seen)]
        made += [*self._chains(seen), *self._minutes(seen), self._figures(seen)]
        self._write(made)

    def after(self, tick: Tick, facts: Sequence[Fact]) -> None:
        """What was due at the look before, and what became known by it: fills and all else."""
        if self._file is not None:
            told = {"kind": [type(each).__name__ for each in facts],
                    "payload": [to_json(each) for each in facts]}  # fmt: skip
            self._write([Block(TICK, _said(tick), told)])

    def close(self) -> None:
        """End the day's file, on the disk."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        self._file, self._day = None, None

    def _turn(self, session: date) -> None:
        """Another day: a file of its own, added to where it is there already."""
        self.close()
        self._file, self.torn = appending(path_of(self.folder, session))
        self._day, self._known = session, _Known()

    def _write(self, made: Iterable[Block]) -> None:
        """Blocks in one write."""
        assert self._file is not None
        self._file.write(b"".join(packed(each) for each in made))
        self._file.flush()

    def _of_day(self, seen: LiveSnapshot) -> Block:
        """What was known before the open. After it everything is told anew, numbers of symbols too."""
        self._known = _Known(seen.sources)
        known = seen.sources.known
        every = known.bars.values()
        columns = (
            {name: np.concatenate([_bar(bars, name) for bars in every]) for name in BARS}
            if known.bars
            else {}
        )
        words = {
            "session": seen.day.session.day.isoformat(), "roots": list(seen.sources.roots),
            "bars": {root: len(bars) for root, bars in known.bars.items()}, "rate": known.rate,
            "evidence": known.evidence.value,
        }  # fmt: skip
        return Block(DAY, words, columns)

    def _chains(self, seen: LiveSnapshot) -> Iterable[Block]:
        """Chains that were told anew, and say something new."""
        for root, listed in seen.sources.chains.items():
            before = self._known.chains.get(root)
            self._known.chains[root] = listed
            if before is not listed and (before is None or not _alike(before, listed)):
                yield chain_block(listed)

    def _minutes(self, seen: LiveSnapshot) -> Iterable[Block]:
        """Minutes of today that are new or have changed."""
        for root in seen.sources.roots:
            front = seen.sources.front(root)
            if front is None:
                continue
            symbol = seen.sources.symbol(front)
            rows = seen.sources.minutes(symbol)
            new = _changed(self._known.minutes.get(symbol), rows)
            self._known.minutes[symbol] = rows
            if len(new):
                columns = {name: new[:, at] for at, name in enumerate(CANDLE)}
                yield Block(MINUTES, {"symbol": symbol}, columns)

    def _figures(self, seen: LiveSnapshot) -> Block:
        """The figures that have changed, and the instant."""
        view, known = seen.view, self._known
        new = [symbol for symbol in view.places if symbol not in known.ids]
        known.ids |= {symbol: len(known.ids) + at for at, symbol in enumerate(new)}
        ids = np.array([known.ids[symbol] for symbol in view.places], dtype=np.int32)
        table = np.full((ROWS, len(known.ids)), np.nan)
        table[:, ids] = view.table[:, list(view.places.values())]
        before = np.full_like(table, np.nan)
        before[:, : known.table.shape[1]] = known.table
        rows, places = np.nonzero((table != before) & ~(np.isnan(table) & np.isnan(before)))
        known.table = table
        followed = frozenset(ids.tolist())
        words = {"at": seen.at.isoformat(), "new": new, "lost": sorted(known.followed - followed),
                 "again": sorted(followed - known.followed), **_proofs(view)}  # fmt: skip
        known.followed = followed
        columns = {"row": rows.astype(np.uint8), "id": places.astype(np.int32),
                   "figure": table[rows, places]}  # fmt: skip
        return Block(LOOK, words, columns)


def chain_block(listed: Listed) -> Block:
    """A chain as a table: a row a strike of an expiry."""
    expiries = [[each.day.isoformat(), each.settles.value, each.kind, each.future, each.anachronism]
                for each in listed.expiries]  # fmt: skip
    every = [listed.strikes[expiry] for expiry in listed.expiries]
    columns: dict[str, NDArray[np.int32] | list[str]] = {
        "expiry": np.repeat(np.arange(len(every), dtype=np.int32),
                            [len(strikes.exact) for strikes in every]),
        "strike": [str(exact) for strikes in every for exact in strikes.exact],
        "call": [symbol for strikes in every for symbol in strikes.symbols[Right.CALL]],
        "put": [symbol for strikes in every for symbol in strikes.symbols[Right.PUT]],
    }  # fmt: skip
    return Block(CHAIN, {"root": listed.root, "expiries": expiries}, columns)


def _alike(one: Listed, other: Listed) -> bool:
    """Whether two chains say the same."""
    return one.expiries == other.expiries and all(
        strikes.exact == other.strikes[expiry].exact
        and strikes.symbols == other.strikes[expiry].symbols
        for expiry, strikes in one.strikes.items()
    )


def _changed(before: F64 | None, rows: F64) -> F64:
    """Candles that were not there, or were otherwise; none is ever taken back during a day."""
    if before is None or not len(before):
        return rows
    known = {row[0]: row for row in before}
    new = [row for row in rows if row[0] not in known
           or not np.array_equal(row, known[row[0]], equal_nan=True)]  # fmt: skip
    return np.array(new).reshape(-1, VWAP + 1)


def _bar(bars: Any, name: str) -> NDArray[Any]:
    column: NDArray[Any] = getattr(bars, name)
    return column


def _said(tick: Tick) -> Mapping[str, Any]:
    """What was due."""
    names = {name: sorted(getattr(tick, name)) for name in DUE}
    return {"at": tick.at.isoformat(), "closing": tick.closing, "night": tick.night, **names}


def _proofs(view: View) -> Mapping[str, float]:
    """The instants by which figures are old or young."""
    return {"since": view.since, "proven": view.proven, "now": view.now}
