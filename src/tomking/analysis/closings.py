"""What each campaign that is over came to, with fees that the broker told of later."""

from collections.abc import Iterable
from dataclasses import replace

from tomking.core.dealings import FeesDiffered
from tomking.core.facts import CampaignClosed, Fact


def closings(facts: Iterable[Fact]) -> dict[str, CampaignClosed]:
    """The end of every campaign by its name, in order; what differed before it is in it already."""
    found: dict[str, CampaignClosed] = {}
    for fact in facts:
        if isinstance(fact, CampaignClosed):
            found[fact.campaign] = fact
        elif isinstance(fact, FeesDiffered) and fact.campaign in found:
            end = found[fact.campaign]
            found[fact.campaign] = replace(
                end, pnl=end.pnl - fact.amount, fees=end.fees + fact.amount
            )
    return found
