"""Facts: what happened, in the past tense. The journal holds nothing else.

Each prints as the sentence a person would say about it.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from math import isnan

from tomking.core.contract import Contract
from tomking.core.dealings import (
    AccountNamed,
    Acknowledged,
    BooksCompared,
    Doubted,
    FeesDiffered,
    ForeignHeld,
    ForeignMoved,
    ForeignSeen,
    ForeignTraded,
    MarginCompared,
    Revived,
    RowBooked,
    Unguarded,
    WentOn,
)
from tomking.core.errors import InvariantError
from tomking.core.money import points, signed
from tomking.core.order import Order
from tomking.core.reading import Reading, first_failure, refusals
from tomking.core.restraints import (
    Alarmed,
    CrisisUnlocked,
    Halted,
    Proposed,
    Resumed,
    RungMoved,
    StageDemoted,
    StagePromoted,
    SwitchedOff,
    SwitchedOn,
)
from tomking.core.value import value


@value
class RunStarted:
    """A run or a daemon began, with the text of everything it was told."""

    at: datetime
    mode: str
    capital: Decimal
    settings: str

    def __str__(self) -> str:
        return f"{self.mode} began with ${self.capital:,.2f}"


@value
class Considered:
    """A slot came due and a strategy was asked; recorded when the answer is the first, last or new.

    ``labels`` say what it was asked under; journals from before they were written have none.
    """

    at: datetime
    strategy: str
    slot: str
    outcome: str
    readings: tuple[Reading, ...]
    labels: Mapping[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        named = "; ".join(str(failed) for failed in refusals(self.readings))
        return (
            f"{self.strategy} was asked and answered {self.outcome}{f': {named}' if named else ''}"
        )


@value
class Reviewed:
    """An adjustment or a renewal came due for what is held; recorded when the answer is a new one."""

    at: datetime
    strategy: str
    matter: str
    outcome: str
    readings: tuple[Reading, ...]

    def __str__(self) -> str:
        named = "; ".join(str(failed) for failed in refusals(self.readings))
        return f"{self.matter} came due and was {self.outcome}{f': {named}' if named else ''}"


@value
class Observed:
    """Something was looked at because it was time to: the day at its open, Greeks, assignment."""

    at: datetime
    what: str
    readings: tuple[Reading, ...]

    def __str__(self) -> str:
        seen = "; ".join(str(each) for each in self.readings)
        return f"{self.what} was looked at: {seen}"


@value
class Judged:
    """Every gate was asked about an order."""

    at: datetime
    order: Order
    readings: tuple[Reading, ...]
    labels: Mapping[str, str]
    approved: bool

    def __str__(self) -> str:
        failed = first_failure(self.readings)
        verdict = "approved" if failed is None else f"refused at {failed.stage.value}, {failed}"
        return f"{self.order.purpose.value.lower()} order {self.order.id} was {verdict}"


@value
class Sent:
    """An approved order went to the venue."""

    at: datetime
    order: Order

    def __str__(self) -> str:
        order = self.order
        price = "the market" if order.limit is None else f"{order.limit}"
        behind = "" if order.trigger is None else f" behind {order.trigger}"
        return f"{order.id} was sent: {order.units} at {price}{behind} ({order.why})"


@value
class LegFilled:
    """One leg of an order traded. ``quantity`` is signed and total, not per unit."""

    at: datetime
    order: str
    leg: int
    contract: Contract
    quantity: int
    price: Decimal
    fee: Decimal
    fill: str
    slippage: float = 0.0

    def __str__(self) -> str:
        verb = "bought" if self.quantity > 0 else "sold"
        return f"{verb} {abs(self.quantity)} {self.contract} at {self.price} (fee ${self.fee})"


@value
class OrderEnded:
    """An order is dead: filled, cancelled, rejected, expired, lapsed or unknown."""

    at: datetime
    order: str
    how: str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.order} was {self.how}{f' ({self.note})' if self.note else ''}"


#: How a settlement is named that is none: the house, or somebody else, closed what was held.
CLOSED_OUT = "closed_out"


@value
class Settled:
    """A held contract, or a part of it, became something: by expiry, exercise or assignment.

    ``quantity`` is how much of it, signed as held; ``cash`` what it brought. Exercised into a future
    or shares, ``delivered`` and ``delivered_quantity`` say what is held instead, at
    ``delivered_price``. ``note`` says why it came early. ``price`` is where it was fixed, if anybody
    knows: the broker's ledger does not say that of what expired or was delivered.
    """

    at: datetime
    position: str
    contract: Contract
    quantity: int
    price: float | None
    cash: Decimal
    fee: Decimal
    settlement: str
    delivered: Contract | None = None
    delivered_quantity: int = 0
    delivered_price: Decimal = Decimal(0)
    note: str = ""

    @property
    def fixed(self) -> str:
        """Where it was fixed, in words."""
        return "an unknown price" if self.known_price is None else f"{self.known_price:,.2f}"

    @property
    def fixing(self) -> Decimal:
        """Where it was fixed, in points.

        Raises
        ------
        InvariantError
            If nobody knows, of what cannot be settled otherwise.
        """
        if self.known_price is None:
            raise InvariantError(f"{self.contract} was settled and nobody knows at what; replay")
        return points(self.known_price)

    @property
    def netted_at(self) -> Decimal:
        """What holdings opposite to its delivery net at: the fixing, or the delivery's price."""
        return self.delivered_price if self.known_price is None else self.fixing

    @property
    def known_price(self) -> float | None:
        """Where it was fixed; nothing as well where an older journal has no number."""
        return None if self.price is None or isnan(self.price) else self.price

    def __str__(self) -> str:
        into = (
            f" into {self.delivered_quantity} {self.delivered} at {self.delivered_price}"
            if self.delivered
            else f" for ${self.cash:,.2f}"
        )
        how = self.settlement.replace("_", " ")
        why = f" ({self.note})" if self.note else ""
        return f"{self.quantity} {self.contract}: {how} at {self.fixed}{into}{why}"


