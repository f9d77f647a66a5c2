"""Approval as a type: an order with the readings that passed, or the readings that did not."""

from tomking.core.errors import InvariantError
from tomking.core.order import Order
from tomking.core.reading import Reading, first_failure
from tomking.core.value import value


@value
class Approved:
    """An order every gate passed: built by ``judge``, refused a failing reading, all a broker takes."""

    order: Order
    readings: tuple[Reading, ...]

    def __post_init__(self) -> None:
        if not self.readings or not all(reading.passed for reading in self.readings):
            raise InvariantError(f"{self.order.id} was not passed by every gate and cannot be sent")


@value
class Refused:
    """An order that at least one gate refused, with every answer."""

    order: Order
    readings: tuple[Reading, ...]

    @property
    def named(self) -> Reading:
        """The reading that names the refusal: the first failing stage."""
        failed = first_failure(self.readings)
        if failed is None:
            raise InvariantError(f"{self.order.id} was refused without a failing gate")
        return failed


Verdict = Approved | Refused
