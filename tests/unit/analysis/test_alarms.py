"""What stands under an alarm: its readings, the account then, what was shown, what of it was sent."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tomking.analysis.alarms import Raised, alarms
from tomking.core.facts import Fact, Sent
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.restraints import Alarmed, Proposed, RungMoved
from tomking.core.rung import AlarmLevel, Rung
from unit.analysis.journals import MONDAY, at, closed, closing, entered, opening

pytestmark = [pytest.mark.unit, pytest.mark.emergency]

LOSS = Reading("loss today", Stage.DATA, Sense.BELOW, 0.02, 0.01429, "of the start of the day")
BLIND = Reading("move of the index", Stage.DATA, Sense.BELOW, None, 0.015)
DAY = MONDAY + timedelta(days=1)


def told(*after: Fact, level: AlarmLevel = AlarmLevel.ORANGE) -> Raised:
    """One alarm on the day after a trade was opened, and what came after it."""
    held = [*entered(opening("lt112", MONDAY), at(MONDAY, 10), margin=0.2)]
    close = closed([MONDAY], [10_000.0], margin=1500)
    raised = Alarmed(at(DAY), level, (LOSS, BLIND), Decimal(9_800))
    (found,) = alarms([*held, *close, raised, *after])
    return found


def test_an_alarm_has_its_readings_and_the_account_as_it_stood() -> None:
    found = told()
    assert (found.readings, found.unknown) == ((LOSS,), ("move of the index",))
    assert (found.net_liq, found.campaigns) == (Decimal(9_800), 1)
    assert found.margin_share == pytest.approx(0.15)
    assert (found.moved, found.shown) == (None, ())


def test_what_was_shown_is_told_apart_from_what_was_sent() -> None:
    one, other = (closing(opening("lt112", MONDAY), why) for why in ("REDUCE: loss", "FLATTEN"))
    found = told(
        RungMoved(at(DAY), Rung.NORMAL, Rung.CLOSE_ONLY, "loss today", "alarm"),
        Proposed(at(DAY), "REDUCE", (one,), (), "loss today"),
        Proposed(at(DAY), "HEDGE", (), ("no hedge is listed",), "loss today"),
        Sent(at(DAY, 12), one),
        Sent(at(DAY, 13), other),
    )
    assert found.moved is Rung.CLOSE_ONLY
    reduce, hedge = found.shown
    assert (reduce.orders, reduce.sent) == ((one,), (one,))
    assert (hedge.orders, hedge.left_out) == ((), ("no hedge is listed",))


def test_a_move_by_a_person_is_not_what_the_alarm_did() -> None:
    back = RungMoved(at(DAY, 12), Rung.CLOSE_ONLY, Rung.NORMAL, "looked at", "operator")
    assert told(back).moved is None


def test_without_an_alarm_there_is_none() -> None:
    assert alarms(closed([MONDAY], [10_000.0], margin=1500)) == ()
