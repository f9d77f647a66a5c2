"""The SPX box as a loan (27.14): which side borrows, what it costs, and what it is held against."""

import json
from pathlib import Path

import pytest

from tomking.analysis.box import Box, Side, rate, readings
from tomking.app.main import main
from tomking.core.errors import ConfigError

pytestmark = pytest.mark.unit

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.14"]


@pytest.mark.rule("R-BOX-01")
@pytest.mark.parametrize(("price", "days", "per_cent"), SHEET["rates"])
def test_the_rate_is_the_rulebooks(price: float, days: int, per_cent: float) -> None:
    for side in Side:
        box = Box(SHEET["width"], price, days, side)
        assert 100.0 * box.rate == pytest.approx(per_cent, abs=0.0005)


@pytest.mark.rule("R-BOX-01")
def test_a_short_box_borrows_and_a_long_one_lends() -> None:
    short, long = Box(500.0, 480.0, 365), Box(500.0, 480.0, 365, Side.LONG)
    assert (short.received_usd, short.settled_usd, short.interest_usd) == (48_000, -50_000, -2_000)
    assert (long.received_usd, long.settled_usd, long.interest_usd) == (-48_000, 50_000, 2_000)
    assert short.notional_usd == long.notional_usd == 50_000


@pytest.mark.rule("R-BOX-01")
def test_fees_make_borrowing_dearer_and_lending_poorer() -> None:
    short, long = Box(500.0, 480.0, 365), Box(500.0, 480.0, 365, Side.LONG)
    assert 4.0 < short.fees_usd < 20.0
    assert long.rate_after_fees < long.rate == short.rate < short.rate_after_fees


@pytest.mark.rule("R-BOX-01")
@pytest.mark.parametrize(("width", "price", "days"), [(0, 480, 365), (500, 0, 365), (500, 480, 0)])
def test_a_box_of_nothing_is_none(width: float, price: float, days: int) -> None:
    with pytest.raises(ConfigError, match="give a width, a price and days above 0"):
        rate(width, price, days)


def verdicts(
    box: Box, margin: float | None, bill: float | None, net_liq: float = 1e6
) -> list[bool]:
    """Whether each comparison holds."""
    return [seen.passed for seen in readings(box, margin, bill, net_liq)]


@pytest.mark.rule("R-BOX-02")
@pytest.mark.parametrize(
    ("margin", "bill", "against_margin", "against_bill"),
    [
        (0.0520, 0.0400, True, True),
        (0.0517, 0.0400, False, True),  # one per cent less than margin, after fees
        (0.0520, 0.0365, True, False),  # half a per cent over the bill
        (None, 0.0400, False, True),  # unknown never passes
        (0.0520, None, True, False),
    ],
)
def test_a_loan_is_cheaper_than_margin_and_near_a_bill(
    margin: float | None, bill: float | None, against_margin: bool, against_bill: bool
) -> None:
    """4.178 % after fees."""
    seen = verdicts(Box(500.0, 480.0, 365), margin, bill)
    assert seen[:2] == [against_margin, against_bill]


@pytest.mark.rule("R-BOX-02")
@pytest.mark.parametrize(("bill", "worth"), [(0.0415, True), (0.0416, False), (None, False)])
def test_lending_is_worth_it_when_a_bill_pays_no_more(bill: float | None, worth: bool) -> None:
    """4.156 % after fees."""
    assert verdicts(Box(500.0, 480.0, 365, Side.LONG), None, bill)[0] is worth


@pytest.mark.rule("R-BOX-03")
@pytest.mark.parametrize(
    ("days", "net_liq", "expected"),
    [
        (364, 50_000.0, [False, True, True]),
        (365, 50_000.0, [True, True, True]),
        (730, 49_999.0, [True, True, False]),
        (731, 50_000.0, [True, False, True]),
    ],
)
def test_it_lasts_a_year_or_two_and_is_no_larger_than_the_account(
    days: int, net_liq: float, expected: list[bool]
) -> None:
    assert verdicts(Box(500.0, 480.0, days), 0.2, 0.2, net_liq)[2:] == expected


@pytest.mark.rule("R-BOX-01")
def test_the_command_says_which_side_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["box", "--width", "500", "--price", "480", "--days", "365"]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "a short box borrows" in said
    assert "4.167 % a year" in said
    assert "Analysis only: nothing here trades a box." in said
    assert "frees no option buying power" in said
    assert main([*words, "--side", "long", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["side"], found["means"]) == ("long", "lend")
    assert found["rate"] == pytest.approx(0.041667, abs=1e-6)


@pytest.mark.rule("R-BOX-03")
def test_the_command_warns_of_a_notional_above_the_account(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["box", "--capital", "44500", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (seen,) = (each for each in found["readings"] if each["name"] == "notional")
    assert (seen["observed"], seen["bound"], seen["passed"]) == (50_000, 44_500, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--side", "shrt"], "a box is short or long, not 'shrt'; did you mean 'short'?"),
        (["--width", "-5"], "--width -5: it must be from 0.01 to 100,000"),
        (["--capital", "lots"], "lots"),
    ],
)
def test_a_wrong_box_is_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["box", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--margin-rate", "nan"], "--margin-rate nan: it must be from -1 to 1"),
        (["--bill-rate", "inf"], "--bill-rate inf: it must be from -1 to 1"),
        (
            ["--price", "1e308", "--width", "1e300"],
            "--width 1e+300: it must be from 0.01 to 100,000",
        ),
        (["--price", "1e308"], "--price 1e+308: it must be from 0.01 to 100,000"),
        (["--price", "nan"], "--price nan: it must be from 0.01 to 100,000"),
        (["--days", "100000000"], "--days 1e+08: it must be from 1 to 10,950"),
        (["--capital", "1e300"], "at most 1,000,000,000"),
    ],
)
def test_a_figure_no_box_has_is_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["box", *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
