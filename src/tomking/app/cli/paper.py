"""``tomking paper``: trade on paper, at our own exchange, with everything but the money real."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from tomking.app import strategies
from tomking.app.at_the_broker import UNBOUND
from tomking.app.at_work import at_work, begins_nothing, to_trade
from tomking.app.config.load import load
from tomking.app.desk_files import PAPER, DeskFiles
from tomking.app.key_ring import OsRing
from tomking.app.live import LIVE
from tomking.app.market_time import CLOCK, PaperTime
from tomking.app.mirroring import asked_first
from tomking.app.now import precise
from tomking.app.paper import Joined, read, serving
from tomking.app.running import Allowed, Ended, Venue, resident_mb, run
from tomking.app.screen import day_of, show, show_json
from tomking.app.stopping import Stopping, on_signals
from tomking.app.trading import Told
from tomking.core.errors import ConfigError, Exit
from tomking.core.evidence import Evidence
from tomking.core.value import value
from tomking.data.live.market import LiveMarket
from tomking.engine.copies import backups
from tomking.market.sessions import session_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.report.words import many
from tomking.wire.line import Line

#: How a paper exchange is joined or begun: the same words for every command that trades at one.
Join = Annotated[
    Path | None, typer.Option(help="A file with the line an exchange printed when ready.")
]
Day = Annotated[str | None, typer.Option(help="The session a new exchange begins in.")]
Minute = Annotated[
    int | None, typer.Option(min=0, max=389, help="And the minute of it; 0 when left out.")
]
Speed = Annotated[
    float, typer.Option(min=0.0, max=3600.0, help="Of its clock; 0: as fast as the work goes.")
]
Sessions = Annotated[
    int, typer.Option(min=0, help="Stop after so many closes; 0: when interrupted.")
]
#: When this process came here: what a day took is told with its figures.
BEGAN = perf_counter()


def command(
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    join: Join = None,
    day: Day = None,
    minute: Minute = None,
    speed: Speed = 1.0,
    capital: Annotated[
        int | None,
        typer.Option(min=1, help="Dollars of a new account; else those of its settings."),
    ] = None,
    recorded: Annotated[
        Path | None, typer.Option(help="An account's folder, whose recording of --day is traded.")
    ] = None,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="On the broker's live quotes, by the account's keys.")
    ] = False,
    sessions: Sessions = 0,
    some: Annotated[
        str | None, typer.Option("--strategies", metavar="NAMES", help="Some, by name.")
    ] = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Judge and write down, and send nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Trade on paper: the loop, the streams and the orders of a live account, and no money.

    Without --join an exchange of our own is started on a modelled market and keeps its ledger beside the
    journal; started again, both go on where they were. It trades until interrupted, then takes back what
    would open and leaves exits at work. With --mirror the quotes are the broker's, which is only read.
    """
    files = to_trade(account)
    settings = load(files.settings if files.settings.exists() else None)
    if settings.mode == LIVE:
        raise ConfigError(
            f"the settings of {account} say real money, which never goes on where paper was traded: "
            "trade paper with another account (`tomking init NAME`)"
        )
    if mirror:
        _see_to_mirror(account, join, day, recorded, speed)
    plans = strategies.chosen(some.split(",") if some else settings.strategies, settings.tunings)
    told = Told("paper", plans, settings.limits, TASTYTRADE, repr(settings), settings.backstops)
    mirrored = (account, some or "") if mirror else None
    started = Started(
        speed, minute, capital, sessions, session(day), int(settings.capital), recorded, mirrored
    )
    return traded(files, told, Allowed(not prepare, not prepare), started, join, json=json)


def _see_to_mirror(
    account: str, join: Path | None, day: str | None, recorded: Path | None, speed: float
) -> None:
    """Refuse what a mirror cannot do, before anything is begun or written; say what its quotes are.

    Raises
    ------
    ConfigError
        If there are no keys, or another market is asked for as well.
    BrokerError
        If the broker refuses the keys, or does not answer.
    """
    if join is not None or day is not None or recorded is not None or speed != 1.0:
        raise ConfigError(
            "--mirror trades at the market of now: leave out --join, --day, --recorded and --speed"
        )
    worth = asked_first(account, OsRing())
    _report(f"the broker's quotes for {account} are {worth.name}; its orders meet them here alone")


