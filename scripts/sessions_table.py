"""Write ``src/tomking/market/sessions_table.py``: the days on which Monday-to-Friday is not the rule.

Run ``python scripts/sessions_table.py`` after installing the dev group; ``--check`` only says whether
the committed table is the one this script would write.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import exchange_calendars

FIRST_YEAR, LAST_YEAR = 1998, 2032
TARGET = Path(__file__).parents[1] / "src/tomking/market/sessions_table.py"

#: Early closes a calendar may miss; each is added whether or not it does. Source: NYSE hours for 2024
#: and 2025 and Cboe's own notices. exchange_calendars 4.13.2 has both in XNYS (which is read here) and
#: neither in XCBF, its calendar of the Cboe futures exchange.
EARLY_CORRECTIONS = (date(2024, 12, 24), date(2025, 12, 24))

HEADER = '''"""Full closes and early closes of the US equity and option markets. Generated: do not edit.

Written by ``scripts/sessions_table.py`` from exchange_calendars {version} (XNYS) and its corrections.
Days are ``MMDD``; every other Monday to Friday is a full session. Years after {known} follow the
exchange's standing rules and were not published when this was written.
"""

from collections.abc import Mapping
from types import MappingProxyType

FIRST_YEAR, LAST_YEAR = {first}, {last}
'''


def exceptions() -> tuple[list[date], list[date]]:
    """Weekdays without a session, and sessions that end at 13:00."""
    calendar = exchange_calendars.get_calendar(
        "XNYS", start=f"{FIRST_YEAR}-01-01", end=f"{LAST_YEAR}-12-31"
    )
    held = {stamp.date() for stamp in calendar.sessions}
    early = {stamp.date() for stamp in calendar.early_closes} | set(EARLY_CORRECTIONS)
    start = date(FIRST_YEAR, 1, 1)
    length = (date(LAST_YEAR, 12, 31) - start).days + 1
    weekdays = [d for n in range(length) if (d := start + timedelta(days=n)).weekday() < 5]
    return [day for day in weekdays if day not in held], sorted(early)


def by_year(days: Iterable[date]) -> Mapping[int, str]:
    """Days grouped as ``{2025: "0101 0109"}``."""
    grouped: dict[int, list[str]] = defaultdict(list)
    for day in days:
        grouped[day.year].append(f"{day:%m%d}")
    return {year: " ".join(grouped[year]) for year in sorted(grouped)}


def table(name: str, docstring: str, years: Mapping[int, str]) -> str:
    """One mapping as source text."""
    rows = "".join(f'        {year}: "{days}",\n' for year, days in years.items())
    return f"\n#: {docstring}\n{name}: Mapping[int, str] = MappingProxyType(\n    {{\n{rows}    }}\n)\n"


def source() -> str:
    """The whole module."""
    closed, early = exceptions()
    header = HEADER.format(
        version=exchange_calendars.__version__, first=FIRST_YEAR, last=LAST_YEAR, known=2028
    )
    return (
        header
        + table("CLOSED", "Weekdays on which the market does not open.", by_year(closed))
        + table("EARLY", "Sessions that end at 13:00 New York time.", by_year(early))
    )


def main() -> int:
    """Write the table, or with ``--check`` compare it; 1 when it differs."""
    text = source()
    if "--check" in sys.argv[1:]:
        return int(TARGET.read_text() != text)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
