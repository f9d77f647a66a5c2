"""Round lots of shares beside options: what a lot may be paired with, and every way to pair them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tomking.core.value import value
from tomking.portfolio.margin.leg import MarginLeg


@value
class Pairing:
    """A lot that carries a short, is protected by a long, or both; legs by their index.

    ``usd`` is what the lot then needs more than by itself, the short included; it may be negative.
    """

    short: int | None
    long: int | None
    usd: float

    @property
    def legs(self) -> tuple[int, ...]:
        """The legs it uses a contract of."""
        return tuple(k for k in (self.short, self.long) if k is not None)


@value
class Lots:
    """How many lots there are, and what each may be paired with instead of standing by itself."""

    count: int
    pairings: tuple[Pairing, ...]


#: Shares that are none, or that nothing could be paired with.
NONE = Lots(0, ())

#: How many lots take each of the pairings.
Assignment = tuple[int, ...]


def assignments(lots: Lots, legs: Sequence[MarginLeg]) -> Iterator[Assignment]:
    """Every way to pair lots; no leg is used more often than it has contracts.

    >>> from datetime import date
    >>> from tomking.core.contract import Right
    >>> call = MarginLeg(Right.CALL, 50.0, date(2026, 6, 19), -1, 1.0)
    >>> list(assignments(Lots(2, (Pairing(0, None, 0.0),)), [call]))
    [(0,), (1,)]
    """
    stack: list[tuple[Assignment, int, list[int]]] = [
        ((), lots.count, [abs(leg.quantity) for leg in legs])
    ]
    while stack:  # and no call a pairing: a collar of 45 strikes has two thousand of them
        taken, free, contracts = stack.pop()
        if len(taken) == len(lots.pairings):
            yield taken
            continue
        used = lots.pairings[len(taken)].legs
        for count in range(min(free, *(contracts[k] for k in used)), -1, -1):
            left = [n - count * (k in used) for k, n in enumerate(contracts)]
            stack.append(((*taken, count), free - count, left))


def cost(lots: Lots, assignment: Assignment) -> float:
    """Dollars the paired lots need more than by themselves."""
    return sum(
        pairing.usd * count for pairing, count in zip(lots.pairings, assignment, strict=True)
    )


def left_over(
    legs: Sequence[MarginLeg], lots: Lots, assignment: Assignment
) -> tuple[MarginLeg, ...]:
    """The contracts that are not paired with a lot."""
    used = [0] * len(legs)
    for pairing, count in zip(lots.pairings, assignment, strict=True):
        for k in pairing.legs:
            used[k] += count
    rest: list[MarginLeg] = []
    for leg, count in zip(legs, used, strict=True):
        held = leg.quantity - count if leg.quantity > 0 else leg.quantity + count
        if held:
            rest.append(leg if not count else replace(leg, quantity=held))
    return tuple(rest)
