"""The broker's session made safe: one refresh at a time, told apart by status, over after bad keys.

Access tokens live for a quarter of an hour. The SDK renews them but cannot say why it could not: a bad
refresh token and a gateway that is down look the same to it. A bad token must never be tried twice,
because an address that fails to log in is locked out for hours.
"""

import time
from collections.abc import Callable
from typing import Any

import httpx2
from tastytrade import Session

from tomking.core.errors import AuthExpired, Transient
from tomking.core.value import value
from tomking.wire.keys import Keys

#: Seconds before its end at which a token is renewed: the request, and clocks that differ.
MARGIN_S = 60.0
TIMEOUT_S = 5.0
#: How long a token is good where the broker does not say it as a number.
LIVES_S = 900.0
KEYS_REFUSED = (
    "the broker refuses the refresh token ({why}): nothing more is sent, as repeated failures lock the "
    "address out; make a new grant at the broker, then `tomking login`"
)


@value
class Place:
    """Where the broker is: addresses of its requests and of its account stream, and whose certificate.

    Empty addresses are the broker's own.
    """

    base_url: str = ""
    streamer_url: str = ""
    ca_file: str = ""


class SafeSession(Session):
    """The SDK's session, which says what is wrong with a login and stops after the first refusal."""

    def __init__(
        self,
        keys: Keys,
        place: Place,
        *,
        is_test: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        verify: dict[str, Any] = {"verify": place.ca_file} if place.ca_file else {}
        super().__init__(
            keys.client_secret, keys.refresh_token, is_test, timeout=TIMEOUT_S, **verify
        )
        if place.base_url:
            self._client.base_url = place.base_url
        self._refused = ""
        self._clock = clock

    async def refresh(self, force: bool = False) -> None:
        """A token that is good for a while yet; whoever comes meanwhile waits for the same one.

        Raises
        ------
        AuthExpired
            If the keys are refused, now or ever before.
        Transient
            If nobody could say.
        """
        before = self.session_token
        if self._is_good() and not force:
            return
        async with self._lock:
            renewed = (
                self.session_token != before
            )  # somebody else has done it while this one waited
            if self._is_good() and (renewed or not force):
                return
            if self._refused:
                raise AuthExpired(KEYS_REFUSED.format(why=self._refused))
            await self._renew()

    def _is_good(self) -> bool:
        return self._clock() < self.session_expiration - MARGIN_S

    async def _renew(self) -> None:
        asked = {
            "grant_type": "refresh_token",
            "client_secret": self.provider_secret,
            "refresh_token": self.refresh_token,
        }
        request = self._client.build_request("POST", "/oauth/token", json=asked)
        request.headers.pop("Authorization", None)
        try:
            answer = await self._client.send(request)
        except httpx2.RequestError as fault:
            raise Transient(
                f"{self._client.base_url} cannot be reached ({type(fault).__name__}): see that there "
                "is a network, then try again"
            ) from fault
        if answer.status_code in (400, 401, 403):
            self._refused = _why(answer)
            raise AuthExpired(KEYS_REFUSED.format(why=self._refused))
        said = _object(answer)
        if answer.status_code != 200 or "access_token" not in said:
            raise Transient(f"no token could be had (status {answer.status_code}): try again")
        self.session_token = str(said["access_token"])
        self.session_expiration = self._clock() + lives_of(said)
        self._client.headers["Authorization"] = f"Bearer {self.session_token}"


def lives_of(said: dict[str, Any]) -> float:
    """For how many seconds a token is good: what the broker says, or what it always said."""
    told = said.get("expires_in")
    return float(told) if isinstance(told, int | float) and told > 0 else LIVES_S


def _why(answer: httpx2.Response) -> str:
    """What the token's own kind of error says."""
    said = _object(answer)
    return str(said.get("error_description") or said.get("error_code") or answer.status_code)


def _object(answer: httpx2.Response) -> dict[str, Any]:
    """The JSON object of an answer; a page of a gateway is none."""
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
