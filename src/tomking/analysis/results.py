"""Results: closed trades by hour and weekday of entry, pattern and regime, as written at entry."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from tomking.analysis.bands import NOT_RECORDED, hour, in_order, pattern, weekday
from tomking.analysis.trades import Trade
from tomking.core.money import ZERO
from tomking.core.value import value

HOUR, WEEKDAY, PATTERN, REGIME = "hour", "weekday", "pattern", "regime"

#: What results are told by: each name with where it is read.
KEYS: tuple[tuple[str, Callable[[Trade], str]], ...] = (
    (HOUR, lambda trade: hour(trade.opened)),
    (WEEKDAY, lambda trade: weekday(trade.opened)),
    (PATTERN, lambda trade: pattern(trade.labels)),
    (REGIME, lambda trade: trade.labels.get("regime", NOT_RECORDED)),
)


@value
class Result:
    """Closed trades of one strategy that share a label; ``pnl`` in dollars after fees."""

    strategy: str
    by: str
    label: str
    closed: int
    wins: int
    losses: int
    pnl: Decimal

    @property
    def win_rate(self) -> float | None:
        """Wins as a share of wins and losses; ``None`` when every trade was a scratch."""
        decided = self.wins + self.losses
        return self.wins / decided if decided else None

    @property
    def mean(self) -> Decimal:
        """Dollars a trade."""
        return self.pnl / self.closed


def results(trades: Sequence[Trade]) -> tuple[Result, ...]:
    """Every strategy's closed trades by every key; those of one key add up to all that are closed."""
    closed = [trade for trade in trades if trade.closed is not None]
    found: list[Result] = []
    for strategy in dict.fromkeys(trade.strategy for trade in closed):
        mine = [trade for trade in closed if trade.strategy == strategy]
        for by, key in KEYS:
            for label in in_order({key(trade) for trade in mine}):
                group = [trade for trade in mine if key(trade) == label]
                found.append(_result(strategy, by, label, group))
    return tuple(found)


def _result(strategy: str, by: str, label: str, group: Sequence[Trade]) -> Result:
    return Result(
        strategy, by, label, len(group),
        sum(trade.won for trade in group), sum(trade.lost for trade in group),
        sum((trade.pnl for trade in group), ZERO),
    )  # fmt: skip
