"""Alarms: readings that, when they do not hold, raise YELLOW, ORANGE or RED.

Source: rulebook 17 and 0.6. What cannot be measured raises nothing and is listed. An alarm says how
loud, never what is done about it: that is the kill ladder's.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import inf, isnan, nan

from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Stamped
from tomking.core.figures import change, loss
from tomking.core.money import ZERO
from tomking.core.reading import Reading, Sense, Stage, holds
from tomking.core.rung import AlarmLevel
from tomking.core.value import value
from tomking.market.snapshot import Legs
from tomking.portfolio import marks as worth
from tomking.risk.breakers import drawdown
from tomking.risk.limits import Named, named
from tomking.risk.sizing import margin_in_use
from tomking.risk.view import View

#: Whose price a flash is measured in.
INDEXES = ("SPX", "ES", "SPY")
#: A look back reaches far enough when it is this many minutes short of the whole way.
SHORT_MIN = 1.0
#: A move of the index, as a share of it, after which margin is measured again.
MOVED = 0.005


@value
class Margined:
    """What holding some legs needed, in dollars, while the index stood at a price."""

    legs: Legs
    price: float
    used: float


@value
class Lately:
    """What a desk has seen of a day: the highest net liq, and prices of the index with their instants.

    A desk that starts within a day begins anew, with the start of the day as its high; the high goes
    along with money put in or taken out, of which ``moved`` was all until then. ``calm`` says that no
    alarm can be on; ``margin`` is what was last measured while one could.
    """

    day: date = date.min
    high: float = -inf
    moved: Decimal = ZERO
    prices: tuple[tuple[datetime, float], ...] = ()
    calm: bool = False
    margin: Margined | None = None


@value
class Alarm:
    """The loudest level that was raised, with what raised any and what is not known."""

    level: AlarmLevel | None
    readings: tuple[Reading, ...]


Raised = tuple[AlarmLevel, Reading]


def seen(lately: Lately, view: View) -> Lately:
    """What is remembered after one more look."""
    today, now = view.session.day, view.market.at
    if lately.day != today:
        start, moved = float(view.standing.day_start), view.book.moved
        lately = Lately(today, start, moved, _at_the_open(view))
    since = now - timedelta(minutes=view.limits.alarm_flash_min)
    price = _index(view)
    prices = tuple(known for known in lately.prices if known[0] >= since and known[0] != now)
    high = lately.high + float(view.book.moved - lately.moved)
    known = replace(
        lately,
        high=high if isnan(view.net_liq) else max(high, view.net_liq),
        moved=view.book.moved,
        prices=prices if price is None else (*prices, (now, price)),
    )
    calm = _calm(view, known)
    return replace(known, calm=calm, margin=known.margin if calm else _margined(view, known))


def alarm(view: View, lately: Lately) -> Alarm:
    """The alarm of an instant: words are made only when some figure stands against its bound."""
    if lately.calm:
        return Alarm(None, ())
    taken = tuple(asked(view, lately))
    up = [(level, reading) for level, reading in taken if _raises(reading)]
    unknown = {reading.name: reading for _, reading in taken if reading.observed is None}
    up.sort(key=lambda one: -one[0])
    loudest = up[0][0] if up else None
    return Alarm(loudest, (*(reading for _, reading in up), *unknown.values()))


def asked(view: View, lately: Lately) -> Iterator[Raised]:
    """Every trigger as a reading, with the level it raises when it does not hold."""
    yield from losses_today(view)
    yield from vix_is_high(view)
    yield from (
        (AlarmLevel.ORANGE, flash(view, lately)),
        (AlarmLevel.RED, margin_in_all(view, lately)),
        (AlarmLevel.YELLOW, worst_campaign(view)),
        (AlarmLevel.YELLOW, from_the_high(view, lately)),
        (AlarmLevel.YELLOW, loss_rate(view)),
        (AlarmLevel[view.limits.alarm_vix_jump], vix_jump(view)),
        (AlarmLevel.RED, fuse(view)),
        (AlarmLevel.RED, drawdown(view.net_liq, view.standing, view.limits)),
    )


def losses_today(view: View) -> Iterator[Raised]:
    """The day's loss against each level (R-ALM-01)."""
    share = loss(view.net_liq, float(view.standing.day_start))
    for level, bound in _levels(view.limits.alarm_loss):
        yield level, _read(
            f"loss today ({level.name})", Sense.BELOW, share, bound, "of the start of the day",
            "R-ALM-01",
        )  # fmt: skip


