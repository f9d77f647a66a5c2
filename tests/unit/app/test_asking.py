"""Keys are kept once the broker has said whose they are."""

import pytest

from tomking.app.asking import whose
from tomking.core.errors import AuthExpired, Transient
from tomking.server.faults import Fault, Kind
from tomking.wire.keys import Keys
from worlds.standing import KEYS, NUMBER, standing

pytestmark = pytest.mark.integration


def test_the_broker_says_which_accounts_they_open():
    with standing() as there:
        assert whose(KEYS, there.place) == f"the broker opens {NUMBER} for them"


def test_keys_it_does_not_know_are_refused():
    with standing() as there, pytest.raises(AuthExpired, match="refuses"):
        whose(Keys("secret", "wrong"), there.place)


def test_a_broker_that_is_down_is_no_refusal():
    with standing() as there:
        there.wrong(Fault(Kind.PAGE, "/oauth/token", "POST"))
        with pytest.raises(Transient):
            whose(KEYS, there.place)
