"""Kill a paper desk more than two hundred times and write down what came of it.

``python scripts/kill_matrix.py`` writes docs/reference/kill-matrix.md and prints the figures as JSON;
words after it go to ``tests/kill/matrix.py``, which says what they mean.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "reference" / "kill-matrix.md"
#: Points that are found by tracing, and random instants.
WHOLE = ("--points", "130", "--random", "100", "--others", "--table", str(TABLE))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from tests.kill.matrix import main

    raise SystemExit(main([*WHOLE, *sys.argv[1:]]))
