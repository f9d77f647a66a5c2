"""A recorded day as a market: at an instant it shows what those who traded saw, figure by figure.

A view of the feed is put together again from its changes and read by the very code that reads the live
one, so quotes, Greeks, their ages and what was missing are as they were. What nobody recorded is not
there; between two looks the earlier one stands, and grows old.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from tomking.core.calendar import NEW_YORK
from tomking.core.codec import from_json
from tomking.core.contract import Expiry, Right, Settles
from tomking.core.errors import DataCorrupt, DataError
from tomking.core.evidence import Evidence
from tomking.core.facts import Fact
from tomking.core.value import value
from tomking.data.blocks import Block, blocks, tail
from tomking.data.live.cache import View
from tomking.data.live.day import Known
from tomking.data.live.fields import ROWS
from tomking.data.live.following import Following
from tomking.data.live.listed import Listed, Strikes
from tomking.data.live.names import Names
from tomking.data.live.snapshot import LiveSnapshot, Sources, sources_of
from tomking.data.recorder import BARS, CANDLE, CHAIN, DAY, DUE, LOOK, MINUTES, TICK, path_of
from tomking.engine.ports import Tick
from tomking.market.bars import F64, Bars
from tomking.market.sessions import session_of


@value
class Recording:
    """A recorded day: its blocks, the loop's instants, its facts; bytes of a torn tail are left out."""

    day: date
    blocks: tuple[Block, ...]
    ticks: tuple[Tick, ...]
    facts: tuple[Fact, ...]
    torn: int


def read(folder: Path, day: date) -> Recording:
    """The recording of a day in an account's folder.

    Raises
    ------
    DataError
        If there is none, or nobody looked that day.
    DataCorrupt
        If the file is not one.
    """
    path = path_of(folder, day)
    every = tuple(blocks(path))
    told = [block for block in every if block.kind == TICK]
    if not told or every[0].kind != DAY:
        raise DataError(f"{path} holds no look at a market: trade a day first")
    facts = tuple(
        from_json(kind, payload)
        for block in told
        for kind, payload in zip(block.columns["kind"], block.columns["payload"], strict=True)
    )
    ticks = tuple(_tick(block.words) for block in told)
    return Recording(day, every, ticks, facts, tail(path).torn)


