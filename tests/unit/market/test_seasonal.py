"""The methodology's tilt by month: a hint that nothing decides by."""

import json

import pytest

from architecture.tree import package
from tomking.app.main import main
from tomking.core.errors import ConfigError
from tomking.market.seasonal import CAUTION, TILTS, tilt

pytestmark = pytest.mark.unit

#: Equity, bonds and commodities, month by month.
PRINTED = """
.7/-.2/.3 .8/.1/.3 .7/.2/.3 .6/.2/.4 .5/.3/.4 .5/.3/.4
.3/.4/.2 .5/.3/.3 .4/.4/.3 .7/.2/.3 .8/.1/.2 .7/.2/.2
"""


@pytest.mark.rule("R-SEA-01")
def test_the_table_is_the_printed_one() -> None:
    ours = [(each.equity, each.bonds, each.commodities) for each in TILTS]
    assert ours == [tuple(map(float, row.split("/"))) for row in PRINTED.split()]
    assert any(abs(sum(row) - 1.0) > 0.05 for row in ours)  # as printed, they do not add up


@pytest.mark.rule("R-SEA-01")
@pytest.mark.parametrize(
    ("asked", "month"), [(9, "September"), ("9", "September"), ("au", "August")]
)
def test_a_month_is_found_by_number_or_name(asked: int | str, month: str) -> None:
    assert tilt(asked).month == month
    assert CAUTION in str(tilt(asked))


@pytest.mark.parametrize("asked", [0, 13, "", "ju", "Setpember", "x"])
def test_what_is_no_month_is_told(asked: int | str) -> None:
    with pytest.raises(ConfigError, match="is no month: write 1 to 12 or a name"):
        tilt(asked)


@pytest.mark.rule("R-SEA-01")
def test_nothing_that_decides_reads_it() -> None:
    readers = {
        source.path.parts[-3:] for source in package() if "market.seasonal import" in source.text
    }
    assert {path[-2:] for path in readers} == {("cli", "seasonal.py")}


@pytest.mark.rule("R-SEA-01")
def test_the_command_says_that_it_is_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seasonal", "july"]) == 0
    said = capsys.readouterr().out
    assert "hint, no gate, no evidence" in said
    assert "July" in said
    assert "June" not in said
    assert main(["seasonal", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["caution"], len(found["months"])) == (CAUTION, 12)
