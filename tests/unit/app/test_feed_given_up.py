"""Nothing is opened while the market feed waits for a person."""

from datetime import UTC, datetime

import pytest

from tomking.app.running import FEED, feed_facts, unsaid
from tomking.core.restraints import Halted, Resumed
from tomking.data.live.compact import Oddities
from tomking.data.live.supervise import Standing

pytestmark = pytest.mark.unit

NOW = datetime(2026, 6, 5, 14, 0, tzinfo=UTC)


def test_a_feed_that_is_given_up_halts_once_and_says_what_to_do() -> None:
    (halted,) = feed_facts(Standing.NEEDS_HUMAN, "no answer", (), NOW)
    assert isinstance(halted, Halted)
    assert halted.reason == FEED
    assert "(no answer): see that it can be reached, then start again" in str(halted)
    assert feed_facts(Standing.NEEDS_HUMAN, "no answer", (FEED,), NOW) == ()


@pytest.mark.parametrize("standing", [Standing.CONNECTING, Standing.CLOSED])
def test_one_that_is_tried_again_neither_halts_nor_lifts(standing: Standing) -> None:
    assert feed_facts(standing, "", (), NOW) == ()
    assert feed_facts(standing, "", (FEED,), NOW) == ()


def test_a_start_that_finds_it_well_lifts_the_reason() -> None:
    assert feed_facts(Standing.CONNECTED, "", (), NOW) == ()
    (resumed,) = feed_facts(Standing.CONNECTED, "", ("data", FEED), NOW)
    assert isinstance(resumed, Resumed)
    assert resumed.reason == FEED


def test_what_the_feed_told_amiss_is_said_once() -> None:
    odd, said = Oddities(), set[str]()
    for what in ("a frame that is none", "no chain of SPX", "a frame that is none"):
        odd.report(what)
    assert unsaid(odd, said) == ["a frame that is none", "no chain of SPX"]
    odd.report("no chain of ES")
    assert unsaid(odd, said) == ["no chain of ES"]
