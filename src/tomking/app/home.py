"""Where this program keeps what it writes for itself: kept runs, a user's strategies, saved traces.

``TOMKING_HOME`` names the folder; without it the platform's place for a program's data is taken. Only
the standard library is used, so that a brake which looks here works when nothing else does.
"""

import os
import sys
from pathlib import Path

NAME = "tomking"


def home() -> Path:
    """The folder, whether or not it exists yet."""
    chosen = os.environ.get("TOMKING_HOME")
    return Path(chosen).expanduser() if chosen else _platform() / NAME


def _platform() -> Path:
    """Where programs keep their data here."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
