"""Who may ask: refresh tokens become access tokens that live for a quarter of an hour."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from tomking.server.kept import KeptTokens

#: How long an access token lives.
LIVES = timedelta(minutes=15)


@dataclass(slots=True)
class Tokens:
    """The tokens that were given out. They follow from the secret and a count, so that runs repeat.

    They are worth nothing anywhere else: this is a paper exchange on one machine.
    """

    secret: str
    refresh: str
    lives: timedelta = LIVES
    revoked: bool = False
    _given: int = 0
    _until: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def kept(self) -> KeptTokens:
        """All of them as a value."""
        return KeptTokens(self.secret, self.refresh, self.revoked, self._given, dict(self._until))

    def take_up(self, kept: KeptTokens) -> None:
        """Go on where other tokens were."""
        self.secret, self.refresh, self.revoked = kept.secret, kept.refresh, kept.revoked
        self._given, self._until = kept.given, dict(kept.until)

    def give(self, secret: str, refresh: str, at: datetime) -> str | None:
        """A new access token; nothing if the secret or the refresh token is not ours."""
        if self.revoked or secret != self.secret or refresh != self.refresh:
            return None
        return self.make(at)

    def make(self, at: datetime) -> str:
        """A token, whoever asks for it."""
        self._given += 1
        token = sha256(f"{self.secret}/{self.refresh}/{self._given}".encode()).hexdigest()
        self._until[token] = at + self.lives
        return token

    def knows(self, token: str, at: datetime) -> bool:
        """Whether a token is good now."""
        until = self._until.get(token)
        return until is not None and at < until

    def forget(self, token: str) -> None:
        """A token that is good for nothing any more."""
        self._until.pop(token, None)

    def forget_all(self) -> None:
        """All of them, before their time."""
        self._until.clear()
