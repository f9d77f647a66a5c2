"""``tomking paper``: trade on paper, at our own exchange, with everything but the money real."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from tomking.app import strategies
from tomking.app.config.load import Settings, load
from tomking.app.market_time import PaperTime
from tomking.app.now import instant
from tomking.app.paper import Joined, read, serving
from tomking.app.recording import Recorded, recorded
from tomking.app.trading import Beat, Told, trade
from tomking.core.errors import Exit
from tomking.core.evidence import Evidence
from tomking.data.live.market import open_market
from tomking.data.live.window import wants
from tomking.data.recorder import Recorder
from tomking.engine.desk import Desk
from tomking.engine.journal import SqliteJournal
from tomking.engine.memory import Unasked
from tomking.engine.ports import Tick
from tomking.portfolio.fees import TASTYTRADE
from tomking.strategies.plan import Strategy
from tomking.wire.budget import Budget
from tomking.wire.line import Line

#: Our own exchange may be asked as often as one likes: it is counted all the same.
UNBOUND = Budget(a_minute=1_000_000, a_day=100_000_000)


def command(
    journal: Annotated[Path, typer.Option(help="The journal; it goes on where that ends.")],
    join: Annotated[
        Path | None, typer.Option(help="A file with the line an exchange printed when ready.")
    ] = None,
    day: Annotated[str | None, typer.Option(help="The session the exchange begins in.")] = None,
    speed: Annotated[
        float,
        typer.Option(min=0.0, help="Of its clock; at nought a day takes as long as its work."),
    ] = 1.0,
    sessions: Annotated[
        int, typer.Option(min=0, help="Stop after so many closes; nought: never.")
    ] = 0,
    some: Annotated[str | None, typer.Option("--strategies", help="Some, by name.")] = None,
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Trade on paper until somebody interrupts."""
    del json
    settings = load(config, None)
    plans = strategies.chosen(some.split(",") if some else settings.strategies, settings.tunings)
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    with _exchange(join, ["--speed", str(speed), *(["--day", day] if day else [])]) as there:
        _trade(there, settings, plans, journal, stop, _until(sessions, stop))
    return Exit.OK


@contextmanager
def _exchange(join: Path | None, options: Sequence[str]) -> Iterator[Joined]:
    """The exchange that is joined, or one of our own."""
    if join is not None:
        yield read(join)
        return
    with serving(options) as there:
        yield there


def _trade(
    there: Joined,
    settings: Settings,
    plans: tuple[Strategy, ...],
    path: Path,
    stop: Event,
    beat: Beat,
) -> Desk:
    """Trade at an exchange until told to stop."""
    journal = SqliteJournal.open(path) if path.exists() else SqliteJournal.create(path)
    recorder = Recorder(path.resolve().parent)
    line = Line.open(there.keys, there.place, there.account, instant, UNBOUND)
    try:
        time = PaperTime.of(line, stop)
        roots = tuple(dict.fromkeys(root for plan in plans for root in plan.roots))
        market = open_market(line, roots, Evidence.MODEL, instant, wanted=wants(plans), proves=True)
        told = Told("paper", plans, settings.limits, TASTYTRADE, repr(settings))
        kept, heard = Recorded(market, recorder), recorded(recorder, journal, beat)
        return trade(told, journal, line, kept, Unasked(), time, heard)
    finally:
        recorder.close()
        line.close()
        journal.close()


def _until(sessions: int, stop: Event) -> Beat:
    """Stop after so many closes."""
    left = [sessions]

    def beat(desk: Desk, tick: Tick) -> None:
        left[0] -= tick.closing
        if tick.closing and not left[0]:
            stop.set()

    return beat
