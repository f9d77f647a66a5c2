"""Roots nobody prices here: one sentence each, and never a word about those that are priced."""

import pytest

from tomking.core.product import PRODUCTS
from tomking.market.unpriced import CLASSES, why_unpriced

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("root", "why"),
    [
        ("GLD", "gold and silver have a volatility of their own"),
        ("TLT", "bonds move with interest rates"),
        ("6E", "a currency is carried by two interest rates"),
        ("ZC", "crops and livestock follow seasons"),
        ("IWM", "small companies have an index and a volatility of their own"),
        ("XLE", "a part of the market"),
        ("NVDA", "a share has earnings"),
    ],
)
def test_a_root_of_another_market_has_one_sentence(root: str, why: str) -> None:
    said = why_unpriced(root)
    assert said.startswith(f"{root} has no price history here: {why}")
    assert "choose among ES, MES, SPX and SPY" in said
    assert ". " not in said


@pytest.mark.parametrize("root", ["ES", "MES", "SPX", "SPY", "QQQ", "CL", "NOBODY", ""])
def test_a_root_that_is_priced_or_unknown_has_none(root: str) -> None:
    assert why_unpriced(root) == ""


def test_no_root_is_of_two_classes_and_every_class_says_why() -> None:
    roots = [root for each in CLASSES for root in each.roots]
    assert len(roots) == len(set(roots))
    assert len({each.why for each in CLASSES}) == len(CLASSES)
    assert {"GC", "ZN", "6E", "ZS", "RTY", "XOP"} <= set(roots) & set(PRODUCTS)
