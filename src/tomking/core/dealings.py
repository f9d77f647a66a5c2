"""Dealings: facts of an account at a broker that a simulated one never has.

What was taken and under which number, what nobody here sent, which rows of the broker's ledger are in
the books, and whether those agree. Like every fact each prints as the sentence a person would say.
"""

from datetime import datetime
from decimal import Decimal

from tomking.core.money import signed
from tomking.core.order import Order
from tomking.core.value import value


@value
class WentOn:
    """A desk that had stopped, or was stopped, goes on where its journal ends."""

    at: datetime
    mode: str
    settings: str

    def __str__(self) -> str:
        return f"{self.mode} went on"


@value
class AccountNamed:
    """Which account at the broker a journal is of: no other is ever traded on it."""

    at: datetime
    mode: str
    number: str

    def __str__(self) -> str:
        return f"this journal is of {self.mode} account {self.number}"


@value
class Acknowledged:
    """The broker has an order, under a number of its own."""

    at: datetime
    order: str
    number: str

    def __str__(self) -> str:
        return f"{self.order} is order {self.number} at the broker"


@value
class Revived:
    """An order that counted as over is alive or has traded at the broker: it is ours, and at work again.

    ``filled`` is how much of each of its legs was booked before, signed.
    """

    at: datetime
    order: Order
    filled: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.order.id} was taken for over and is at the broker after all"


@value
class Doubted:
    """An order was sent and no answer came: nothing of the kind is sent until it is known."""

    at: datetime
    order: str
    why: str

    def __str__(self) -> str:
        return f"whether {self.order} was taken is not known: {self.why}"


@value
class ForeignSeen:
    """An order that nobody here sent: shown, counted in the holdings, and never touched."""

    at: datetime
    number: str
    what: str

    def __str__(self) -> str:
        return f"order {self.number} is not ours and is left alone: {self.what}"


@value
class ForeignTraded:
    """A leg of such an order has traded: what is held of it belongs to nobody's plan.

    Like everything foreign it is counted as the broker counts it: shares one by one.
    """

    at: datetime
    number: str
    symbol: str
    quantity: int
    price: Decimal
    fill: str

    def __str__(self) -> str:
        verb = "bought" if self.quantity > 0 else "sold"
        who = f"order {self.number}, which is not ours,"
        return f"{who} {verb} {abs(self.quantity)} {self.symbol} at {self.price}"


@value
class ForeignHeld:
    """What the account held when this desk began with it: nobody's plan, and never touched."""

    at: datetime
    symbol: str
    quantity: int

    def __str__(self) -> str:
        return f"{self.quantity} {self.symbol} were there before this desk and are left alone"


@value
class ForeignMoved:
    """What is nobody's plan ended, or came in place of what did; ``quantity`` is how it changed."""

    at: datetime
    symbol: str
    quantity: int
    what: str

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.symbol}, which is not ours: {self.what}"


@value
class RowBooked:
    """A row of the broker's ledger is in the books; it is never booked again."""

    at: datetime
    row: str
    what: str

    def __str__(self) -> str:
        return f"row {self.row} of the broker's ledger is booked: {self.what}"


@value
class FeesDiffered:
    """The broker charged another fee than was booked; ``amount`` is what it took beyond that.

    ``position`` and ``campaign`` are those of the fill; journals from before they were written have
    neither, and there the difference is the account's alone.
    """

    at: datetime
    fill: str
    amount: Decimal
    position: str = ""
    campaign: str = ""

    def __str__(self) -> str:
        more = "more" if self.amount > 0 else "less"
        return f"fill {self.fill} cost ${abs(self.amount):,.2f} {more} than was booked"


@value
class MarginCompared:
    """What an order alone needs, by the broker's dry run and by our own rules; the broker's counts."""

    at: datetime
    order: str
    broker: Decimal
    ours: Decimal

    def __str__(self) -> str:
        more = self.broker - self.ours
        than = "as our rules do" if not more else f"{signed(more)} beside our ${self.ours:,.2f}"
        return f"the broker asks ${self.broker:,.2f} of margin for {self.order}, {than}"


@value
class BooksCompared:
    """Holdings here and at the broker, contract by contract; ``differences`` are those that differ."""

    at: datetime
    differences: tuple[str, ...]

    def __str__(self) -> str:
        if not self.differences:
            return "our books and the broker's agree"
        return f"our books and the broker's differ: {'; '.join(self.differences)}"


@value
class Unguarded:
    """No stop rests at the venue behind a position: it would not take one."""

    at: datetime
    position: str
    why: str

    def __str__(self) -> str:
        return f"no stop rests behind {self.position}: {self.why}"
