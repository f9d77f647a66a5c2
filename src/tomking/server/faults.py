"""Faults to order: what goes wrong, at which route, how often. For clients that have to live with it.

A fault is used up by the requests it meets, so that a run with the same faults and the same requests is
the same run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatch
from types import MappingProxyType
from typing import Any

from tomking.core.errors import ConfigError
from tomking.core.value import value
from tomking.wire.amounts import shortly


class Kind(StrEnum):
    """What goes wrong.

    Of a request: it waits, is answered with a status, or never; ``LOST`` is done and its answer lost,
    ``DROPPED`` is not done, ``UNSURE`` is done and answered with a status that says it failed, and
    ``SILENT`` leaves the connection open without a word before it is cut. ``EXPIRED`` ends every token,
    ``REVOKED`` the one of the request. ``LACKING`` leaves a field out of the answer, wherever it is.
    ``RACED`` lets the order that is asked about trade first, or all that work where none is named.

    Of a stream's message: it is sent twice, after the next one, never, or in pieces; ``FROZEN`` says
    nothing any more and stays open, ``CLOSED`` ends. An order that has traded is told first without the
    fills of its last leg (``HALVED``), or as filled without any (``EARLY``), and then as it is.
    """

    DELAYED = "delay"
    ERROR = "error"
    PAGE = "html"
    LOST = "lost"
    DROPPED = "drop"
    EXPIRED = "expire"
    SILENT = "half-open"
    UNSURE = "error-after"
    REVOKED = "revoke"
    LACKING = "missing"
    RACED = "race"
    TWICE = "duplicate"
    LATE = "reorder"
    NEVER = "swallow"
    TORN = "malformed"
    FROZEN = "freeze"
    CLOSED = "close"
    HALVED = "partial-legs"
    EARLY = "filled-early"


#: What can befall the message of an order that has traded.
OF_FILLS = frozenset({Kind.HALVED, Kind.EARLY})
#: What can befall the message of a stream; everything else befalls requests.
OF_STREAMS = OF_FILLS | {
    Kind.TWICE, Kind.LATE, Kind.NEVER, Kind.TORN, Kind.FROZEN, Kind.CLOSED
}  # fmt: skip
#: What the figures of a fault lie between: an answer's status, and how often and how long it strikes.
BOUNDS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"times": (0, 10**6), "skip": (0, 10**6), "status": (200, 599), "seconds": (0, 3600)}
)
#: From this status on an answer says nothing about what was done.
SERVER_FAILED = 500
#: The routes of the two streams, as faults name them.
ALERTS, FEED = "/streamer", "/dxlink"


@value
class Fault:
    """One fault: so many requests of a method at a path (``*`` is anything), after ``skip`` of them."""

    kind: Kind
    path: str = "*"
    method: str = "*"
    times: int = 1
    skip: int = 0
    status: int = 502
    seconds: float = 1.0
    field: str = "status"

    def meets(self, method: str, path: str) -> bool:
        """Whether a request is one of those."""
        return fnmatch(path, self.path) and fnmatch(method, self.method)


@dataclass(slots=True)
class Faults:
    """The faults that are left, and those that have struck: kind and path, in order."""

    left: list[Fault] = field(default_factory=list[Fault])
    struck: list[tuple[Kind, str]] = field(default_factory=list[tuple[Kind, str]])
    _met: dict[int, int] = field(default_factory=dict[int, int])

    def order(self, faults: Sequence[Fault]) -> None:
        """More of them."""
        self.left += faults

    def clear(self) -> None:
        """None any more; what has struck is remembered."""
        self.left.clear()
        self._met.clear()

    def strike(
        self, method: str, path: str, *, stream: bool = False, fills: bool = False
    ) -> Fault | None:
        """The fault that a request or a stream's message meets now, which it uses up.

        ``fills`` says that the message is of an order that has traded: some faults meet no other.
        """
        for place, fault in enumerate(self.left):
            if (fault.kind in OF_STREAMS) is not stream or not fault.meets(method, path):
                continue
            if fault.kind in OF_FILLS and not fills:
                continue
            met = self._met[place] = self._met.get(place, 0) + 1
            if fault.skip < met <= fault.skip + fault.times:
                self.struck.append((fault.kind, path))
                return fault
        return None


def faults_in(rows: object) -> list[Fault]:
    """The faults of a file or a request: a list of objects.

    Raises
    ------
    ConfigError
        If something in it is none.
    """
    if not isinstance(rows, list):
        raise ConfigError(
            "faults are a list of objects, such as [{'kind': 'lost', 'path': '*/orders'}]"
        )
    return [_fault(row, place) for place, row in enumerate(rows)]


def _fault(row: object, place: int) -> Fault:
    known = {kind.value: kind for kind in Kind}
    if not isinstance(row, Mapping) or str(row.get("kind")) not in known:
        raise ConfigError(f"fault {place} needs a kind: {', '.join(known)}")
    said: dict[str, Any] = {str(name): given for name, given in row.items() if name != "kind"}
    unknown = said.keys() - set(Fault.__match_args__)
    if unknown:
        raise ConfigError(f"fault {place} has {min(unknown)!r}, which no fault has")
    for name in BOUNDS:
        kind = float if name == "seconds" else int
        given, (least, most) = said.get(name, BOUNDS[name][0]), BOUNDS[name]
        if (
            not isinstance(given, int | kind)
            or isinstance(given, bool)
            or not least <= given <= most
        ):
            raise ConfigError(
                f"{name} of fault {place} is {shortly(given)}, where a number from {least} to {most} "
                "is wanted"
            )
    if row["kind"] == Kind.UNSURE and said.get("status", SERVER_FAILED) < SERVER_FAILED:
        raise ConfigError(
            f"fault {place} is done and said to have failed: its status is 500 or more"
        )
    if not all(isinstance(said.get(name, ""), str) for name in ("path", "method", "field")):
        raise ConfigError(f"path, method and field of fault {place} are texts")
    return Fault(known[row["kind"]], **said)
