"""The modelled day knows SPY's dividends, on the level history was brought to."""

from datetime import date
from decimal import Decimal

import pytest

from tomking.core.calendar import CLOSE, new_york
from tomking.data.embedded import window
from tomking.data.modelled import ModelMarket
from tomking.market.carry import Dividend
from tomking.market.snapshot import Day

pytestmark = pytest.mark.unit

EVE, EX_DATE, AFTER = date(2018, 6, 14), date(2018, 6, 15), date(2018, 6, 18)


def day_on(on: date, scale: str) -> Day:
    """What was known before the open of a day."""
    market = ModelMarket(window(date(2018, 6, 1), date(2018, 6, 29), scale), 1)
    return market.at(new_york(on, CLOSE)).day


@pytest.mark.parametrize(
    ("on", "known"),
    [
        (date(2018, 6, 7), False), (date(2018, 6, 8), True), (EVE, True), (EX_DATE, True),
        (AFTER, False),
    ],
)  # fmt: skip
def test_a_dividend_is_known_from_a_week_before_its_ex_date_to_that_day(
    on: date, known: bool
) -> None:
    expected = (Dividend(EX_DATE, Decimal("1.24557")),) if known else ()
    assert day_on(on, "literal").dividends == {"SPY": expected}


def test_a_dividend_follows_the_level_of_the_index() -> None:
    history = window(date(2018, 6, 1), date(2018, 6, 29), "rebase")
    (paid,) = day_on(EVE, "rebase").dividends["SPY"]
    assert float(paid.amount) == pytest.approx(1.24557 * history.scale_factor, abs=1e-5)
    assert history.scale_factor > 2.0
