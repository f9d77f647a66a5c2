"""``@value``: the one kind of class below ``engine``."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a class a frozen, slotted dataclass: comparable, hashable where its fields are,
    printable.

    >>> @value
    ... class Band:
    ...     low: float
    ...     high: float = 30.0
    >>> Band(12.0)
    Band(low=12.0, high=30.0)
    """
    return dataclass(frozen=True, slots=True)(cls)
