"""A complex order as the broker shows it: orders that know of each other, under one number."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from tomking.core.value import value
from tomking.server.answers import Problem

#: By type: whether it has a trigger, and how many orders stand together behind it.
SHAPES: Mapping[str, tuple[bool, range]] = MappingProxyType(
    {"OCO": (False, range(2, 3)), "OTO": (True, range(1, 4)), "OTOCO": (True, range(2, 3))}
)


@value
class Group:
    """``first`` is the number of its trigger, nought without one; ``together`` those of the others."""

    number: int
    type: str
    together: tuple[int, ...]
    first: int = 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """All of its orders, the trigger first."""
        return (*((self.first,) if self.first else ()), *self.together)

    def with_successor(self, old: int, new: int) -> "Group":
        """The same with what replaces an order behind it: until that ends, either may trade."""
        pairs = ((each, new) if each == old else (each,) for each in self.together)
        return replace(self, together=tuple(each for pair in pairs for each in pair))


def tag(kind: str, place: int | None) -> str:
    """The broker's name for an order's place in its group; ``None`` is the trigger.

    >>> tag("OTOCO", None), tag("OTOCO", 1), tag("OCO", 0)
    ('OTOCO::trigger-order', 'OTOCO::oco-2-order', 'OCO::order')
    """
    if place is None:
        return f"{kind}::trigger-order"
    return f"{kind}::oco-{place + 1}-order" if kind == "OTOCO" else f"{kind}::order"


def parts(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None, list[Mapping[str, Any]]]:
    """The type of a complex order, its trigger and its other orders, as they came.

    Raises
    ------
    Problem
        400 if they do not make a shape that is known.
    """
    kind = body.get("type", "")
    first, together = body.get("trigger-order"), body.get("orders", [])
    if not isinstance(kind, str) or kind not in SHAPES:
        raise _wrong("type", f"is none of {', '.join(SHAPES)}")
    triggered, counts = SHAPES[kind]
    if triggered is not isinstance(first, Mapping):
        raise _wrong("trigger-order", "is missing" if triggered else "must be left out")
    if not isinstance(together, list) or len(together) not in counts:
        raise _wrong("orders", f"are {counts.start} to {counts.stop - 1} in an {kind}")
    if not all(isinstance(each, Mapping) for each in together):
        raise _wrong("orders", "are objects")
    return kind, first if isinstance(first, Mapping) else None, together


def _wrong(domain: str, reason: str) -> Problem:
    errors = ({"domain": domain, "reason": reason},)
    return Problem(400, "validation_error", "Request validation failed", errors)
