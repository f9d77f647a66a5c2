"""What the gates said of an order, written when it is something new."""

from tomking.core.facts import Judged
from tomking.core.reading import first_failure
from tomking.engine.desk import Desk
from tomking.engine.labels import labels
from tomking.risk.verdict import Approved, Verdict
from tomking.risk.view import View

APPROVED = "approved"


def write(desk: Desk, view: View, verdict: Verdict) -> None:
    """Write a verdict: every approval, and a refusal if the last one was another."""
    order, approved = verdict.order, isinstance(verdict, Approved)
    failed = first_failure(verdict.readings)
    answer = failed.name if failed else APPROVED
    if approved or desk.said.get(order.intent) != answer:
        desk.said[order.intent] = answer
        named = labels(order, view, verdict.readings)
        desk.note([Judged(view.market.at, order, verdict.readings, named, approved)])
