"""A day of streams on virtual time: 220 quotes a second, cut every half hour, tokens of a quarter hour.

``python scripts/stream_soak.py`` prints its figures as one line of JSON; a number after it is another
count of hours.
"""

import json
import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
#: Simulated hours, and those of them after which memory is counted.
HOURS, WARM = 24.0, 1.0


def main(words: list[str]) -> int:
    """Soak, and tell."""
    from worlds.soaked import Told, soaked

    hours = float(words[0]) if words else HOURS
    with TemporaryDirectory(prefix="tomking-soak-") as folder:
        figures = soaked(Told(hours, WARM), Path(folder))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({**figures, "resident_mb": round(most, 1)}))
    return 0


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    raise SystemExit(main(sys.argv[1:]))
