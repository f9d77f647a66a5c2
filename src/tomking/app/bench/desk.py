"""The desk: whole backtests, the modelled day, a call for marks, the start of the command line.

What has no peer on this machine stands beside the bound the project holds itself to, and says so.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import cycle
from pathlib import Path

import numpy as np

from tomking.app import strategies
from tomking.backtest.run import Paths, Run, RunSpec, run
from tomking.core.contract import Right
from tomking.core.order import Leg
from tomking.core.product import Kind
from tomking.core.reading import Skip
from tomking.data.modelled import ModelMarket
from tomking.market.sessions import session_of
from tomking.market.snapshot import Legs, Marks
from tomking.portfolio.columns import columns_of
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.margin.least.problem import stated
from tomking.portfolio.margin.least.program import programmed
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.naked import naked_usd
from tomking.portfolio.margin.rule import requirement

Row = dict[str, str | float]

#: Sessions a second that the whole rulebook is to reach on the model market.
PACE_MIN = 300.0
CAPITAL = Decimal(100_000)
RUNS, STARTS, CALLS = 3, 10, 2_000
DAY = date(2018, 2, 7)


def rows(wanted: RunSpec | None = None) -> list[Row]:
    """Figures of the desk, each with its peer's or its bound and the ratio in our favour.

    ``wanted`` is the backtest that is timed; by default the core over the whole embedded history.
    """
    paths: Paths = {}
    spec = wanted or RunSpec(strategies.chosen(), CAPITAL)
    run(spec, paths=paths)  # compiles, and fills the caches a second run finds
    drawn = _best(lambda: run(spec))
    shared = _best(lambda: run(spec, paths=paths))
    return [
        _pace("backtest, whole rulebook, paths drawn", drawn),
        _pace("backtest, whole rulebook, paths given", shared),
        _path_row(drawn),
        _marks_row(shared),
        *_margin_rows(),
        _start_row(),
    ]


def _best(work: Callable[[], Run]) -> Run:
    return min((work() for _ in range(RUNS)), key=lambda done: done.elapsed_s)


def _pace(name: str, done: Run) -> Row:
    pace = len(done.sessions) / done.elapsed_s
    return _row(name, pace, "sessions/s", "bound", PACE_MIN, pace / PACE_MIN)


def _path_row(done: Run) -> Row:
    """Drawing a day, beside all that a session of the backtest takes."""
    sessions = done.sessions
    began = time.perf_counter()
    paths: MutableMapping[date, np.ndarray] = {}
    market = ModelMarket(done.history, done.spec.seed, paths=paths)
    for session in sessions:
        market.path(session)
    each = (time.perf_counter() - began) / len(sessions) * 1e6
    whole = done.elapsed_s / len(sessions) * 1e6
    return _row(
        "a modelled day, drawn", each, "us", "a session of the backtest", whole, whole / each
    )


def _marks_row(done: Run) -> Row:
    """Eight legs in one call, beside a call each."""
    session = session_of(DAY)
    assert session is not None
    snapshot = ModelMarket(done.history, done.spec.seed).at(session.at(60))
    legs = tuple(_legs(snapshot.chain("ES"), DAY))
    together, apart = columns_of(legs), [columns_of((leg,)) for leg in legs]
    marks: Callable[[Legs], Marks] = snapshot.marks
    ours = _fastest(lambda: marks(together))
    theirs = _fastest(lambda: [marks(one) for one in apart])
    name = f"marks of {len(legs)} legs, one call"
    return _row(name, ours * 1e6, "us", "a call each", theirs * 1e6, theirs / ours)


def _legs(chain: object, day: date) -> Iterator[Leg]:
    """Four puts and four calls about a month away."""
    from tomking.data.chain import ModelChain

    assert isinstance(chain, ModelChain)
    expiry = chain.expiry_near(30, 30)
    assert not isinstance(expiry, Skip), f"no expiry near {day + timedelta(days=30)}"
    for right in Right:
        for delta in (0.05, 0.16, 0.25, 0.40):
            quote = chain.by_delta(expiry, right, delta)
            assert not isinstance(quote, Skip)
            yield Leg(quote.contract, -1, "bench")


def _fastest(work: Callable[[], object], calls: int = CALLS) -> float:
    """Seconds of one call, the least of several batches."""
    least = float("inf")
    for _ in range(10):
        began = time.perf_counter()
        for _ in range(calls // 10):
            work()
        least = min(least, (time.perf_counter() - began) / (calls // 10))
    return least


def _margin_rows() -> Iterator[Row]:
    """What a condor needs, and with two 1-1-2 of later expiries beside it."""
    condor = _book(DAY, (-595, 3.0), (590, 2.0), (-610, 3.2), (615, 2.0))
    ladders = [_book(DAY + timedelta(d), (570, 8.0), (-565, 7.0), (-520, 2.5)) for d in (30, 60)]
    yield _margin_row("margin, 4-leg package", condor)
    yield _margin_row("margin, 10-leg 3-expiry book", (*condor, *ladders[0], *ladders[1]))


def _margin_row(name: str, book: tuple[MarginLeg, ...]) -> Row:
    """The rule at other marks each time, beside the mixed-integer program that large books take."""
    spy, house = Underlying("SPY", 600.0, Kind.ETF), house_for(Kind.ETF)
    alone = partial(naked_usd, underlying=spy, house=house)
    problem = stated(book, spy.multiplier, house.calendars, alone)
    moved = cycle([tuple(replace(x, price=x.price + k / 100) for x in book) for k in range(50)])
    ours = _fastest(lambda: requirement(next(moved), spy, house))
    theirs = _fastest(lambda: programmed(problem), 20)
    return _row(name, ours * 1e3, "ms", "as an integer program", theirs * 1e3, theirs / ours)


def _book(expiry: date, *options: tuple[int, float]) -> tuple[MarginLeg, ...]:
    """Puts below 600 and calls above, sold where the strike is negative; two of the far ones."""
    legs: list[MarginLeg] = []
    for strike, price in options:
        right = Right.CALL if abs(strike) > 600 else Right.PUT
        count = 2 if abs(strike) == 520 else 1
        legs.append(
            MarginLeg(right, float(abs(strike)), expiry, count if strike > 0 else -count, price)
        )
    return tuple(legs)


def _start_row() -> Row:
    """``tomking --help`` from start to exit, beside an interpreter that does nothing."""
    script = Path(sys.executable).with_name("tomking")
    ours = _start([str(script), "--help"])
    bare = _start([sys.executable, "-c", "pass"])
    return _row("tomking --help, start to exit", ours, "ms", "python -c pass", bare, bare / ours)


def _start(command: list[str]) -> float:
    least = float("inf")
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        least = min(least, time.perf_counter() - began)
    return least * 1e3


def _row(name: str, value: float, unit: str, peer: str, peer_value: float, ratio: float) -> Row:
    figures: Row = {"name": name, "value": value, "unit": unit, "peer": peer}
    return {**figures, "peer_value": peer_value, "ratio": ratio}
