"""``tomking stress FILE``: the account after the order in fifty worlds, for eyes and as JSON."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.app.main import main
from tomking.app.ticket.grid import SPOTS, VOLS
from worlds.tickets import LT112, SPREAD, answer, changed, refused, written

#: One of it, at the typed prices.
ONE = {key: value for key, value in SPREAD.items() if key != "account"} | {"order": {}}

pytestmark = [pytest.mark.integration, pytest.mark.risk]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "empty"))
    return tmp_path


def changes(said: Any) -> list[list[float]]:
    """Gain or loss of every world, a row for each move of the index."""
    return [[float(cell["change"]) for cell in row] for row in said["worlds"]]


def at(table: list[list[float]], spot: float, vol: float) -> float:
    return table[SPOTS.index(spot)][VOLS.index(vol)]


def test_there_is_a_row_for_every_move_and_nothing_happens_where_nothing_moves(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answer(["stress", written(here, SPREAD)], capsys)
    assert [float(x) for x in said["spots"]] == list(SPOTS)
    assert [len(row) for row in said["worlds"]] == [len(VOLS)] * len(SPOTS)
    assert said["evidence"] == "MODEL"
    assert said["now"]["change"] == 0
    assert at(changes(said), 0.0, 1.0) == pytest.approx(0.0, abs=0.01)


def test_a_spread_loses_and_keeps_no_more_than_it_can_and_asks_its_width_everywhere(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sold at 1.85, ten wide: from here it can lose 815 and gain 185."""
    said = answer(["stress", written(here, ONE)], capsys)
    flat = [x for row in changes(said) for x in row]
    assert -815.0 - 0.01 <= min(flat) < -800.0
    assert 175.0 < max(flat) <= 185.0
    assert {cell["requirement"] for row in said["worlds"] for cell in row} == {Decimal("1000.00")}


def test_twice_the_order_loses_twice_as_much_and_long_puts_gain_in_a_fall(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (
        changes(answer(["stress", written(here, LT112 | {"order": {"units": n}})], capsys))
        for n in (1, 2)
    )
    for spot in SPOTS:
        assert at(two, spot, 2.0) == pytest.approx(2.0 * at(one, spot, 2.0), abs=0.02)
    bought = changed(SPREAD, "legs", [SPREAD["legs"][1]])
    table = changes(answer(["stress", written(here, bought)], capsys))
    assert at(table, -0.10, 2.0) > at(table, -0.05, 2.0) > at(table, 0.0, 2.0) > 0.0
    assert at(table, 0.10, 0.8) < 0.0


def test_without_an_account_the_settings_capital_stands_in(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    power = answer(["stress", written(here, ONE)], capsys)["now"]["buying_power"]
    assert power == Decimal(44500) - 1000 + 185 - Decimal("2.25")
    own = answer(["stress", written(here, ONE | {"account": {"net_liq": 9000}})], capsys)
    assert own["now"]["buying_power"] == power - 44500 + 9000


def test_it_says_the_same_to_people(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stress", written(here, SPREAD)]) == 0
    said = capsys.readouterr().out
    assert "Gained or lost at mid (MODEL)" in said
    assert "a margin call" in said
    assert said.count("still") == 2


def test_a_bad_file_is_one_sentence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(
        ["stress", written(here, changed(SPREAD, "legs.0.quantity", 0))], "0 is no position", capsys
    )
    refused(["stress", "nowhere.json"], "cannot be read", capsys)
