"""A chain file is whole, or one sentence says which column or line is not."""

from pathlib import Path

import pytest

from tomking.app.main import main
from tomking.core.errors import DataError
from tomking.data.chain_file import check_chain

pytestmark = pytest.mark.unit

HEAD = "at,root,expiry,right,strike,bid,ask"
ROW = "2018-02-05T15:00:00-05:00,SPX,2018-02-16,PUT,2600,20.5,21.0"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "chain.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_whole_file_says_what_it_holds(tmp_path: Path) -> None:
    found = check_chain(written(tmp_path, HEAD, ROW, ROW.replace("SPX", "ES")))
    assert (found.rows, found.roots) == (2, ("ES", "SPX"))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((HEAD.replace("strike,", ""), ROW), "has no column strike"),
        ((HEAD.replace("bid", "bids"), ROW), "has no column bid"),
        ((HEAD,), "holds no quote"),
        ((HEAD, ROW.replace("20.5", "22.0")), "line 2: strike 2600, bid 22.0, ask 21.0 cannot be"),
        ((HEAD, ROW.replace("PUT", "P")), "line 2"),
        ((HEAD, ROW.replace("-05:00", "")), "no time zone"),
        ((HEAD, ROW.replace("2018-02-16", "2018-02-02")), "after its expiry"),
    ],
)
def test_a_damaged_file_is_one_sentence(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(DataError, match=said):
        check_chain(written(tmp_path, *lines))


def test_a_missing_column_exits_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, HEAD.replace(",ask", ""), ROW)
    assert main(["data", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "has no column ask" in said
