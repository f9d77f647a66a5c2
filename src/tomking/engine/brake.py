"""The brake: a file that is looked at each time before anything that adds risk is sent."""

import os
from pathlib import Path


def braked(halt_file: Path) -> bool:
    """Whether the brake is on: the HALT file is there, or nobody can tell that it is not.

    It is looked at each time, by name alone: an empty file, a folder and a broken link brake too. So
    does an account whose folder is gone or may not be entered.
    """
    try:
        os.lstat(halt_file)
    except FileNotFoundError:
        return not halt_file.parent.is_dir()
    except OSError:
        return True
    return True
