"""``tomking stress FILE``: the account after the order in many worlds, for eyes and as JSON."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.app.main import main
from tomking.app.ticket.grid import DAYS, FINE_DAYS, FINE_SPOTS, FINE_VOLS, SPOTS, VOLS
from tomking.portfolio.scenarios import HISTORY, SCENARIOS
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
    assert said.count("still") == 2 * len(DAYS)
    assert "Of 2,205 worlds the worst at mid is" in said
    assert "SPY  moves with the index" in said


def test_days_ahead_are_a_table_each_and_time_brings_a_seller_his_premium(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(here, ONE)
    said = answer(["stress", path, "--days", "0,14, 41"], capsys)
    assert said["days"] == [0, 14, 41]
    assert [table["days"] for table in said["later"]] == [14, 41]
    still = [at(changes(table), 0.0, 1.0) for table in (said, *said["later"])]
    assert still == sorted(still)
    assert still[-1] > 100.0
    alone = answer(["stress", path, "--days", "14"], capsys)
    assert alone["worlds"] == said["later"][0]["worlds"]
    assert alone["later"] == []


def test_after_its_expiry_a_spread_has_paid_out_and_needs_no_margin(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """2 x 10 wide, sold at 1.80: what the rules of expiry say, to the cent; volatility is all one."""
    said = answer(
        ["stress", written(here, ONE | {"order": {"limit": 1.80}}), "--days", "43"], capsys
    )
    table = said["worlds"]
    for row, spot in enumerate(SPOTS):
        inside = min(max(580.0 - 600.0 * (1.0 + spot), 0.0), 10.0)
        worth = 100.0 * (6.40 - 4.55 - inside)
        assert [float(cell["change"]) for cell in table[row]] == pytest.approx(
            [worth] * 5, abs=0.02
        )
        assert {cell["requirement"] for cell in table[row]} == {Decimal(0)}


def test_limits_are_drawn_where_too_much_is_lost_and_where_the_house_calls(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rich, poor = (LT112 | {"account": {"net_liq": n}} for n in (10_000_000, 20_000))
    tables = [answer(["stress", written(here, file)], capsys) for file in (rich, poor)]
    cells = [[cell for row in said["worlds"] for cell in row] for said in tables]
    assert not any(cell["beyond"] or cell["called"] for cell in cells[0])
    for cell in cells[1]:
        assert cell["beyond"] == (cell["loss"] > Decimal("0.2") * 20_000 + Decimal("0.15"))
        assert cell["called"] == (cell["buying_power"] < 0)
    assert (
        {cell["beyond"] for cell in cells[1]}
        == {cell["called"] for cell in cells[1]}
        == {True, False}
    )
    assert main(["stress", written(here, poor)]) == 0
    assert "!*" in capsys.readouterr().out


def test_margin_is_the_harsher_of_repriced_and_multiplied(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answer(["stress", written(here, LT112)], capsys)
    assert [float(row["margin"]) for row in said["multipliers"]] == pytest.approx(
        [1.0, 1.0, 1.0 + 0.5 * 0.5 / 0.65, 2.0, 2.5]
    )
    for row in said["worlds"]:
        for cell, times in zip(row, said["multipliers"], strict=True):
            by_factor = float(said["now"]["requirement"]) * float(times["margin"])
            assert float(cell["margin"]) == pytest.approx(
                max(float(cell["requirement"]), by_factor), abs=0.01
            )


def test_the_fine_table_agrees_with_the_worlds_where_they_meet(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answer(["stress", written(here, LT112)], capsys)
    fine = said["fine"]["change"]
    assert (len(fine), len(fine[0]), len(fine[0][0])) == (21, 21, 5)
    for spot in set(SPOTS) & set(FINE_SPOTS):
        for vol in set(VOLS) & set(FINE_VOLS):
            cell = fine[FINE_SPOTS.index(spot)][FINE_VOLS.index(vol)]
            assert float(cell[0]) == pytest.approx(at(changes(said), spot, vol), abs=0.02)
            week = float(cell[FINE_DAYS.index(7.0)])
            assert week == pytest.approx(at(changes(said["later"][0]), spot, vol), abs=0.02)


def test_bad_days_are_named_with_loss_margin_verdict_and_source(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = answer(["stress", written(here, LT112)], capsys)["scenarios"]
    assert [row["scenario"] for row in rows] == [*SCENARIOS, *HISTORY]
    low = rows[0]
    assert float(low["loss_share"]) == pytest.approx(float(low["loss"]) / 100_000, rel=0.01)
    assert low["passed"] is False
    assert [reading["passed"] for reading in low["readings"]] == [False, True]
    assert {row["scenario"]: row["passed"] for row in rows}["OCT_1987"] is None
    assert all(row["source"] and row["evidence"] for row in rows)
    assert main(["stress", written(here, LT112), "--sources"]) == 0
    told = capsys.readouterr().out
    assert "too much loss" in told
    assert "loss under AUG5_LOW: 20.42 % of net liq, must be at most 20 %" in told
    assert "loss under AUG5_CLOSE: " not in told
    assert "VXO at 36.37" in told
    assert main(["stress", written(here, LT112)]) == 0
    assert "VXO at 36.37" not in capsys.readouterr().out


def test_a_file_of_scenarios_stands_in_for_the_shipped_ones(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "mine.toml").write_text(
        '[QUIET]\nspot = 0\nvol = 1\nspread = 1\nmargin = 1\nwing = 0\nsource = "nothing"\n',
        encoding="utf-8",
    )
    said = answer(["stress", written(here, LT112), "--scenarios", str(here / "mine.toml")], capsys)
    (row,) = said["scenarios"]
    assert (row["scenario"], row["source"], row["passed"]) == ("QUIET", "nothing", None)
    assert 0 < row["loss"] < 200  # half of what the quotes are wide


def test_what_has_no_figures_of_its_own_moves_by_its_beta_and_is_marked(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = changed(SPREAD, "underlying.symbol", "GLD")
    said = answer(["stress", written(here, gold)], capsys)
    assert said["moves"] == {"GLD": "1 times the index, as nobody says otherwise (MODEL)"}
    calm = answer(["stress", written(here, gold | {"betas": {"GLD": 0.0}})], capsys)
    assert calm["moves"] == {"GLD": "0 times the index, as the file says (MODEL)"}
    moved = [[at(changes(one), spot, 1.0) for spot in SPOTS] for one in (said, calm)]
    assert len(set(moved[0])) == len(SPOTS)
    assert set(moved[1]) == {0.0}
    stray = gold | {"betas": {"QQQ": 1.2}}
    refused(["stress", written(here, stray)], "betas.QQQ: nothing in the file is of QQQ", capsys)
    refused(
        ["stress", written(here, gold | {"betas": {"GLD": 6}})],
        "betas.GLD: 6 is not from -5",
        capsys,
    )


#: Two units of a 1-1-2 in an account that loses a little over a fifth under AUG5_LOW.
OVER = LT112 | {"order": {"limit": 25.0, "units": 2}, "account": {"net_liq": 203_000}}


def test_a_breached_limit_has_a_hedge_that_brings_it_back_at_the_ask(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (breach,) = answer(["stress", written(here, OVER)], capsys)["breaches"]
    assert (breach["name"], breach["passed"]) == ("loss under AUG5_LOW", False)
    hedge = breach["hedge"]
    assert all(reading["passed"] for reading in hedge["readings"])
    assert hedge["readings"][0]["observed"] <= breach["bound"] < breach["observed"]
    assert hedge["evidence"] == "MODEL"
    assert 0 < hedge["cost"] <= Decimal("0.005") * 204_000
    legs = hedge["legs"]
    assert [leg["quantity"] > 0 for leg in legs] == [True, False][: len(legs)]
    assert main(["stress", written(here, OVER)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Over its limit: loss under AUG5_LOW" in told
    assert "before fees (MODEL)" in told


def test_the_hedge_does_what_it_says_when_it_is_held(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same file with the hedge among the holdings, and its cost gone from the account."""
    (breach,) = answer(["stress", written(here, OVER)], capsys)["breaches"]
    hedge = breach["hedge"]
    held = [
        {"symbol": "ES", "right": leg["right"], "strike": float(leg["strike"]),
         "expiry": leg["expiry"], "quantity": int(leg["quantity"]), "price": float(leg["mid"])}
        for leg in hedge["legs"]
    ]  # fmt: skip
    worth = sum(leg["quantity"] * leg["price"] * 50 for leg in held)
    bought = {"net_liq": 203_000 + round(worth - float(hedge["cost"]), 2), "held": held}
    assert answer(["stress", written(here, OVER | {"account": bought})], capsys)["breaches"] == []


