"""A desk put together from an account's files and a broker, and run until somebody says stop."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import isfinite

from tomking.app.desk_files import DeskFiles
from tomking.app.now import precise
from tomking.app.recording import Recorded, WhileItCan, recorded
from tomking.app.trading import Time, Told, trade
from tomking.core.evidence import Evidence
from tomking.core.money import usd
from tomking.data.live.market import LiveMarket, open_market
from tomking.data.live.window import hedging, wants
from tomking.data.recorder import Recorder
from tomking.engine.desk import Desk
from tomking.engine.heartbeat import beat
from tomking.engine.held_back import HeldBack
from tomking.engine.inbox import FileInbox
from tomking.engine.journal import SqliteJournal
from tomking.engine.ports import Tick
from tomking.engine.pulse import pulse
from tomking.portfolio.marks import profits
from tomking.wire.line import Line

#: Seconds between heartbeats in our own time; every look of the loop beats at most so often.
BEAT_S = 5.0


@dataclass(slots=True)
class Beats:
    """What follows a look: commands answered, the heartbeat written; ``at_close`` hears of closes."""

    files: DeskFiles
    mode: str
    market: LiveMarket
    journal: SqliteJournal
    report: Callable[[str], None]
    at_close: Callable[[], None] = lambda: None
    settle: Callable[[datetime], None] = lambda now: None
    clock: Callable[[], datetime] = precise
    worth: Decimal | None = None
    _last: datetime | None = None

    def __call__(self, desk: Desk, tick: Tick) -> None:
        """A look is over, and its facts are written."""
        now = self.clock()
        self.settle(tick.at)
        if self._last is None or (now - self._last).total_seconds() >= BEAT_S or tick.closing:
            self._last = now
            self._write(desk, tick.at, now)
        if tick.closing:
            self.at_close()

    def last(self, desk: Desk, at: datetime) -> None:
        """The desk has stopped: what it leaves behind."""
        self._write(desk, at, self.clock())

    def _write(self, desk: Desk, at: datetime, now: datetime) -> None:
        view = desk.view(self.market.at(at))
        net_liq = view.net_liq
        self.worth = usd(net_liq) if isfinite(net_liq) else None
        heart = pulse(
            desk, pid=os.getpid(), at=now, mode=self.mode, net_liq=net_liq, next_due=None,
            last_seq=self.journal.last, profits=profits(desk.book, view.values),
        )  # fmt: skip
        try:
            beat(self.files.heartbeat, heart)
        except OSError as fault:  # nobody sees the desk then, and it goes on
            self.report(
                f"the heartbeat cannot be written ({fault.strerror}): make room on the disk"
            )


@dataclass(frozen=True, slots=True)
class Allowed:
    """What leaves the desk by itself: what adds risk, and what takes it off."""

    entries: bool = True
    exits: bool = True


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a desk trades: a line to the broker, its time, and what its figures are worth.

    ``time`` is made of who says that somebody calls; ``jumps`` is whether it may leap.
    """

    line: Line
    time: Callable[[Callable[[], bool]], Time]
    evidence: Evidence
    jumps: bool = False


def run(
    told: Told,
    files: DeskFiles,
    venue: Venue,
    allowed: Allowed,
    report: Callable[[str], None],
    at_close: Callable[[], None],
    at_end: Callable[[LiveMarket], None] = lambda market: None,
) -> Desk:
    """Run a desk on an account's files; its journal goes on where it ends, and every look is kept.

    ``at_end`` is shown the market before its streams are closed.
    """
    known, recorder = files.journal.exists(), WhileItCan(Recorder(files.folder), report)
    journal = SqliteJournal.open(files.journal) if known else SqliteJournal.create(files.journal)
    try:
        roots = tuple(dict.fromkeys(root for plan in told.strategies for root in plan.roots))
        market = open_market(
            venue.line, roots, venue.evidence, precise,
            wanted=(*wants(told.strategies), *hedging(roots)), proves=venue.jumps,
        )  # fmt: skip
        beats = Beats(files, told.mode, market, journal, report, at_close)
        inbox = FileInbox(files.halt, files.spool, told.limits, report, lambda: beats.worth)
        beats.settle = inbox.settle
        held_back = HeldBack(inbox, allowed.entries, allowed.exits)
        try:
            time = venue.time(inbox.called)
            seen, heard = Recorded(market, recorder), recorded(recorder, journal, beats)
            desk = trade(told, journal, venue.line, seen, held_back, time, heard, report)
            beats.last(desk, time.now())
            return desk
        finally:
            at_end(market)
            market.close()
            recorder.close()
    finally:
        journal.close()


def resident_mb() -> float | None:
    """The most memory this process has had, in MB; nothing where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1e6 if sys.platform == "darwin" else 1e3), 1)
