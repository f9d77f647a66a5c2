"""The pattern score: trend, volatility, support, momentum, volume as one figure (rulebook 20)."""

from math import isnan

from tomking.core.reading import Skip
from tomking.core.value import value
from tomking.market.snapshot import Snapshot


@value
class Pattern:
    """What the score is made of; ``price`` and the averages in points, the band position 0-1."""

    price: float
    ema8: float
    ema21: float
    rsi: float
    band: float
    vwap: float
    macd: float
    signal: float
    histogram: float


def score(seen: Pattern) -> float:
    """0-100; any missing figure makes it 0. Volume is the constant 50 its source stubbed it with."""
    if any(isnan(x) for x in (seen.price, seen.ema8, seen.ema21, seen.rsi, seen.band, seen.vwap,
                              seen.macd, seen.signal, seen.histogram)):  # fmt: skip
        return 0.0
    return (
        0.25 * trend(seen) + 0.25 * volatility(seen) + 0.20 * support(seen)
        + 0.15 * momentum(seen) + 0.15 * 50.0
    )  # fmt: skip


def trend(seen: Pattern) -> float:
    """Bullish up to 80, bearish down, mixed 50, otherwise 55."""
    lift = 10.0 if seen.macd > seen.signal and seen.macd > 0 else 0.0
    drag = -10.0 if seen.macd < seen.signal and seen.macd < 0 else 0.0
    if seen.price > seen.ema8 > seen.ema21:
        strength = min(100.0, 60.0 + (seen.price - seen.ema8) / seen.price * 200.0 + lift + drag)
        return min(100.0, 60.0 + (strength - 60.0) / 2.0) if strength > 60.0 else 50.0
    if seen.price < seen.ema8 < seen.ema21:
        strength = max(0.0, 40.0 - (seen.ema8 - seen.price) / seen.price * 200.0 + drag)
        return max(0.0, 40.0 - (40.0 - strength) / 2.0) if strength < 40.0 else 50.0
    if seen.price > seen.ema8 and seen.ema8 < seen.ema21:
        return 50.0
    return 55.0


def volatility(seen: Pattern) -> float:
    """Best with RSI 35-65 and the price inside its Bollinger band."""
    calm = (
        20.0 if 35.0 <= seen.rsi <= 65.0 else -15.0 if seen.rsi < 30.0 or seen.rsi > 70.0 else 0.0
    )
    return 50.0 + calm + (15.0 if 0.2 <= seen.band <= 0.8 else -10.0)


def support(seen: Pattern) -> float:
    """Best within one per cent of the volume-weighted price."""
    away = abs(seen.price - seen.vwap) / seen.price
    return 60.0 + (20.0 if away < 0.01 else 10.0 if away < 0.02 else 0.0)


def momentum(seen: Pattern) -> float:
    """More with a MACD histogram beyond half a point, less within a tenth."""
    size = abs(seen.histogram)
    return 50.0 + (15.0 if size > 0.5 else -10.0 if size < 0.1 else 0.0)


def pattern_score(market: Snapshot, root: str) -> float | None:
    """The score of a root now; ``None`` when a figure it needs was never supplied."""
    spot, known = market.spot(root), market.day.indicators.get(root)
    if isinstance(spot, Skip) or known is None:
        return None
    return score(
        Pattern(
            spot.value, known["ema8"], known["ema21"], known["rsi"], known["bb_position"],
            market.vwap(root), known["macd"], known["macd_signal"], known["macd_hist"],
        )
    )  # fmt: skip
