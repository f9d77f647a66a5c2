"""What the settings let a desk do by itself: each switch shown letting through and holding back."""

from datetime import datetime

import pytest

from tomking.core.calendar import NEW_YORK
from tomking.core.facts import CashMoved
from tomking.core.money import ZERO
from tomking.core.order import Order
from tomking.engine.held_back import HeldBack
from tomking.engine.memory import Unasked
from tomking.risk.standing import Standing
from worlds.orders import closing, order

pytestmark = [pytest.mark.unit, pytest.mark.risk]

OPENS = order("-1 5900 P, 1 5870 P")
CLOSES = closing(OPENS, "-1.00")
AT = datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)


class Braked(Unasked):
    """A brake that holds whatever adds risk, and one command."""

    def take(self, now: datetime, standing: Standing) -> list[CashMoved]:
        return [CashMoved(now, ZERO, "said")]

    def may_send(self, order: Order) -> bool:
        return not order.adds_risk


@pytest.mark.parametrize("entries", [True, False])
@pytest.mark.parametrize("exits", [True, False])
def test_entries_and_exits_have_a_switch_each(entries: bool, exits: bool) -> None:
    inbox = HeldBack(Unasked(), entries, exits)
    assert inbox.may_send(OPENS) is entries
    assert inbox.may_send(CLOSES) is exits


def test_the_brake_behind_it_still_holds() -> None:
    inbox = HeldBack(Braked(), entries=True, exits=True)
    assert not inbox.may_send(OPENS)
    assert inbox.may_send(CLOSES)


def test_commands_go_through() -> None:
    said = HeldBack(Braked(), entries=False, exits=False).take(AT, Standing())
    assert [str(fact) for fact in said] == ["+$0.00 of cash moved: said"]
