"""``python -m tests.kill COMMAND ...``: the program itself, its steps watched."""

import os
import sys

from tests.kill.traced import run

if __name__ == "__main__":
    run(sys.argv[1:], dict(os.environ))
