"""What the last campaigns of a strategy came to, and what they had at risk: a fold of facts."""

from datetime import datetime
from decimal import Decimal

from tomking.core.facts import CampaignClosed, Considered
from tomking.core.value import value

#: The rule of the reading that says what a size loses at its stops.
AT_RISK = "R-SIZ-07"
#: How a slot is told that was not in vain.
SENT = "sent"


@value
class Outcome:
    """One closed campaign: dollars after fees, whether that was a scratch, dollars its stops risked.

    ``risk`` is ``None`` where nobody said, as for a plan without stops.
    """

    at: datetime
    pnl: Decimal
    scratch: bool
    risk: float | None


Recent = tuple[tuple[str, tuple[Outcome, ...]], ...]
Risks = tuple[tuple[str, float], ...]


def risked(risks: Risks, fact: Considered) -> Risks:
    """The risks by campaign after a slot: an opening that was sent says what its stops would lose."""
    if fact.outcome != SENT:
        return risks
    told = next((r.observed for r in fact.readings if r.rule == AT_RISK), None)
    return (*_without(risks, fact.slot), (fact.slot, told)) if isinstance(told, float) else risks


def closed(recent: Recent, risks: Risks, fact: CampaignClosed, kept: int) -> tuple[Recent, Risks]:
    """The last outcomes by strategy, and the risks of what is open, after a campaign ended."""
    known = dict(recent)
    outcome = Outcome(fact.at, fact.pnl, abs(fact.pnl) <= fact.fees, dict(risks).get(fact.campaign))
    mine = (*known.get(fact.strategy, ()), outcome)[-kept:]
    return tuple((known | {fact.strategy: mine}).items()), _without(risks, fact.campaign)


def forgotten(recent: Recent, strategy: str) -> Recent:
    """The outcomes without those of one strategy, which begins anew."""
    return tuple((name, mine) for name, mine in recent if name != strategy)


def _without(risks: Risks, campaign: str) -> Risks:
    return tuple((name, dollars) for name, dollars in risks if name != campaign)
