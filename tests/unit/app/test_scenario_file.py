"""A file of scenarios holds shocks and bounds only, and says where its figures come from."""

from math import inf
from pathlib import Path

import pytest

from tomking.app.scenario_file import scenarios
from tomking.core.errors import ConfigError
from tomking.market.snapshot import Shock
from tomking.portfolio.scenarios import (
    HARSHEST,
    MARGIN_MOST,
    SPREAD_MOST,
    WING_MOST,
    Scenario,
    term,
)

pytestmark = [pytest.mark.unit, pytest.mark.risk]

FULL = """
[FLASH]
spot = -0.09
vol = [[7, 3.5], [30, 2.0], [365, 1.1]]
wing = 0.05
spread = 8
margin = 2
loss_max = 0.15
margin_max = 0.9
source = "6 May 2010, intraday"
evidence = "recalled"
"""
LEAST = '[X]\nspot = -0.05\nvol = 2.8\nsource = "mine"\n'


def read(here: Path, text: str) -> tuple[Scenario, ...]:
    path = here / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return scenarios(path)


def test_every_figure_is_taken_as_it_is_written(tmp_path: Path) -> None:
    flash, other = read(tmp_path, FULL + LEAST)
    term_ = ((7.0, 3.5), (30.0, 2.0), (365.0, 1.1))
    assert flash == Scenario(
        "FLASH", Shock(-0.09, term_, 0.05, 8.0), 2.0, 0.15, 0.9, "6 May 2010, intraday", "recalled"
    )
    assert other.name == "X"


def test_what_is_left_out_is_the_harshest_of_the_rulebook_and_said(tmp_path: Path) -> None:
    (row,) = read(tmp_path, LEAST)
    assert row.shock == Shock(-0.05, term(2.8), WING_MOST, SPREAD_MOST)
    assert (row.margin_factor, row.loss_max, row.margin_max) == (MARGIN_MOST, inf, inf)
    assert row.source == f"mine What is left out: {HARSHEST}"
    assert row.evidence == "the user's"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LEAST + "loss = 0.2\n", "X.loss: unknown key"),
        (LEAST + "strike = 5000\n", "X.strike: unknown key"),
        (LEAST + "losmax = 0.2\n", "did you mean 'loss_max'"),
        ("[X]\nvol = 2\nsource = 'm'\n", "X.spot: is missing"),
        ("[X]\nspot = -0.05\nvol = 2\n", "X.source: is missing"),
        (LEAST.replace("-0.05", "-1.0"), "X.spot: -1 is not from -0.99 to 5"),
        (LEAST.replace("-0.05", "'low'"), "X.spot: 'low' is not a number"),
        (LEAST.replace("2.8", "0"), "X.vol: 0 is not a factor"),
        (LEAST.replace("2.8", "[[30, 2.8], [30, 2]]"), "X.vol: write [days, factor] pairs"),
        (LEAST.replace("2.8", "[]"), "X.vol: write [days, factor] pairs"),
        (LEAST.replace("2.8", "[[30]]"), "X.vol[0]: a list is not a pair"),
        (LEAST.replace("2.8", "[[-1, 2.0]]"), "X.vol[0][0]: -1 days are below 0"),
        (LEAST + "spread = 0.5\n", "X.spread: 0.5 is not from 1 to 100"),
        (LEAST + "loss_max = nan\n", "X.loss_max"),
        ("spot = 1\n", "spot: 1 is not an object"),
        ("", "has 0 scenarios"),
        ("[X\n", "is not TOML"),
    ],
)
def test_a_file_that_is_wrong_says_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as told:
        read(tmp_path, text)
    assert said in str(told.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        scenarios(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="it is not UTF-8 text"):
        scenarios(tmp_path / "latin.toml")
