"""What became of each intent of a day: what gates said, when it went, what filled, how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.dealings import FeesDiffered
from tomking.core.facts import Fact, Judged, LegFilled, OrderEnded, Sent
from tomking.core.money import ZERO
from tomking.core.reading import first_failure
from tomking.core.value import value

#: A leg as fills know it: of what, and whether it was bought.
Leg = tuple[Contract, bool]


@value
class Filled:
    """The fills of a leg together: how many, dollars a point, fees, and when the first came."""

    quantity: int = 0
    points: Decimal = ZERO
    fees: Decimal = ZERO
    first: datetime | None = None
    fills: int = 0

    @property
    def price(self) -> Decimal:
        """Points each, on average."""
        return self.points / self.quantity if self.quantity else ZERO


NOTHING = Filled()


@value
class Life:
    """What became of an intent: what gates said, when it went and at what, what filled, how it ended."""

    campaign: str
    refused: str = ""
    sent: tuple[tuple[datetime, Decimal | None], ...] = ()
    legs: Mapping[Leg, Filled] = field(default_factory=dict[Leg, Filled])
    ended: str = ""


def lives(facts: Sequence[Fact]) -> dict[str, Life]:
    """Every intent that was judged, sent or filled, in order."""
    later = _fees_later(facts)
    found: dict[str, Life] = {}
    for fact in facts:
        match fact:
            case Judged(order=order):
                was = found.get(order.intent, Life(order.campaign))
                failed = first_failure(fact.readings)
                refused = "" if fact.approved or failed is None else failed.name
                found[order.intent] = replace(was, refused=refused)
            case Sent(order=order):
                was = found.get(order.intent, Life(order.campaign))
                found[order.intent] = replace(was, sent=(*was.sent, (fact.at, order.limit)))
            case LegFilled():
                name = _intent(fact.order)
                was = found.get(name, Life(""))
                found[name] = replace(was, legs=_more(was.legs, fact, later.get(fact.fill, ZERO)))
            case OrderEnded():
                name = _intent(fact.order)
                found[name] = replace(found.get(name, Life("")), ended=fact.how)
            case _:
                pass
    return found


def _intent(order: str) -> str:
    """The intent in an order's name."""
    return order.rpartition("#")[0] or order


def _more(legs: Mapping[Leg, Filled], fill: LegFilled, later: Decimal) -> Mapping[Leg, Filled]:
    leg = fill.contract, fill.quantity > 0
    was = legs.get(leg, NOTHING)
    return {**legs, leg: Filled(
        was.quantity + fill.quantity, was.points + fill.quantity * fill.price,
        was.fees + fill.fee + later, was.first or fill.at, was.fills + 1,
    )}  # fmt: skip


def _fees_later(facts: Sequence[Fact]) -> Mapping[str, Decimal]:
    """What the broker took beyond the fee of a fill, by fill."""
    found: dict[str, Decimal] = {}
    for fact in facts:
        if isinstance(fact, FeesDiffered):
            found[fact.fill] = found.get(fact.fill, ZERO) + fact.amount
    return found