def vix_is_high(view: View) -> Iterator[Raised]:
    """VIX against each level (R-ALM-02), and where manual mode is near (R-BRK-09)."""
    vix = view.market.vix.value
    for level, bound in _levels(view.limits.alarm_vix):
        yield level, _read(f"VIX ({level.name})", Sense.AT_MOST, vix, bound, "points", "R-ALM-02")
    warn = view.limits.manual_vix_warn
    near = _read("VIX near manual mode", Sense.AT_MOST, vix, warn, "points", "R-BRK-09")
    yield AlarmLevel.ORANGE, near


def flash(view: View, lately: Lately) -> Reading:
    """The greatest move of the index to its price now within a quarter of an hour (R-ALM-03).

    Unknown while nobody has looked for that long, unless what was seen is enough already.
    """
    limits, move = view.limits, _move(view, lately)
    known = _far_back(view, lately)
    enough = move is not None and not holds(Sense.BELOW, move, limits.alarm_flash)
    return _read(
        f"move of the index in {limits.alarm_flash_min:g} minutes", Sense.BELOW,
        move if known or enough else None, limits.alarm_flash, "either way", "R-ALM-03",
    )  # fmt: skip


def margin_in_all(view: View, lately: Lately) -> Reading:
    """Margin of what is held as a share of net liq (R-ALM-04)."""
    known = lately.margin or _margined(view, lately)
    share: float | None = None
    if view.net_liq > 0.0:
        share = known.used / view.net_liq
    elif known.used > 0.0 and not isnan(view.net_liq):
        share = inf
    return _read(
        "margin in all", Sense.BELOW, share, view.limits.alarm_margin, "of net liq", "R-ALM-04"
    )


def _margined(view: View, lately: Lately) -> Margined:
    """What is held needs, in dollars; NaN without a price.

    Measured anew when other legs are held or the index has moved half a per cent, as the venue does.
    """
    known, price = lately.margin, _index(view) or nan
    if known and known.legs is view.book.legs and abs(price - known.price) < MOVED * price:
        return known
    try:
        return Margined(view.book.legs, price, margin_in_use(view))
    except QuoteMissing:
        return Margined(view.book.legs, nan, nan)


def worst_campaign(view: View) -> Reading:
    """The largest loss that one campaign has made today, as a share of net liq (R-ALM-05).

    What was held at the last close is measured from its mark there, the rest from its beginning.
    """
    name, share = _worst(view)
    return _read(
        f"loss of {name or 'a campaign'} today", Sense.BELOW, share, view.limits.alarm_position,
        "of net liq", "R-ALM-05",
    )  # fmt: skip


def _worst(view: View) -> tuple[str, float | None]:
    """The campaign that has lost most today, and its loss as a share of net liq, if all are known."""
    made = list(_made_today(view))
    if any(isnan(dollars) for _, dollars in made) or not view.net_liq > 0.0:
        return "", None
    name, dollars = min(made, key=lambda one: one[1], default=("", 0.0))
    return name, max(0.0, -dollars) / view.net_liq


def from_the_high(view: View, lately: Lately) -> Reading:
    """The loss from the day's highest net liq (R-ALM-06)."""
    return _read(
        "loss from the day's high", Sense.BELOW, loss(view.net_liq, lately.high),
        view.limits.alarm_from_high, "of the high", "R-ALM-06",
    )  # fmt: skip


def loss_rate(view: View) -> Reading:
    """Losing campaigns of those closed today, asked from three losses on (R-ALM-07)."""
    today, limits = view.standing.today, view.limits
    counted = today.wins + today.losses
    rate = today.losses / counted if today.losses >= limits.alarm_losses_min else 0.0
    return _read(
        f"losses today ({today.losses} of {counted})", Sense.AT_MOST, rate, limits.alarm_loss_rate,
        "of the day's campaigns", "R-ALM-07",
    )  # fmt: skip


