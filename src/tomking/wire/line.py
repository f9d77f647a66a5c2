"""The line to the broker: one session in a thread of its own, asked from outside as if it were not.

Reads are repeated after a pause while they fail for a moment; whatever changes something is sent once.
What came of a request is told by the kinds of ``core.errors``: ``Rejected`` for a no,
``OutcomeUnknown`` where it may have been done, ``AuthExpired`` where nothing more can be asked.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import httpx2
import stamina

from tomking.core.errors import AuthExpired, OutcomeUnknown, Rejected, Transient
from tomking.core.value import value
from tomking.wire.budget import Budget
from tomking.wire.keys import Keys
from tomking.wire.session import Place, SafeSession

T = TypeVar("T")
READS, READ_WITHIN_S = 4, 20.0
#: Seconds after which nobody waits any longer for what comes of a request that changes something.
SEND_WITHIN_S = 80.0
#: Seconds that what runs on a line has to end, and that anything is given when patience is at its end.
CLOSE_WITHIN_S, LAST_S = 2.0, 0.5
#: Seconds between looks at whether the patience for an answer has ended meanwhile.
LOOK_S = 0.25
#: The shortest page: so many items may be all there is or the first of many.
PAGE_MIN = 10
#: Failures before a byte of a request has left: it was not done.
UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@value
class Answer:
    """A status and what came with it: data, or the broker's error, or on a dry run both."""

    status: int
    data: Mapping[str, Any]
    error: Mapping[str, Any]

    @property
    def is_no(self) -> bool:
        """Whether the broker refused."""
        return self.status >= 400

    @property
    def why(self) -> str:
        """The broker's own words for its refusal."""
        return "; ".join(map(_told, self._parts)) or str(
            self.error.get("message", f"status {self.status}")
        )

    @property
    def codes(self) -> tuple[str, ...]:
        """The broker's codes, the particular ones first."""
        found = [str(part["code"]) for part in self._parts if "code" in part]
        return (*found, str(self.error.get("code", "")))

    @property
    def _parts(self) -> list[Mapping[str, Any]]:
        """The particular objections, whatever else stands where they are told."""
        parts = self.error.get("errors")
        return (
            [each for each in parts if isinstance(each, Mapping)] if isinstance(parts, list) else []
        )


def _endless() -> float:
    return float("inf")


def _nobody(said: str) -> None:
    """Where nobody wants to hear."""


def _told(part: Mapping[str, Any]) -> str:
    return str(part.get("message") or f"{part.get('domain')} {part.get('reason')}")


