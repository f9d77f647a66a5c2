"""Three stories of a price that walks, from the first look to the last line of the journal's file."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tomking.core.facts import Fact, Judged, LegFilled, OrderEnded, Sent, Walked
from tomking.engine.journal import SqliteJournal
from tomking.engine.walk import ABANDONED, PAUSED, RESUMED, STEPPED
from tomking.risk.limits import Limits
from worlds.desk import Bench
from worlds.walks import NAME, ladder, looks, on_moving, opening

pytestmark = pytest.mark.integration

#: From which minute, mid of the spread, and half of its width: 10.80 asked, 9.20 bid.
FIRST = (0.0, 10.0, 0.8)
#: The floor of a ladder that begins there: three quarters of the way to the far side.
FLOOR = Decimal("9.40")
AWAY = (FIRST, (61.0, 9.4, 0.8), (62.0, 8.8, 0.8), (63.0, 8.2, 0.8), (64.0, 7.6, 0.8))
BACK = (FIRST, (61.0, 9.8, 0.8), (62.0, 10.6, 0.8))
#: For four minutes both sides are crossed, and whoever believed them would sell at 10.40.
CROSSED = (FIRST, (61.0, 10.0, -0.4), (65.0, 10.2, 0.8))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def told(
    file: Path, market: tuple[tuple[float, float, float], ...], *minutes: float
) -> tuple[Bench, list[Fact]]:
    """What the desk did on a market, and what the file says of it afterwards."""
    journal = SqliteJournal.create(file)
    on = on_moving(*market, journal=journal)
    looks(on, *minutes)
    journal.seal()
    again = SqliteJournal.reader(file)
    facts = [fact for _, fact in again.read()]
    again.close()
    return on, facts


def credit(facts: list[Fact]) -> Decimal | None:
    """What a unit of the spread was sold for, if it was."""
    fills = [fact for fact in facts if isinstance(fact, LegFilled)]
    if not fills:
        return None
    return -sum((fill.quantity * fill.price for fill in fills), Decimal(0)) / abs(fills[0].quantity)


def walks(facts: list[Fact]) -> Iterator[Walked]:
    return (fact for fact in facts if isinstance(fact, Walked))


def test_a_market_that_runs_away_leaves_a_ladder_that_ends_at_its_floor(file: Path) -> None:
    on, facts = told(file, AWAY, 61, 62, 63, 64)
    assert ladder(facts) == [
        (STEPPED, 0, "10.00"), (STEPPED, 1, "9.55"), (STEPPED, 2, "9.40"), (ABANDONED, 2, "9.40"),
    ]  # fmt: skip
    last = list(walks(facts))[-1]
    assert last.limit == FLOOR
    assert last.note == f"the floor is {FLOOR}"
    assert last.natural < float(FLOOR)  # the far side is lower still, and is not followed
    assert credit(facts) is None
    ends = [fact.how for fact in facts if isinstance(fact, OrderEnded)]
    assert ends == ["cancelled"] * 3
    assert not on.exchange.holdings()
    assert not on.exchange.working()
    assert not on.desk.walks


def test_at_the_far_side_the_same_market_would_have_been_sold_at_once(file: Path) -> None:
    """What walking costs: the trade at 9.20 that it did not take."""
    on = on_moving(*AWAY, limits=Limits(walk_mode="natural"))
    assert credit(looks(on, 60.5, 61)) == Decimal("9.20")
    _, walked = told(file, AWAY, 60.5, 61, 62, 63, 64)
    assert credit(walked) is None


def test_a_market_that_comes_back_fills_better_than_the_far_side_it_began_with(file: Path) -> None:
    on, facts = told(file, BACK, 61, 62)
    assert ladder(facts) == [(STEPPED, 0, "10.00"), (STEPPED, 1, "9.70")]
    assert credit(facts) == Decimal("9.80")
    at_once = looks(on_moving(*BACK, limits=Limits(walk_mode="natural")), 60.5, 61, 62)
    assert credit(at_once) == Decimal("9.20")
    assert [fact.how for fact in facts if isinstance(fact, OrderEnded)] == ["cancelled", "filled"]
    assert on.desk.held == {NAME}
    assert on.desk.book.holdings == on.exchange.holdings()
    assert not on.desk.walks


def test_a_market_that_crosses_pauses_the_ladder_until_it_is_sound_again(file: Path) -> None:
    on, facts = told(file, CROSSED, 61, 62, 65, 66)
    said = list(walks(facts))
    assert [(one.did, one.at.minute) for one in said[:2]] == [(STEPPED, 30), (PAUSED, 31)]
    assert said[1].note == "quotes are crossed"
    assert said[1].limit == said[0].limit
    crossed = [fact for fact in facts if 31 <= fact.at.minute < 35]
    assert [type(fact) for fact in crossed] == [Walked]  # nothing judged, sent, ended or filled
    assert [(one.did, str(one.limit)) for one in said[2:]] == [(STEPPED, "9.80"), (STEPPED, "9.70")]
    assert credit(facts) is None
    assert on.exchange.working()[-1].limit == Decimal("9.70")


def test_what_paused_goes_on_at_its_price_and_fills_when_the_far_side_meets_it(file: Path) -> None:
    on, facts = told(file, (*CROSSED[:2], (65.0, 11.0, 0.8)), 61, 62, 65)
    assert ladder(facts) == [(STEPPED, 0, "10.00"), (PAUSED, 0, "10.00")]
    assert credit(facts) == Decimal("10.00")  # it stood there, so no better than it asked
    assert on.desk.held == {NAME}


@pytest.mark.parametrize("market", [AWAY, BACK, CROSSED], ids=["away", "back", "crossed"])
def test_every_step_is_judged_and_written_before_it_is_sent(
    market: tuple[tuple[float, float, float], ...], file: Path
) -> None:
    """The price of a step is the limit of its order, and the order replaces the one before."""
    _, facts = told(file, market, 61, 62, 63, 65, 66)
    sent = opening(facts)
    stepped = [one for one in walks(facts) if one.did == STEPPED]
    assert [order.limit for order in sent] == [one.limit for one in stepped]
    assert [order.replaces for order in sent] == ["", *(order.id for order in sent[:-1])]
    for order, one in zip(sent, stepped, strict=True):
        place = facts.index(one)
        judged, then = facts[place - 1], facts[place + 1]
        assert isinstance(judged, Judged)
        assert isinstance(then, Sent)
        assert (judged.order, judged.approved, then.order) == (order, True, order)
    assert {one.did for one in walks(facts)} <= {STEPPED, PAUSED, RESUMED, ABANDONED}
    assert all(one.limit >= FLOOR for one in walks(facts))