def vix_jump(view: View) -> Reading:
    """The rise of VIX since its last close (R-ALM-08)."""
    most = view.limits.vix_spike_max
    return _read("rise of VIX today", Sense.AT_MOST, _rise(view), most, "share", "R-ALM-08")


def _rise(view: View) -> float:
    return change(view.market.vix.value, view.market.day.vix_previous.value)


def fuse(view: View) -> Reading:
    """The adapter's fuse has not blown (R-ALM-09)."""
    blown = "blown" if "fuse" in view.standing.reasons else "whole"
    return Reading("fuse of the adapter", Stage.DATA, Sense.IS, blown, "whole", "", "R-ALM-09")


def _levels(bounds: Named) -> Iterator[tuple[AlarmLevel, float]]:
    """The levels a table names, each with its bound."""
    known = dict(bounds)
    return ((level, known[level.name]) for level in AlarmLevel if level.name in known)


def _read(
    name: str, sense: Sense, measured: float | None, bound: float, unit: str, rule: str
) -> Reading:
    known = None if measured is None or isnan(measured) else measured
    return Reading(name, Stage.DATA, sense, known, bound, unit, rule)


def _raises(reading: Reading) -> bool:
    """Whether a reading raises its alarm; an unknown one never does."""
    return reading.observed is not None and not reading.passed


def _calm(view: View, lately: Lately) -> bool:
    """Whether no alarm can be on, as nearly always: margin is then as it was last told.

    It can only have come near its bound since then if the market has moved.
    """
    limits, standing, net_liq = view.limits, view.standing, view.net_liq
    lost, move = loss(net_liq, float(standing.day_start)), _move(view, lately)
    floor = 1.0 - limits.alarm_from_high
    return (
        lost is not None
        and lost < named(limits.alarm_loss, "YELLOW", 0.0)
        and net_liq > lately.high * floor
        and view.market.vix.value <= named(limits.alarm_vix, "YELLOW", 0.0)
        and (move is None or move < limits.alarm_flash)
        and standing.margin_share < limits.alarm_margin
        and standing.today.losses < limits.alarm_losses_min
        and "fuse" not in standing.reasons
        and net_liq > float(standing.peak) * (1.0 - limits.drawdown_lock)
        and _rise(view) <= limits.vix_spike_max
        and (worst := _worst(view)[1]) is not None
        and worst < limits.alarm_position
    )


def _made_today(view: View) -> Iterator[tuple[str, float]]:
    """What each campaign has made since the last close; NaN where its mark then is not known."""
    before, today = dict(view.standing.profits), view.session.day
    for name, dollars in worth.profits(view.book, view.values).items():
        begun = view.book.campaigns[name].opened.date() == today
        yield name, dollars - float(before.get(name, 0.0 if begun else float("nan")))


def _index(view: View) -> float | None:
    """The price of the first index that has one."""
    for root in INDEXES:
        price = view.market.spot(root)
        if isinstance(price, Stamped):
            return price.value
    return None


def _at_the_open(view: View) -> tuple[tuple[datetime, float], ...]:
    """The price at the open, of the same index, where it is known."""
    for root in INDEXES:
        if isinstance(view.market.spot(root), Stamped):
            opened = view.market.session_open(root)
            return ((opened.at, opened.value),) if isinstance(opened, Stamped) else ()
    return ()


def _move(view: View, lately: Lately) -> float | None:
    """The greatest move, either way, from a price seen lately to the one of now."""
    now = _index(view)
    if now is None:
        return None
    return max((abs(change(now, price)) for _, price in lately.prices), default=None)


def _far_back(view: View, lately: Lately) -> bool:
    """Whether what was seen reaches back all the way, or to the open where that is nearer."""
    if not lately.prices:
        return False
    oldest = lately.prices[0][0]
    wanted = min(view.limits.alarm_flash_min, view.market.minute)
    return (view.market.at - oldest).total_seconds() / 60.0 >= wanted - SHORT_MIN