@value
class DividendBooked:
    """Shares held over an ex-date: ``cash`` is received (+) when long and owed (-) when short."""

    at: datetime
    contract: Contract
    quantity: int
    each: Decimal
    cash: Decimal

    def __str__(self) -> str:
        verb = "brought" if self.cash >= 0 else "cost"
        shares = f"{self.quantity} {self.contract}"
        return f"the dividend of ${self.each} on {shares} {verb} ${abs(self.cash):,.2f}"


@value
class EveningsMissed:
    """Nobody looked on some evenings, and what they did to these contracts cannot be known now."""

    at: datetime
    first: date
    last: date
    contracts: tuple[Contract, ...]

    def __str__(self) -> str:
        when = f"on {self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        named = ", ".join(map(str, self.contracts))
        return (
            f"nobody looked in the evening {when}: whether {named} was assigned or paid a dividend "
            "is not known and not booked; compare with the account"
        )


@value
class MarginCalled:
    """The account is under water: what it holds needs more than there is besides options.

    ``equity`` is net liquidation without the options held, which carry nothing.
    """

    at: datetime
    equity: Decimal
    requirement: Decimal

    def __str__(self) -> str:
        short = self.requirement - self.equity
        return (
            f"margin call for ${short:,.2f}: ${self.requirement:,.2f} is needed and there are "
            f"${self.equity:,.2f} besides options"
        )


@value
class MarginMet:
    """A margin call is over: the account carries what it holds again."""

    at: datetime
    equity: Decimal
    requirement: Decimal

    def __str__(self) -> str:
        return f"the margin call is met: ${self.requirement:,.2f} of ${self.equity:,.2f}"


@value
class Walked:
    """A step of a price ladder: where an order stood in the market and what was done about it.

    ``step`` counts from 0, the first price; ``limit``, ``mid`` and ``natural`` are net credits per
    unit in points; ``did`` is ``stepped``, ``paused``, ``resumed`` or ``abandoned``, and ``note`` says
    why.
    """

    at: datetime
    intent: str
    step: int
    did: str
    limit: Decimal
    mid: float
    natural: float
    note: str = ""

    def __str__(self) -> str:
        where = f"mid {self.mid:.2f}, natural {self.natural:.2f}"
        why = f" ({self.note})" if self.note else ""
        return f"{self.intent} {self.did} at step {self.step}, {self.limit}: {where}{why}"


@value
class CampaignClosed:
    """The last position of a campaign is gone; ``pnl`` is after ``fees``."""

    at: datetime
    campaign: str
    strategy: str
    opened: datetime
    pnl: Decimal
    fees: Decimal

    def __str__(self) -> str:
        return f"{self.campaign} is over: {signed(self.pnl)} after ${self.fees:,.2f} of fees"


@value
class SessionClosed:
    """The day is over; the only source of the breakers' baselines. ``flows`` is cash moved in or out.

    ``profits`` is what each campaign that is open has made so far, after fees, marked at the close.
    ``late`` says whose figures they are where nobody looked and the close was made up for later.
    """

    at: datetime
    day: date
    net_liq: Decimal
    flows: Decimal
    requirement: Decimal
    vix: float
    profits: tuple[tuple[str, Decimal], ...] = ()
    late: str = ""

    def __str__(self) -> str:
        late = f", made up for late by {self.late}" if self.late else ""
        return f"{self.day} closed at ${self.net_liq:,} with ${self.requirement:,} of margin{late}"


@value
class CashMoved:
    """Money came in (+) or went out (-) other than by trading."""

    at: datetime
    amount: Decimal
    why: str

    def __str__(self) -> str:
        return f"{signed(self.amount)} of cash moved: {self.why}"


Fact = (
    RunStarted | Considered | Reviewed | Judged | Sent | Walked | LegFilled | OrderEnded | Settled
    | DividendBooked | EveningsMissed | MarginCalled | MarginMet | CampaignClosed | SessionClosed
    | Observed | CashMoved | Halted | Resumed | Alarmed | RungMoved | Proposed
    | StagePromoted | StageDemoted | CrisisUnlocked | SwitchedOff | SwitchedOn
    | Acknowledged | Doubted | ForeignHeld | ForeignSeen | ForeignTraded | RowBooked | FeesDiffered
    | BooksCompared | ForeignMoved | MarginCompared | WentOn | AccountNamed | Unguarded | Revived
)  # fmt: skip

KINDS: Mapping[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        RunStarted, Considered, Reviewed, Observed, Judged, Sent, Walked, LegFilled, OrderEnded, Settled,
        DividendBooked, EveningsMissed, MarginCalled, MarginMet, CampaignClosed, SessionClosed,
        CashMoved, Halted, Resumed, Alarmed, RungMoved, Proposed,
        StagePromoted, StageDemoted, CrisisUnlocked, SwitchedOff, SwitchedOn,
        Acknowledged, Doubted, ForeignHeld, ForeignSeen, ForeignTraded, RowBooked, FeesDiffered,
        BooksCompared, ForeignMoved, MarginCompared, WentOn, AccountNamed, Unguarded, Revived,
    )
}  # fmt: skip
