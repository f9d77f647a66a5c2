"""A line to the broker that asks for its market and for nothing else, whoever holds it.

What mirrors the broker's quotes needs tokens, instruments, chains and market data. Nothing leaves that
could change anything, or that asks about an account: the request is stopped where every request of the
session passes, below this line and below the SDK.
"""

from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import httpx2

from tomking.core.errors import InvariantError
from tomking.wire.budget import Budget
from tomking.wire.keys import Keys
from tomking.wire.line import Line
from tomking.wire.session import Place

T = TypeVar("T")
#: The one request that is sent with a body: it renews the token.
TOKEN = "/oauth/token"
#: Where the market is asked for, and nothing of any account.
ASKED = (
    "/api-quote-tokens", "/instruments/", "/option-chains/", "/futures-option-chains/",
    "/market-data/by-type", "/market-metrics", "/margin-requirements-public-configuration",
)  # fmt: skip


def may_leave(method: str, path: str) -> bool:
    """Whether a request only reads the market, or renews the token it is read with.

    >>> may_leave("GET", "/api-quote-tokens"), may_leave("POST", "/oauth/token")
    (True, True)
    >>> may_leave("GET", "/accounts/5WT00001/orders"), may_leave("DELETE", "/option-chains/SPY")
    (False, False)
    """
    return (method == "GET" and path.startswith(ASKED)) or (method, path) == ("POST", TOKEN)


@dataclass(slots=True)
class ReadOnlyLine:
    """A line that only reads the market; made by ``open``."""

    _line: Line

    @classmethod
    def open(
        cls, keys: Keys, place: Place, clock: Callable[[], datetime], budget: Budget
    ) -> "ReadOnlyLine":
        """Such a line, on which the first token has been had; it has no account.

        Raises
        ------
        AuthExpired, Transient
            If it could not be.
        """
        line = Line.open(keys, place, "", clock, budget)
        line.session._client.event_hooks = {"request": [_looked_over]}
        return cls(line)

    def get(self, path: str, **query: Any) -> Any:
        """The ``data`` of an answer; failures of a moment are waited out.

        Raises
        ------
        Transient, Rejected, AuthExpired
            If it stays without an answer, is refused, or nobody is logged in.
        InvariantError
            If it is not the market that is asked for.
        """
        return self._line.get(path, **query)

    def start(self, coroutine: Coroutine[Any, Any, T], name: str) -> "Future[T]":
        """Something that goes on beside the requests, such as a stream."""
        return self._line.start(coroutine, name)

    def run(self, coroutine: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """What comes of something, waited for from outside.

        Raises
        ------
        Transient
            If it takes longer.
        """
        return self._line.run(coroutine, timeout_s)

    def close(self) -> None:
        """End what runs on it."""
        self._line.close()


async def _looked_over(request: httpx2.Request) -> None:
    """Let a request pass that may leave, and stop every other."""
    if not may_leave(request.method, request.url.path):
        raise InvariantError(
            f"{request.method} {request.url.path} was not sent: a mirror reads the market and nothing "
            "else. This is a mistake of the program: report it"
        )
