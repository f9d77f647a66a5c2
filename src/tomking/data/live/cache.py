"""The newest figures of every symbol that streams, and how old each is.

One thread writes, whoever reads takes a frozen view. *How old is a quote that has not changed?* A feed
tells changes only, so a quiet option is as good as the feed is alive. A figure is therefore true as of
the last proof that a change would have been told: any frame, or an answered ping, on the connection that
told it. That proof has limits. After a connection is lost nothing is proven until the next one has told
the symbol again; what REST told before is as old as that. And a symbol that has been silent for
``SILENT_MAX_S`` is as old as its own last event, because a feed may lose one symbol and keep the others;
the supervisor asks again for a symbol long before, and a live feed answers that with the last event it
has (``supervise``).

Decisions use figures of ``FRESH_S`` at most.

What is told waits in a short line and is read into the table together, at the latest when somebody
looks: a feed that sends a frame an event would otherwise cost a dozen calls on columns of one figure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from tomking.core.value import value
from tomking.data.live.compact import Block, Oddities, figures, joined
from tomking.data.live.fields import (
    CLOSE_TYPE,
    FIGURES,
    FINAL,
    HEARD,
    IS_FINAL,
    QUOTE,
    ROWS,
    STREAMED,
    SUMMARY,
    TIMES,
    TOLD,
)
from tomking.market.bars import F64

I64 = NDArray[np.intp]
#: A block, when it was heard, and whether it streamed.
Heard = tuple[Block, float, bool]
#: Seconds up to which a figure is fresh enough to decide by, and after which silence of a symbol counts.
FRESH_S, SILENT_MAX_S = 5.0, 900.0
#: Places a cache begins with; it doubles. Events that wait at most until they are read in.
PLACES, WAITING_MAX = 1024, 256


@value
class View:
    """A cache as it stood: figures by row and place, and the place of each symbol.

    ``since`` is the instant the connection began, ``proven`` that of its last proof of life, both in
    seconds of the epoch and minus infinity when there is none.
    """

    table: F64
    places: Mapping[str, int]
    since: float
    proven: float
    now: float

    def rows(self, symbols: Iterable[str]) -> I64:
        """The places of symbols; -1, the last and empty one, for what was never told."""
        return np.array([self.places.get(symbol, -1) for symbol in symbols], dtype=np.intp)

    def ages(self, kind: str, rows: I64) -> F64:
        """Seconds since the figures of a kind were known to be true; infinite if they never were."""
        heard = self.table[HEARD[kind], rows]
        proves = (self.now - heard <= SILENT_MAX_S) & (self._streamed(kind, rows) >= self.since)
        true_at = np.where(proves, np.fmax(heard, self.proven), heard)
        return np.where(np.isnan(true_at), np.inf, np.maximum(self.now - true_at, 0.0))

    def _streamed(self, kind: str, rows: I64) -> F64:
        """When each last streamed; it did when it was heard, where nobody says otherwise."""
        heard: F64 = self.table[HEARD[kind], rows]
        if kind not in STREAMED:
            return heard
        streamed: F64 = self.table[STREAMED[kind], rows]
        return np.where(np.isnan(streamed), heard, streamed)

    def figure(self, symbol: str, row: int, kind: str) -> tuple[float, float]:
        """One figure and its age in seconds; NaN and infinity where there is none."""
        place = self.rows((symbol,))
        return float(self.table[row, place[0]]), float(self.ages(kind, place)[0])


def _empty(places: int) -> F64:
    return np.full((ROWS, places), np.nan)


@dataclass(slots=True)
class Cache:
    """Figures by symbol. Only what is followed is kept: the rest is dropped without a word."""

    odd: Oddities = field(default_factory=Oddities)
    events: int = 0
    _table: F64 = field(default_factory=lambda: _empty(PLACES))
    _places: dict[str, int] = field(default_factory=dict[str, int])
    _free: list[int] = field(default_factory=lambda: list(range(PLACES - 2, -1, -1)))
    _since: float = float("-inf")
    _proven: float = float("-inf")
    _waiting: list[Heard] = field(default_factory=list[Heard])
    _wait: int = 0
    _lock: Lock = field(default_factory=Lock)

    def follow(self, symbols: Iterable[str]) -> None:
        """Keep what is told of these from now on."""
        with self._lock:
            self._read_in()
            for symbol in symbols:
                if symbol not in self._places:
                    if not self._free:
                        self._grow()
                    self._places[symbol] = self._free.pop()

    def forget(self, symbols: Iterable[str]) -> None:
        """Keep nothing of these; views that were taken keep what they have."""
        with self._lock:
            self._read_in()
            for symbol in symbols:
                place = self._places.pop(symbol, None)
                if place is not None:
                    self._table[:, place] = np.nan
                    self._free.append(place)

    def connected(self, at: float) -> None:
        """A new connection: what the last one told is no longer proven by anything."""
        with self._lock:
            self._since = self._proven = at

    def lost(self) -> None:
        """There is no connection: every figure is as old as its own last event."""
        with self._lock:
            self._since = self._proven = float("-inf")

    def proven(self, at: float) -> None:
        """The connection was alive at an instant, and had told all it had."""
        with self._lock:
            self._proven = max(self._proven, at)

    def take(self, block: Block, at: float, *, streamed: bool = True) -> None:
        """Events of one kind, heard at an instant; of two of one symbol the later stays.

        What did not stream says nothing about the stream.
        """
        if block.kind not in FIGURES:
            return
        count = len(block.symbols)
        with self._lock:
            self._waiting.append((block, at, streamed))
            self._wait += count
            self.events += count
            if streamed and at > self._proven:
                self._proven = at
            if self._wait >= WAITING_MAX:
                self._read_in()

    def frozen(self, now: float) -> View:
        """The cache as it stands."""
        with self._lock:
            self._read_in()
            return View(self._table.copy(), dict(self._places), self._since, self._proven, now)

    def silent(self, now: float, longer_than_s: float, kind: str = QUOTE) -> tuple[str, ...]:
        """Symbols of which a kind was told once, but not lately."""
        with self._lock:
            self._read_in()
            heard = self._table[HEARD[kind]]
            return tuple(
                symbol
                for symbol, place in self._places.items()
                if now - heard[place] > longer_than_s
            )

    def _read_in(self) -> None:
        """Everything that waits, in the order in which it came; blocks that are alike as one."""
        if not self._waiting:
            return
        told, self._waiting, self._wait = self._waiting, [], 0
        for (_, _, streamed), alike in groupby(told, key=_shape):
            blocks, times, _ = zip(*alike, strict=True)
            at = np.repeat(times, [len(block.symbols) for block in blocks])
            self._put(joined(blocks), at, streamed=streamed)

    def _put(self, block: Block, at: F64, *, streamed: bool) -> None:
        """Events of one kind, each with when it was heard; of two of one symbol the later stays."""
        known = [self._places.get(symbol, -1) for symbol in block.symbols]
        places = np.array(known, dtype=np.intp)
        for name, row in FIGURES[block.kind].items():
            if name in block.columns:
                self._table[row, places] = figures(block.columns[name], self.odd)
        if block.kind == SUMMARY and CLOSE_TYPE in block.columns:
            self._table[IS_FINAL, places] = [said == FINAL for said in block.columns[CLOSE_TYPE]]
        if block.kind in TOLD:
            self._table[TOLD[block.kind], places] = self._told(block, at)
        if block.kind in STREAMED:
            before = self._table[STREAMED[block.kind], places]
            self._table[STREAMED[block.kind], places] = at if streamed else _or_never(before)
        self._table[HEARD[block.kind], places] = at
        self._table[:, -1] = np.nan

    def _told(self, block: Block, at: F64) -> F64:
        """When the events themselves say they happened; feeds often leave it out."""
        times = [figures(block.columns[name], self.odd)
                 for name in TIMES[block.kind] if name in block.columns]  # fmt: skip
        if not times:
            return at
        latest = np.fmax.reduce(times) / 1000.0
        return np.where(latest > 0.0, latest, at)

    def _grow(self) -> None:
        size = self._table.shape[1]
        table = _empty(2 * size)
        table[:, : size - 1] = self._table[:, : size - 1]
        self._table = table
        self._free.extend(range(2 * size - 2, size - 2, -1))


def _or_never(streamed: F64) -> F64:
    """When something streamed, and minus infinity where it never did."""
    return np.where(np.isnan(streamed), -np.inf, streamed)


def _shape(told: Heard) -> tuple[str, tuple[str, ...], bool]:
    """What blocks must have in common to be read in together."""
    block, _, streamed = told
    return block.kind, tuple(block.columns), streamed
