"""DXLink: the feed's conversation as a state, frames in and frames out. No socket, no clock.

Source: the notes on tastytrade's wire (d). Order is kept strictly, as on the live feed: set-up, token,
channel, feed. Values are sent as lists in the order of the fields that were asked for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any

from tomking.core.errors import DataError
from tomking.market.snapshot import Snapshot
from tomking.server.candles import candles
from tomking.server.events import CANDLE, PRICED, UNKNOWN, Event, Priced, events, gone, priced
from tomking.wire.amounts import number as figure

Frame = dict[str, Any]
#: What an event says, its times left out.
Figures = tuple[Any, ...]
VERSION = "1.0-tomking"
KEEPALIVE_S = 60
#: The field that says of which kind an event is.
TYPE = "eventType"
#: Events in a frame: a client closes on frames beyond 64 KiB.
EVENTS_MAX = 100
#: Channels have numbers below this.
CHANNELS_MAX = 2**16


@dataclass(slots=True)
class Channel:
    """One feed: the fields of each kind of event, what is subscribed, and what was last sent of it.

    A subscription has the instant it begins at, in milliseconds, which candles alone look at.
    """

    fields: dict[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    subscribed: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    sent: dict[tuple[str, str], Figures] = field(default_factory=dict[tuple[str, str], Figures])
    compact: bool = True
    period: float = 0.1

    def quoted(self) -> Iterable[str]:
        """The symbols of which it is told what they cost, each once; candles are no price of now."""
        kinds = (symbols for kind, symbols in self.subscribed.items() if kind != CANDLE)
        return dict.fromkeys(chain.from_iterable(kinds))


@dataclass(slots=True)
class Feed:
    """One connection. ``good`` says whether a token is; ``over`` that nothing more is said."""

    good: Callable[[str], bool]
    set_up: bool = False
    known: bool = False
    over: bool = False
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])

    def hear(self, frame: Mapping[str, Any]) -> list[Frame]:
        """What is answered to a frame."""
        kind, number = str(frame.get("type", "")), frame.get("channel", 0)
        if not isinstance(number, int) or not 0 <= number < CHANNELS_MAX:
            return [_error(0, "INVALID_MESSAGE", "a channel is a number")]
        if kind == "KEEPALIVE":
            return []
        if kind == "SETUP":
            self.set_up = True
            return [_setup(), {"type": "AUTH_STATE", "channel": 0, "state": "UNAUTHORIZED"}]
        if not self.set_up:
            return [_error(number, "UNSUPPORTED_PROTOCOL", "SETUP comes first")]
        if kind == "AUTH":
            return self._authorised(str(frame.get("token", "")))
        if not self.known:
            return [_error(number, "UNAUTHORIZED", "AUTH comes before channels")]
        return self._about_a_channel(kind, number, frame)

    def _authorised(self, token: str) -> list[Frame]:
        """A bad token ends it: a client would answer every UNAUTHORIZED with another try."""
        self.known = self.good(token)
        self.over = not self.known
        if self.over:
            return [_error(0, "UNAUTHORIZED", "the token is not known")]
        return [{"type": "AUTH_STATE", "channel": 0, "state": "AUTHORIZED", "userId": "local"}]

    def _about_a_channel(self, kind: str, number: int, frame: Mapping[str, Any]) -> list[Frame]:
        if kind == "CHANNEL_REQUEST":
            return self._opened(number, frame)
        if number not in self.channels:
            return [_error(number, "BAD_ACTION", f"channel {number} is not open")]
        channel = self.channels[number]
        try:
            if kind == "FEED_SETUP":
                return [_configured(channel, number, frame)]
            if kind == "FEED_SUBSCRIPTION":
                _subscribe(channel, frame)
                return []
        except DataError as wrong:
            return [_error(number, "INVALID_MESSAGE", str(wrong))]
        if kind == "CHANNEL_CANCEL":
            del self.channels[number]
            return [{"type": "CHANNEL_CLOSED", "channel": number}]
        return [_error(number, "BAD_ACTION", f"{kind or 'a frame without a type'} is not known")]

    def _opened(self, number: int, frame: Mapping[str, Any]) -> list[Frame]:
        if number % 2 == 0 or frame.get("service") != "FEED":
            return [_error(number, "BAD_ACTION", "clients open odd channels, to FEED alone")]
        self.channels.setdefault(number, Channel())
        parameters = {"contract": "AUTO", "subFormat": "LIST"}
        opened = {"type": "CHANNEL_OPENED", "channel": number, "service": "FEED"}
        return [opened | {"parameters": parameters}]

    def news(self, now: Snapshot) -> Iterator[Frame]:
        """The events that differ from what was last sent, a kind a frame."""
        for number, channel in self.channels.items():
            known = priced(channel.quoted(), now)
            for kind in channel.subscribed:
                fresh = _fresh(channel, _found(channel, kind, known, now), kind)
                if fresh and channel.compact and kind not in channel.fields:
                    channel.fields[kind] = (TYPE, *fresh[0])
                    yield _config(channel, number)
                for first in range(0, len(fresh), EVENTS_MAX):
                    yield _data(channel, number, kind, fresh[first : first + EVENTS_MAX])


def _found(channel: Channel, kind: str, known: Priced, now: Snapshot) -> list[Event]:
    """The events there are now; candles once, as they do not change within a day."""
    symbols = channel.subscribed[kind]
    if kind != CANDLE:
        found = events(kind, symbols, known, now)
        return found if len(found) == len(symbols) else [*found, *_gone(channel, kind, found, now)]
    first = [symbol for symbol in symbols if (kind, symbol) not in channel.sent]
    return [candle for symbol in first for candle in candles(symbol, symbols[symbol], now)]


def _gone(channel: Channel, kind: str, found: Sequence[Event], now: Snapshot) -> Iterator[Event]:
    """Prices that were told and are not known any more: a client would take them for good for ever."""
    if kind in PRICED:
        told = channel.subscribed[kind].keys() - {event["eventSymbol"] for event in found}
        yield from (gone(kind, each, now) for each in told if (kind, each) in channel.sent)


def _fresh(channel: Channel, found: Sequence[Event], kind: str) -> list[Event]:
    """The events whose figures are new; when they were made is none of those, but of candles."""
    if not found:
        return []
    if kind == CANDLE:  # two days may look alike, and were not told before
        channel.sent.update({(kind, event["eventSymbol"]): () for event in found})
        return list(found)
    figures = itemgetter(*(name for name in found[0] if name not in _TIMES))
    fresh: list[Event] = []
    for event in found:
        about, said = (kind, event["eventSymbol"]), figures(event)
        if said != channel.sent.get(about):
            channel.sent[about] = said
            fresh.append(event)
    return fresh


#: What says when an event was made. Events of a kind have the same names.
_TIMES = frozenset({"time", "bidTime", "askTime", "index", "eventTime"})


def _data(channel: Channel, number: int, kind: str, found: Sequence[Event]) -> Frame:
    if not channel.compact:
        rows: list[Any] = [{TYPE: kind, **event} for event in found]
    else:
        names = channel.fields[kind]
        values = [
            kind if name == TYPE else event.get(name, UNKNOWN) for event in found for name in names
        ]
        rows = [kind, values]
    return {"type": "FEED_DATA", "channel": number, "data": rows}


def _configured(channel: Channel, number: int, frame: Mapping[str, Any]) -> Frame:
    """The fields of each kind, in the order asked for: clients read them by their place."""
    wanted = frame.get("acceptEventFields") or {}
    if not isinstance(wanted, dict) or not all(isinstance(each, list) for each in wanted.values()):
        raise DataError("acceptEventFields are lists of names by kind")
    period = frame.get("acceptAggregationPeriod", channel.period)
    channel.period = float(figure(period, "acceptAggregationPeriod"))
    channel.fields |= {str(kind): tuple(map(str, names)) for kind, names in wanted.items()}
    channel.compact = frame.get("acceptDataFormat", "COMPACT") == "COMPACT"
    return _config(channel, number)


def _config(channel: Channel, number: int) -> Frame:
    """How values are sent; it is said again when a kind begins that nobody named the fields of."""
    return {
        "type": "FEED_CONFIG", "channel": number, "aggregationPeriod": channel.period,
        "dataFormat": "COMPACT" if channel.compact else "FULL",
        "eventFields": {kind: list(names) for kind, names in channel.fields.items()},
    }  # fmt: skip


def _subscribe(channel: Channel, frame: Mapping[str, Any]) -> None:
    """Symbols added and taken off; adding one again changes nothing."""
    added, removed = _rows(frame, "add"), _rows(frame, "remove")
    since = [float(figure(row.get("fromTime", 0), "fromTime")) for row in added]
    if frame.get("reset"):
        channel.subscribed.clear()
        channel.sent.clear()
    for row, first in zip(added, since, strict=True):
        channel.subscribed.setdefault(row["type"], {})[row["symbol"]] = first
    for row in removed:
        kind, symbol = row["type"], row["symbol"]
        channel.subscribed.get(kind, {}).pop(symbol, None)
        channel.sent.pop((kind, symbol), None)


def _rows(frame: Mapping[str, Any], name: str) -> list[Frame]:
    """Symbols that a subscription names, with their kinds.

    Raises
    ------
    DataError
        If they are something else: nothing of the frame is done then.
    """
    rows = frame.get(name) or []
    if not isinstance(rows, list) or not all(map(_is_named, rows)):
        raise DataError(f"{name} is a list of objects with a type and a symbol")
    return rows


def _is_named(row: object) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(n), str) for n in ("type", "symbol"))


def _setup() -> Frame:
    return {
        "type": "SETUP", "channel": 0, "version": VERSION, "keepaliveTimeout": KEEPALIVE_S,
        "acceptKeepaliveTimeout": KEEPALIVE_S,
    }  # fmt: skip


def _error(channel: int, code: str, message: str) -> Frame:
    return {"type": "ERROR", "channel": channel, "error": code, "message": message}
