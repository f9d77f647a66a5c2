"""A desk put together from an account's files and a broker, and run until somebody says stop."""

import os
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import isfinite

from tomking.app.backing_up import Backups
from tomking.app.desk_files import DeskFiles
from tomking.app.now import precise
from tomking.app.recording import Recorded, WhileItCan, recorded
from tomking.app.runs import of_file
from tomking.app.trading import Time, Told, trade
from tomking.core.calendar import NEW_YORK
from tomking.core.errors import Exit
from tomking.core.evidence import Evidence
from tomking.core.facts import Fact
from tomking.core.money import usd
from tomking.core.restraints import Halted, Resumed
from tomking.data.live.compact import Oddities
from tomking.data.live.market import LiveMarket, open_market
from tomking.data.live.supervise import Standing
from tomking.data.live.window import hedging, wants
from tomking.data.recorder import Recorder
from tomking.engine.desk import Desk
from tomking.engine.heartbeat import beat
from tomking.engine.held_back import HeldBack
from tomking.engine.inbox import FileInbox
from tomking.engine.jobs import due, observed
from tomking.engine.journal import SqliteJournal
from tomking.engine.live_clock import due_after
from tomking.engine.ports import Tick
from tomking.engine.pulse import pulse
from tomking.engine.watch import Watch, is_evening
from tomking.market.sessions import session_of
from tomking.portfolio.marks import profits
from tomking.risk.overnight import evening
from tomking.risk.promotion import recorded as recorded_in
from tomking.wire.line import Line

#: Seconds between heartbeats in our own time; every look of the loop beats at most so often.
BEAT_S = 5.0
#: The reason not to trade while the market feed waits for a person.
FEED = "feed"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What leaves the desk by itself: what adds risk, and what takes it off."""

    entries: bool = True
    exits: bool = True


@dataclass(slots=True)
class Beats:
    """What follows a look: commands answered, the heartbeat written; ``at_close`` hears of closes."""

    files: DeskFiles
    mode: str
    market: LiveMarket
    journal: SqliteJournal
    report: Callable[[str], None]
    at_close: Callable[[], None] = lambda: None
    back_up: Callable[[], object] = lambda: None
    settle: Callable[[datetime], None] = lambda now: None
    days: set[date] = field(default_factory=set[date])
    clock: Callable[[], datetime] = precise
    allowed: Allowed = field(default_factory=Allowed)
    worth: Decimal | None = None
    watch: Watch = field(default_factory=Watch)
    _last: datetime | None = None
    _said: set[str] = field(default_factory=set[str])
    _looked: tuple[date, float] = (date.min, -1.0)

    def __call__(self, desk: Desk, tick: Tick) -> None:
        """A look is over, and its facts are written."""
        now = self.clock()
        self.settle(tick.at)
        if not tick.night:
            self.days.add(tick.at.astimezone(NEW_YORK).date())
        self._jobs(desk, tick)
        self._watch(desk, tick)
        for what in unsaid(self.market.odd, self._said):
            self.report(f"the market feed: {what}")
        desk.note(feed_facts(*self.market.feed(), desk.standing.reasons, tick.at))
        if self._last is None or (now - self._last).total_seconds() >= BEAT_S or tick.closing:
            self._last = now
            self._write(desk, tick.at, now)
        if tick.closing:
            self.back_up()
            self.at_close()

    def _jobs(self, desk: Desk, tick: Tick) -> None:
        """What is looked at by the clock; after a start everything is."""
        session = session_of(tick.at.astimezone(NEW_YORK).date())
        if not tick.sends or session is None:
            return
        (day, since), minute = self._looked, session.minute(tick.at)
        names = due(since if day == session.day else -1.0, minute)
        self._looked = session.day, minute
        if names:
            desk.note(observed(desk.view(self.market.at(tick.at)), names))

    def _watch(self, desk: Desk, tick: Tick) -> None:
        """What is held is valued through the night by what it was quoted at in the evening."""
        if tick.night:
            if self.watch.is_due(tick.at):
                self.watch.look(desk, desk.view(self.market.at(tick.at)))
            return
        self.watch.wake()
        if tick.sends and desk.book.positions and is_evening(tick.at):
            now, fronts = self.market.at(tick.at), self.market.following.fronts
            self.watch.keep(evening(now.quoted(desk.book.legs), now, fronts.get))

    def last(self, desk: Desk, at: datetime) -> None:
        """The desk has stopped: what it leaves behind."""
        self._write(desk, at, self.clock())

    def _write(self, desk: Desk, at: datetime, now: datetime) -> None:
        view = desk.view(self.market.at(at))
        net_liq = view.net_liq
        self.worth = usd(net_liq) if isfinite(net_liq) else None
        heart = pulse(
            desk, pid=os.getpid(), at=now, mode=self.mode, net_liq=net_liq,
            next_due=due_after(at, desk.strategies, desk), last_seq=self.journal.last,
            last_hash=self.journal.head, profits=profits(desk.book, view.values),
            leaves=(self.allowed.entries, self.allowed.exits),
            tonight=self.watch.said,
        )  # fmt: skip
        try:
            beat(self.files.heartbeat, heart)
        except OSError as fault:  # nobody sees the desk then, and it goes on
            self.report(
                f"the heartbeat cannot be written ({fault.strerror}): make room on the disk"
            )


def unsaid(odd: Oddities, said: set[str]) -> list[str]:
    """What of the market could not be read or asked and has not been said, which it is now."""
    new = [each for each in dict.fromkeys(odd.last) if each not in said]
    said.update(new)
    return new


def feed_facts(
    standing: Standing, why: str, reasons: Collection[str], at: datetime
) -> tuple[Fact, ...]:
    """Nothing is opened while the feed waits for a person; a start that finds it well goes on."""
    if standing is Standing.NEEDS_HUMAN and FEED not in reasons:
        said = f"the market feed is given up ({why}): see that it can be reached, then start again"
        return (Halted(at, FEED, said),)
    if standing is Standing.CONNECTED and FEED in reasons:
        return (Resumed(at, FEED, "the market feed tells quotes again"),)
    return ()


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a desk trades: a line to the broker, its time, and what its figures are worth.

    ``time`` is made of who says that somebody calls; ``jumps`` is whether it may leap.
    """

    line: Line
    time: Callable[[Callable[[], bool]], Time]
    evidence: Evidence
    jumps: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """A desk that has stopped as it was asked to; ``unsaved`` is why its last facts have no backup.

    ``days`` are those whose session it looked at.
    """

    desk: Desk
    unsaved: str
    days: tuple[date, ...] = ()

    @property
    def code(self) -> Exit:
        """How the process ends: somebody has to see to a journal that could not be copied."""
        return Exit.NEEDS_HUMAN if self.unsaved else Exit.OK


