"""What an order needs and what it costs: the buying-power effect and the fees."""

from math import isnan
from typing import Any

from tomking.core.money import ZERO, points
from tomking.core.product import product
from tomking.core.venue import Code
from tomking.exchange.ledger import size
from tomking.market.snapshot import MID, Snapshot
from tomking.portfolio.columns import columns_of
from tomking.portfolio.fees import Charge, charge
from tomking.portfolio.preview import Preview, Refusal
from tomking.server.door import is_open
from tomking.server.entry import Entry, flipped
from tomking.wire.amounts import signed, with_effect

Shown = dict[str, Any]


def buying_power_effect(said: Preview, entry: Entry) -> Shown:
    """What the order takes from buying power: a margin that grows is a debit of it."""
    size, effect = signed(-said.impact)
    return {
        **with_effect("change-in-margin-requirement", -said.change),
        **with_effect("change-in-buying-power", -said.impact),
        **with_effect("current-buying-power", said.buying_power),
        **with_effect("new-buying-power", said.buying_power_after),
        **with_effect("isolated-order-margin-requirement", -said.alone),
        "is-spread": len(entry.order.legs) > 1,
        "impact": size,
        "effect": effect,
    }


def fees_of(entry: Entry, now: Snapshot) -> tuple[Shown, Shown]:
    """What the order costs at today's mids, and what undoing it would."""
    order, day = entry.order, now.day.session.day
    mids = now.marks(columns_of(order.legs)).table[MID].tolist()
    doing, undoing = Charge(), Charge()
    for leg, mid in zip(order.legs, mids, strict=True):
        price = ZERO if isnan(mid) else points(mid)
        count = leg.quantity * order.units * size(leg.contract)
        traded, is_option = product(leg.contract.root), leg.contract.is_option
        doing += charge(traded, count, price, leg.opens, is_option, day)
        undoing += charge(traded, -count, price, False, is_option, day)
    return _fees(doing), _fees(undoing)


def _fees(fees: Charge) -> Shown:
    """The parts of a fee, each a debit."""
    return {
        **with_effect("regulatory-fees", -fees.regulatory),
        **with_effect("clearing-fees", -fees.clearing),
        **with_effect("commission", -fees.commission),
        **with_effect("proprietary-index-option-fees", -fees.exchange),
        **with_effect("total-fees", -fees.total),
    }


def warnings(entry: Entry, now: Snapshot) -> list[Shown]:
    """What the broker says about an order that it takes nevertheless."""
    said = {
        Code.NO_POSITION: ("A leg that was to close opens: nothing of it is held.", flipped(entry)),
        Code.NEXT_SESSION: ("The order will begin to work in the next session.", not is_open(now)),
    }
    return [{"code": code.value, "message": text} for code, (text, holds) in said.items() if holds]


def objections(refusals: tuple[Refusal, ...]) -> list[Shown]:
    """Why an order is not taken, in the broker's codes."""
    return [{"code": refusal.code.value, "message": refusal.note} for refusal in refusals]


#: The fees of nothing.
NO_FEES = _fees(Charge())
