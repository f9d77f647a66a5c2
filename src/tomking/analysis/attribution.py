"""Where the money came from, by the labels written when it was decided. Policy is never recomputed."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from tomking.analysis.trades import Trade
from tomking.core.money import ZERO
from tomking.core.value import value


@value
class Slice:
    """The trades that share a label: how many, how many won, dollars after fees."""

    strategy: str
    by: str
    label: str
    trades: int
    wins: int
    pnl: Decimal


def _last_reason(trade: Trade) -> str:
    return trade.exits[-1].reason if trade.exits and trade.closed is not None else "still open"


#: What trades are grouped by: each name with where it is read.
KEYS: tuple[tuple[str, Callable[[Trade], str]], ...] = (
    ("VIX regime at entry", lambda trade: trade.labels.get("regime", "not recorded")),
    ("shape", lambda trade: f"{trade.shape} ({trade.root})"),
    ("last exit", _last_reason),
    ("year of entry", lambda trade: str(trade.opened.year)),
)


def attribution(trades: Sequence[Trade]) -> tuple[Slice, ...]:
    """Every strategy's trades by every key; the slices of one key add up to the strategy."""
    found: list[Slice] = []
    for strategy in dict.fromkeys(trade.strategy for trade in trades):
        mine = [trade for trade in trades if trade.strategy == strategy]
        for by, key in KEYS:
            for label in sorted({key(trade) for trade in mine}):
                group = [trade for trade in mine if key(trade) == label]
                total = sum((trade.pnl for trade in group), ZERO)
                wins = sum(trade.won for trade in group)
                found.append(Slice(strategy, by, label, len(group), wins, total))
    return tuple(found)
