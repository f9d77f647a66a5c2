"""The broker's quotes at our own exchange: keys, a line that only reads, and a thread that looks."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event, Thread

from tomking.app import strategies
from tomking.app.config.load import load
from tomking.app.desk_files import files_of
from tomking.app.keys import Ring, keys_of
from tomking.app.now import precise
from tomking.app.running import unsaid
from tomking.core.contract import Contract
from tomking.core.errors import BrokerError, DataError, InvariantError
from tomking.core.evidence import Evidence
from tomking.data.live.cache import FRESH_S
from tomking.data.live.level import worth
from tomking.data.live.market import TOKENS, open_market, passed
from tomking.data.live.supervise import Standing
from tomking.data.live.window import hedging, wants
from tomking.data.mirrored import Mirrored
from tomking.exchange.fills import FillModel
from tomking.market.snapshot import Snapshot
from tomking.server.world import World
from tomking.strategies.plan import Strategy
from tomking.wire.budget import Budget
from tomking.wire.keys import Keys
from tomking.wire.read_only import ReadOnlyLine
from tomking.wire.session import Place

#: Seconds between looks, and until a feed that was given up is tried again.
LOOK_S, AGAIN_S = 0.25, 60.0
#: The oldest quote an order meets: those a desk would still decide by.
AGE_MAX_S = FRESH_S
BROKER = Place()


@dataclass(slots=True)
class OurClock:
    """The time it is, and no earlier than an instant: where a ledger had come to."""

    floor: datetime
    speed: float = 1.0

    def __call__(self) -> datetime:
        """The present instant."""
        return max(self.floor, precise())

    def move(self, seconds: float) -> None:
        """Nobody moves it: it goes with the time, and a mirror has no market of later."""
        del seconds


@dataclass(slots=True)
class Mirror:
    """A mirrored market and the thread that looks at it."""

    shown: Mirrored
    report: Callable[[str], None]
    looks_s: float = LOOK_S
    again_s: float = AGAIN_S
    _stop: Event = field(default_factory=Event)
    _thread: Thread | None = None
    _said: set[str] = field(default_factory=set[str])

    def begin(self) -> None:
        """Look once, which waits for the day's history, and go on looking."""
        self.shown.look()
        self._thread = Thread(target=self._look, name="mirror", daemon=True)
        self._thread.start()

    def at(self, now: datetime) -> Snapshot:
        """The market now.

        Raises
        ------
        InvariantError
            If nobody looks any more: it has said why.
        """
        if self._thread is not None and not self._thread.is_alive():
            raise InvariantError(
                "the mirror has stopped looking at the broker's market: start again"
            )
        return self.shown.at(now)

    def watch(self, world: World) -> None:
        """Tell a world what its quotes are worth, and stream what its accounts hold or have at work."""

        def seen(now: Snapshot) -> None:
            """After each look."""
            world.evidence = self.shown.worth
            self.shown.hold(_needed(world))

        world.watchers.append(seen)

    def close(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.shown.market.close()

    def _look(self) -> None:
        given_up_s = 0.0
        market = self.shown.market
        while not self._stop.wait(self.looks_s):
            try:
                self.shown.look()
            except (BrokerError, DataError) as fault:
                # of a moment: what was seen grows old meanwhile
                self.report(f"the broker's market could not be looked at: {fault}")
            for what in unsaid(market.odd, self._said):
                self.report(f"the broker's market: {what}")
            standing, why = market.feed()
            given_up_s = given_up_s + self.looks_s if standing is Standing.NEEDS_HUMAN else 0.0
            if given_up_s >= self.again_s:
                # only reads: refused keys are not sent again (wire.session)
                self.report(f"the broker's feed was given up ({why}) and is tried again")
                market.reconnect()
                given_up_s = 0.0


def _needed(world: World) -> Iterator[Contract]:
    """What accounts hold and have at work."""
    for door in world.doors.values():
        yield from door.exchange.holdings()
        yield from (leg.contract for order in door.exchange.working() for leg in order.legs)


def met_fresh(model: FillModel) -> FillModel:
    """A fill model that meets no quote older than a desk would decide by."""
    return replace(model, age_max_s=min(model.age_max_s, AGE_MAX_S))


def asked_first(account: str, ring: Ring, place: Place = BROKER) -> Evidence:
    """What the broker's quotes would be worth: asked before anything is begun or written.

    Raises
    ------
    ConfigError
        If there are no keys.
    AuthExpired, Rejected, Transient
        If the broker refuses them, has no market data for them, or does not answer.
    """
    line = ReadOnlyLine.open(_keys(account, ring), place, precise, Budget())
    try:
        return worth(passed(line.get(TOKENS)).level, Evidence.LIVE)
    finally:
        line.close()


@contextmanager
def mirroring(
    account: str, named: str | None, ring: Ring, place: Place = BROKER
) -> Iterator[Mirror]:
    """The broker's market by an account's keys, for as long as the block lasts.

    ``named`` are the strategies whose strikes are followed; without it those of the account's settings.

    Raises
    ------
    ConfigError
        If there are no keys, or a strategy is unknown.
    AuthExpired, Transient
        If the broker refuses them, or does not answer.
    """
    line = ReadOnlyLine.open(_keys(account, ring), place, precise, Budget())
    try:
        mirror = mirror_of(line, _plans(account, named), Evidence.LIVE, precise)
        try:
            mirror.begin()
            yield mirror
        finally:
            mirror.close()
    finally:
        line.close()


def mirror_of(
    line: ReadOnlyLine,
    plans: tuple[Strategy, ...],
    evidence: Evidence,
    clock: Callable[[], datetime],
) -> Mirror:
    """The mirror of what is at the other end of a line, not looked at yet."""
    roots = tuple(dict.fromkeys(root for plan in plans for root in plan.roots))
    wanted = (*wants(plans), *hedging(roots))
    return Mirror(
        Mirrored(open_market(line, roots, evidence, clock, wanted=wanted, delayed=True)), _report
    )


def _keys(account: str, ring: Ring) -> Keys:
    return keys_of(account, os.environ, ring).keys


def _plans(account: str, named: str | None) -> tuple[Strategy, ...]:
    """The strategies of a name, or of an account's settings."""
    files = files_of(account)
    settings = load(files.settings if files.settings.exists() else None)
    return strategies.chosen(named.split(",") if named else settings.strategies, settings.tunings)


def _report(said: str) -> None:
    print(f"tomking: {said}", file=sys.stderr, flush=True)
