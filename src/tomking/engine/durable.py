"""Files that are there whole or not at all, and still there after the power has failed.

The standard library only: the brake writes with it when nothing else works.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path


def put(path: Path, text: str) -> None:
    """Write a file beside its place, make it durable, and rename it there.

    A reader sees the file as it was before or as it is now, never a part of it. Letters that are none
    are replaced: what a person typed never keeps the brake from being pulled. ``OSError`` is the
    caller's to tell: it knows what the file was for.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(draft, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make the names in a folder durable; Windows does so by itself and lets nobody ask."""
    if sys.platform == "win32":
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
