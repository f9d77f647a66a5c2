"""Adjustments: what is done to a position that stays - rolled in, rolled on, or cut back."""

from typing import Literal

import numpy as np

from tomking.core.contract import Contract
from tomking.core.value import value
from tomking.market.snapshot import DELTA
from tomking.portfolio.book import Position
from tomking.risk.view import View
from tomking.strategies.picks import Expires, LegPlan
from tomking.strategies.stay import StayRule
from tomking.strategies.worth import WorthRule

Closes = Literal["all", "tested", "untested"]
Refused = Literal["keep", "close"]


@value
class Adjustment:
    """Part of a position is closed, and other legs are opened for it in the same order.

    It is due when the first of ``stay_while`` no longer holds. ``closes`` says which of the legs go:
    all, the side whose short has the larger delta, or the other one. ``legs`` are opened instead, of
    the closed side only unless all go; without any it is a plain close. They expire as ``expires``
    says, or with what they stand in for. Legs that replace all of a position begin a new one, others
    join it. ``refused`` is what happens when the gates say no.
    """

    name: str
    stay_while: tuple[StayRule, ...]
    closes: Closes = "all"
    legs: tuple[LegPlan, ...] = ()
    expires: Expires | None = None
    take_when: tuple[WorthRule, ...] = ()
    refused: Refused = "keep"
    rule: str = ""


def once(
    name: str, over: StayRule, *, closes: Closes = "all", legs: tuple[LegPlan, ...] = (),
    expires: Expires | None = None, take_when: tuple[WorthRule, ...] = (),
    refused: Refused = "keep",
) -> Adjustment:  # fmt: skip
    """What is done once one rule no longer holds, under the id of that rule."""
    return Adjustment(name, (over,), closes, legs, expires, take_when, refused, over.rule)


Held = tuple[tuple[Contract, int], ...]


def closed_legs(which: Closes, position: Position, view: View) -> Held:
    """The legs of a position that go; none while nobody knows which side is tested.

    The tested side is that of the short option with the largest absolute delta. Where one side is
    left it is the tested one: all of it goes, and nothing is untested.
    """
    if which == "all":
        return position.held
    deltas = np.abs(view.marks.table[DELTA])
    shorts = [
        (float(deltas[position.row + row]), contract.right)
        for row, (contract, quantity) in enumerate(position.held)
        if quantity < 0 and contract.is_option
    ]
    if not shorts or any(np.isnan(delta) for delta, _ in shorts):
        return ()
    tested = max(shorts, key=lambda short: short[0])[1]
    wanted = which == "tested"
    return tuple(pair for pair in position.held if (pair[0].right is tested) is wanted)
