"""A connection is opened again after pauses that double, and given up to a person."""

import asyncio
from collections.abc import Callable

import pytest

from tomking.core.errors import AuthExpired, Transient
from tomking.wire.kept import PAUSES_S, Kept, State, keep

pytestmark = pytest.mark.unit


def kept(connection: Callable[[Kept], None]) -> tuple[Kept, list[float]]:
    """A connection kept until it is given up, and the pauses on the way, which take no time."""
    made, pauses = Kept(), list[float]()

    async def once() -> None:
        connection(made)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    asyncio.run(keep(made, once, pause))
    return made, pauses


def test_one_that_never_opens_is_given_up_after_as_many_tries_as_there_are_pauses() -> None:
    def fails(made: Kept) -> None:
        raise Transient("nobody there")

    made, pauses = kept(fails)
    assert pauses == list(PAUSES_S)
    assert (made.state, made.why) == (State.NEEDS_HUMAN, "nobody there")
    assert not made.wait_open(0)


def test_a_bug_ends_it_and_says_what_and_where() -> None:
    made = Kept()

    async def wrong() -> None:
        raise KeyError("data")

    with pytest.raises(KeyError):
        asyncio.run(keep(made, wrong))
    assert made.state is State.NEEDS_HUMAN
    assert "KeyError at test_kept.py:" in made.why
    assert "'data'" in made.why


def test_one_that_is_called_off_has_no_fault() -> None:
    made = Kept()

    async def asked() -> None:
        task = asyncio.ensure_future(keep(made, lambda: asyncio.sleep(60)))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asked())
    assert (made.state, made.why) == (State.NEEDS_HUMAN, "")


def test_one_that_opened_begins_its_pauses_anew() -> None:
    left = [1, 2]

    def opens(made: Kept) -> None:
        if left:
            left.pop()
            made.opened()
            assert made.wait_open(0)
        raise OSError

    made, pauses = kept(opens)
    assert pauses == [PAUSES_S[0], PAUSES_S[0], *PAUSES_S[1:]]
    assert made.times == 2


def test_a_login_that_is_refused_is_given_up_at_once() -> None:
    def refused(made: Kept) -> None:
        raise AuthExpired("bad keys")

    made, pauses = kept(refused)
    assert (made.state, made.why, pauses) == (State.NEEDS_HUMAN, "bad keys", [])


def test_a_bug_in_it_leaves_nobody_believing_that_it_lives() -> None:
    made = Kept()

    async def broken() -> None:
        made.opened()
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        asyncio.run(keep(made, broken))
    assert made.state is State.NEEDS_HUMAN
    assert not made.wait_open(0)
