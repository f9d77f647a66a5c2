"""Tallies: how often a strategy won and lost, and how much."""

from dataclasses import replace
from decimal import Decimal

from tomking.core.facts import CampaignClosed
from tomking.core.money import ZERO
from tomking.core.value import value


@value
class Tally:
    """Closed campaigns; a scratch made or lost no more than its fees.

    ``won`` and ``lost`` are the dollars of the winners and of the losers, both positive.
    """

    wins: int = 0
    losses: int = 0
    scratches: int = 0
    won: Decimal = ZERO
    lost: Decimal = ZERO


def tallied(tally: Tally, fact: CampaignClosed) -> Tally:
    """A tally with one more campaign in it."""
    if abs(fact.pnl) <= fact.fees:
        return replace(tally, scratches=tally.scratches + 1)
    if fact.pnl > 0:
        return replace(tally, wins=tally.wins + 1, won=tally.won + fact.pnl)
    return replace(tally, losses=tally.losses + 1, lost=tally.lost - fact.pnl)
