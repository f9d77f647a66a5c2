"""The same seed is the same run; another seed is another path through the same daily figures."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tomking.backtest.run import Run, RunSpec, run
from tomking.core.calendar import AFTER_CLOSE
from tomking.core.facts import RunStarted, SessionClosed
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket
from tomking.engine.canonical import digest
from tomking.market.sessions import sessions_between
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112

pytestmark = pytest.mark.integration

FIRST, LAST = date(2017, 6, 1), date(2017, 12, 29)


def short(seed: int = 1, first: date = FIRST, **changes: object) -> Run:
    """Half a year at $150,000."""
    return run(
        RunSpec((FRIDAY_0DTE, LT112), Decimal(150_000), first, LAST, seed, **changes)  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def one() -> Run:
    return short()


def test_the_same_seed_twice_is_the_same_run(one: Run) -> None:
    again = short()
    assert again.run_hash == one.run_hash
    assert again.facts == one.facts
    assert again.final_net_liq == one.final_net_liq


def test_another_seed_is_another_run(one: Run) -> None:
    other = short(seed=2)
    assert other.run_hash != one.run_hash
    started, *mine = one.facts
    begun, *theirs = other.facts
    assert isinstance(started, RunStarted)
    assert isinstance(begun, RunStarted)
    assert digest(mine) != digest(theirs)  # and not because the settings say another number


def test_paths_that_were_kept_change_nothing(one: Run) -> None:
    paths: dict[date, np.ndarray] = {}
    spec = one.spec
    first, second = run(spec, paths=paths), run(spec, paths=paths)
    assert len(paths) == len(one.sessions)
    assert first.run_hash == second.run_hash == one.run_hash


def test_every_seed_has_the_days_recorded_figures() -> None:
    """Closes, highs, lows and VIX closes are the history's, whatever is drawn between them."""
    history = window(FIRST, LAST)
    markets = [ModelMarket(history, seed) for seed in (1, 2)]
    for session in sessions_between(FIRST, LAST):
        row = history.spx.row(session.day)
        paths = [market.path(session) for market in markets]
        assert not np.array_equal(*paths)
        for path in paths:
            assert path[-1] == history.spx.close[row]
            assert path.max() == history.spx.high[row]
            assert path.min() == history.spx.low[row]
        late = session.at(session.minutes + AFTER_CLOSE)
        vixes = {market.at(late).vix.value for market in markets}
        assert vixes == {float(history.vix.close[history.vix.row(session.day)])}


def test_before_2017_the_path_stays_inside_the_days_range() -> None:
    history = window(date(2015, 1, 2), date(2015, 12, 31))
    market = ModelMarket(history, 3)
    for session in sessions_between(date(2015, 6, 1), date(2015, 8, 31)):
        row, path = history.spx.row(session.day), market.path(session)
        assert path[-1] == history.spx.close[row]
        assert path.max() <= history.spx.high[row]
        assert path.min() >= history.spx.low[row]


@pytest.mark.parametrize("scale", ["literal", "rebase"])
def test_a_day_is_the_same_in_any_window(scale: str) -> None:
    """To the bit when prices are literal; rebased, the same figures times the window's factor."""
    day = date(2017, 9, 8)
    wide, narrow = (
        ModelMarket(window(first, last, scale), 1)
        for first, last in ((date(2014, 1, 6), date(2018, 12, 31)), (day, date(2017, 9, 29)))
    )
    (session,) = sessions_between(day, day)
    paths = [market.path(session) / market.history.scale_factor for market in (wide, narrow)]
    if scale == "literal":
        assert np.array_equal(*paths)
    assert np.allclose(*paths, rtol=1e-12)
    snapshots = [market.at(session.at(60)) for market in (wide, narrow)]
    assert snapshots[0].vix.value == pytest.approx(snapshots[1].vix.value, rel=1e-12)
    atrs = [
        snapshot.day.indicators["ES"]["atr"] / market.history.scale_factor
        for snapshot, market in zip(snapshots, (wide, narrow), strict=True)
    ]
    assert atrs[0] == pytest.approx(atrs[1], rel=1e-9)


def test_a_literal_run_is_the_same_day_by_day_in_a_longer_window() -> None:
    """A Friday is traded alike whether the run began that week or months before."""
    long = short(first=date(2017, 8, 1), scale="literal")
    brief = short(first=date(2017, 10, 2), scale="literal")

    def vix_by_day(of: Run) -> dict[date, float]:
        return {fact.day: fact.vix for fact in of.facts if isinstance(fact, SessionClosed)}

    later = {day: vix for day, vix in vix_by_day(long).items() if day >= date(2017, 10, 2)}
    assert later == vix_by_day(brief)


def test_the_sum_of_profits_is_the_change_of_net_liq(one: Run) -> None:
    closes = [fact.net_liq for fact in one.facts if isinstance(fact, SessionClosed)]
    assert closes[-1] == pytest.approx(one.final_net_liq, abs=Decimal("0.005"))
