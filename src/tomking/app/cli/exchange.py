"""``tomking exchange serve``: the paper exchange behind tastytrade's protocols, on loopback."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from os import getppid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from tomking.app.key_ring import OsRing
from tomking.app.now import now, precise
from tomking.app.ticket.source import read
from tomking.core.errors import ConfigError, Exit
from tomking.core.evidence import Evidence
from tomking.core.facts import CashMoved
from tomking.core.money import ZERO
from tomking.core.value import value
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket
from tomking.data.replayed import replayed
from tomking.exchange.fills import CERT_TABLE, FORMS, FillModel, model_named, spread_fraction
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
from tomking.server.world import World, WorldClock

ACCOUNT, HOUSE, DAY = "5WT00001", "tastytrade", "2018-12-07"
#: The market's own name for how it fills: within the quotes, half way from mid to the far side.
QUOTES, QUOTED = "quotes", spread_fraction(0.5)
FILLS = (
    f"{QUOTES} (within the quotes: {QUOTED.name}), {FORMS}; "
    f"or {CERT_TABLE.name}, which looks at no quotes, for tests of foreign programs only"
)
#: How far the clock may go, in seconds of real time, before a ledger file is told.
AHEAD_S = 1.0
#: Seconds between looks at whether the parent is still there.
PARENT_S = 0.25


def command(
    act: Annotated[str, typer.Argument(metavar="serve", help="The one thing it does.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Nought takes a free one.")] = 0,
    tls_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Of a second door that speaks TLS.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the modelled market.")] = 7,
    day: Annotated[str, typer.Option(help="The session it begins in.")] = DAY,
    minute: Annotated[int, typer.Option(min=0, max=389, help="Minutes after the open.")] = 30,
    speed: Annotated[float, typer.Option(min=0.0, max=3600.0, help="Times real time.")] = 1.0,
    capital: Annotated[
        int, typer.Option(min=1, max=10**9, help="Dollars in the account.")
    ] = 100_000,
    fill: Annotated[str, typer.Option("--fill-model", help=FILLS)] = QUOTES,
    ledger: Annotated[
        Path | None, typer.Option(help="A file that keeps the account; without it nothing is.")
    ] = None,
    recorded: Annotated[
        Path | None, typer.Option(help="An account's folder, whose recording of --day is served.")
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(help="A JSON list of what is to go wrong, and where.")
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option(metavar="ACCOUNT", help="Whose keys let its market be the broker's, live."),
    ] = None,
    followed: Annotated[
        str | None,
        typer.Option(
            "--strategies", metavar="NAMES", help="A mirror follows the strikes of these."
        ),
    ] = None,
    parent: Annotated[
        int | None,
        typer.Option("--with-parent", min=1, help="Ends with this process, which started it."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="What it says is JSON anyhow.")] = False,
) -> int:
    """Serve a paper account on a modelled market, as tastytrade would; nothing real is behind it.

    With --mirror the quotes are the broker's own, live, and the time is ours: the broker is only read,
    and every order meets those quotes here.

    Prints one line of JSON when it is ready, and stops on an interrupt, or with its parent if that is
    named.
    """
    del json
    if act != "serve":
        raise ConfigError(f"unknown word {act!r}: say `tomking exchange serve`")
    _child_of(parent)
    model, kept = _filling(fill), Kept(seed, capital, ledger)
    where = partial(_where, port, tls_port, faults)
    if mirror is None:
        _run(_begun(kept, recorded, day, minute, speed, model), model, kept, where, parent)
    elif recorded is not None or day != DAY or speed != 1.0:
        raise ConfigError("--mirror is the market of now: leave out --recorded, --day, --speed")
    else:
        _mirrored(mirror, followed, model, kept, where, parent)
    return Exit.OK


@value
class Kept:
    """What a server keeps: its seed, the money of a new account, the file if it has one."""

    seed: int
    capital: int
    ledger: Path | None


@value
class Begun:
    """A market to serve: when it begins, what it is worth, what a ledger file says of it, its clock."""

    shown: Callable[[datetime], Snapshot]
    start: datetime
    evidence: Evidence
    terms: str
    speed: float
    clock: Callable[[datetime], WorldClock]


def _terms(seed: int, model: FillModel) -> str:
    return f"--seed {seed} --fill-model {model.name}"


def _begun(
    kept: Kept, recorded: Path | None, day: str, minute: int, speed: float, model: FillModel
) -> Begun:
    """The modelled market or a recorded day, and its clock."""
    shown, start, evidence = _market(kept.seed, recorded, _start(day, minute))
    terms = _terms(kept.seed, model)
    terms += f" --recorded {recorded.resolve()} --day {day}" if recorded else ""

    def clock(begins: datetime) -> WorldClock:
        """A clock of that market."""
        return Clock(begins, time.monotonic(), speed)

    return Begun(shown, start, evidence, terms, speed, clock)


def _mirrored(
    account: str, followed: str | None, model: FillModel, kept: Kept,
    where: Callable[[Path], Where], parent: int | None,
) -> None:  # fmt: skip
    """Serve the broker's market of now, by an account's keys; loaded here, as no other needs it."""
    from tomking.app.mirroring import OurClock, met_fresh, mirroring

    with mirroring(account, followed, OsRing()) as live:
        terms = f"{_terms(kept.seed, model)} --mirror"
        begun = Begun(live.at, precise(), live.shown.worth, terms, 1.0, OurClock)
        _run(begun, met_fresh(model), kept, where, parent, live.watch)


def _run(
    begun: Begun, model: FillModel, kept: Kept, where: Callable[[Path], Where],
    parent: int | None, watch: Callable[[World], None] = lambda world: None,
) -> None:  # fmt: skip
    """Serve a market until somebody interrupts; ``watch`` is shown the world before it opens."""
    tokens = Tokens(f"secret-{kept.seed}", f"refresh-{kept.seed}")
    lists: dict[str, dict[str, Any]] = {}
    world = _world(begun.shown, model, begun.clock(begun.start))
    world.evidence = begun.evidence
    money = CashMoved(begun.start, Decimal(kept.capital), "paper money")
    world.doors[ACCOUNT].move_cash(money)
    if kept.ledger is not None:
        ahead = timedelta(seconds=AHEAD_S * begun.speed)
        file = LedgerFile.opened(kept.ledger, begun.terms, ahead)
        start = taken_up(file, world, tokens, lists) or begun.start
        world.clock = begun.clock(start)
        world.keep = keeper(file, world, tokens, lists)
    watch(world)
    with TemporaryDirectory(prefix="tomking-exchange-") as folder:
        served = replace(where(Path(folder)), lists=lists)
        asyncio.run(_serve(world, tokens, served, parent))


def _child_of(parent: int | None) -> None:
    """Refuse to end with a process that is not the parent of this one."""
    if parent is not None and parent != getppid():
        raise ConfigError(
            f"--with-parent {parent} did not start this, or is gone: process {getppid()} stands there"
        )


def _market(
    seed: int, recorded: Path | None, start: datetime
) -> tuple[Callable[[datetime], Snapshot], datetime, Evidence]:
    """The modelled market or a recorded day, with shares beside it; when it begins; what it is worth."""
    if recorded is not None:
        day = replayed(recorded, start.date())
        return lambda at: Shelf(looked_at(day.at, at)), max(start, day.begins), day.evidence
    history = window()
    if not history.first < start.date() <= history.last:
        raise ConfigError(
            f"--day {start.date()} is none this market knows: choose a session after {history.first}, "
            f"up to {history.last}"
        )
    model = ModelMarket(history, seed=seed)
    return lambda at: Shelf(looked_at(model.at, at)), start, Evidence.MODEL


def _world(shown: Callable[[datetime], Snapshot], model: FillModel, clock: WorldClock) -> World:
    """The first account, with nothing in it yet, at a market."""

    def made(number: str, house: str) -> Door:
        """An account with nothing in it."""
        return Door(number, Exchange(ZERO, TASTYTRADE, model, house))

    return World(shown, clock, {ACCOUNT: made(ACCOUNT, HOUSE)}, make=made)


def _filling(name: str) -> FillModel:
    """The fill model of a name: one of a backtest's, the default's own name, or the sandbox's table."""
    if name == CERT_TABLE.name:
        return CERT_TABLE
    try:
        return QUOTED if name == QUOTES else model_named(name)
    except ConfigError as unknown:
        raise ConfigError(f"{unknown}; or {QUOTES}, or {CERT_TABLE.name}") from unknown


def _where(port: int, tls_port: int | None, faults: Path | None, folder: Path) -> Where:
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


async def _serve(world: World, tokens: Tokens, where: Where, parent: int | None) -> None:
    """Serve until somebody interrupts, or the parent goes if there is to be one."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    watch = asyncio.create_task(_orphaned(parent, stop)) if parent is not None else None
    await serve(world, tokens, where, _say, stop)
    if watch is not None:
        watch.cancel()


async def _orphaned(parent: int, stop: asyncio.Event) -> None:
    """Stop once the parent is gone: whoever takes over a child whose parent died has another number.

    A number that is given to another process meanwhile is no matter, as that is no parent of this one.
    """
    while getppid() == parent:
        await asyncio.sleep(PARENT_S)
    stop.set()


def _say(line: str) -> None:
    print(line, flush=True)
