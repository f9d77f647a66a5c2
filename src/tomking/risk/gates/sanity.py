"""SANITY: what every order faces, exits included. Nothing here depends on how much is held or lost."""

from decimal import Decimal
from math import nan

import numpy as np

from tomking.core.contract import Contract
from tomking.core.order import Purpose
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.venue import BAND_POINTS_MIN, BAND_SHARE, Code, is_figure
from tomking.market.snapshot import AGE, ASK, BID, MID
from tomking.portfolio.book import Working
from tomking.portfolio.order_rules import is_priced_on_tick
from tomking.portfolio.package import natural, package_mid, price_band
from tomking.portfolio.preflight import Situation, claims, first_of, objections, replaced
from tomking.risk.case import Case


def every_leg_is_quoted(case: Case) -> Reading:
    """Each leg has a bid and an ask (R-DAT-03)."""
    missing = int(np.isnan(case.marks.table[MID]).sum())
    return Reading(
        "legs without a quote", Stage.DATA, Sense.AT_MOST, missing, 0, "legs", "R-DAT-03"
    )


def quotes_are_fresh(case: Case) -> Reading:
    """No leg's quote is older than allowed (R-DAT-01)."""
    oldest = float(case.marks.table[AGE].max())
    bound = case.view.limits.quote_age_max_s
    return Reading("oldest quote", Stage.DATA, Sense.AT_MOST, oldest, bound, "seconds", "R-DAT-01")


def quotes_are_not_crossed(case: Case) -> Reading:
    """No bid stands above its ask (R-DAT-04)."""
    crossed = int((case.marks.table[BID] > case.marks.table[ASK]).sum())
    return Reading("crossed quotes", Stage.DATA, Sense.AT_MOST, crossed, 0, "legs", "R-DAT-04")


def price_is_on_a_tick(case: Case) -> Reading:
    """The limit is a price the venue takes (R-VEN-01)."""
    on_tick = "yes" if is_priced_on_tick(case.order) else "no"
    return Reading("limit on a tick", Stage.DATA, Sense.IS, on_tick, "yes", "", "R-VEN-01")


def price_is_within_the_band(case: Case) -> Reading:
    """The limit gives away no more than a band below the package's mid (R-VEN-02).

    A limit that asks for more than the mid is patient, not dangerous: a profit order rests far
    away. An order at the market gives away what the far side of the quotes does. One behind a trigger
    trades when the contract is there, so that is the mid it is held against.
    """
    order, units = case.order, case.order.units
    mid, band = package_mid(case.marks, case.legs, units), price_band(case.marks, case.legs, units)
    if order.trigger is not None:
        there = _points(order.trigger)
        mid, band = -there * order.legs[0].quantity, max(BAND_POINTS_MIN, BAND_SHARE * there)
    far = natural(case.marks, case.legs, units) if order.limit is None else _points(order.limit)
    given = None if np.isnan(mid) else mid - far
    return Reading("limit below mid", Stage.DATA, Sense.AT_MOST, given, band, "points", "R-VEN-02")


def venue_takes_the_order(case: Case) -> Reading:
    """Legs, sizes and hours are ones the venue accepts; margin is another gate's (R-VEN-03)."""
    market = case.view.market
    held = case.view.book.holdings
    met = Situation(held, market.day.session, market.at, _claimed(case), _opening(case))
    others = (said for said in case.preview.refusals if said.code is not Code.MARGIN)
    said = (*objections(case.order, met), *others)
    seen = str(said[0]) if said else "none"
    return Reading("venue objections", Stage.DATA, Sense.IS, seen, "none", "", "R-VEN-03")


def closes_no_more_than_it_holds(case: Case) -> Reading:
    """A closing leg takes down at most what is held; a closing order opens nothing (R-VEN-04)."""
    order = case.order
    position = case.view.book.positions.get(order.closes)
    held = dict(position.held) if position else {}
    excess = sum(
        order.purpose is Purpose.CLOSE
        if leg.opens
        else not _reduces(held.get(leg.contract, 0), leg.quantity * order.units)
        for leg in order.legs
    )
    return Reading(
        "legs that open, or close beyond the holding", Stage.DATA, Sense.AT_MOST, excess, 0, "legs",
        "R-VEN-04",
    )  # fmt: skip


def no_leg_opposes_another(case: Case) -> Reading:
    """No opening leg stands against a held or working contract; shift one strike (R-VEN-05)."""
    there = (*case.view.book.holdings.items(), *_opening(case))
    opposed = sum(
        leg.opens and any(c == leg.contract and n * leg.quantity < 0 for c, n in there)
        for leg in case.order.legs
    )
    return Reading(
        "legs against a held contract (shift one strike)",
        Stage.DATA, Sense.AT_MOST, opposed, 0, "legs", "R-VEN-05",
    )  # fmt: skip


def fuse_is_whole(case: Case) -> Reading:
    """The adapter's fuse has not blown (R-VEN-06)."""
    blown = "blown" if "fuse" in case.view.standing.reasons else "whole"
    return Reading("fuse", Stage.DATA, Sense.IS, blown, "whole", "", "R-VEN-06")


def _points(limit: Decimal) -> float:
    """A limit as arithmetic takes it; one that is no figure is not a number."""
    return float(limit) if is_figure(limit) else nan


def _reduces(held: int, change: int) -> bool:
    return held * change < 0 and abs(change) <= abs(held)


def _claimed(case: Case) -> dict[Contract, int]:
    """What orders that go on working would close; of one and its replacement only one will trade,
    and so of those that were sent together.
    """
    orders = {name: there.order for name, there in case.view.book.working.items()}
    groups: dict[str, list[tuple[Contract, int]]] = {}
    for there in _others(case):
        chain = groups.setdefault(there.order.bracket or first_of(there.order, orders), [])
        chain.extend(_left(there, opens=False))
    return claims(groups.values())


def _opening(case: Case) -> tuple[tuple[Contract, int], ...]:
    """What orders that go on working would open."""
    return tuple(leg for there in _others(case) for leg in _left(there, opens=True))


def _others(case: Case) -> list[Working]:
    """The orders that go on working; those the order stands in for will be gone."""
    working = case.view.book.working
    gone = replaced(case.order, {name: there.order for name, there in working.items()})
    return [there for name, there in working.items() if name not in gone]


def _left(there: Working, *, opens: bool) -> list[tuple[Contract, int]]:
    """What has not traded yet of an order's opening or closing legs."""
    return [
        (leg.contract, leg.quantity * there.order.units - traded)
        for leg, traded in zip(there.order.legs, there.filled, strict=True)
        if leg.opens is opens
    ]


SANITY = (
    every_leg_is_quoted,
    quotes_are_fresh,
    quotes_are_not_crossed,
    price_is_on_a_tick,
    price_is_within_the_band,
    venue_takes_the_order,
    closes_no_more_than_it_holds,
    no_leg_opposes_another,
    fuse_is_whole,
)