@value
class Started:
    """How a paper exchange is begun, and after how many closes its desk stops; 0: when interrupted.

    ``minute``, ``capital`` and ``day`` are what was asked for; ``settled`` is the capital otherwise.
    """

    speed: float = 1.0
    minute: int | None = None
    capital: int | None = None
    sessions: int = 0
    day: str | None = None
    settled: int = 0
    recorded: Path | None = None
    mirrored: tuple[str, str] | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """The options that say how an exchange begins, as far as they were given.

        The day of a recording is what is served, each time anew.
        """
        day = None if self.recorded else self.day
        given = {"--day": day, "--minute": self.minute, "--capital": self.capital}
        return tuple(name for name, value in given.items() if value is not None)

    def options(self, files: DeskFiles) -> list[str]:
        """The words for `tomking exchange serve`; ``mirrored`` are an account and its strategies."""
        begins = ["--capital", str(self.capital or self.settled), "--ledger", str(files.ledger)]
        if self.mirrored is not None:
            account, named = self.mirrored
            return ["--mirror", account, *(["--strategies", named] if named else []), *begins]
        given = ["--speed", str(self.speed), "--minute", str(self.minute or 0), *begins]
        given += ["--day", self.day] if self.day else []
        return [*given, *(["--recorded", str(self.recorded)] if self.recorded else [])]


def traded(
    files: DeskFiles,
    told: Told,
    allowed: Allowed,
    started: Started,
    join: Path | None,
    *,
    json: bool,
) -> Exit:
    """Trade an account on paper until it is interrupted, say where it stands, and how it ended.

    Raises
    ------
    Taken
        If another process writes the account; nothing was started or touched.
    """
    with at_work(files):
        begins_nothing(files, started.asked, joins=join is not None)
        stopping = on_signals()
        with _exchange(join, started.options(files), files) as there:
            at_close = _until(started.sessions, stopping)
            ended, feed = _traded(told, files, there, stopping, allowed, at_close)
    _tell(files, ended, feed, json=json)
    return ended.code


def session(day: str | None) -> str | None:
    """A day on which the market was open, as it was typed.

    Raises
    ------
    ConfigError
        If it is no date, or had no session.
    """
    if day is not None and session_of(day_of(day)) is None:
        raise ConfigError(f"{day} has no session: choose a day on which the market was open")
    return day


@contextmanager
def _exchange(join: Path | None, options: list[str], files: DeskFiles) -> Iterator[Joined]:
    """The exchange that is joined, or one of our own."""
    if join is not None:
        yield read(join)
        return
    with serving(options, files.exchange) as there:
        yield there


def _traded(
    told: Told,
    files: DeskFiles,
    there: Joined,
    stopping: Stopping,
    allowed: Allowed,
    at_close: Callable[[], None],
) -> tuple[Ended, dict[str, int]]:
    """The desk after it has traded at an exchange, and what the market feed had told it."""
    feed: dict[str, int] = {}
    line = Line.open(there.keys, there.place, there.account, precise, UNBOUND)
    line.patience, line.report = stopping.patience, _report
    try:
        worth = Evidence[str(line.get(CLOCK)["evidence"])]
        venue = Venue(line, partial(PaperTime.of, line, stopping.stop), worth, jumps=True)
        ended = run(
            told, files, venue, allowed, _report, at_close, lambda it: feed.update(_feed(it))
        )
        return ended, feed
    finally:
        line.close()


def _until(sessions: int, stopping: Stopping) -> Callable[[], None]:
    """Stop after so many closes."""
    left = [sessions]

    def closed() -> None:
        """One more."""
        left[0] -= 1
        if not left[0]:
            stopping.stop.set()

    return closed


def _feed(market: LiveMarket) -> dict[str, int]:
    """What came over the feed."""
    state = market.state()
    return {
        "events": market.cache.events, "connections": state.connections,
        "symbols": state.symbols, "odd": state.odd,
    }  # fmt: skip


def _report(line: str) -> None:
    print(f"tomking: {line}", file=sys.stderr, flush=True)


def _tell(files: DeskFiles, ended: Ended, feed: dict[str, int], *, json: bool) -> None:
    """Where the account stands, in the end."""
    desk, copies = ended.desk, backups(files.backups)
    last = "" if ended.unsaved or not copies else str(copies[-1])
    held, working = len(desk.book.positions), len(desk.book.working)
    if json:
        show_json(
            {
                "account": files.account, "journal": str(files.journal),
                "days": [str(day) for day in ended.days],
                "cash": str(desk.book.cash), "positions": held, "working": working,
                "backup": last or None, "feed": feed,
                "elapsed_s": round(perf_counter() - BEGAN, 3), "resident_mb": resident_mb(),
            }
        )  # fmt: skip
    else:
        show(
            f"{files.account} stopped with ${desk.book.cash:,.2f} of cash, {many(held, 'position')} and "
            f"{many(working, 'order')} at work; `tomking journal` tells the story: {files.journal}"
        )
        show(f"A copy of it is {last}." if last else f"NO BACKUP: {ended.unsaved}.")
