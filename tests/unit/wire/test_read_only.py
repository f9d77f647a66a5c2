"""A line that only reads the market: no other request leaves, by whatever way it is tried."""

import asyncio

import pytest

from tomking.core.errors import AuthExpired, InvariantError
from tomking.wire.keys import Keys
from tomking.wire.read_only import ReadOnlyLine, may_leave
from worlds.standing import KEYS, UNBOUND, standing

pytestmark = pytest.mark.integration

ORDERS = "/accounts/5WT00001/orders"


def test_the_market_is_read_and_nothing_else_of_the_broker():
    with standing() as there:
        line = ReadOnlyLine.open(KEYS, there.place, there.clock, UNBOUND)
        try:
            assert line.get("/api-quote-tokens")["token"]
            assert line.get("/option-chains/SPY/nested")
            before = len(there.log)
            for path in (ORDERS, "/accounts/5WT00001/balances", "/customers/me/accounts"):
                with pytest.raises(InvariantError, match="was not sent"):
                    line.get(path)
            assert len(there.log) == before
        finally:
            line.close()


@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [ORDERS, f"{ORDERS}/dry-run", "/market-data/by-type", "/sessions"])
def test_no_verb_that_changes_something_leaves_even_below_the_line(verb, path):
    with standing() as there:
        line = ReadOnlyLine.open(KEYS, there.place, there.clock, UNBOUND)
        try:
            assert not hasattr(line, "send")
            with pytest.raises(InvariantError, match=f"{verb} {path}"):
                line._line.send(verb, path, {"legs": []})
            with pytest.raises(InvariantError, match=f"{verb} {path}"):
                line.run(line._line.session._client.request(verb, path), 5.0)
            assert [method for method, _ in there.log] == ["POST"]  # the token
        finally:
            line.close()


def test_a_token_is_renewed_though_it_is_posted():
    with standing() as there:
        line = ReadOnlyLine.open(KEYS, there.place, there.clock, UNBOUND)
        try:
            line.run(line._line.session.refresh(force=True), 5.0)
            assert there.log == [("POST", "/oauth/token")] * 2
        finally:
            line.close()


def test_keys_that_are_refused_open_no_line():
    with standing() as there, pytest.raises(AuthExpired, match="refuses the refresh token"):
        ReadOnlyLine.open(Keys("secret", "wrong"), there.place, there.clock, UNBOUND)


def test_a_path_that_only_begins_like_the_market_may_not_leave():
    assert may_leave("GET", "/option-chains/SPY/nested")
    assert not may_leave("GET", "/accounts/1/option-chains/SPY")
    assert not may_leave("POST", "/oauth/token/revoke")
    assert not may_leave("GET", "/")


def test_asyncio_is_not_left_running():
    with standing() as there:
        line = ReadOnlyLine.open(KEYS, there.place, there.clock, UNBOUND)
        done = line.start(asyncio.sleep(0.0, "done"), "a sleep")
        assert done.result(5.0) == "done"
        line.close()
