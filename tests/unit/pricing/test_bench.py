"""The bench of the kernels compares answers before it compares speeds."""

import numpy as np
import pytest

from tomking.app.bench import kernels
from tomking.core.errors import ConfigError, InvariantError
from tomking.pricing.black import PRICE, black76

pytestmark = pytest.mark.unit


def test_a_wrong_price_ends_the_bench() -> None:
    options = kernels.day_chain(kernels.SAMPLE)
    prices = black76(*options)[PRICE]
    kernels._compare_exact(options, prices)
    with pytest.raises(InvariantError, match="prices are off"):
        kernels._compare_exact(options, prices * (1 + 1e-11))


def test_a_peer_that_did_other_work_ends_the_bench() -> None:
    ours = np.ones((5, 3))
    kernels._compare("a peer", ours * (1 + 1e-10), ours)
    with pytest.raises(InvariantError, match="a peer and the kernels differ"):
        kernels._compare("a peer", ours * 1.001, ours)
    with pytest.raises(InvariantError, match="nan"):
        kernels._compare("a peer", ours * np.nan, ours)


def test_a_peer_that_is_not_installed_is_named_with_the_way_to_get_it() -> None:
    with pytest.raises(ConfigError, match="'no_such_peer': install the dev group"):
        kernels._peer("no_such_peer")


def test_the_day_has_wings_to_1_delta_and_expiries_from_6_hours_to_400_days() -> None:
    forward, strike, years, vol, sign, rate = kernels.day_chain(5_000)
    delta = black76(forward, strike, years, vol, np.ones(5_000), 0 * rate)[1]
    assert delta.min() == pytest.approx(0.01, abs=0.001)
    assert delta.max() == pytest.approx(0.99, abs=0.001)
    assert (years.min() * 365, years.max() * 365) == (0.25, 400)
    assert vol.min() > 0.1
    assert set(sign) == {-1.0, 1.0}


def test_american_prices_that_are_off_end_the_bench() -> None:
    options = [column[:50] for column in kernels.american_options()]
    prices = np.full(50, 7.0)
    assert kernels._american_error(prices + 1e-4, prices, options).max() <= 1.0001e-4
    with pytest.raises(InvariantError, match="American prices are off"):
        kernels._american_error(prices + 0.1, prices, options)
    with pytest.raises(InvariantError, match="nan"):
        kernels._american_error(prices * np.nan, prices, options)


def test_american_rows_stand_beside_the_peer_with_pace_and_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernels, "AMERICAN_SAMPLE", 5)
    monkeypatch.setattr(kernels, "_fastest", lambda work: 0.5)
    rows = kernels._american_rows()
    assert [row["unit"] for row in rows] == ["k/s", "$ per $100", "$ per $100"] * 2
    assert {row["peer"] for row in rows} == {"QuantLib QdFp fast", "QuantLib QdFp accurate"}
    assert (rows[0]["value"], rows[0]["peer_value"], rows[0]["ratio"]) == (20.0, 0.01, 2000.0)
    assert all(float(row["value"]) <= 1e-4 for row in rows if row["unit"] != "k/s")


def test_american_options_are_of_both_rights_and_1_day_to_2_years() -> None:
    _, strike, years, vol, sign, rate, pays = kernels.american_options()
    assert (round(years.min() * 365), round(years.max() * 365)) == (1, 730)
    assert set(sign) == {-1.0, 1.0}
    assert strike.min() < 20 < 500 < strike.max()
    assert (vol.min() > 0.1, rate.min() > 0.01, pays.max() < 0.07) == (True, True, True)


def test_the_grid_is_compared_with_the_same_prices_in_one_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernels, "_fastest", lambda work: 0.02)
    row = kernels._grid_row()
    assert (row["name"], row["value"], row["unit"]) == (
        "grid of 88,200 American prices",
        20.0,
        "ms",
    )
    assert row["ratio"] == 1.0


def test_the_stress_of_a_book_is_compared_with_numpy_before_it_is_timed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernels, "_fastest", lambda work: 0.0005)
    row = kernels._stress_row()
    assert (row["name"], row["value"], row["unit"]) == (
        "stress of 40 legs, 88,200 European prices", 0.5, "ms",
    )  # fmt: skip
    assert row["peer"] == "numpy + ndtr, laid out"
    legs, market = kernels.index_book(6)
    assert set(legs.sign) == {-1.0, 1.0}
    assert not legs.quantity.tolist().count(0.0)
    assert not np.isnan(list(market.vols.values())).any()
