"""Correlation groups: who is where, and what makes a campaign count."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.core.contract import Contract
from tomking.core.facts import Sent
from tomking.core.order import Purpose
from tomking.core.product import PRODUCTS, SINGLY
from tomking.market.delivery import future_contract
from tomking.portfolio.book import apply
from tomking.risk.correlation import (
    family,
    live_campaigns,
    takes_a_slot,
)
from tomking.risk.groups import GROUPS, group_of
from tomking.risk.judge import judge
from tomking.risk.limits import Limits, named
from tomking.risk.verdict import Refused
from worlds.board import board
from worlds.gates import answers, campaigns, held_spread, opener, scene
from worlds.orders import order, preview

pytestmark = [pytest.mark.unit, pytest.mark.risk]

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.7"]


def test_ten_groups_and_every_root_in_one() -> None:
    assert len(GROUPS) == 10
    roots = [root for _, members in GROUPS for root in members]
    assert len(roots) == len(set(roots))
    assert set(dict(Limits().group_max)) == {group for group, _ in GROUPS}


def test_every_product_stands_in_a_group_but_shares_that_are_counted_singly() -> None:
    alone = {root for root in PRODUCTS if group_of(root) is None}
    assert alone == {root for root in PRODUCTS if root.endswith(SINGLY)}


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


@pytest.mark.rule("R-COR-01")
@pytest.mark.rule("R-COR-02")
@pytest.mark.rule("R-COR-06")
@pytest.mark.parametrize("case", SHEET["cases"], ids=lambda c: f"{c['wanted']} at {c['vix']}")
def test_the_group_that_is_full_refuses_and_no_other(case: dict[str, Any]) -> None:
    """Rulebook 27.7, line by line: what is held, what is wanted, at which VIX, and what refuses it."""
    vix, (strategy, root) = float(case["vix"]), case["wanted"].split()
    seen = scene(book=case["held"], market={"vix_points": vix}, day={"vix_previous": vix})
    read = answers(seen, strategy=strategy, root=root)
    full = [
        (read[rule].name.rpartition("campaigns in ")[2].removeprefix("group "), read[rule].observed)
        for rule in ("R-COR-01", "R-COR-02", "R-COR-07")
        if not read[rule].passed
    ]
    assert full == ([(case["full"], case["live"])] if "full" in case else [])


@pytest.mark.rule("R-COR-07")
def test_a_symbol_nobody_knows_is_refused() -> None:
    wanted, root = order("-1 6090 C, +1 6120 C"), SHEET["unknown"]
    legs = tuple(
        replace(leg, contract=replace(leg.contract, root=root, future="")) for leg in wanted.legs
    )
    verdict = judge(replace(wanted, legs=legs), scene(), preview())
    assert isinstance(verdict, Refused)
    assert group_of(root) is None


@pytest.mark.rule("R-COR-08")
def test_a_ladder_takes_one_slot_and_its_rungs_count_in_the_total() -> None:
    ladder = ("leap_ladder SPY", "leap_ladder SPY", "leap_ladder SPY")
    read = answers(scene(book=ladder), strategy="iron_condor", root="SPY")
    assert (read["R-COR-01"].observed, read["R-POS-03"].observed) == (1, 1)
    assert read["R-POS-01"].observed == 3
    rung = answers(scene(book=ladder), strategy="leap_ladder", root="SPY")
    assert (rung["R-COR-01"].observed, rung["R-POS-02"].observed) == (0, 3)


@pytest.mark.rule("R-COR-01")
def test_a_roll_does_not_count_against_itself() -> None:
    seen = scene(book=("strangle CL", "x XLE"))
    position = next(iter(seen.book.positions.values()))
    wanted = order("-1 4505 P", strategy="strangle", root="CL", campaign=position.campaign)
    rolled = replace(wanted, purpose=Purpose.ROLL, closes=position.id)
    counts = ("R-COR-01", "R-COR-02", "R-COR-04", "R-POS-01", "R-POS-02", "R-POS-03")
    read, new = answers(seen, wanted=rolled), answers(seen, strategy="strangle", root="MCL")
    assert all(read[rule].passed for rule in counts)
    assert not new["R-COR-01"].passed
