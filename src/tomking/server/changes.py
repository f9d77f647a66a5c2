"""What has changed since a state was last written: rows to take away and rows to put, in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any

from tomking.server.kept import text_of

Key = tuple[str, str]
#: Account, part, key and payload.
StateRow = tuple[str, str, str, str]
#: Parts that change with every look and are written with whatever else is.
PASSING = frozenset({"exchange.at"})
#: Sums of rows are taken modulo this.
_MODULUS = 2**128


def sum_of(row: tuple[Any, ...]) -> int:
    """A row's share in the seal of its file: sums do not depend on the order of rows."""
    digest = sha256("\n".join(map(str, row)).encode()).digest()
    return int.from_bytes(digest[:16], "big")


def sealed(seal: int, change: int) -> int:
    """A seal after rows with this sum have come (+) or gone (-)."""
    return (seal + change) % _MODULUS


@dataclass(slots=True)
class Changes:
    """Rows of one write. ``change`` is by how much they change the seal."""

    gone: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    put: list[StateRow] = field(default_factory=list[StateRow])
    parts: dict[Key, Mapping[Any, Any]] = field(default_factory=dict[Key, Mapping[Any, Any]])
    sums: dict[tuple[str, str, str], int] = field(default_factory=dict[tuple[str, str, str], int])
    change: int = 0

    @property
    def matters(self) -> bool:
        """Whether anything but what changes with every look has changed."""
        return any(part not in PASSING for _, part in self.parts)


@dataclass(slots=True)
class Written:
    """The state as the file has it: items by part, and the sum of every row.

    Parts are kept as they come and must not change afterwards, as those of a value do not.
    """

    parts: dict[Key, Mapping[Any, Any]] = field(default_factory=dict[Key, Mapping[Any, Any]])
    sums: dict[tuple[str, str, str], int] = field(default_factory=dict[tuple[str, str, str], int])

    def compared(self, account: str, parts: Iterator[tuple[str, Mapping[Any, Any]]]) -> Changes:
        """What makes the file's rows of an account those of these parts."""
        made = Changes()
        for part, items in parts:
            old = self.parts.get((account, part))
            if old is None or old != items or list(old) != list(items):
                made.parts[account, part] = items
                self._part(made, account, part, old or {}, items)
        return made

    def keep(self, made: Changes) -> None:
        """The changes are in the file."""
        self.parts |= made.parts
        for row in made.gone:
            self.sums.pop(row, None)
        self.sums |= made.sums

    def _part(
        self, made: Changes, account: str, part: str, old: Mapping[Any, Any], new: Mapping[Any, Any]
    ) -> None:
        """One part. The order of its rows is that of its items, or else all of it is written anew."""
        gone = () if old.keys() <= new.keys() else tuple(key for key in old if key not in new)
        stays = [key for key in old if key in new] if gone else list(old)
        anew = stays != list(islice(new, len(stays)))
        for key in old if anew else gone:
            row = account, part, text_of(key)
            made.gone.append(row)
            made.change -= self.sums[row]
        for key, item in new.items():
            if anew or key not in old or old[key] is not item:
                self._put(made, (account, part, text_of(key), text_of(item)), anew=anew)

    def _put(self, made: Changes, row: StateRow, *, anew: bool) -> None:
        name, total = row[:3], sum_of(row)
        before = 0 if anew else self.sums.get(name, 0)
        if total != before:
            made.put.append(row)
            made.sums[name] = total
            made.change += total - before
