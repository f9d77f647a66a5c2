"""The rulebook's option figures (27.10) against the kernels every strategy is priced by."""

import json
from pathlib import Path

import pytest

from tomking.pricing.black import DELTA, GAMMA, PRICE, RHO, THETA, VEGA, black76, bsm

pytestmark = pytest.mark.unit

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.10"]


def digits(text: float) -> float:
    """Half a unit of the last digit a figure was printed with."""
    shown = f"{text}".partition(".")[2]
    return 0.5000001 * 10.0 ** -len(shown)


def test_black_scholes_at_the_money() -> None:
    sheet = SHEET["bsm"]
    call, put = (
        bsm(sheet["spot"], sheet["strike"], sheet["years"], sheet["vol"], sign, sheet["rate"], 0.0)
        for sign in (1.0, -1.0)
    )
    rows = {
        "call": (call, PRICE), "put": (put, PRICE), "delta_call": (call, DELTA),
        "delta_put": (put, DELTA), "gamma": (call, GAMMA), "vega": (call, VEGA),
        "theta_call": (call, THETA), "theta_put": (put, THETA), "rho_call": (call, RHO),
    }  # fmt: skip
    for name, (answer, row) in rows.items():
        assert answer[row, 0] == pytest.approx(sheet[name], abs=digits(sheet[name])), name


def test_black_76_at_the_money() -> None:
    sheet = SHEET["black76"]
    answer = black76(
        sheet["forward"], sheet["strike"], sheet["years"], sheet["vol"], 1.0, sheet["rate"]
    )
    assert answer[PRICE, 0] == pytest.approx(sheet["call"], abs=digits(sheet["call"]))
    assert answer[DELTA, 0] == pytest.approx(sheet["delta_call"], abs=digits(sheet["delta_call"]))
