"""Let 300 Fridays at the exchange server go wrong and write down what struck, kind by kind.

``python scripts/fault_table.py`` writes docs/reference/faults.md and prints the figures as JSON.
``TOMKING_SEEDS`` takes another number of seeds.
"""

import json
import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "faults.md"
INTRO = """\
# Faults of the simulated days

Each seed is a Friday traded over HTTP and the streams on virtual time, while faults strike what is
asked, sent and told. Afterwards no order was sent twice, nothing was traded beyond what was wanted,
and books and cash agree with the exchange (`tests/scenarios/test_fault_simulation.py`). *Under way*
are those that struck while an order was at work or being sent. Written by
`python scripts/fault_table.py`.
"""


def main() -> int:
    """Exit code 0 if every kind struck often enough while an order was under way."""
    os.environ.setdefault("TOMKING_SEEDS", "300")
    sys.path.insert(0, str(ROOT / "tests"))
    import stamina

    from scenarios.test_fault_simulation import SEEDS, simulated

    struck, hit, least = Counter[str](), Counter[str](), []
    with stamina.set_testing(True, attempts=4):
        for seed in range(SEEDS):
            hits = simulated(seed).hits
            struck.update(kind.value for kind, _ in hits)
            hit.update(kind.value for kind, under_way in hits if under_way)
            least.append((len(hits), len({kind for kind, _ in hits})))
    rows = [f"| {kind} | {struck[kind]} | {hit[kind]} |" for kind in sorted(struck)]
    heading = (
        f"\n{SEEDS} seeds, {struck.total()} faults; each day met {min(least)[0]} or more, of "
        f"{min(kinds for _, kinds in least)} kinds or more.\n\n"
        "| kind | struck | under way |\n|---|--:|--:|"
    )
    PAGE.write_text("\n".join((INTRO + heading, *rows, "")), encoding="utf-8")
    said = {
        "seeds": SEEDS, "kinds": len(struck), "faults": struck.total(),
        "under_way_min": min(hit[kind] for kind in struck), "a_day_min": min(least)[0],
        "kinds_a_day_min": min(kinds for _, kinds in least),
    }  # fmt: skip
    print(json.dumps(said))
    return 0 if said["under_way_min"] > SEEDS / 6 else 1


if __name__ == "__main__":
    raise SystemExit(main())
