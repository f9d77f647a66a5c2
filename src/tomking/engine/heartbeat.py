"""The heartbeat: what a running desk says of itself in a file, once a minute, for whoever looks.

``status`` reads it when the desk, its journal and every library may be broken, so this file needs the
standard library alone. ``engine/pulse.py`` makes one of a desk.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from tomking.core.errors import DataCorrupt
from tomking.core.value import value
from tomking.engine.durable import put


@value
class Line:
    """A position or a working order: its name, and what it is in words."""

    name: str
    what: str


@value
class Heartbeat:
    """What a desk says of itself. ``net_liq`` is dollars as text, empty when it is not known.

    ``profits`` is what each campaign makes after fees, dollars as text, where it is known; ``off`` are
    strategies that are not entered, and why; ``last_seq`` and ``last_hash`` the journal's newest fact.
    ``entries`` and ``exits`` say whether what adds risk and what takes it off leaves the desk by itself;
    ``tonight`` is what the account is worth while the market is closed, in words.
    """

    pid: int
    at: datetime
    mode: str
    rung: str
    reasons: tuple[str, ...]
    net_liq: str
    positions: tuple[Line, ...]
    working: tuple[Line, ...]
    next_due: datetime | None
    last_seq: int
    profits: tuple[tuple[str, str], ...] = ()
    off: tuple[Line, ...] = ()
    last_hash: str = ""
    entries: bool = True
    exits: bool = True
    tonight: str = ""

    @property
    def exposed(self) -> bool:
        """Whether anything is held or wanted."""
        return bool(self.positions or self.working)


def beat(path: Path, heart: Heartbeat) -> None:
    """Write the heartbeat; ``OSError`` when it cannot be."""
    said = {
        "pid": heart.pid,
        "at": heart.at.isoformat(),
        "mode": heart.mode,
        "rung": heart.rung,
        "reasons": list(heart.reasons),
        "net_liq": heart.net_liq,
        "positions": [{"name": line.name, "what": line.what} for line in heart.positions],
        "working": [{"name": line.name, "what": line.what} for line in heart.working],
        "next_due": heart.next_due.isoformat() if heart.next_due else None,
        "last_seq": heart.last_seq,
        "profits": dict(heart.profits),
        "off": [{"name": line.name, "what": line.what} for line in heart.off],
        "last_hash": heart.last_hash,
        "entries": heart.entries,
        "exits": heart.exits,
        "tonight": heart.tonight,
    }
    put(path, json.dumps(said, ensure_ascii=False) + "\n")


def read(path: Path) -> Heartbeat | None:
    """The last heartbeat; nothing where there was none.

    Raises
    ------
    DataCorrupt
        If there is a file that cannot be read or is no heartbeat.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return _heartbeat(said)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise DataCorrupt(f"the heartbeat {path} cannot be read ({fault.strerror})") from fault
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise DataCorrupt(f"the heartbeat {path} is damaged ({type(fault).__name__})") from fault


def _heartbeat(said: Mapping[str, Any]) -> Heartbeat:
    at, due = datetime.fromisoformat(said["at"]), said["next_due"]
    if at.tzinfo is None:
        raise ValueError("the instant names no time zone")
    return Heartbeat(
        _int(said["pid"]), at, _text(said["mode"]), _text(said["rung"]),
        tuple(_text(reason) for reason in said["reasons"]), _text(said["net_liq"]),
        _lines(said["positions"]), _lines(said["working"]),
        datetime.fromisoformat(due) if due else None, _int(said["last_seq"]),
        tuple((name, _text(made)) for name, made in dict(said.get("profits", {})).items()),
        _lines(said.get("off", [])), _text(said.get("last_hash", "")),
        said.get("entries", True) is True, said.get("exits", True) is True,
        _text(said.get("tonight", "")),
    )  # fmt: skip


def _lines(said: object) -> tuple[Line, ...]:
    rows = cast("list[dict[str, object]]", said)
    return tuple(Line(_text(row["name"]), _text(row["what"])) for row in rows)


def _text(said: object) -> str:
    if not isinstance(said, str):
        raise TypeError("a text was expected")
    return said


def _int(said: object) -> int:
    if not isinstance(said, int) or isinstance(said, bool):
        raise TypeError("a whole number was expected")
    return said
