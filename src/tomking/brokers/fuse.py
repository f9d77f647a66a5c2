"""The fuse: below every gate and in no configuration, the most that may ever leave this process.

It is not a limit of the trade but a guard against the program itself: a loop that sends and sends, a
size that slipped by a digit, a day that loses what no plan loses. Blown, the process stops, and a person
looks before it is started again.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tomking.core.calendar import NEW_YORK
from tomking.core.errors import BrokerError, Exit
from tomking.core.facts import Fact, Sent, SessionClosed
from tomking.core.money import ZERO
from tomking.core.order import Order
from tomking.core.value import value

#: Orders a day that add risk, replacements counted; contracts of one order, all its legs together.
ORDERS_A_DAY, CONTRACTS_AN_ORDER = 200, 100
#: Orders a day whatever they do: ten positions that nobody takes, repriced each minute of a session,
#: are not yet so many. Only a program that has gone wrong comes here, and then an exit is no exit.
ALL_A_DAY = 5_000
#: Share of the last close's net liquidation that may be lost in a day before nothing more is opened.
LOSS_A_DAY = Decimal("0.20")


class FuseBlown(BrokerError):
    """More than this program may ever send: stop, and have a person look."""

    exit_code = Exit.NEEDS_HUMAN


@value
class Fuse:
    """What was sent on a day, and the account's worth at the last close; a fold of the journal.

    ``sent`` are orders that add risk, ``left`` all of them.
    """

    day: date = date.min
    sent: int = 0
    left: int = 0
    worth: Decimal = ZERO

    def after(self, fact: Fact) -> "Fuse":
        """The fuse after a fact."""
        match fact:
            case Sent(at=at, order=order):
                day = at.astimezone(NEW_YORK).date()
                sent, left = (self.sent, self.left) if day == self.day else (0, 0)
                return replace(self, day=day, sent=sent + order.adds_risk, left=left + 1)
            case SessionClosed(net_liq=worth):
                return replace(self, worth=worth)
            case _:
                return self

    def holds(self, order: Order, day: date, net_liq: Decimal | None) -> None:
        """Let an order through, which ``after`` has counted already.

        Raises
        ------
        FuseBlown
            If it is one too many, too large, or opens on a day that has lost too much.
        """
        count = sum(abs(leg.quantity) for leg in order.legs) * order.units
        if count > CONTRACTS_AN_ORDER:
            raise _blown(
                f"{order.id} is for {count} contracts and {CONTRACTS_AN_ORDER} is the most"
            )
        if day == self.day and order.adds_risk and self.sent > ORDERS_A_DAY:
            raise _blown(
                f"{order.id} is order {self.sent} of the day and {ORDERS_A_DAY} is the most"
            )
        if day == self.day and self.left > ALL_A_DAY:
            raise _blown(f"{order.id} is order {self.left} of the day and {ALL_A_DAY} is the most")
        if order.purpose.adds_risk and net_liq is not None and self.worth > 0:
            lost = self.worth - net_liq
            if lost > LOSS_A_DAY * self.worth:
                raise _blown(
                    f"{order.id} would open after ${lost:,.2f} was lost since the last close"
                )


def _blown(why: str) -> FuseBlown:
    return FuseBlown(
        f"the fuse has blown: {why}; nothing was sent. See `tomking takeover` for what is held, and "
        "start again once you know why"
    )
