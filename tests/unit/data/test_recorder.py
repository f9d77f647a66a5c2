"""What a recorder wrote is the market again: quotes, ages, chains, minutes, ticks and facts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tomking.core.contract import Right
from tomking.core.errors import DataCorrupt, DataError
from tomking.core.evidence import Evidence, Stamped
from tomking.core.facts import CashMoved, Fact
from tomking.core.reading import Skip
from tomking.data.blocks import MAGIC
from tomking.data.live.day import Known
from tomking.data.live.fields import GREEKS, TRADE
from tomking.data.live.following import Following
from tomking.data.live.listed import Listed, Strikes
from tomking.data.live.snapshot import LiveSnapshot, Sources, sources_of
from tomking.data.recorded import RecordedMarket, read
from tomking.data.recorder import Recorder, path_of
from tomking.engine.ports import Tick
from tomking.market.bars import F64, Bars
from tomking.market.sessions import previous_session, session_of
from tomking.market.snapshot import AGE, BID, MID, Marks, Quote, Shock
from tomking.portfolio.columns import columns
from worlds.hand_told import DAY, EXACT, EXPIRY, RATE, SPOT, HandTold, option

pytestmark = pytest.mark.unit

LEGS = columns([(option(6000), -1), (option(5900), 1)])


@dataclass
class Watched:
    """A market told by hand, and a recorder that sees every look."""

    told: HandTold
    recorder: Recorder
    minutes: F64 = field(default_factory=lambda: np.zeros((0, 7)))
    chains: dict[str, Listed] = field(default_factory=dict[str, Listed])
    sources: Sources | None = None
    seen: list[LiveSnapshot] = field(default_factory=list[LiveSnapshot])

    def begin(self) -> None:
        """A session: its history, its chains, its fronts."""
        session = session_of(DAY)
        assert session is not None
        following = Following(("SPX",), self.told.names)
        following.begin(DAY)
        known = Known({"SPX": history(), "VIX": history(16.0)}, RATE, Evidence.LIVE)
        self.chains["SPX"] = chain(self.told, EXACT)
        self.sources = sources_of(session, known, following, self.chains, lambda _: self.minutes)

    def look(self, after_s: float, tick: Tick | None = None, *facts: Fact) -> LiveSnapshot:
        """A look so many seconds after the first."""
        assert self.sources is not None
        now = self.told.at + timedelta(seconds=after_s)
        seen = LiveSnapshot(now, self.told.cache.frozen(now.timestamp()), self.sources)
        self.recorder.look(seen)
        self.recorder.after(tick or Tick(now), facts)
        self.seen.append(seen)
        return seen


def chain(told: HandTold, exact: tuple[Decimal, ...]) -> Listed:
    strikes = Strikes(np.array([float(each) for each in exact]), exact, {
        right: tuple(told.names.symbol(option(int(each), right)) for each in exact)
        for right in Right
    })  # fmt: skip
    return Listed("SPX", (EXPIRY,), {EXPIRY: strikes})


def history(level: float = SPOT) -> Bars:
    last = previous_session(DAY).day.toordinal()
    days = np.arange(last - 300, last + 1, dtype=np.int32)
    prices = level + 0.01 * level * np.sin(days / 7.0)
    return Bars(days, prices, prices, prices, prices, np.full(len(days), np.nan), Evidence.LIVE)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    session = session_of(DAY)
    assert session is not None
    made = Watched(HandTold(session.at(60)), Recorder(tmp_path))
    made.told.quote_all(Right.PUT)
    made.told.quote_all(Right.CALL)
    made.begin()
    return made


@pytest.fixture
def again(watched: Watched, tmp_path: Path) -> Callable[[], RecordedMarket]:
    def _read() -> RecordedMarket:
        watched.recorder.close()
        return RecordedMarket(read(tmp_path, DAY))

    return _read


def same(one: Marks, other: Marks) -> bool:
    return np.array_equal(one.table, other.table, equal_nan=True) and np.array_equal(
        one.spot, other.spot, equal_nan=True
    )


def test_a_recorded_look_is_the_look(watched: Watched, again: Callable[[], RecordedMarket]) -> None:
    watched.look(0)
    watched.told.at += timedelta(seconds=30)
    watched.told.quote(option(6000), 41.0, 41.4)
    watched.told.tell(GREEKS, (watched.told.names.symbol(option(6000)), 0.15, -0.44, 0.1, 0.2, -1))
    watched.look(30)
    market = again()
    for seen in watched.seen:
        back = market.at(seen.at)
        assert (back.at, back.vix, back.spot("SPX")) == (seen.at, seen.vix, seen.spot("SPX"))
        for shock in (Shock(), Shock(spot=-0.05)):
            assert same(back.marks(LEGS, shock), seen.marks(LEGS, shock))
    assert market.at(watched.seen[1].at).marks(LEGS).table[BID, 0] == 41.0


def test_chains_are_chosen_from_as_they_were(
    watched: Watched, again: Callable[[], RecordedMarket]
) -> None:
    seen = watched.look(0).chain("SPX")
    back = again().at(watched.seen[0].at).chain("SPX")
    assert not isinstance(seen, Skip)
    assert not isinstance(back, Skip)
    assert back.expiry_near(14, 3) == EXPIRY
    for right in Right:
        found = back.by_delta(EXPIRY, right, 0.25)
        assert isinstance(found, Quote)
        assert found == seen.by_delta(EXPIRY, right, 0.25)
    assert back.strikes(EXPIRY, 0, 1e9).tolist() == seen.strikes(EXPIRY, 0, 1e9).tolist()


def test_a_chain_that_is_told_anew_counts_from_then_on(
    watched: Watched, again: Callable[[], RecordedMarket]
) -> None:
    watched.look(0)
    watched.chains["SPX"] = chain(watched.told, EXACT[3:])
    watched.look(1)
    market = again()
    found = [market.at(seen.at).sources.chains["SPX"].strikes[EXPIRY] for seen in watched.seen]
    assert [len(each.exact) for each in found] == [len(EXACT), len(EXACT) - 3]
    assert sum(block.kind == "chain" for block in market.recording.blocks) == 2


def test_the_day_is_made_of_the_same_history(
    watched: Watched, again: Callable[[], RecordedMarket]
) -> None:
    seen = watched.look(0)
    back = again().at(seen.at)
    assert back.day.previous_close == seen.day.previous_close
    for root, figures in seen.day.indicators.items():
        assert back.day.indicators[root] == pytest.approx(figures, nan_ok=True, rel=0, abs=0)
    assert (back.day.vix_previous, back.day.rate) == (seen.day.vix_previous, RATE)
    assert back.day.missing == seen.day.missing
    assert back.sources.carried == seen.sources.carried


def test_minutes_come_back_with_those_that_changed(
    watched: Watched, again: Callable[[], RecordedMarket]
) -> None:
    opens = watched.sources.day.session.opens if watched.sources else watched.told.at
    first = [opens.timestamp() * 1000.0, 5990.0, 6001.0, 5989.0, 6000.0, 10.0, 5995.0]
    watched.minutes = np.array([first])
    one = watched.look(0)
    opened, weighted = one.session_open("SPX"), one.vwap("SPX")
    watched.minutes = np.array([[*first[:4], 6002.0, 20.0, 5997.0]])
    other = watched.look(60).vwap("SPX")
    market = again()
    back = market.at(watched.seen[0].at)
    assert isinstance(opened, Stamped)
    assert (opened.value, back.session_open("SPX"), back.vwap("SPX")) == (5990.0, opened, weighted)
    assert market.at(watched.seen[1].at).vwap("SPX") == other == 5997.0


def test_what_is_not_followed_any_more_is_not_there(
    watched: Watched, again: Callable[[], RecordedMarket]
) -> None:
    watched.look(0)
    symbol = watched.told.names.symbol(option(6000))
    watched.told.cache.forget([symbol])
    watched.look(1)
    watched.told.quote(option(6000), 40.0, 40.4)
    watched.look(2)
    market = again()
    mids = [market.at(seen.at).marks(LEGS).table[MID, 0] for seen in watched.seen]
    assert np.isnan(mids[1])
    assert mids[2] == pytest.approx(40.2)
    assert mids[0] == watched.seen[0].marks(LEGS).table[MID, 0]


def test_between_two_looks_the_earlier_stands_and_grows_old(
    watched: Watched, again: Callable[[], RecordedMarket]
) -> None:
    first = watched.look(0)
    watched.told.cache.proven((first.at + timedelta(seconds=100)).timestamp())
    watched.look(100)
    market = again()
    later = market.at(first.at + timedelta(seconds=42))
    assert later.marks(LEGS).table[AGE].tolist() == [42.0, 42.0]
    assert later.marks(LEGS).table[MID].tolist() == first.marks(LEGS).table[MID].tolist()
    assert isinstance(later.spot("SPX"), Skip)  # too old to decide by


def test_a_market_may_be_asked_again_from_the_beginning(
    watched: Watched, again: Callable[[], RecordedMarket]
) -> None:
    watched.look(0)
    watched.told.quote(option(6000), 10.0, 10.4)
    watched.look(1)
    market = again()
    late = market.at(watched.seen[1].at).marks(LEGS)
    assert same(market.at(watched.seen[0].at).marks(LEGS), watched.seen[0].marks(LEGS))
    assert same(market.at(watched.seen[1].at).marks(LEGS), late)
    with pytest.raises(DataError, match="nobody had looked"):
        market.at(watched.seen[0].at - timedelta(seconds=1))


def test_what_was_due_and_what_became_known_come_back(
    watched: Watched, again: Callable[[], RecordedMarket]
) -> None:
    names = (frozenset({"a"}), frozenset({"b"}), frozenset({"c", "a"}), frozenset[str]())
    moved = CashMoved(watched.told.at, Decimal("12.34"), "for a test")
    watched.look(0, Tick(watched.told.at, *names), moved)
    end = watched.told.at + timedelta(seconds=5)
    watched.look(5, Tick(end, closing=True))
    recording = again().recording
    assert recording.ticks == (Tick(watched.told.at, *names), Tick(end, closing=True))
    assert recording.facts == (moved,)
    assert (recording.day, recording.torn) == (DAY, 0)


def test_a_desk_that_begins_again_goes_on_in_the_file_of_its_day(
    watched: Watched, tmp_path: Path
) -> None:
    watched.look(0)
    watched.recorder.close()
    watched.recorder = Recorder(tmp_path)
    watched.told.tell(TRADE, ("NDX", 20_000.0))  # symbols are numbered anew
    watched.look(60)
    watched.recorder.close()
    market = RecordedMarket(read(tmp_path, DAY))
    assert len(market.recording.ticks) == 2
    for seen in watched.seen:
        assert same(market.at(seen.at).marks(LEGS), seen.marks(LEGS))


def test_a_torn_look_is_lost_alone_and_the_next_desk_says_how_much(
    watched: Watched, tmp_path: Path
) -> None:
    watched.look(0)
    watched.look(1)
    watched.recorder.close()
    path = path_of(tmp_path, DAY)
    path.write_bytes(path.read_bytes()[:-5])
    recording = read(tmp_path, DAY)
    assert len(recording.ticks) == 1
    assert recording.torn > 0
    late = RecordedMarket(recording).at(watched.seen[1].at)
    assert late.at == watched.seen[1].at
    after = Recorder(tmp_path)
    after.look(watched.seen[1])
    assert after.torn == recording.torn
    after.close()
    assert read(tmp_path, DAY).torn == 0


def test_only_changes_are_written(watched: Watched, tmp_path: Path) -> None:
    watched.look(0)
    path = path_of(tmp_path, DAY)
    first = path.stat().st_size
    for after_s in range(1, 11):
        watched.told.quote(option(6000), 41.0 + after_s, 43.0 + after_s)
        watched.look(after_s)
    watched.recorder.close()
    looks = [block for block in read(tmp_path, DAY).blocks if block.kind == "look"]
    assert [len(block.columns["id"]) < 10 for block in looks] == [False] + 10 * [True]
    assert path.stat().st_size - first < 10 * 4_000


def test_a_day_nobody_recorded_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="name a day that was recorded"):
        read(tmp_path, date(2025, 6, 9))
    path = path_of(tmp_path, DAY)
    path.parent.mkdir()
    path.write_bytes(MAGIC)
    with pytest.raises(DataError, match="trade a day first"):
        read(tmp_path, DAY)
    path.write_bytes(b"no recording")
    with pytest.raises(DataCorrupt):
        read(tmp_path, DAY)


def test_looks_of_two_days_lie_in_two_files(watched: Watched, tmp_path: Path) -> None:
    watched.look(0)
    next_day = date(2025, 6, 9)
    session = session_of(next_day)
    assert session is not None
    following = Following(("SPX",), watched.told.names)
    following.begin(next_day)
    known = Known({}, RATE, Evidence.LIVE)
    watched.sources = sources_of(session, known, following, {}, lambda _: np.zeros((0, 7)))
    watched.look((session.at(1) - watched.told.at).total_seconds())
    watched.recorder.close()
    assert [len(read(tmp_path, day).ticks) for day in (DAY, next_day)] == [1, 1]
