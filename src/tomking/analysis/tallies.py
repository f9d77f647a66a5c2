"""What each strategy did: counts, averages, ratios, intervals.

A win earned more than its fees again, a loss lost more, a scratch did neither; scratches stay out of the
win rate. The payoff ratio is average win over average loss; the profit factor all wins over all losses.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tomking.analysis.intervals import ENOUGH, Interval, of_mean
from tomking.analysis.trades import Trade
from tomking.core.money import ZERO
from tomking.core.value import value


class Block(StrEnum):
    """What a strategy's interval resamples: the time between two of its entries."""

    WEEK = "week"
    MONTH = "month"

    def of(self, day: date) -> tuple[int, int]:
        """The week or month of a day."""
        year, week, _ = day.isocalendar()
        return (year, week) if self is Block.WEEK else (day.year, day.month)


@value
class Asked:
    """A strategy as analysis needs it.

    ``roots`` in the order they are tried, ``block`` what its intervals resample; ``same_day`` when what
    it opens expires the same day.
    """

    name: str
    title: str
    roots: tuple[str, ...]
    block: Block
    same_day: bool = False


@value
class Tally:
    """One strategy. Money in dollars after fees; ``pnl`` counts open trades at their last mark.

    Ratios are ``None`` where nothing stands below the line; intervals also under twenty closed trades,
    and where all won or all lost.
    """

    name: str
    title: str
    block: Block
    same_day: bool
    considered: int
    entered: int
    closed: int
    wins: int
    losses: int
    scratches: int
    pnl: Decimal
    fees: Decimal
    win_rate: float | None
    win_rate_interval: Interval | None
    average_win: float | None
    average_loss: float | None
    payoff: float | None
    profit_factor: float | None
    expectancy: float | None
    expectancy_interval: Interval | None
    capture: float | None
    worst: float | None

    @property
    def open(self) -> int:
        """Trades that are still held at the end."""
        return self.entered - self.closed

    @property
    def one_kind(self) -> bool:
        """Whether enough has closed and all of it won, or all lost: nothing to draw the other from."""
        return self.closed >= ENOUGH and (self.wins == 0 or self.losses == 0)

    @property
    def even(self) -> float | None:
        """The share of winners at which wins and losses of these sizes cancel."""
        if self.average_win is None or self.average_loss is None:
            return None
        return self.average_loss / (self.average_win + self.average_loss)


def tally(asked: Asked, considered: int, trades: Sequence[Trade], seed: int) -> Tally:
    """The figures of one strategy from its trades; ``considered`` is on how many days it was asked."""
    mine = [trade for trade in trades if trade.strategy == asked.name]
    closed = [trade for trade in mine if trade.closed is not None]
    wins = [float(trade.pnl) for trade in closed if trade.won]
    losses = [-float(trade.pnl) for trade in closed if trade.lost]
    decided = [trade for trade in closed if not trade.scratch]
    won = [1.0 if trade.won else 0.0 for trade in decided]
    profits = [float(trade.pnl) for trade in closed]
    average_win, average_loss = _mean(wins), _mean(losses)
    both = bool(wins and losses)
    return Tally(
        asked.name, asked.title, asked.block, asked.same_day, considered,
        len(mine), len(closed), len(wins), len(losses), len(closed) - len(decided),
        sum((trade.pnl for trade in mine), ZERO), sum((trade.fees for trade in mine), ZERO),
        _mean(won), of_mean(won, _blocks(asked, decided), seed) if both else None,
        average_win, average_loss,
        _ratio(average_win, average_loss), _ratio(sum(wins), sum(losses)),
        _mean(profits), of_mean(profits, _blocks(asked, closed), seed) if both else None,
        _ratio(sum(profits), float(sum(abs(trade.credit) for trade in closed))),
        min(profits, default=None),
    )  # fmt: skip


def _blocks(asked: Asked, trades: Sequence[Trade]) -> list[tuple[int, int]]:
    return [asked.block.of(trade.opened.date()) for trade in trades]


def _mean(figures: Sequence[float]) -> float | None:
    return sum(figures) / len(figures) if figures else None


def _ratio(above: float | None, below: float | None) -> float | None:
    return None if above is None or not below else above / below
