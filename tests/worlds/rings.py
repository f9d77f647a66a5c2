"""A key ring that forgets everything at the end of a test, and a person who types."""

from collections.abc import Callable
from dataclasses import dataclass, field

#: What the person at the terminal will type.
Types = Callable[[str], None]


@dataclass
class Pocket:
    """A key ring in memory."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def ready(self) -> None:
        """It always is."""

    def get(self, account: str, name: str) -> str | None:
        return self.kept.get((account, name))

    def put(self, account: str, name: str, secret: str) -> None:
        self.kept[account, name] = secret

    def drop(self, account: str, name: str) -> None:
        self.kept.pop((account, name), None)
