"""Correlation groups: who is where, and what makes a campaign count."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.core.contract import Contract
from tomking.core.facts import Sent
from tomking.core.product import PRODUCTS
from tomking.market.delivery import future_contract
from tomking.portfolio.book import apply
from tomking.risk.correlation import (
    family,
    live_campaigns,
    takes_a_slot,
)
from tomking.risk.groups import GROUPS, group_of
from tomking.risk.limits import Limits, named
from worlds.board import board
from worlds.gates import campaigns, held_spread, opener

pytestmark = [pytest.mark.unit, pytest.mark.risk]


def test_ten_groups_and_every_root_in_one() -> None:
    assert len(GROUPS) == 10
    roots = [root for _, members in GROUPS for root in members]
    assert len(roots) == len(set(roots))
    assert set(dict(Limits().group_max)) == {group for group, _ in GROUPS}


def test_every_product_stands_in_a_group() -> None:
    assert [root for root in PRODUCTS if group_of(root) is None] == []


@pytest.mark.parametrize(
    ("group", "most"),
    [("A1", 2), ("A2", 3), ("B1", 2), ("B2", 2), ("C1", 2), ("C2", 1), ("D1", 2), ("D2", 1),
     ("E", 2), ("V", 1)],
)  # fmt: skip
def test_group_limits_are_the_rulebooks(group: str, most: float) -> None:
    assert named(Limits().group_max, group, 0.0) == most


def test_a_micro_is_its_big_brother() -> None:
    assert (family("MES"), family("ES"), family("SPX"), family("XYZ")) == ("ES", "ES", "SPX", "XYZ")
    assert group_of("XYZ") is None


def test_naked_puts_take_a_slot_and_the_spread_they_leave_takes_none() -> None:
    book = campaigns("lt112 ES", "lt112 ES trap")
    naked, trap = book.positions.values()
    assert takes_a_slot(naked)
    assert not takes_a_slot(trap)
    assert [name for name, _, _ in live_campaigns(book)] == ["lt112/0"]


def test_a_credit_spread_takes_a_slot() -> None:
    (spread,) = held_spread().positions.values()
    assert takes_a_slot(spread)


def test_a_delivered_future_takes_a_slot() -> None:
    (spread,) = held_spread().positions.values()
    future: Contract = future_contract("ES", "ESZ25")
    flat = replace(spread, held=((future, 1),), premium=Decimal(-1))
    assert takes_a_slot(flat)


def test_a_campaign_counts_once_however_many_positions_it_has() -> None:
    book = campaigns("lt112 ES")
    (position,) = book.positions.values()
    twin = replace(position, id="twin")
    both = replace(book, positions={**book.positions, "twin": twin})
    assert len(list(live_campaigns(both))) == 1


def test_a_working_opening_counts_like_a_holding() -> None:
    book = apply(campaigns("lt112 ES"), Sent(board().at, opener()))
    assert [(s, r) for _, s, r in live_campaigns(book)] == [("lt112", "ES"), ("friday_0dte", "ES")]
