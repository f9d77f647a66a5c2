"""Who is followed: the windows of plans, and what somebody asked for that none of them holds."""

from decimal import Decimal

import pytest

from tomking.core.contract import Contract, Right
from tomking.core.reading import Skip
from tomking.data.live.chain import BESIDE
from tomking.data.live.following import ASKED_MAX, Following
from tomking.data.live.names import Names
from tomking.market.snapshot import Quote
from tomking.strategies.lt112 import LT112
from worlds.streamed import FRIDAY, Streamed, streamed, until

pytestmark = pytest.mark.integration


def test_puts_alone_have_the_room_of_both_rights() -> None:
    with streamed(strategies=(LT112,)) as here:
        here.seen()
        window = here.market.following.windows["ES"]
        assert {contract.right for contract in window} == {Right.PUT}
        assert 100 < len(window) <= 600


def test_a_strike_that_no_window_holds_streams_from_the_look_after_it_was_asked_for() -> None:
    with streamed() as here:
        chain = here.seen().chain("ES")
        assert not isinstance(chain, Skip)
        (expiry,) = {each for each in chain.listed.expiries if each.day == FRIDAY}
        far = float(chain.listed.strikes[expiry].prices[3])
        assert isinstance(chain.by_strike(expiry, Right.PUT, far), Skip)
        until(lambda: isinstance(_again(here, far), Quote))
        found = _again(here, far)
        assert isinstance(found, Quote)
        assert float(found.contract.strike or 0) == far
        assert len(here.market.following.asked) == 2 * BESIDE + 1
        here.market.following.begin(FRIDAY)
        assert not here.market.following.asked


def _again(here: Streamed, strike: float) -> Quote | Skip:
    """The put of a strike at another look."""
    chain = here.seen().chain("ES")
    assert not isinstance(chain, Skip)
    (expiry,) = {each for each in chain.listed.expiries if each.day == FRIDAY}
    return chain.by_strike(expiry, Right.PUT, strike)


def test_of_too_many_that_were_asked_for_the_oldest_go() -> None:
    following = Following(("ES",), Names())
    options = [Contract("ES", FRIDAY, Right.PUT, Decimal(n)) for n in range(ASKED_MAX + 5)]
    assert following.also(options)
    assert not following.also(options[10:])
    assert list(following.asked) == options[5:]
