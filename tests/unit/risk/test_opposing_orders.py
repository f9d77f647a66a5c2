"""A working order is opposed as a holding is; one that is replaced is not there any more."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.core.facts import Sent
from tomking.portfolio.book import apply, empty_book
from worlds.gates import answers, opener, scene
from worlds.orders import order

pytestmark = [pytest.mark.unit, pytest.mark.risk]


@pytest.mark.rule("R-VEN-05")
def test_a_replaced_order_does_not_oppose_its_replacement_and_the_venue_s_rule_agrees() -> None:
    mirrored = order("+1 6090 C, -1 6120 C", "-2.00", campaign="other")
    working = apply(empty_book(Decimal(100_000)), Sent(scene().market.at, opener()))
    seen = scene(holding=working)
    assert "held or working" in str(answers(seen, wanted=mirrored)["R-VEN-03"].observed)
    standing_in = answers(seen, wanted=replace(mirrored, replaces=opener().id))
    assert standing_in["R-VEN-05"].passed
    assert standing_in["R-VEN-03"].passed
