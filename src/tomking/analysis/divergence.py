"""A traded day beside its replay: every difference named, with its money, and what stays unexplained.

Orders are paired by intent. What a fill was worth to its day is its quantity times the way from its
price to where its contract ended: its mark at the close, or what it settled at. So the money of a day is
a sum over fills, fees and settlements, and the difference of two days a sum over theirs; what that sum
does not reach is the remainder, and a remainder is a fault in somebody's books.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from tomking.analysis.lives import NOTHING, Filled, Life, lives
from tomking.core.contract import Contract
from tomking.core.facts import Considered, Fact, SessionClosed, Settled
from tomking.core.money import ZERO, cents, signed
from tomking.core.product import product
from tomking.core.reading import refusals
from tomking.core.value import value

#: Points of a contract at the close.
Marks = Mapping[Contract, Decimal]
CLOCK = "%H:%M:%S"


class Kind(StrEnum):
    """What two days can differ in."""

    PRICE = "price"
    TIMING = "timing"
    GATE = "gate"
    FILL = "fill"
    FEE = "fee"


@value
class Difference:
    """One difference: what it is, in which intent, in words, and what it made here beyond there."""

    kind: Kind
    intent: str
    what: str
    money: Decimal = ZERO

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.intent}: {self.what} ({signed(self.money)})"


@value
class Divergence:
    """A day beside its replay.

    ``orders`` and ``fills`` are those that were paired; ``here`` and ``there`` what each day closed at,
    nothing where one did not close.
    """

    differences: tuple[Difference, ...]
    orders: int
    fills: int
    here: Decimal | None
    there: Decimal | None

    @property
    def total(self) -> Decimal:
        """What was made here beyond there; by the sum of the differences where a day did not close."""
        if self.here is None or self.there is None:
            return self.explained
        return self.here - self.there

    @property
    def explained(self) -> Decimal:
        """What the differences come to."""
        return cents(sum((each.money for each in self.differences), ZERO))

    @property
    def unexplained(self) -> Decimal:
        """What they do not reach."""
        return self.total - self.explained

    @property
    def by_kind(self) -> Mapping[Kind, Decimal]:
        """The money of each kind."""
        found = dict.fromkeys(Kind, ZERO)
        for each in self.differences:
            found[each.kind] += each.money
        return found


def divergence(here: Sequence[Fact], there: Sequence[Fact], marks: Marks) -> Divergence:
    """The differences of two days that began alike.

    Parameters
    ----------
    here, there
        Facts of a day, and of its replay.
    marks
        Of contracts either of them held at the close.
    """
    ended = {**marks, **_settled_at((*here, *there))}
    ours, theirs = lives(here), lives(there)
    found: list[Difference] = []
    for intent in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(intent), theirs.get(intent)
        found += _compared(intent, one, other, found, (here, there), ended)
    found += _settlements(here, there)
    both = ours.keys() & theirs.keys()
    fills = sum(
        min(ours[name].legs[leg].fills, theirs[name].legs.get(leg, NOTHING).fills)
        for name in both for leg in ours[name].legs
    )  # fmt: skip
    orders = sum(bool(ours[name].sent and theirs[name].sent) for name in both)
    return Divergence(tuple(found), orders, fills, _close(here), _close(there))


def _compared(
    intent: str,
    one: Life | None,
    other: Life | None,
    found: Sequence[Difference],
    facts: tuple[Sequence[Fact], Sequence[Fact]],
    ended: Marks,
) -> Iterator[Difference]:
    """What an intent differs in."""
    ours, theirs = (life or Life("") for life in (one, other))
    if bool(ours.sent) != bool(theirs.sent) and not (ours.legs and theirs.legs):
        campaign = ours.campaign or theirs.campaign
        yield _alone(intent, campaign, ours, theirs, found, facts, ended)
        return
    if ours.refused != theirs.refused:
        names = (life.refused or "every gate passed" for life in (ours, theirs))
        yield Difference(Kind.GATE, intent, "{} here, {} there".format(*names))
    yield from _sendings(intent, ours, theirs)
    for leg in dict.fromkeys((*ours.legs, *theirs.legs)):
        mine, yours = ours.legs.get(leg, NOTHING), theirs.legs.get(leg, NOTHING)
        yield from _fills(intent, leg[0], mine, yours, ended)
    if ours.legs == theirs.legs and ours.ended != theirs.ended:
        yield Difference(Kind.FILL, intent, f"{ours.ended or 'at work'} here, "
                         f"{theirs.ended or 'at work'} there")  # fmt: skip


def _alone(
    intent: str,
    campaign: str,
    ours: Life,
    theirs: Life,
    found: Sequence[Difference],
    facts: tuple[Sequence[Fact], Sequence[Fact]],
    ended: Marks,
) -> Difference:
    """An order that went on one of the two days only, and why it did not on the other."""
    here = bool(ours.sent)
    life, missing = (ours, theirs) if here else (theirs, ours)
    worth = sum((_worth(leg[0], filled, ended) for leg, filled in life.legs.items()), ZERO)
    where = ("here", "there") if here else ("there", "here")
    said = missing.refused or _not_wished(facts[1 if here else 0], intent)
    money = worth if here else -worth
    if said:
        return Difference(
            Kind.GATE, intent, f"sent {where[0]}; {said} stood against it {where[1]}", money
        )
    before = (each.kind for each in found if each.intent.startswith(campaign) and campaign)
    cause = next((kind for kind in before if kind in (Kind.GATE, Kind.FILL)), Kind.TIMING)
    why = "it did not come due" if cause is Kind.TIMING else "there was nothing to do it with"
    return Difference(cause, intent, f"sent {where[0]}; {why} {where[1]}", money)


def _not_wished(facts: Sequence[Fact], intent: str) -> str:
    """The rule of the plan that kept an intent from being wished for; nothing if it was none."""
    asked = [each for each in facts
             if isinstance(each, Considered) and intent.startswith(each.slot)]  # fmt: skip
    failed = refusals(asked[-1].readings) if asked else ()
    return failed[0].name if failed else ""


def _sendings(intent: str, ours: Life, theirs: Life) -> Iterator[Difference]:
    """Attempts at other instants, or at other limits."""
    for mine, yours in zip(ours.sent, theirs.sent, strict=False):
        if mine[0] != yours[0]:
            yield Difference(Kind.TIMING, intent, f"sent at {mine[0]:{CLOCK}} here, "
                             f"{yours[0]:{CLOCK}} there")  # fmt: skip
        elif mine[1] != yours[1]:
            yield Difference(Kind.PRICE, intent, f"sent at {mine[0]:{CLOCK}} for {mine[1]} here, "
                             f"{yours[1]} there")  # fmt: skip
    more = len(ours.sent) - len(theirs.sent)
    if more:
        where = "here" if more > 0 else "there"
        yield Difference(Kind.TIMING, intent, f"sent {abs(more)} times more {where}")


def _fills(
    intent: str, contract: Contract, mine: Filled, yours: Filled, ended: Marks
) -> Iterator[Difference]:
    """The fills of a leg: what both have by price, time and fee, what one has alone by all it made."""
    if mine.quantity != yours.quantity:
        what = f"{mine.quantity:+d} {contract} here, {yours.quantity:+d} there"
        money = _worth(contract, mine, ended) - _worth(contract, yours, ended)
        yield Difference(Kind.FILL, intent, what, money)
        return
    point = product(contract.root).multiplier
    moved = mine.first is not None and yours.first is not None and mine.first != yours.first
    if mine.points != yours.points or moved:
        what = f"{contract} at {mine.price.normalize():f} here, {yours.price.normalize():f} there"
        if moved:
            what += f"; {mine.first:{CLOCK}} and {yours.first:{CLOCK}}"
        kind = Kind.TIMING if moved else Kind.PRICE
        yield Difference(kind, intent, what, -cents((mine.points - yours.points) * point))
    if mine.fees != yours.fees:
        what = f"{contract} cost ${mine.fees} here, ${yours.fees} there"
        yield Difference(Kind.FEE, intent, what, yours.fees - mine.fees)


def _worth(contract: Contract, filled: Filled, ended: Marks) -> Decimal:
    """What fills were worth to their day; one whose contract has no end counts what it cost."""
    point = product(contract.root).multiplier
    end = ended.get(contract, ZERO)
    return cents((filled.quantity * end - filled.points) * point) - filled.fees


def _settled_at(facts: Sequence[Fact]) -> dict[Contract, Decimal]:
    """What contracts that settled were worth then, in points, where it is known at what price."""
    return {
        fact.contract: _inside(fact.contract, fact.known_price)
        for fact in facts
        if isinstance(fact, Settled) and fact.known_price is not None
    }


def _inside(contract: Contract, fixing: float) -> Decimal:
    """What an option is worth at its settlement price; anything else is worth that price."""
    price = Decimal(repr(fixing))
    if contract.right is None:
        return price
    return max(contract.right.sign * (price - (contract.strike or ZERO)), ZERO)


def _settlements(here: Sequence[Fact], there: Sequence[Fact]) -> Iterator[Difference]:
    """What settled otherwise: at another price, at another fee, or on one of the two days only."""
    ours, theirs = (_by_contract(facts) for facts in (here, there))
    for contract in dict.fromkeys((*ours, *theirs)):
        mine, yours = ours.get(contract), theirs.get(contract)
        name = f"settlement of {contract}"
        if mine and yours and mine.quantity == yours.quantity:
            if mine.fixed != yours.fixed or mine.cash != yours.cash:
                what = f"at {mine.fixed} here, {yours.fixed} there"
                yield Difference(Kind.PRICE, name, what, mine.cash - yours.cash)
        elif mine and yours:
            yield Difference(Kind.FILL, name, f"of {mine.quantity} here, {yours.quantity} there")
        fees = (mine.fee if mine else ZERO), (yours.fee if yours else ZERO)
        if fees[0] != fees[1]:
            what = f"${fees[0]} here, ${fees[1]} there"
            yield Difference(Kind.FEE, name, what, fees[1] - fees[0])


def _by_contract(facts: Sequence[Fact]) -> dict[Contract, Settled]:
    return {fact.contract: fact for fact in facts if isinstance(fact, Settled)}


def _close(facts: Sequence[Fact]) -> Decimal | None:
    """What a day closed at."""
    closes = [fact.net_liq for fact in facts if isinstance(fact, SessionClosed)]
    return closes[-1] if closes else None
