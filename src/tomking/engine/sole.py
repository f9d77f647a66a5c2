"""One writer an account: a lock of the operating system on a file, gone with the process that has it.

``flock`` where there is one. Windows has none: there a byte of the file is locked, which goes with its
process too. The file itself stays, for who takes it away while another waits would let two in; it says
who has the lock, and means nothing while nobody has. The standard library only.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tomking.core.errors import DataError, Taken
from tomking.core.value import value

if sys.platform == "win32":  # pragma: no cover
    import msvcrt
else:
    import fcntl

FILE_MODE = 0o600
#: Where Windows locks its byte: beyond the words, which others then may read.
FAR = 1 << 20
DESK, COMMAND = "desk", "command"


@value
class Holder:
    """Who has the lock: a process, and what it is; a pid of 0 where the file does not say."""

    pid: int
    what: str


@contextmanager
def sole(path: Path, what: str = DESK) -> Iterator[None]:
    """Be the only writer of an account for as long as the block lasts, or at most the process.

    Raises
    ------
    Taken
        If another process is; nothing was touched.
    DataError
        If the file cannot be made or locked.
    """
    place = _opened(path)
    try:
        if not _locked(place, path) or not _is(place, path):
            raise Taken(_said(path, holder(path)))
        _written(place, f"{os.getpid()} {what}\n")
        try:
            yield
        finally:
            _written(place, "")
    finally:
        os.close(place)


def holder(path: Path) -> Holder:
    """Who the file says has it."""
    try:
        words = path.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        words = []
    pid = int(words[0]) if words and words[0].isdecimal() else 0
    return Holder(pid, words[1] if len(words) > 1 else DESK)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    except OSError as fault:
        raise DataError(
            f"{path} cannot be opened ({fault.strerror}): see that the folder may be written to"
        ) from fault


def _locked(place: int, path: Path) -> bool:
    """Whether the lock was had; never waited for."""
    try:
        if sys.platform == "win32":  # pragma: no cover
            os.lseek(place, FAR, os.SEEK_SET)
            msvcrt.locking(place, msvcrt.LK_NBLCK, 1)
            os.lseek(place, 0, os.SEEK_SET)
        else:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as fault:
        raise DataError(
            f"{path} cannot be locked ({fault.strerror}), and a desk without a lock may meet another: "
            "keep accounts on a disk of this machine (TOMKING_HOME)"
        ) from fault
    return True


def _written(place: int, words: str) -> None:
    """Say in the file who has it; on a full disk nobody is named, and it is locked all the same."""
    with suppress(OSError):
        os.ftruncate(place, 0)
        os.write(place, words.encode())


def _is(place: int, path: Path) -> bool:
    """Whether what was locked is still the file of that name: it may have been taken away meanwhile."""
    try:
        return os.path.samestat(os.fstat(place), os.stat(path))
    except FileNotFoundError:
        return False


def _said(path: Path, by: Holder) -> str:
    who = f"process {by.pid}" if by.pid else "another process"
    return (
        f"{path.parent.name} is in the hands of {who} (a {by.what}), and an account has one writer: "
        "nothing was touched; wait for it, or end it first (`tomking status`)"
    )
