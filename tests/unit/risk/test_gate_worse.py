"""What stood there before widens a bound only where it was worse: an empty book widens none."""

from dataclasses import replace
from typing import Any

import pytest

from tomking.core.order import Purpose
from tomking.risk.view import View
from worlds.board import board
from worlds.gates import AHEAD, answers, scene
from worlds.orders import book_with, order, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

NAME = "friday_0dte"
TIGHT: dict[str, Any] = {
    "delta_share_max": 0.1, "gamma_share_max": 0.1, "vega_max_usd": 50.0, "theta_min_usd": -50.0,
    "notional_max": 0.5, "stress_loss_max": 0.1, "stress_margin_max": 0.5, "margin_max": 0.5,
}  # fmt: skip


def holding(legs: str, **limits: Any) -> View:
    """A view of $100,000 that holds something of another strategy."""
    market = board(price=6042.0, vol=0.2)
    held = order(legs, strategy="x", campaign="x", expiry=AHEAD)
    book = book_with(market.at, (held, ("20.00",) * len(held.legs)))
    known = scene(limits=limits)
    seen = view(market, book, limits=known.limits, standing=known.standing)
    return replace(seen, net_liq=100_000.0)


@pytest.mark.parametrize(
    ("rule", "bound"),
    [
        pytest.param(rule, bound, marks=pytest.mark.rule(rule))
        for rule, bound in (
            ("R-GRK-01", 10_000.0), ("R-GRK-02", 10_000.0), ("R-GRK-03", -50.0), ("R-GRK-04", 50.0),
            ("R-GRK-06", 0.5), ("R-STR-01", 0.1), ("R-STR-02", 0.5), ("R-MRG-02", 0.5),
        )
    ],
)  # fmt: skip
def test_an_empty_book_leaves_every_bound_where_it_was_set(rule: str, bound: float) -> None:
    assert answers(scene(limits=TIGHT))[rule].bound == pytest.approx(bound)


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(rule, marks=pytest.mark.rule(rule))
        for rule in ("R-GRK-01", "R-GRK-02", "R-GRK-04", "R-GRK-06", "R-STR-01")
    ],
)
def test_a_bound_that_is_broken_already_is_what_stands_there(rule: str) -> None:
    """Four short puts break all of them; what makes them worse is refused, what eases them is not."""
    seen = holding("-4 5900 P", **TIGHT)
    more, less = (
        answers(seen, wanted=order(legs, "0.00", campaign="y", expiry=AHEAD))[rule]
        for legs in ("-1 5890 P", "+1 5910 P")
    )
    assert more.bound == less.bound
    set_at = answers(scene(limits=TIGHT))[rule].bound
    assert isinstance(more.bound, float)
    assert isinstance(set_at, float)
    assert more.bound > set_at
    assert not more.passed
    assert less.passed or rule == "R-GRK-06"  # gross notional grows with whatever is added


@pytest.mark.rule("R-MRG-07")
def test_a_strategy_without_a_share_of_its_own_is_asked_its_order_alone() -> None:
    found = answers(scene(), strategy="my_own", dry_run=(0.0, 0.0, 20_000.0))["R-MRG-07"]
    assert found.observed == 0.2


@pytest.mark.rule("R-MRG-03")
@pytest.mark.rule("R-MRG-02")
def test_of_a_roll_what_it_adds_is_asked_and_what_was_there_widens_the_ceiling() -> None:
    opened, rolled = (
        answers(
            scene(limits={"margin_max": 0.5}),
            wanted=replace(order("-1 6090 C, +1 6120 C", "2.00"), purpose=purpose),
            dry_run=(60_000.0, 62_000.0, 9_000.0),
        )
        for purpose in (Purpose.OPEN, Purpose.ROLL)
    )
    assert (opened["R-MRG-03"].observed, rolled["R-MRG-03"].observed) == (0.09, 0.02)
    assert (opened["R-MRG-02"].bound, rolled["R-MRG-02"].bound) == (0.5, 0.6)
    assert (opened["R-MRG-02"].observed, rolled["R-MRG-02"].observed) == (0.62, 0.62)


SHARE = {"greeks_by_strategy": ((NAME, 1.0),)}


def share_of(seen: View, legs: str) -> float:
    """The share of the Greeks' bounds that a strategy takes with an order."""
    wanted = order(legs, "0.00", campaign="y", expiry=AHEAD)
    found = answers(seen, wanted=wanted)["R-GRK-07"].observed
    assert isinstance(found, float)
    return found


def own(legs: str, **limits: Any) -> View:
    """The same view, its position the strategy's own."""
    market = board(price=6042.0, vol=0.2)
    held = order(legs, strategy=NAME, campaign="x", expiry=AHEAD)
    book = book_with(market.at, (held, ("20.00",)))
    known = scene(limits=SHARE | limits)
    seen = view(market, book, limits=known.limits, standing=known.standing)
    return replace(seen, net_liq=100_000.0)


@pytest.mark.rule("R-GRK-07")
@pytest.mark.parametrize(
    "limits", [{"vega_max_usd": 1e9}, {"delta_share_max": 10.0, "vega_max_usd": 1.0}]
)
def test_what_a_strategy_holds_and_wants_is_added_whatever_its_sign(
    limits: dict[str, Any],
) -> None:
    """Once by delta and once by vega, sold and bought."""
    empty = replace(scene(limits=SHARE | limits), market=board(price=6042.0, vol=0.2))
    for one, other in (("-1 5900 P", "+1 5900 P"), ("-1 6200 C", "+1 6200 C")):
        alone = share_of(empty, one)
        assert alone > 0.0
        assert share_of(empty, other) == pytest.approx(alone)
        assert share_of(own(one, **limits), one) == pytest.approx(2.0 * alone)
        assert share_of(own(one, **limits), other) == pytest.approx(0.0, abs=1e-9)
        assert share_of(own(other, **limits), other) == pytest.approx(2.0 * alone)