def test_without_a_vix_or_a_listed_index_no_hedge_is_known_and_it_is_said(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blind = {key: value for key, value in OVER.items() if key != "vix"}
    (breach,) = answer(["stress", written(here, blind)], capsys)["breaches"]
    assert breach["hedge"]["legs"] is None
    assert breach["hedge"]["readings"][0]["observed"] == "none is listed"
    assert main(["stress", written(here, blind)]) == 0
    assert "no hedge: hedges: none is listed" in capsys.readouterr().out


def test_a_limit_that_holds_is_not_spoken_of(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rich = LT112 | {"account": {"net_liq": 1_000_000}}
    assert answer(["stress", written(here, rich)], capsys)["breaches"] == []


def test_days_that_are_none_are_one_sentence(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("soon", "", "-1", "0,nan", "731", ",".join(map(str, range(13)))):
        refused(["stress", written(here, SPREAD), "--days", text], "are not days ahead", capsys)


def test_a_bad_file_is_one_sentence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(
        ["stress", written(here, changed(SPREAD, "legs.0.quantity", 0))], "0 is no position", capsys
    )
    refused(["stress", "nowhere.json"], "cannot be read", capsys)


#: An account without an order.
ALONE = {key: value for key, value in SPREAD.items() if key not in ("legs", "order")}
PUT = {"symbol": "SPY", "right": "P", "strike": 580, "expiry": "2026-07-17", "quantity": -2,
       "price": 6.40}  # fmt: skip


@pytest.mark.parametrize("file", [ALONE, ALONE | {"legs": []}, changed(ALONE, "account", ...)])
def test_an_account_that_holds_nothing_loses_nothing_anywhere(
    file: dict[str, Any], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stress", written(here, file)]) == 0
    assert "No order, nothing held" in capsys.readouterr().out
    said = answer(["stress", written(here, file)], capsys)
    assert {x for row in changes(said) for x in row} == {0.0}
    assert {one["loss"] for one in said["scenarios"]} == {0}
    assert said["breaches"] == []


def test_what_is_held_is_stressed_without_an_order(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Held or sold at the typed prices: the same, but for the fees of selling."""
    said = answer(["stress", written(here, changed(ALONE, "account.held", [PUT]))], capsys)
    leg = {key: PUT[key] for key in ("right", "strike", "expiry", "price")} | {"quantity": -1}
    sold = changed(changed(SPREAD, "legs", [leg]), "order", {"units": 2})
    assert changes(said) == changes(answer(["stress", written(here, sold)], capsys))
    assert at(changes(said), -0.20, 1.0) < -15_000
    assert main(["stress", written(here, changed(ALONE, "account.held", [PUT]))]) == 0
    assert "No order, 1 holding" in capsys.readouterr().out


def test_shares_without_an_order_are_stressed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answer(["stress", written(here, ALONE | {"shares": 100})], capsys)
    assert at(changes(said), -0.10, 1.0) == pytest.approx(-6000.0)


def test_only_what_needs_an_order_asks_for_one(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(["explain", written(here, ALONE | {"legs": []})], "legs: none are given", capsys)
    refused(["explain", written(here, ALONE)], "legs: is missing", capsys)
