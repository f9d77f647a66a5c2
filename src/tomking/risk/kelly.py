"""Kelly: what share of the account a strategy's own record would stake (rulebook 19.3).

``f* = p - (1 - p) / b`` with b the average win over the average loss, never below nought and never above
a quarter; a quarter of that is staked, and never more than 5 % of net liq. Targets and stops are not a
record: with fewer than twenty closed campaigns nothing is known, and the question is not asked.
"""

from math import inf

from tomking.core.value import value
from tomking.risk.limits import Limits
from tomking.risk.tally import Tally

CLIP = 0.25


@value
class Record:
    """What a strategy has done: the share that won, and the average win and loss in dollars."""

    wins: float
    average_win: float
    average_loss: float


def full(record: Record) -> float:
    """The whole of Kelly's share; negative exactly when the record loses.

    >>> round(full(Record(0.88, 0.5, 2.0)), 2), round(full(Record(0.71, 0.5, 2.0)), 2)
    (0.4, -0.45)
    """
    if record.average_loss <= 0.0:
        return record.wins  # nothing was ever lost
    if record.average_win <= 0.0:
        return -inf
    odds = record.average_win / record.average_loss
    return record.wins - (1.0 - record.wins) / odds


def expectancy(record: Record) -> float:
    """What a trade of the record brings on average."""
    return record.wins * record.average_win - (1.0 - record.wins) * record.average_loss


def stake(record: Record, limits: Limits) -> float:
    """The share of net liq that is staked at most.

    >>> stake(Record(0.88, 0.5, 2.0), Limits()), stake(Record(0.71, 0.5, 2.0), Limits())
    (0.05, 0.0)
    """
    share = limits.kelly_share * min(max(full(record), 0.0), CLIP)
    return min(share, limits.kelly_max)


def record_of(tally: Tally, limits: Limits) -> Record | None:
    """A strategy's record; ``None`` while it is too short. What it never did averages nought."""
    decided = tally.wins + tally.losses
    if decided < limits.kelly_trades_min or not decided:
        return None
    return Record(
        tally.wins / decided,
        float(tally.won) / max(tally.wins, 1),
        float(tally.lost) / max(tally.losses, 1),
    )