@dataclass(slots=True)
class Line:
    """A session at work: whose requests they are, and the clock they are counted by.

    ``patience`` is how many seconds of ours anything may still take: it ends with a desk that was asked
    to go. ``report`` hears once that the broker is silent, and once that it answers again.
    """

    account: str
    session: SafeSession
    clock: Callable[[], datetime]
    streamer_url: str
    budget: Budget = field(default_factory=Budget)
    patience: Callable[[], float] = _endless
    report: Callable[[str], None] = _nobody
    _silent: bool = False
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None

    @classmethod
    def open(
        cls, keys: Keys, place: Place, account: str, clock: Callable[[], datetime], budget: Budget
    ) -> "Line":
        """A line on which the first token has been had.

        Raises
        ------
        AuthExpired, Transient
            If it could not be.
        """
        stamina.instrumentation.set_on_retry_hooks(())  # a silent broker is told by ``report``
        session = SafeSession(keys, place)
        line = cls(account, session, clock, place.streamer_url, budget)
        line._thread = threading.Thread(target=line._loop.run_forever, name="line", daemon=True)
        line._thread.start()
        logged_in = False
        try:
            line.run(session.refresh(), READ_WITHIN_S)
            logged_in = True
        finally:
            if not logged_in:
                line.close()
        return line

    def close(self) -> None:
        """End what runs on it; what will not end goes with the process."""
        ending = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        with suppress(TimeoutError):
            ending.result(CLOSE_WITHIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(CLOSE_WITHIN_S)
        if not self._loop.is_running():
            self._loop.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.session._client.aclose()

    def start(self, coroutine: Coroutine[Any, Any, T], name: str) -> "Future[T]":
        """Something that goes on beside the requests, such as a stream."""

        async def _named() -> T:
            task = asyncio.current_task()
            if task is not None:
                task.set_name(name)
            return await coroutine

        return asyncio.run_coroutine_threadsafe(_named(), self._loop)

    def run(self, coroutine: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """What comes of something, waited for from outside.

        Raises
        ------
        Transient
            If it takes longer.
        """
        least = time.monotonic() + LAST_S
        return self._in_time(
            coroutine, timeout_s, lambda: max(self.patience(), least - time.monotonic())
        )

    def _in_time(
        self, coroutine: Coroutine[Any, Any, T], timeout_s: float, patience: Callable[[], float]
    ) -> T:
        try:
            return self._waited(coroutine, timeout_s, patience)
        except TimeoutError as fault:
            within = min(timeout_s, max(0.0, patience()))
            raise Transient(f"the broker did not answer within {within:.0f} s") from fault

    def _waited(
        self, coroutine: Coroutine[Any, Any, T], timeout_s: float, patience: Callable[[], float]
    ) -> T:
        """What comes of something; after so long it is called off, however far it has come."""
        waiting = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        ends = time.monotonic() + timeout_s
        while (left := min(ends - time.monotonic(), patience())) > 0.0:
            try:
                return waiting.result(min(left, LOOK_S))
            except TimeoutError:
                if waiting.done():  # its own, or it came this very moment
                    return waiting.result()
        waiting.cancel()
        raise TimeoutError

    def get(self, path: str, **query: Any) -> Any:
        """The ``data`` of an answer; failures of a moment are waited out.

        Raises
        ------
        Transient, Rejected, AuthExpired
            If it stays without an answer, is refused, or nobody is logged in.
        """
        return self._in_time(self._read(path, query), 2 * READ_WITHIN_S, self.patience)

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        within_s: float | None = None,
    ) -> Answer:
        """What is answered to a request that changes something: sent once, whatever happens.

        Raises
        ------
        Transient
            If it cannot have been done.
        OutcomeUnknown
            If it may have been done.
        AuthExpired
            If nobody is logged in.
        """
        wait_s = SEND_WITHIN_S if within_s is None else within_s
        try:
            return self._waited(self._write(method, path, body), wait_s, self.patience)
        except TimeoutError as fault:  # it may have gone out before it was called off
            raise OutcomeUnknown(f"{path}: no answer within {wait_s:.0f} s") from fault

    def pages(self, path: str, **query: Any) -> list[Any]:
        """The items of every page of a list."""
        found: list[Any] = []
        page, more = 0, True
        while more:
            asked = self._body(path, {**query, "page-offset": page})
            body = self._in_time(asked, 2 * READ_WITHIN_S, self.patience)
            data = body.get("data")
            items = data.get("items") if isinstance(data, dict) else None
            if not isinstance(items, list):  # nothing is no answer: what is gone would be believed
                raise Transient(f"{path} came without a list")
            found += items
            page += 1
            told = body.get("pagination")
            there = told.get("total-pages") if isinstance(told, dict) else None
            if not isinstance(there, int) and len(items) >= query.get("per-page", PAGE_MIN):
                raise Transient(
                    f"{path} came without the number of its pages, and there may be more"
                )
            more = isinstance(there, int) and page < there
        return found

    async def _read(self, path: str, query: Mapping[str, Any]) -> Any:
        data = (await self._body(path, query)).get("data", {})
        if data is None:
            raise Transient(f"{path} came without data")
        return data

    async def _body(self, path: str, query: Mapping[str, Any]) -> dict[str, Any]:
        async for attempt in stamina.retry_context(
            on=Transient, attempts=READS, timeout=READ_WITHIN_S, wait_initial=0.25
        ):
            with attempt:
                await self._within_budget(path)
                return await self._heard(path, query)
        raise Transient(f"{path} was not answered")

    async def _heard(self, path: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """One try of a read; that nobody answers, and that somebody does again, is said once each."""
        try:
            body = await self._once(path, query)
        except Transient as fault:
            if not self._silent:
                self._silent = True
                why = str(fault).removeprefix(f"{path}: ")
                self.report(f"the broker does not answer at {path} ({why}): it is tried again")
            raise
        if self._silent:
            self._silent = False
            self.report("the broker answers again")
        return body

    async def _once(self, path: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """One try of a read; a token that was revoked is renewed once."""
        try:
            answer = await self._sent("GET", path, query=query)
        except httpx2.RequestError as fault:
            raise Transient(f"{path}: no answer ({type(fault).__name__})") from fault
        body = _json(answer)
        if answer.status_code == 429 or answer.status_code >= 500 or body is None:
            raise Transient(f"{path}: status {answer.status_code}")
        if answer.status_code >= 400:
            said = _answer(answer, body)
            raise Rejected(f"{path}: {said.why}")
        return body

    async def _write(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        """One try, counted but never held back by the budget: it may close something."""
        try:
            answer = await self._sent(method, path, body=body)
        except UNSENT as fault:
            raise Transient(f"{path}: not sent ({type(fault).__name__})") from fault
        except httpx2.RequestError as fault:
            raise OutcomeUnknown(f"{path}: sent, no answer ({type(fault).__name__})") from fault
        said = _json(answer)
        if answer.status_code >= 500 or (said is None and answer.status_code < 400):
            raise OutcomeUnknown(f"{path}: sent, answered with status {answer.status_code}")
        return _answer(answer, said or {})

    async def _sent(
        self, method: str, path: str,
        query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None,
    ) -> httpx2.Response:  # fmt: skip
        """The answer under a token that is good; one that was revoked meanwhile is renewed once.

        A request that met a bad token was turned away at the door, so it may be sent again.
        """
        client = self.session._client
        await self.session.refresh()
        self.budget = self.budget.asked(self.clock())
        answer = await client.request(method, path, params=query, json=body)
        if answer.status_code != 401:
            return answer
        await self.session.refresh(force=True)
        self.budget = self.budget.asked(self.clock())
        again = await client.request(method, path, params=query, json=body)
        if again.status_code == 401:
            raise AuthExpired(f"{path}: the broker refuses a token it has just given; log in again")
        return again

    async def _within_budget(self, path: str) -> None:
        """Reads wait for their turn, and end where the day has none left for them."""
        wait = self.budget.wait_s(self.clock(), path)
        if wait == float("inf"):
            raise Rejected(f"today's requests are spent ({self.budget}): what streams goes on")
        if wait > 0:
            await asyncio.sleep(wait)


def _json(answer: httpx2.Response) -> dict[str, Any] | None:
    """The object of an answer; nothing where it is a page, or no object."""
    try:
        said = answer.json()
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _answer(answer: httpx2.Response, body: Mapping[str, Any]) -> Answer:
    data, error = body.get("data"), body.get("error")
    return Answer(
        answer.status_code,
        data if isinstance(data, Mapping) else {},
        error if isinstance(error, Mapping) else {},
    )
