"""A live market before a standing exchange server, and the server's own snapshot beside it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from threading import Event

from tomking.core.evidence import Evidence
from tomking.data.live.market import LiveMarket, open_market
from tomking.data.live.snapshot import LiveSnapshot
from tomking.data.live.window import Want, wants
from tomking.market.snapshot import Snapshot
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.plan import Strategy
from worlds.standing import Standing, standing

FRIDAY = date(2017, 6, 9)
ROOTS = ("ES", "MES", "SPX", "SPY")


@dataclass
class Streamed:
    """The two markets: what is served, and what the client sees of it."""

    there: Standing
    market: LiveMarket

    def seen(self) -> LiveSnapshot:
        """What the client sees now."""
        return self.market.at(self.there.clock())

    def truth(self) -> Snapshot:
        """What is served now."""
        return self.there.world.look()

    def move(self, minutes: float) -> tuple[LiveSnapshot, Snapshot]:
        """Time goes by, and the stream has told it."""
        self.there.clock.pass_minutes(minutes)
        served = self.there.look()
        self.there.lines[0].run(self.market.stream.proof(), 10.0)
        return self.seen(), served


def until(is_so: Callable[[], bool], within_s: float = 10.0) -> None:
    """Until something is so; it must come to that."""
    ends, pause = time.monotonic() + within_s, Event()
    while not is_so():
        assert time.monotonic() < ends, "it never came to that"
        pause.wait(0.01)


@contextmanager
def streamed(
    minute: float = 60.0,
    day: date = FRIDAY,
    strategies: Sequence[Strategy] = (FRIDAY_0DTE,),
    wanted: Sequence[Want] | None = None,
    roots: Sequence[str] = ROOTS,
    clock: Callable[[], datetime] | None = None,
    evidence: Evidence = Evidence.MODEL,
) -> Iterator[Streamed]:
    """A live market that ends with the block."""
    with standing(minute, day=day) as there:
        market = open_market(
            there.line(), roots, evidence, clock or there.clock,
            wanted=wants(strategies) if wanted is None else wanted,
        )  # fmt: skip
        yield Streamed(there, market)
        market.close()
