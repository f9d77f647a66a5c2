"""A working order is opposed as a holding is; of one and its replacement only one is there."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.core.facts import Sent
from tomking.portfolio.book import apply, empty_book
from worlds.gates import answers, opener, scene
from worlds.orders import book_with, closing, order

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


@pytest.mark.rule("R-VEN-03")
def test_two_exits_of_one_contract_may_both_be_priced_again() -> None:
    """The first's old and new order close one contract, not two."""
    at = scene().market.at
    opened = [order("-1 5900 P", "8.00", campaign=name) for name in ("one", "two")]
    book = book_with(at, *((each, ("8.00",)) for each in opened))
    mine, other = (closing(each, "-9.00") for each in opened)
    for sent in (mine, other, replace(mine, attempt=2, replaces=mine.id)):
        book = apply(book, Sent(at, sent))
    again = replace(other, attempt=2, replaces=other.id)
    assert answers(scene(holding=book), wanted=again)["R-VEN-03"].passed
    assert not answers(scene(holding=book), wanted=replace(other, intent="three"))[
        "R-VEN-03"
    ].passed