def _instant(words: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(words["at"]).astimezone(NEW_YORK)


def _tick(words: Mapping[str, Any]) -> Tick:
    due, last, watch, renew = (frozenset[str](words[name]) for name in DUE)
    return Tick(_instant(words), due, last, watch, renew, words["closing"], words["night"])


@dataclass(slots=True)
class _Told:
    """What had been told up to a block."""

    sources: Sources | None = None
    following: Following = field(default_factory=lambda: Following((), Names()))
    chains: dict[str, Listed] = field(default_factory=dict[str, Listed])
    minutes: dict[str, dict[float, F64]] = field(default_factory=dict[str, dict[float, F64]])
    names: list[str] = field(default_factory=list[str])
    followed: set[int] = field(default_factory=set[int])
    table: F64 = field(default_factory=lambda: np.full((ROWS, 1), np.nan))
    seen: LiveSnapshot | None = None

    def hear(self, block: Block) -> None:
        """One block more."""
        if block.kind == DAY:
            self._begin(block)
        elif block.kind == CHAIN:
            self._list(block)
        elif block.kind == MINUTES:
            known = self.minutes.setdefault(str(block.words["symbol"]), {})
            rows = np.array([block.columns[name] for name in CANDLE]).T
            known.update({float(row[0]): row for row in rows})
        elif block.kind == LOOK:
            self._look(block)

    def _begin(self, block: Block) -> None:
        """A desk that began that day: everything is told anew."""
        words = block.words
        session = session_of(date.fromisoformat(words["session"]))
        if session is None:
            raise DataCorrupt(
                f"{words['session']} has no session: the recording is of no market day"
            )
        self.chains, self.minutes, self.names, self.followed = {}, {}, [], set()
        self.table = np.full((ROWS, 1), np.nan)
        self.following = Following(tuple(words["roots"]), Names())
        self.following.begin(session.day)
        known = Known(_bars(block), float(words["rate"]), Evidence(words["evidence"]))
        minutes = self.minutes  # of this beginning
        self.sources = sources_of(
            session,
            known,
            self.following,
            self.chains,
            lambda symbol: _rows(minutes.get(symbol, {})),
        )

    def _list(self, block: Block) -> None:
        """A chain, and what its options stream under."""
        listed = self.chains[str(block.words["root"])] = listed_in(block)
        for expiry, strikes in listed.strikes.items():
            for right, symbols in strikes.symbols.items():
                for place, symbol in enumerate(symbols):
                    self.following.names.learn(listed.contract(expiry, right, place), symbol)

    def _look(self, block: Block) -> None:
        """The view of a look, from what has changed."""
        words, columns = block.words, block.columns
        self.names += words["new"]
        missing = len(self.names) + 1 - self.table.shape[1]
        table = np.hstack((self.table[:, :-1], np.full((ROWS, missing + 1), np.nan)))
        table[columns["row"], columns["id"]] = columns["figure"]
        self.table = table
        self.followed = (self.followed | set(words["again"])) - set(words["lost"])
        view = View(
            table, {self.names[each]: each for each in sorted(self.followed)}, words["since"],
            words["proven"], words["now"],
        )  # fmt: skip
        if self.sources is None:
            raise DataCorrupt("a look comes before its day: the recording has lost its beginning")
        # chains are told anew during a day; a snapshot keeps those it was taken with
        sources = replace(self.sources, chains=dict(self.chains))
        self.seen = LiveSnapshot(_instant(words), view, sources)


@dataclass(slots=True)
class RecordedMarket:
    """The market of a recorded day. Asked for earlier instants than before, it reads from the start."""

    recording: Recording
    _told: _Told = field(default_factory=_Told)
    _next: int = 0
    _looks: list[tuple[datetime, int]] = field(default_factory=list[tuple[datetime, int]])

    def __post_init__(self) -> None:
        every = enumerate(self.recording.blocks)
        self._looks = [(_instant(block.words), n) for n, block in every if block.kind == LOOK]

    def at(self, now: datetime) -> LiveSnapshot:
        """The last look at or before an instant, as old as it then was.

        Raises
        ------
        DataError
            If nobody had looked yet.
        """
        seen = self.look_before(now)
        late = (now - seen.at).total_seconds()
        return (
            seen
            if not late
            else LiveSnapshot(now, replace(seen.view, now=seen.view.now + late), seen.sources)
        )

    def look_before(self, now: datetime) -> LiveSnapshot:
        """The last look at or before an instant, as it was.

        Raises
        ------
        DataError
            If nobody had looked yet.
        """
        looked = bisect_right(self._looks, now, key=lambda look: look[0])
        end = self._looks[looked - 1][1] + 1 if looked else 0
        if end < self._next:
            self._told, self._next = _Told(), 0
        for block in self.recording.blocks[self._next : end]:
            self._told.hear(block)
        self._next = end
        seen = self._told.seen
        if seen is None:
            raise DataError(f"nobody had looked at the market by {now}: the recording begins later")
        return seen


def listed_in(block: Block) -> Listed:
    """The chain in a block."""
    expiries = tuple(
        Expiry(date.fromisoformat(day), Settles(settles), kind, future, anachronism)
        for day, settles, kind, future, anachronism in block.words["expiries"]
    )
    places = np.asarray(block.columns["expiry"])
    found: dict[Expiry, Strikes] = {}
    for at, expiry in enumerate(expiries):
        rows = np.flatnonzero(places == at).tolist()
        exact = tuple(Decimal(block.columns["strike"][row]) for row in rows)
        found[expiry] = Strikes(
            np.array([float(each) for each in exact]), exact,
            {right: tuple(block.columns[name][row] for row in rows)
             for right, name in ((Right.CALL, "call"), (Right.PUT, "put"))},
        )  # fmt: skip
    return Listed(str(block.words["root"]), expiries, found)


def _bars(block: Block) -> dict[str, Bars]:
    """Daily history by root."""
    evidence = Evidence(block.words["evidence"])
    found, first = {}, 0
    for root, length in block.words["bars"].items():
        rows = slice(first, first + length)
        days, *prices = (np.asarray(block.columns[name])[rows] for name in BARS)
        opens, highs, lows, closes, volume = prices
        found[root] = Bars(days, opens, highs, lows, closes, volume, evidence)
        first += length
    return found


def _rows(known: Mapping[float, F64]) -> F64:
    """Minutes, oldest first."""
    return np.array([known[at] for at in sorted(known)]).reshape(-1, len(CANDLE))
