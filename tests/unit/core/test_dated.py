"""Dated rows: the newest that has begun, and two answers for the days before the first."""

from datetime import date

import pytest

from tomking.core.dated import begun, in_force
from tomking.core.value import value

pytestmark = pytest.mark.unit


@value
class Row:
    since: date


FIRST, SECOND = Row(date(2020, 1, 1)), Row(date(2021, 1, 1))


@pytest.mark.parametrize("rows", [(FIRST, SECOND), (SECOND, FIRST)])
@pytest.mark.parametrize(
    ("day", "row"),
    [
        (date(2020, 1, 1), FIRST), (date(2020, 12, 31), FIRST), (date(2021, 1, 1), SECOND),
        (date(2022, 6, 1), SECOND),
    ],
)  # fmt: skip
def test_the_row_in_force_is_the_newest_that_has_begun(
    rows: tuple[Row, Row], day: date, row: Row
) -> None:
    assert begun(rows, day) is in_force(rows, day) is row


def test_before_the_first_row_there_is_none_or_the_first_by_the_question() -> None:
    assert begun((SECOND, FIRST), date(2019, 12, 31)) is None
    assert in_force((SECOND, FIRST), date(2019, 12, 31)) is FIRST
