"""Where a paper desk trades, and what time it is there."""

import json
from pathlib import Path
from threading import Event

import pytest

from tomking.app.market_time import PaperTime
from tomking.app.paper import joined, read
from tomking.core.errors import ConfigError
from tomking.server.faults import Fault, Kind
from worlds.standing import standing

pytestmark = pytest.mark.integration

SAID = {
    "base_url": "http://127.0.0.1:1", "streamer_url": "ws://127.0.0.1:1/streamer",
    "ca_file": None, "client_secret": "s", "refresh_token": "r", "account_number": "5WT00001",
}  # fmt: skip


def test_the_line_an_exchange_prints_says_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps(SAID))
    made = read(path)
    assert (made.place.base_url, made.account) == ("http://127.0.0.1:1", "5WT00001")
    assert "r" not in repr(made.keys).removeprefix("Keys(not shown)")


@pytest.mark.parametrize(
    "url", ["https://api.tastyworks.com", "http://10.0.0.1", "http://127.0.0.1.example.com"]
)
def test_paper_never_leaves_this_machine(url: str) -> None:
    for name in ("base_url", "streamer_url"):
        with pytest.raises(ConfigError, match="not on this machine"):
            joined({**SAID, name: url})


@pytest.mark.parametrize("name", ["base_url", "streamer_url", "client_secret", "account_number"])
def test_a_line_that_lacks_something_is_told_so(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        joined({key: said for key, said in SAID.items() if key != name})


@pytest.mark.parametrize("text", ["", "[]", "not json"])
def test_a_file_that_says_nothing_is_one_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match="exchange serve"):
        read(path)


def test_a_clock_that_stands_still_is_moved_by_whoever_waits() -> None:
    with standing() as there:
        time = PaperTime.of(there.line(), Event())
        before = time.now()
        assert time.wait(90.0)
        assert (there.clock() - before).total_seconds() == 90.0
        assert time.now() == there.clock()


def test_a_move_whose_answer_is_lost_is_asked_for_and_not_made_twice() -> None:
    with standing() as there:
        time = PaperTime.of(there.line(), Event())
        before = there.clock()
        there.wrong(Fault(Kind.LOST, "/__paper/clock", "POST"))
        time.wait(60.0)
        assert (there.clock() - before).total_seconds() == 60.0


def test_who_was_told_to_stop_waits_no_longer_and_may_still_rest() -> None:
    with standing() as there:
        stop = Event()
        time = PaperTime.of(there.line(), stop)
        stop.set()
        before = there.clock()
        assert not time.wait(60.0)
        assert there.clock() == before
        time.rest(1.0)
        assert (there.clock() - before).total_seconds() == 1.0
