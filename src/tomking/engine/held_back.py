"""Inboxes that hold orders back: what a desk may do by itself, as its settings say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tomking.core.facts import Fact
from tomking.core.order import Order
from tomking.engine.ports import Inbox
from tomking.risk.standing import Standing


@dataclass(frozen=True, slots=True)
class HeldBack:
    """An inbox through which some orders do not go out, whatever the gates say.

    ``entries`` lets what adds risk go out, ``exits`` everything else. Held back is judged and written
    down all the same: that is what preparing means.
    """

    inbox: Inbox
    entries: bool
    exits: bool

    def take(self, now: datetime, standing: Standing) -> Sequence[Fact]:
        """The commands of the inbox behind it."""
        return self.inbox.take(now, standing)

    def may_send(self, order: Order) -> bool:
        """Whether an order may go out, by the settings and by the brake."""
        allowed = self.entries if order.adds_risk else self.exits
        return allowed and self.inbox.may_send(order)
