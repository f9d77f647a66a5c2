"""``tomking exchange serve``: the paper exchange behind tastytrade's protocols, on loopback."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from tomking.app.now import now
from tomking.app.ticket.source import read
from tomking.core.errors import ConfigError, Exit
from tomking.core.evidence import Evidence
from tomking.core.facts import CashMoved
from tomking.core.money import ZERO
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket
from tomking.data.replayed import replayed
from tomking.exchange.fills import CERT_TABLE, FORMS, model_named
from tomking.exchange.venue import Exchange
from tomking.market.sessions import session_of
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import TASTYTRADE
from tomking.server.door import Door
from tomking.server.faults import faults_in
from tomking.server.file import LedgerFile
from tomking.server.hours import looked_at
from tomking.server.keeping import keeper, taken_up
from tomking.server.run import Where, serve
from tomking.server.shelf import Shelf
from tomking.server.tls import certified
from tomking.server.tokens import Tokens
from tomking.server.world import World

ACCOUNT, HOUSE = "5WT00001", "tastytrade"
FILLS = (
    f"{FORMS}; or {CERT_TABLE.name}, which looks at no quotes, for tests of foreign programs only"
)
#: How far the clock may go, in seconds of real time, before a ledger file is told.
AHEAD_S = 1.0


def command(
    act: Annotated[str, typer.Argument(metavar="serve", help="The one thing it does.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Nought takes a free one.")] = 0,
    tls_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Of a second door that speaks TLS.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the modelled market.")] = 7,
    day: Annotated[str, typer.Option(help="The session it begins in.")] = "2018-12-07",
    minute: Annotated[int, typer.Option(min=0, max=389, help="Minutes after the open.")] = 30,
    speed: Annotated[float, typer.Option(min=0.0, max=3600.0, help="Times real time.")] = 1.0,
    capital: Annotated[int, typer.Option(min=1, help="Dollars in the account.")] = 100_000,
    fill: Annotated[str, typer.Option("--fill-model", help=FILLS)] = "spread_fraction(0.5)",
    ledger: Annotated[
        Path | None, typer.Option(help="A file that keeps the account; without it nothing is.")
    ] = None,
    recorded: Annotated[
        Path | None, typer.Option(help="An account's folder, whose recording of --day is served.")
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(help="A JSON list of what is to go wrong, and where.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="What it says is JSON anyhow.")] = False,
) -> int:
    """Serve a paper account on a modelled market, as tastytrade would; nothing real is behind it.

    Prints one line of JSON when it is ready, and stops on an interrupt.
    """
    del json
    if act != "serve":
        raise ConfigError(f"unknown word {act!r}: say `tomking exchange serve`")
    start = _start(day, minute)
    shown, start, evidence = _market(seed, recorded, start)
    model = CERT_TABLE if fill == CERT_TABLE.name else model_named(fill)

    def made(number: str, house: str) -> Door:
        """An account with nothing in it."""
        return Door(number, Exchange(ZERO, TASTYTRADE, model, house))

    door = made(ACCOUNT, HOUSE)
    door.move_cash(CashMoved(start, Decimal(capital), "paper money"))
    tokens = Tokens(f"secret-{seed}", f"refresh-{seed}")
    lists: dict[str, dict[str, Any]] = {}
    world = World(shown, Clock(start, time.monotonic(), speed), {ACCOUNT: door}, make=made)
    world.evidence = evidence
    if ledger is not None:
        terms = f"--seed {seed} --fill-model {fill}"
        terms += f" --recorded {recorded.resolve()} --day {day}" if recorded else ""
        file = LedgerFile.opened(ledger, terms, timedelta(seconds=AHEAD_S * speed))
        start = taken_up(file, world, tokens, lists) or start
        world.clock = Clock(start, time.monotonic(), speed)
        world.keep = keeper(file, world, tokens, lists)
    with TemporaryDirectory(prefix="tomking-exchange-") as folder:
        where = replace(_where(port, tls_port, Path(folder), faults), lists=lists)
        asyncio.run(_serve(world, tokens, where))
    return Exit.OK


def _market(
    seed: int, recorded: Path | None, start: datetime
) -> tuple[Callable[[datetime], Snapshot], datetime, Evidence]:
    """The modelled market or a recorded day, with shares beside it; when it begins; what it is worth."""
    if recorded is None:
        model = ModelMarket(window(), seed=seed)
        return lambda at: Shelf(looked_at(model.at, at)), start, Evidence.MODEL
    day = replayed(recorded, start.date())
    return lambda at: Shelf(looked_at(day.at, at)), max(start, day.begins), day.evidence


def _where(port: int, tls_port: int | None, folder: Path, faults: Path | None) -> Where:
    """The doors of the server; certificates are made only for one that speaks TLS."""
    wrong = () if faults is None else tuple(faults_in(read(str(faults))))
    if tls_port is None:
        return Where(port, faults=wrong)
    context, authority = certified(folder, now())
    return Where(port, tls_port, context, str(authority), wrong)


def _start(day: str, minute: int) -> datetime:
    """The instant the clock begins at."""
    try:
        session = session_of(date.fromisoformat(day))
    except ValueError as wrong:
        raise ConfigError(f"{day!r} is no day; write it as 2018-12-07") from wrong
    if session is None:
        raise ConfigError(f"{day} has no session: choose a day on which the market was open")
    return session.at(min(minute, session.minutes))


class Clock:
    """A clock that begins at an instant and goes so many times as fast as time, and may be moved on."""

    def __init__(self, start: datetime, began: float, speed: float) -> None:
        self._start, self._began, self.speed = start, began, speed

    def __call__(self) -> datetime:
        """The instant it is there."""
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self.speed)

    def move(self, seconds: float) -> None:
        """Let seconds go by at once."""
        self._start += timedelta(seconds=seconds)


async def _serve(world: World, tokens: Tokens, where: Where) -> None:
    """Serve until somebody interrupts."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    await serve(world, tokens, where, _say, stop)


def _say(line: str) -> None:
    print(line, flush=True)
