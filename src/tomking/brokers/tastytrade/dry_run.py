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


def preview_of(answer: Answer, before: Decimal) -> Preview:
    """What the broker says an order needs and costs, and why it would not take it.

    Parameters
    ----------
    before
        Margin of the account as it is, in dollars.

    Raises
    ------
    Transient
        If the answer lacks the figures, so that nothing can be judged by it.
    """
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
    said: Any = answer.data.get("fee-calculation", {})
    return -amount_of(said, "total-fees")


def _refusals(answer: Answer) -> tuple[Refusal, ...]:
    """The broker's objections; a code that is not known here is told with its own words."""
    if not answer.is_no:
        return ()
    parts = answer.error.get("errors") or (answer.error,)
    return tuple(
        Refusal(_code(str(part.get("code", ""))), str(part.get("message") or answer.why))
        for part in parts
        if isinstance(part, Mapping)
    )


def _code(said: str) -> Code:
    return next((code for code in Code if code.value == said), Code.VALIDATION)
