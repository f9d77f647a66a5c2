"""The watch: every five minutes of a night what is held is priced from the future; alarms are raised."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tomking.core.product import product
from tomking.core.restraints import Alarmed, RungMoved
from tomking.core.rung import Rung
from tomking.engine.watch import EVERY, Watch, is_evening
from tomking.market.listing import front_future
from tomking.market.quoted import Underlying, quoted
from tomking.market.sessions import session_of
from tomking.market.snapshot import MID
from tomking.risk.overnight import evening
from worlds.board import FRIDAY, Board, board
from worlds.emergencies import Emergency, emergency

pytestmark = [pytest.mark.unit, pytest.mark.emergency]

#: A Friday that ends at one.
HALF = date(2025, 11, 28)
CLOSE = board(minute=385)
ES = front_future("ES", FRIDAY)


def night(move: float, minutes: float = 600.0) -> Board:
    """The future, so long after the evening."""
    at = CLOSE.at + timedelta(minutes=minutes)
    return replace(CLOSE, at=at, price=CLOSE.price * (1.0 + move))


def watching(on: Emergency) -> Watch:
    """A watch that has seen the evening of what a desk holds."""
    made, legs = Watch(), on.desk.book.legs
    mids = CLOSE.marks(legs).table[MID].tolist()
    prices = dict(zip(legs.contracts, mids, strict=True))
    at = quoted(CLOSE.at, [Underlying(product("ES"), 6000.0, future="ESZ25"),
                           Underlying(product("ES"), 6000.0)], prices, vix=16.0)  # fmt: skip
    made.keep(evening(at, CLOSE, {"ES": ES}.get))
    return made


def test_a_fall_in_the_night_raises_an_alarm_and_sends_nothing() -> None:
    on = emergency("strangle", "lt112", cash="150000")
    watch, before = watching(on), len(on.facts)
    assert not watch.look(on.desk, on.desk.view(night(0.0)))
    assert len(on.facts) == before
    assert "priced from the futures at 01:55 (MODEL); a margin call below" in watch.said
    assert watch.look(on.desk, on.desk.view(night(-0.08, 605.0)))
    wrote = on.facts[before:]
    assert {type(fact) for fact in wrote} == {Alarmed, RungMoved}
    assert on.desk.standing.ladder.rung >= Rung.NO_ENTRY
    assert on.venue.sent == []


def test_it_looks_every_five_minutes_of_a_night_and_tells_of_none_by_day() -> None:
    on = emergency("strangle")
    watch = watching(on)
    assert not watch.look(on.desk, on.desk.view(night(0.0, 600.0)))
    assert watch.said != ""
    assert timedelta(minutes=5) == EVERY
    assert not watch.is_due(night(0.0, 604.0).at)
    assert watch.is_due(night(0.0, 605.0).at)
    watch.wake()
    assert watch.said == ""
    assert watch.is_due(night(0.0, 601.0).at)


def test_a_desk_that_holds_nothing_has_no_night() -> None:
    on = emergency()
    watch = watching(on)
    assert not watch.look(on.desk, on.desk.view(night(-0.2)))
    assert watch.said == ""


def test_a_desk_that_began_at_night_says_what_it_does_not_know() -> None:
    on, watch = emergency("strangle"), Watch()
    assert not watch.look(on.desk, on.desk.view(night(-0.2)))
    assert "has not seen the last session end" in watch.said


def test_a_night_without_a_future_is_not_known() -> None:
    on = emergency("strangle")
    watch = watching(on)
    assert not watch.look(on.desk, on.desk.view(replace(night(-0.2), roots=())))
    assert watch.said.startswith("not known: ")


@pytest.mark.parametrize(
    ("on", "minute", "is_it"),
    [(FRIDAY, 374, False), (FRIDAY, 375, True), (HALF, 194, False), (HALF, 195, True)],
)
def test_the_evening_is_the_last_quarter_of_an_hour_of_any_session(
    on: date, minute: float, is_it: bool
) -> None:
    session = session_of(on)
    assert session is not None
    assert is_evening(session.at(minute)) is is_it
    assert not is_evening(session.at(minute) + timedelta(days=1))  # a Saturday
