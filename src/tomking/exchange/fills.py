"""Fill models: at which price a leg trades, given its quote; against the trader, never for him."""

import math
import re
from dataclasses import replace
from decimal import Decimal

from tomking.core.errors import ConfigError
from tomking.core.product import TickTable
from tomking.core.value import value
from tomking.exchange.patience import Patience
from tomking.exchange.slippage import BY_CIRCUMSTANCE, Slippage

#: Float noise of a price that already lies on its tick, in ticks.
_NOISE = 1e-7


@value
class FillModel:
    """Where between mid and the far side of the quote a leg trades, and how much at once.

    ``spread_fraction`` is the share of the half-width given up: 0 trades at mid, 1 at the natural
    price (buy at the ask, sell at the bid). ``slippage`` replaces it by a table. A quote older than
    ``age_max_s`` seconds never fills. At most ``lot`` units trade at a look (0: all of them).
    ``patience`` lets limits better than the model's price trade with some probability. ``by_table``
    fills look at no quotes: see ``CERT_TABLE``.
    """

    name: str
    spread_fraction: float
    age_max_s: float = 60.0
    slippage: tuple[Slippage, ...] = ()
    lot: int = 0
    patience: Patience | None = None
    by_table: bool = False


NATURAL = FillModel("natural", 1.0)
MID = FillModel("mid", 0.0)
#: Shares by legs, moneyness and time, and patience for limits that ask for more.
GRADED = FillModel("graded", 0.5, slippage=BY_CIRCUMSTANCE, patience=Patience())
NAMED = {model.name: model for model in (NATURAL, MID, GRADED)}
#: As tastytrade's sandbox once filled: at the market at 1.00, limits up to 3 at once, others never.
#: For tests of programs that were written for it; no backtest can name it.
CERT_TABLE = FillModel("cert_table", 0.0, by_table=True)
PATIENT, BY = "patient ", " by "
#: Every form ``model_named`` takes, for whoever has to write one: in a sentence, and as a list.
FORMS = (
    f"{', '.join(NAMED)} or spread_fraction(0.25), with `patient` before it (limits wait for better) "
    "or `by 2` after it (units at a look)"
)
FORMS_LIST = " | ".join((*NAMED, "spread_fraction(x)", "patient …", "… by n"))
_FORM = re.compile(r"(patient )?(?:(\w+)|spread_fraction\(([^()]+)\))(?: by (-?[0-9]+))?")


def spread_fraction(share: float) -> FillModel:
    """A model that gives up a share of the half-width of every leg.

    >>> spread_fraction(0.25).name
    'spread_fraction(0.25)'
    """
    if not 0.0 <= share <= 1.0:
        raise ConfigError(f"a spread fraction lies between 0 (mid) and 1 (natural), not at {share}")
    return FillModel(f"spread_fraction({share:g})", share)


def patient(model: FillModel) -> FillModel:
    """The model with a chance for limits better than its price."""
    return replace(model, name=f"{PATIENT}{model.name}", patience=Patience())


def in_lots(model: FillModel, lot: int) -> FillModel:
    """The model trading so many units at a look and no more.

    >>> in_lots(NATURAL, 2).name
    'natural by 2'
    """
    if lot < 1:
        raise ConfigError(f"a lot of {lot} never fills anything; give 1 or more")
    return replace(model, name=f"{model.name}{BY}{lot}", lot=lot)


def model_named(name: str) -> FillModel:
    """The model of a name as people write it, such as ``spread_fraction(0.25)`` or ``graded by 2``.

    Raises
    ------
    ConfigError
        If it is in none of the ``FORMS``.

    >>> model_named("mid") == MID, model_named("patient natural by 3").lot
    (True, 3)
    """
    form = _FORM.fullmatch(name)
    if form is None:
        raise _unknown(name)
    waits, word, share, lot = form.groups()
    model = NAMED.get(word or "") if share is None else spread_fraction(_number(share, name))
    if model is None:
        raise _unknown(name)
    model = patient(model) if waits else model
    return in_lots(model, int(lot)) if lot else model


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _unknown(name) from None


def _unknown(name: str) -> ConfigError:
    return ConfigError(f"unknown fill model {name!r}; choose {FORMS}")


@value
class Steps:
    """The price steps of one leg as floats, for the comparison made at every instant."""

    small: float
    switch: float
    large: float

    def at(self, price: float) -> float:
        """The step at a price."""
        return self.small if price < self.switch else self.large


def steps(ticks: TickTable) -> Steps:
    """The steps of an option's tick table."""
    return Steps(float(ticks.small), float(ticks.switch), float(ticks.large))


def one_step(tick: Decimal) -> Steps:
    """The same step everywhere: futures and shares."""
    return Steps(float(tick), 0.0, float(tick))


def tradable(model: FillModel, bid: float, ask: float, age_s: float, quantity: int) -> bool:
    """Whether a quote may fill a leg: fresh, not crossed, and there is somebody on the other side.

    A sale needs a bid above zero; a purchase needs an offer, and may meet a bid of zero: 0.00 at 0.40
    is how a far wing is quoted, with both sides known and nobody wanting it, and who buys it pays the
    whole offer. That is not one-sided. A side that is *missing* is NaN, every comparison with it is
    false, and such a quote never fills.
    """
    if not age_s <= model.age_max_s or not 0.0 <= bid <= ask < math.inf:
        return False
    return bid > 0.0 if quantity < 0 else ask > 0.0


def leg_price(model: FillModel, bid: float, ask: float, quantity: int, step: Steps) -> float:
    """The price of a leg by a model that gives up the same share everywhere; see ``moved``.

    >>> es = Steps(0.05, 5.0, 0.25)
    >>> leg_price(NATURAL, 1.00, 1.20, +1, es), leg_price(MID, 1.00, 1.15, -1, es)
    (1.2, 1.075)
    >>> round(leg_price(spread_fraction(0.25), 1.00, 1.20, -1, es), 4)
    1.05
    """
    return moved(model.spread_fraction, bid, ask, quantity, step)


def moved(share: float, bid: float, ask: float, quantity: int, step: Steps) -> float:
    """The price of a leg: mid moved against the trader, rounded against him to the leg's tick.

    Exactly at mid nothing is rounded. The price never leaves the quote: where the rounding would
    carry it past a side that is off the tick, that side is the price. Where nobody bids there is no
    mid to meet at, and a purchase pays the offer.

    Parameters
    ----------
    share : float
        Of the half-width, given up.
    bid, ask : float
        A tradable quote, in points.
    quantity : int
        Signed; only its sign matters.

    Returns
    -------
    float
        Points, between ``bid`` and ``ask``.
    """
    mid = 0.5 * (bid + ask)
    if bid == 0.0 and quantity > 0:
        return ask
    if share == 0.0:
        return mid
    give = share * 0.5 * (ask - bid)
    if quantity > 0:
        price = mid + give
        tick = step.at(price)
        return min(ask, math.ceil(price / tick - _NOISE) * tick)
    price = mid - give
    tick = step.at(price)
    return max(bid, math.floor(price / tick + _NOISE) * tick)
