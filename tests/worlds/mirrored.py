"""A standing exchange that plays the broker, and another that mirrors its market."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from tomking.app.mirroring import Mirror, met_fresh, mirror_of
from tomking.core.evidence import Evidence
from tomking.exchange.fills import spread_fraction
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from tomking.server.door import Door
from tomking.server.world import World
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.wire.read_only import ReadOnlyLine
from worlds.served import NUMBER
from worlds.standing import KEYS, UNBOUND, Standing, standing, stood
from worlds.streamed import FRIDAY


@dataclass
class Mirrors:
    """Who plays the broker, who mirrors it, and the mirror between them, which looks when it is told."""

    broker: Standing
    ours: Standing
    mirror: Mirror

    def catch_up(self) -> None:
        """Everything the broker had to tell has come, and both servers have looked."""
        self.broker.look()
        self.mirror.shown.look()
        self.mirror.shown.market.line.run(self.mirror.shown.market.stream.proof(), 10.0)
        self.ours.look()


@contextmanager
def mirrors(evidence: Evidence = Evidence.MODEL, minute: float = 60.0) -> Iterator[Mirrors]:
    """The two servers on one clock that is moved by hand; they end with the block."""
    with standing(minute, day=FRIDAY) as broker:
        line = ReadOnlyLine.open(KEYS, broker.place, broker.clock, UNBOUND)
        mirror = mirror_of(line, (FRIDAY_0DTE,), evidence, broker.clock)
        model = met_fresh(spread_fraction(0.5))
        door = Door(NUMBER, Exchange(Decimal(100_000), TASTYTRADE, model, "tastytrade"))
        world = World(mirror.at, broker.clock, {NUMBER: door})
        mirror.watch(world)
        try:
            mirror.shown.look()
            with stood(world, broker.clock) as ours:
                made = Mirrors(broker, ours, mirror)
                made.catch_up()
                yield made
        finally:
            mirror.close()
            line.close()