def run(
    told: Told,
    files: DeskFiles,
    venue: Venue,
    allowed: Allowed,
    report: Callable[[str], None],
    at_close: Callable[[], None],
    at_end: Callable[[LiveMarket], None] = lambda market: None,
) -> Ended:
    """Run a desk on an account's files; its journal goes on where it ends, and every look is kept.

    ``at_end`` is shown the market before its streams are closed. The journal is copied at every close
    and when the desk has stopped.
    """
    known, recorder = files.journal.exists(), WhileItCan(Recorder(files.folder), report)
    journal = SqliteJournal.open(files.journal) if known else SqliteJournal.create(files.journal)
    try:
        roots = tuple(dict.fromkeys(root for plan in told.strategies for root in plan.roots))
        market = open_market(
            venue.line, roots, venue.evidence, precise,
            wanted=(*wants(told.strategies), *hedging(roots)), proves=venue.jumps,
        )  # fmt: skip
        back_up = Backups(files, journal, report)
        beats = Beats(files, told.mode, market, journal, report, at_close, back_up)
        inbox = FileInbox(
            files.halt, files.spool, told.limits, report, lambda: beats.worth,
            lambda: recorded_in((fact for _, fact in journal.read()), told.limits),
        )  # fmt: skip
        beats.settle, beats.allowed = inbox.settle, allowed
        held_back = HeldBack(inbox, allowed.entries, allowed.exits)
        try:
            time = venue.time(inbox.called)
            seen, heard = Recorded(market, recorder), recorded(recorder, journal, beats)
            before = of_file(files.before) if files.before.is_file() else ()
            desk = trade(told, journal, venue.line, seen, held_back, time, heard, report, before)
            beats.last(desk, time.now())
            back_up()
            return Ended(desk, back_up.fault, tuple(sorted(beats.days)))
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
