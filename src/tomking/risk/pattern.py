"""The pattern score: trend, volatility, support, momentum, volume as one figure (rulebook 20).

``legacy`` is the score as its source computes it; ``corrected`` holds the MACD histogram against the
average true range instead of points, and reads volume instead of a constant.
"""

from math import isnan, nan

from tomking.core.reading import Skip
from tomking.core.value import value
from tomking.market.snapshot import Snapshot


@value
class Pattern:
    """What the score is made of; ``price`` and the averages in points, the band position 0-1.

    ``atr`` in points and ``volume``, today's as a multiple of the mean of 20 days, count in the
    corrected form alone; NaN says that nobody supplied one.
    """

    price: float
    ema8: float
    ema21: float
    rsi: float
    band: float
    vwap: float
    macd: float
    signal: float
    histogram: float
    atr: float = nan
    volume: float = nan


def legacy(seen: Pattern) -> float:
    """0-100; any missing figure makes it 0. Volume is the constant 50 its source stubbed it with.

    Momentum counts points: beyond half a point, whatever the price.
    """
    if not _whole(seen):
        return 0.0
    return _sum(seen, momentum(abs(seen.histogram), 0.1, 0.5), 50.0)


def corrected(seen: Pattern) -> float | None:
    """0-100, the histogram as a share of the average true range and with the day's volume.

    Any missing figure, volume among them, makes it unknown.
    """
    if not _whole(seen) or isnan(seen.volume) or not seen.atr > 0.0:
        return None
    strength = momentum(abs(seen.histogram) / seen.atr, 0.02, 0.10)
    return _sum(seen, strength, volume(seen.volume))


#: The forms of the score by name.
FORMS = {"legacy": legacy, "corrected": corrected}


def _whole(seen: Pattern) -> bool:
    """Whether every figure that both forms need is there."""
    figures = (seen.price, seen.ema8, seen.ema21, seen.rsi, seen.band, seen.vwap, seen.macd)
    return not any(isnan(x) for x in (*figures, seen.signal, seen.histogram))


def _sum(seen: Pattern, strength: float, traded: float) -> float:
    return (
        0.25 * trend(seen) + 0.25 * volatility(seen) + 0.20 * support(seen)
        + 0.15 * strength + 0.15 * traded
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
        return max(0.0, 40.0 - (40.0 - strength) / 2.0)
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


def momentum(size: float, weak: float, strong: float) -> float:
    """More with a MACD histogram beyond the strong size, less within the weak one."""
    return 50.0 + (15.0 if size > strong else -10.0 if size < weak else 0.0)


def volume(times: float) -> float:
    """From 25 without trade to 75 with twice the usual one.

    >>> [round(volume(times), 6) for times in (0.0, 1.0, 1.4, 9.0)]
    [25.0, 50.0, 60.0, 75.0]
    """
    return 50.0 + 25.0 * min(max(times - 1.0, -1.0), 1.0)


def pattern_score(market: Snapshot, root: str, form: str = "legacy") -> float | None:
    """The score of a root now; ``None`` when a figure it needs was never supplied."""
    spot, known = market.spot(root), market.day.indicators.get(root)
    if isinstance(spot, Skip) or known is None:
        return None
    usual = known.get("volume20", nan)
    traded = known.get("volume", nan) / usual if usual > 0.0 else nan
    return FORMS[form](
        Pattern(
            spot.value, known["ema8"], known["ema21"], known["rsi"], known["bb_position"],
            market.vwap(root), known["macd"], known["macd_signal"], known["macd_hist"],
            known.get("atr", nan), traded,
        )
    )  # fmt: skip
