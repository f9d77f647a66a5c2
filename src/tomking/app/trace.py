"""What is left of a bug: its trace, on the screen when asked for, else in a file."""

import os
import sys
import traceback
from hashlib import sha256
from pathlib import Path

from tomking.app.home import home


def shown(bug: Exception) -> bool:
    """Print the trace if ``TOMKING_DEBUG`` asks for it; whether it did."""
    if os.environ.get("TOMKING_DEBUG", "") in ("", "0"):
        return False
    traceback.print_exception(bug, file=sys.stderr)
    return True


def save(bug: Exception) -> Path | None:
    """Write the trace to a file named by what it says, so one bug leaves one file.

    Nothing comes back when it cannot be written: a second fault must not hide the first.
    """
    text = "".join(traceback.format_exception(bug))
    path = home() / "traces" / f"{sha256(text.encode()).hexdigest()[:8]}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return None
    return path
