"""How often an end is asked for: soon after a no, later after a yes, seldom once a person knows."""

from datetime import datetime, timedelta

import pytest

from tomking.brokers.tastytrade.cancels import LATER, REQUESTS, SELDOM, SOON, Cancels, Wanted
from tomking.core.calendar import NEW_YORK

pytestmark = pytest.mark.unit

AT = datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("asked", "after", "due"),
    [
        (Wanted(), timedelta(0), True),
        (Wanted(1, AT), SOON - SECOND, False),
        (Wanted(1, AT), SOON, True),
        (Wanted(1, AT, taken=True), LATER - SECOND, False),
        (Wanted(1, AT, taken=True), LATER, True),
        (Wanted(REQUESTS, AT), SELDOM - SECOND, False),
        (Wanted(REQUESTS, AT), SELDOM, True),
    ],
)
def test_the_time_to_ask_again(asked, after, due):
    assert asked.is_due(AT + after) is due


def test_that_the_loop_says_so_at_every_look_asks_no_oftener():
    cancels = Cancels()
    cancels.want("a#1")
    cancels.wanted["a#1"] = Wanted(2, AT, taken=True)
    cancels.want("a#1")
    assert cancels.wanted == {"a#1": Wanted(2, AT, taken=True)}
