"""The client's conversation with the feed: in order, tolerant of what is odd, over when it is over."""

import json
from typing import Any

import pytest

from tomking.data.live.compact import Block, Oddities
from tomking.data.live.feed import ADDED_MAX, Conversation, Frame, Subscription
from tomking.data.live.fields import CANDLE, FIELDS, QUOTE

pytestmark = pytest.mark.unit

SPY = Subscription(QUOTE, "SPY")
TOLD_IN_ORDER = ("SPY", 600.0, 600.1, 0, 0)


class Talk:
    """A conversation and what was taken from it."""

    def __init__(self, *wanted: Subscription) -> None:
        self.taken: list[Block] = []
        self.odd = Oddities()
        self.talk = Conversation("token", lambda: wanted, self.taken.append, self.odd)

    def hear(self, **frame: Any) -> list[Frame]:
        """What is answered to a frame."""
        return self.talk.hear(json.dumps(frame))

    def open(self) -> list[Frame]:
        """The conversation up to its open channel, and the last answer."""
        self.hear(type="AUTH_STATE", channel=0, state="UNAUTHORIZED")
        self.hear(type="AUTH_STATE", channel=0, state="AUTHORIZED")
        return self.hear(type="CHANNEL_OPENED", channel=1, service="FEED")

    def data(self, *pairs: Any) -> list[Block]:
        """What is taken from a frame of data."""
        self.taken.clear()
        self.hear(type="FEED_DATA", channel=1, data=list(pairs))
        return self.taken


def test_the_conversation_goes_step_by_step() -> None:
    there = Talk(SPY)
    (setup,) = there.talk.greet()
    assert (setup["type"], setup["channel"]) == ("SETUP", 0)
    assert there.hear(type="SETUP", channel=0) == []
    (auth,) = there.hear(type="AUTH_STATE", channel=0, state="UNAUTHORIZED")
    assert (auth["type"], auth["token"]) == ("AUTH", "token")
    life, request = there.hear(type="AUTH_STATE", channel=0, state="AUTHORIZED")
    assert (life["type"], request["type"], request["channel"]) == (
        "KEEPALIVE",
        "CHANNEL_REQUEST",
        1,
    )
    setup, added = there.hear(type="CHANNEL_OPENED", channel=1, service="FEED")
    assert setup["acceptDataFormat"] == "COMPACT"
    assert setup["acceptEventFields"][QUOTE] == list(FIELDS[QUOTE])
    assert added["add"] == [{"type": QUOTE, "symbol": "SPY"}]


def test_a_token_that_was_refused_is_not_shown_again() -> None:
    there = Talk()
    there.hear(type="AUTH_STATE", channel=0, state="UNAUTHORIZED")
    assert there.hear(type="AUTH_STATE", channel=0, state="UNAUTHORIZED") == []
    assert "refuses the quote token" in there.talk.over


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ({"type": "ERROR", "error": "TIMEOUT", "message": "too slow"}, "TIMEOUT too slow"),
        ({"type": "CHANNEL_CLOSED", "channel": 1}, "the channel was closed"),
    ],
)
def test_an_error_or_a_closed_channel_ends_it(frame: dict[str, Any], said: str) -> None:
    there = Talk()
    there.open()
    there.hear(**frame)
    assert said in there.talk.over


def test_subscriptions_are_cut_into_frames_and_what_goes_comes_first() -> None:
    there = Talk()
    there.open()
    many = [Subscription(QUOTE, f"S{n}") for n in range(ADDED_MAX + 1)]
    frames = there.talk.ask(add=many, remove=[SPY])
    assert [len(frame.get("add", frame.get("remove"))) for frame in frames] == [1, ADDED_MAX, 1]
    assert frames[0]["remove"] == [SPY.shown]


def test_before_the_channel_is_open_nothing_is_asked() -> None:
    assert Talk().talk.ask(add=[SPY]) == []


def test_a_candle_says_from_when() -> None:
    assert Subscription(CANDLE, "SPX{=d}", 1000).shown["fromTime"] == 1000


def test_values_are_read_by_the_fields_the_feed_says_it_sends() -> None:
    there = Talk()
    there.open()
    fields = {QUOTE: ["askPrice", "eventSymbol", "bidPrice"]}
    there.hear(type="FEED_CONFIG", channel=1, eventFields=fields)
    (block,) = there.data(QUOTE, [600.1, "SPY", 600.0, 30.1, "VXX", 30.0])
    assert block.symbols == ["SPY", "VXX"]
    assert block.columns["bidPrice"] == [600.0, 30.0]


def test_full_events_are_read_too() -> None:
    there = Talk()
    (block,) = there.data({"eventType": QUOTE, "eventSymbol": "SPY", "bidPrice": 1.0})
    assert (block.kind, block.symbols, block.columns["bidPrice"]) == (QUOTE, ["SPY"], [1.0])


def test_several_kinds_in_a_frame_are_all_read() -> None:
    there = Talk()
    pairs = (QUOTE, list(TOLD_IN_ORDER), "Trade", ["SPX", 6000.0, 1.0, 0])
    assert [block.kind for block in there.data(*pairs)] == [QUOTE, "Trade"]
    assert there.odd.count == 0


@pytest.mark.parametrize(
    ("pairs", "said", "left"),
    [
        ((QUOTE, [*TOLD_IN_ORDER, "QQQ", 1.0]), "7 values of Quote", ["SPY"]),
        ((QUOTE, [*TOLD_IN_ORDER, None, 1.0, 1.1, 0, 0]), "Quote of no symbol", ["SPY"]),
        (("Song", [1, 2]), "'Song', which was not asked for", None),
        ((QUOTE, "text"), "which was not asked for", None),
        ((QUOTE,), "a kind without its values", None),
        (({"eventType": QUOTE},), "without kind or symbol", None),
    ],
)
def test_an_odd_element_is_reported_and_costs_no_other(
    pairs: tuple[Any, ...], said: str, left: list[str] | None
) -> None:
    there = Talk()
    taken = there.data(*pairs)
    assert [block.symbols for block in taken] == ([] if left is None else [left])
    assert said in there.odd.last[-1]
    assert not there.talk.over


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"channel": 1}', "<html>"])
def test_a_frame_that_is_none_is_reported_and_passed_over(text: str) -> None:
    there = Talk()
    assert there.talk.hear(text) == []
    assert there.odd.count == 1
    assert not there.talk.over


def test_an_unknown_frame_and_data_that_is_none_are_reported() -> None:
    there = Talk()
    there.hear(type="DANCE")
    there.hear(type="FEED_DATA", channel=1, data=None)
    assert there.odd.count == 2
    assert there.taken == []


def test_only_the_last_oddities_are_kept_and_all_are_counted() -> None:
    odd = Oddities()
    for n in range(50):
        odd.report(str(n))
    assert odd.count == 50
    assert odd.last[-1] == "49"
    assert len(odd.last) == 20


@pytest.mark.parametrize("text", ["", "[1", '{"type": "SETUP"} {', "[" * 100_000, "null"])
def test_a_text_that_is_no_frame_is_odd_and_answered_by_nothing(text: str) -> None:
    there = Talk()
    assert there.talk.hear(text) == []
    assert there.odd.count == 1


def test_spaces_around_a_frame_are_nothing_odd() -> None:
    there = Talk()
    assert there.talk.hear('\n {"type": "SETUP", "channel": 0} \n') == []
    assert there.odd.count == 0
