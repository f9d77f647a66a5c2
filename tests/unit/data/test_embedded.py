"""The embedded history: what it holds, what it says of itself, and what it does when it is broken."""

import gzip
import math
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tomking.core.errors import ConfigError, DataCorrupt, DataError
from tomking.core.evidence import Evidence
from tomking.data import embedded
from tomking.market.bars import Bars

pytestmark = pytest.mark.unit

HEADER = "Date,Open,High,Low,Close,Adj Close,Volume\n"
GOOD = "1/4/1999,100,102.004,99,101.006,101,5\n1/5/1999,101,103,100,102,102,6\n"


def close_on(bars: Bars, day: date) -> float:
    return float(bars.close[bars.row(day)])


def table(folder: Path, text: str) -> Path:
    path = folder / "index.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    return path


# What it holds.


def test_the_index_has_twenty_years_of_rows_and_the_closes_people_remember() -> None:
    spx = embedded.spx()
    assert (len(spx), spx.evidence) == (5031, Evidence.RECORDED)
    first, last = (date.fromordinal(int(spx.days[i])) for i in (0, -1))
    assert (first, last) == (date(1999, 1, 4), date(2018, 12, 31))
    assert close_on(spx, date(2008, 10, 15)) == 907.84
    assert close_on(spx, date(2008, 11, 20)) == 752.44
    assert close_on(spx, date(2018, 2, 5)) == 2648.94


def test_vix_has_closes_only_and_no_blank_holidays() -> None:
    vix = embedded.vix()
    assert (len(vix), vix.evidence) == (1259, Evidence.RECORDED)
    assert close_on(vix, date(2018, 2, 5)) == 37.32
    assert np.isfinite(vix.close).all()
    assert np.isnan(vix.open).all()
    assert np.isnan(vix.high).all()


def test_what_stands_in_for_something_else_says_so() -> None:
    assert (embedded.nasdaq().evidence, len(embedded.nasdaq())) == (Evidence.PROXY, 5031)
    assert embedded.wti().evidence is Evidence.PROXY
    assert close_on(embedded.wti(), date(1986, 1, 2)) == 25.56


def test_nobody_can_write_into_what_everybody_shares() -> None:
    with pytest.raises(ValueError, match="read-only"):
        embedded.spx().close[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        embedded.vix().days[0] = 1


def test_neither_arch_nor_pandas_is_imported() -> None:
    code = (
        "import sys; from tomking.data import embedded; embedded.window();"
        "sys.exit(any(name in sys.modules for name in ('arch', 'pandas', 'statsmodels')))"
    )
    source = Path(embedded.__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=source, check=False).returncode == 0


# The window.


def test_the_default_window_is_every_session_with_index_and_vix() -> None:
    history = embedded.window()
    assert (history.first, history.last) == (date(2014, 1, 3), date(2018, 12, 31))
    assert len(history.spx) == 5031


def test_a_rebased_window_ends_at_six_thousand_and_keeps_every_return() -> None:
    history = embedded.window()
    assert history.scale_factor == pytest.approx(2.393, abs=0.001)
    assert close_on(history.spx, history.last) == pytest.approx(6000.0, rel=1e-12)
    literal = embedded.window(scale="literal")
    assert (literal.scale_factor, literal.scale_mode) == (1.0, "literal")
    assert close_on(literal.spx, literal.last) == 2506.85
    returns = np.diff(np.log(literal.spx.close))
    assert np.diff(np.log(history.spx.close)) == pytest.approx(returns, abs=1e-12)


def test_a_shorter_window_is_rebased_at_its_own_end() -> None:
    history = embedded.window(date(2016, 1, 1), date(2016, 12, 31))
    assert (history.first, history.last) == (date(2016, 1, 4), date(2016, 12, 30))
    assert close_on(history.spx, history.last) == pytest.approx(6000.0, rel=1e-12)


def test_a_window_that_reaches_too_far_is_cut_to_what_is_known() -> None:
    history = embedded.window(date(2008, 1, 1), date(2030, 1, 1))
    assert (history.first, history.last) == (date(2014, 1, 3), date(2018, 12, 31))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2008, 1, 1), date(2008, 12, 31)),
        (date(2024, 8, 1), None),
        (date(2016, 5, 2), date(2016, 5, 1)),
        (date(2016, 5, 7), date(2016, 5, 8)),
    ],
)
def test_a_window_without_data_names_the_dates_there_are(start: date, end: date | None) -> None:
    with pytest.raises(DataError, match="2014-01-03 to 2018-12-31"):
        embedded.window(start, end)


def test_an_unknown_scale_is_told_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="rebase, literal"):
        embedded.window(scale="log")


# What it does when it is broken.


def test_a_package_that_is_not_there_says_how_to_get_it() -> None:
    with pytest.raises(DataError, match="pip install"):
        embedded.package_file("sp500", package="no-such-package")


def test_a_package_without_the_file_says_how_to_get_it() -> None:
    with pytest.raises(DataError, match="pip install"):
        embedded.package_file("no-such-table")


def test_a_good_table_is_read_to_the_cent(tmp_path: Path) -> None:
    bars = embedded.read_bars(table(tmp_path, HEADER + GOOD), Evidence.RECORDED)
    assert bars.close.tolist() == [101.01, 102.0]
    assert bars.high.tolist() == [102.0, 103.0]
    assert bars.volume.tolist() == [5.0, 6.0]


def test_a_holiday_without_a_figure_is_dropped(tmp_path: Path) -> None:
    text = "Date,vix\n1/3/2014,13.76\n1/4/2014,\n1/5/2014,.\n1/6/2014,13.55\n"
    closes = embedded.read_closes(table(tmp_path, text), Evidence.RECORDED)
    assert closes.close.tolist() == [13.76, 13.55]
    assert math.isnan(closes.open[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Date,vix\n",
        HEADER,
        "Day,Open,High,Low,Close,Adj Close,Volume\n" + GOOD,
        HEADER + "1/5/1999,101,103,100,102,102,6\n1/4/1999,100,102,99,101,101,5\n",
        HEADER + GOOD + "1/5/1999,101,103,100,102,102,6\n",
        HEADER + GOOD + "1/6/1999,101,103,,102,102,6\n",
        HEADER + GOOD + "1/6/1999,101,103,100,102,102\n",
        HEADER + GOOD + "1/6/1999,101,103,100,nan,102,6\n",
        HEADER + GOOD + "1999-01-06,101,103,100,102,102,6\n",
        HEADER + GOOD + "2/30/1999,101,103,100,102,102,6\n",
        HEADER + GOOD + "1/6/1999,101,103,100,104,104,6\n",
        HEADER + GOOD + "1/6/1999,101,103,102,102,102,6\n",
        HEADER + GOOD + "1/6/1999,1,3,-1,2,2,6\n",
    ],
)
def test_a_damaged_table_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataCorrupt, match="reinstall"):
        embedded.read_bars(table(tmp_path, text), Evidence.RECORDED)


@pytest.mark.parametrize("keep", [0, 5, 30, -4])
def test_a_torn_file_is_refused(tmp_path: Path, keep: int) -> None:
    path = table(tmp_path, HEADER + GOOD)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataCorrupt, match="reinstall"):
        embedded.read_bars(path, Evidence.RECORDED)


def test_a_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + GOOD)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(DataCorrupt, match="reinstall"):
        embedded.read_bars(path, Evidence.RECORDED)
