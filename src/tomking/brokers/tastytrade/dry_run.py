"""The broker's dry run as a ``Preview``."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tomking.core.errors import DataError, Transient
from tomking.core.money import ZERO
from tomking.core.venue import Code
from tomking.portfolio.preview import Preview, Refusal
from tomking.wire.amounts import amount_of
from tomking.wire.line import Answer

#: The status of an order that was looked at and not taken, and the code over what was found.
CHECKED, PREFLIGHT = 422, "preflight_check_failure"


def preview_of(answer: Answer, before: Decimal) -> Preview:
    """What the broker says an order needs and costs, and why it would not take it.

    Parameters
    ----------
    before
        Margin of the account as it is, in dollars.

    Raises
    ------
    Transient
        If the answer lacks the figures, so that nothing can be judged by it, or is no verdict on the
        order at all: the door was closed, not the order looked at.
    """
    if answer.is_no and not _is_verdict(answer):
        raise Transient(f"the broker's dry run was turned away ({answer.status}): {answer.why}")
    refusals = _refusals(answer)
    effect = answer.data.get("buying-power-effect")
    if not isinstance(effect, Mapping):
        if refusals:
            return Preview(before, before, ZERO, ZERO, "broker", refusals=refusals)
        raise Transient("the broker's dry run came without figures")
    try:
        change = -amount_of(effect, "change-in-margin-requirement")
        alone = -amount_of(effect, "isolated-order-margin-requirement")
        impact = -amount_of(effect, "change-in-buying-power")
        free = amount_of(effect, "current-buying-power")
        fees = _fees(answer)
    except DataError as odd:
        raise Transient(f"the broker's dry run cannot be read: {odd}") from odd
    premium = change + fees - impact
    return Preview(before, before + change, alone, fees, "broker", premium, free, refusals)


def _fees(answer: Answer) -> Decimal:
    said: Any = answer.data.get("fee-calculation")
    return -amount_of(said if isinstance(said, Mapping) else {}, "total-fees")


def _is_verdict(answer: Answer) -> bool:
    """Whether a no is about the order: by its status, or by the code of a check that failed."""
    checks = {PREFLIGHT, *(code.value for code in Code)}
    return answer.status == CHECKED or not checks.isdisjoint(answer.codes)


def _refusals(answer: Answer) -> tuple[Refusal, ...]:
    """The broker's objections, one at least; a code that is not known is told with its own words."""
    if not answer.is_no:
        return ()
    said = answer.error.get("errors")
    parts = [each for each in said if isinstance(each, Mapping)] if isinstance(said, list) else []
    return tuple(
        Refusal(_code(str(part.get("code", ""))), str(part.get("message") or answer.why))
        for part in parts or (answer.error,)
    )


def _code(said: str) -> Code:
    return next((code for code in Code if code.value == said), Code.VALIDATION)
