"""The client's side of a DXLink conversation: frames in, frames out. No socket and no clock.

Source: the notes on tastytrade's wire (d). One channel carries every kind of event. What cannot be
read is counted and left out; what ends a conversation (a refused token, an error, a closed channel)
is said in ``over``, and whoever holds the socket begins a new one.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tomking.core.value import value
from tomking.data.live.compact import Block, Oddities, blocks
from tomking.data.live.fields import FIELDS

Frame = dict[str, Any]
#: ``json.loads`` without what it looks at first, which takes as long as a short frame itself.
_DECODE = json.JSONDecoder().raw_decode
CHANNEL = 1
#: Seconds after which each side gives the other up, and between the client's signs of life.
KEEPALIVE_S, SIGN_S = 60, 30.0
#: Seconds over which the feed puts changes of a symbol together, and symbols of a frame: the feed
#: refuses long ones.
TOGETHER_S, ADDED_MAX = 0.1, 250


@value
class Subscription:
    """A kind of event of a symbol; of candles also the instant they begin at, in milliseconds."""

    kind: str
    symbol: str
    since_ms: int = 0

    @property
    def shown(self) -> Frame:
        """As a frame has it."""
        row: Frame = {"type": self.kind, "symbol": self.symbol}
        return row | {"fromTime": self.since_ms} if self.since_ms else row


@dataclass(slots=True)
class Conversation:
    """One connection's talk. ``wanted`` is asked for once the channel is open, ``take`` hears events."""

    token: str
    wanted: Callable[[], Iterable[Subscription]]
    take: Callable[[Block], None]
    odd: Oddities
    fields: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(FIELDS))
    open: bool = False
    over: str = ""
    _shown: bool = False

    def greet(self) -> list[Frame]:
        """What is said first."""
        return [
            {"type": "SETUP", "channel": 0, "version": "0.1-tomking",
             "keepaliveTimeout": KEEPALIVE_S, "acceptKeepaliveTimeout": KEEPALIVE_S}
        ]  # fmt: skip

    def hear(self, text: str) -> list[Frame]:
        """What is answered to a frame."""
        frame = self._read(text)
        kind = frame.get("type")
        if kind == "FEED_DATA":
            for block in blocks(frame.get("data"), self.fields, self.odd):
                self.take(block)
            return []
        if kind in ("KEEPALIVE", "SETUP", None):
            return []
        answer = _ANSWERS.get(str(kind))
        if answer is None:
            self.odd.report(f"a frame of type {str(kind)[:40]!r}")
            return []
        return answer(self, frame)

    def _read(self, text: str) -> Mapping[str, Any]:
        said = _parsed(text)
        if isinstance(said, dict) and "type" in said:
            return said
        self.odd.report(f"a frame that is none: {text[:80]!r}")
        return {}

    def _authorised(self, frame: Mapping[str, Any]) -> list[Frame]:
        """The token is shown once: a feed that asks again has refused it."""
        if frame.get("state") == "AUTHORIZED":
            opened = {"type": "CHANNEL_REQUEST", "channel": CHANNEL, "service": "FEED"}
            return [sign_of_life(), opened | {"parameters": {"contract": "AUTO"}}]
        if self._shown:
            self.over = "the feed refuses the quote token"
            return []
        self._shown = True
        return [{"type": "AUTH", "channel": 0, "token": self.token}]

    def _opened(self, frame: Mapping[str, Any]) -> list[Frame]:
        self.open = True
        setup: Frame = {
            "type": "FEED_SETUP", "channel": CHANNEL, "acceptAggregationPeriod": TOGETHER_S,
            "acceptDataFormat": "COMPACT",
            "acceptEventFields": {kind: list(names) for kind, names in self.fields.items()},
        }  # fmt: skip
        return [setup, *self.ask(add=self.wanted())]

    def _configured(self, frame: Mapping[str, Any]) -> list[Frame]:
        """The feed's own order of fields is the one its values come in."""
        told = frame.get("eventFields")
        for kind, names in told.items() if isinstance(told, dict) else ():
            if isinstance(names, list) and names:
                self.fields[str(kind)] = tuple(map(str, names))
        return []

    def _ended(self, frame: Mapping[str, Any]) -> list[Frame]:
        """An error or a closed channel: there is nothing to be mended on this connection."""
        what = frame.get("error", "the channel was closed")
        self.over = f"the feed ended it: {what} {frame.get('message', '')}".strip()
        return []

    def ask(
        self, *, add: Iterable[Subscription] = (), remove: Iterable[Subscription] = ()
    ) -> list[Frame]:
        """Subscriptions taken off and put on, in frames short enough; what goes comes first."""
        if not self.open:
            return []  # everything wanted is asked for when the channel opens
        return [*_subscriptions("remove", remove), *_subscriptions("add", add)]


_ANSWERS: Mapping[str, Callable[[Conversation, Mapping[str, Any]], list[Frame]]] = {
    "AUTH_STATE": Conversation._authorised,
    "CHANNEL_OPENED": Conversation._opened,
    "FEED_CONFIG": Conversation._configured,
    "CHANNEL_CLOSED": Conversation._ended,
    "ERROR": Conversation._ended,
}


def _parsed(text: str) -> Any:
    """What a JSON text says; nothing of one that is none. Of a short text it is most of the work."""
    text = text.strip()
    try:
        said, end = _DECODE(text)
    except (ValueError, RecursionError):
        return None
    return said if end == len(text) else None


def sign_of_life() -> Frame:
    """The frame that keeps a silent connection open."""
    return {"type": "KEEPALIVE", "channel": 0}


def _subscriptions(verb: str, wanted: Iterable[Subscription]) -> list[Frame]:
    rows = [each.shown for each in wanted]
    return [
        {"type": "FEED_SUBSCRIPTION", "channel": CHANNEL, verb: rows[first : first + ADDED_MAX]}
        for first in range(0, len(rows), ADDED_MAX)
    ]
