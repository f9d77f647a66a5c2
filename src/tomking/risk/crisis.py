"""The crisis budget: puts sold above the highest VIX, behind a lock that a person opens (rulebook 13).

Three documents allow 80 % of the account for puts above VIX 30; the default keeps the book at 50 % and
adds at most 20 % for puts, only while somebody has signed for it.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from tomking.core.contract import Right
from tomking.core.order import Order
from tomking.risk.view import View

#: The budget is spent over so many sessions (rulebook 13), which lie within so many days.
LADDER_SESSIONS, UNLOCK_DAYS = 3, timedelta(days=10)


def last_day(sessions: Sequence[date]) -> date:
    """The last day of a signature, by the sessions from its own day on (R-VIX-06)."""
    return sessions[:LADDER_SESSIONS][-1]


def sells_puts_only(order: Order) -> bool:
    """Whether everything an order opens is a put sold."""
    opened = [leg for leg in order.legs if leg.opens]
    return bool(opened) and all(
        leg.contract.right is Right.PUT and leg.quantity < 0 for leg in opened
    )


def opens_puts_only(order: Order) -> bool:
    """Whether every option an order opens is a put."""
    return all(leg.contract.right is Right.PUT for leg in order.legs if leg.opens)


def in_crisis(view: View) -> bool:
    """Whether VIX stands above the level from which it is one."""
    return view.market.vix.value > view.limits.crisis_vix


def crisis_budget(order: Order, view: View) -> float:
    """Dollars of margin beyond the regime's that an order may use; none while locked (R-VIX-06)."""
    is_crisis = in_crisis(view)
    unlocked = view.session.day <= view.standing.crisis_until
    if not (is_crisis and unlocked and sells_puts_only(order)):
        return 0.0
    return view.limits.crisis_puts_max * max(view.capital, 0.0)
