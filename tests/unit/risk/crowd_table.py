"""Rows of the table of gates about crowds: on equities, around an expiry, of premium sold (R-PRE)."""

from datetime import timedelta
from typing import Any

from worlds.gates import AHEAD
from worlds.orders import order


def ending(days: int, strategy: str = "friday_0dte") -> dict[str, Any]:
    """An order that ends so many days after everything that is held."""
    expiry = AHEAD + timedelta(days=days)
    asked = order("-1 5000 P", "2.00", strategy=strategy, expiry=expiry, campaign="new")
    return {"wanted": asked}


#: rule -> rows of (scene, order, passes)
CROWD: dict[str, list[tuple[dict[str, Any], dict[str, Any], bool]]] = {
    "R-PRE-01": [
        ({"memory": {"phase": 1}, "book": ("x SPX",)}, {}, True),
        ({"memory": {"phase": 1}, "book": ("x SPX", "x SPY")}, {}, False),
        ({"memory": {"phase": 1}, "book": ("x SPX", "x MES", "x SPY")}, {}, False),
        ({"memory": {"phase": 4}, "book": ("x SPX", "x MES")}, {}, True),
        ({"memory": {"phase": 4}, "book": ("x SPX", "x MES", "x SPY")}, {}, False),
        ({"memory": {"phase": 1}, "book": ("x SPX", "x SPY")}, {"root": "GLD"}, True),
        ({"memory": {"phase": 1}, "book": ("leap_ladder SPY",) * 3}, {}, True),  # one slot
    ],
    "R-PRE-02": [
        ({"book": ("lt112 ES",)}, ending(0, "lt112"), False),
        ({"book": ("lt112 ES",)}, {"strategy": "lt112"}, True),
        ({"book": ("lt112 ES trap",)}, ending(0, "lt112"), True),
        ({"book": ("x ES",)}, ending(0, "x"), True),
    ],
    "R-PRE-03": [
        ({"book": ("x SPX",) * 4}, {}, True),
        ({"book": ("x SPX",) * 5}, {}, False),
        ({"book": ("x SPX",) * 6}, {}, False),
        ({"book": ("x SPX",) * 6}, {"legs": "+1 6000 P", "limit": "0.00"}, True),
        ({"book": ("leap_ladder SPY",) * 6}, {}, True),  # one slot
    ],
    "R-PRE-07": [
        ({"book": ("x SPX",)}, ending(0), True),
        ({"book": ("x SPX", "y SPX")}, ending(0), False),
        ({"book": ("x SPX", "y SPX", "z SPX")}, ending(0), False),
        ({"book": ("x SPX", "y SPX")}, ending(4), True),
        ({"book": ("x SPX", "y SPX")}, ending(3), False),
        ({"book": ("x SPX", "y SPX")}, {}, True),  # it ends today
        ({"book": ("leap_ladder SPY",) * 3}, ending(0), True),  # one slot
    ],
}
