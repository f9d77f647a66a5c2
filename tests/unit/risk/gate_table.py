"""The table of gates: every one below, at and above its bound, one row each, by rule id."""

from datetime import date
from decimal import Decimal
from math import nan
from typing import Any

from tomking.core.rung import Rung
from tomking.core.venue import Code
from tomking.portfolio.preview import Refusal
from tomking.risk.outcomes import Outcome, Recent
from tomking.risk.rungs import KillLadder
from tomking.risk.tally import Tally
from unit.risk.crowd_table import CROWD
from worlds.board import board
from worlds.gates import SPREAD, behind, doubled
from worlds.orders import option, order

NAME = "friday_0dte"
HALF_DAY = date(2025, 11, 28)
SHORT, WING = option("6090 C"), option("6120 C")
ON_HALF_DAY = {"legs": "-1 6090 C, +1 6120 C"}
TEN_DONE = frozenset(f"x/{n}/open" for n in range(10))
#: Gains under stress, so that all of net liq is left.
LONG_PUT: dict[str, Any] = {"legs": "+1 6000 P", "limit": "0.00"}


def typed(short: tuple[float, float], wing: tuple[float, float] = (1.0, 1.0)) -> dict[str, Any]:
    """A market in which the two legs are quoted so."""
    return {"market": {"quotes": {SHORT: short, WING: wing}}}


def recent(
    wins: int, losses: int, *, each: float = 100.0, risk: float | None = 100.0, name: str = NAME
) -> Recent:
    """So many campaigns that won ``each`` dollars, and so many that lost 100 since."""
    pnl = [each] * wins + [-100.0] * losses
    ended = board().at
    return ((name, tuple(Outcome(ended, Decimal(str(x)), False, risk) for x in pnl)),)


def iv(percentile: float) -> dict[str, Any]:
    """A day with an IV percentile, and a strategy that wants .30."""
    return {
        "limits": {"iv_percentile_min": ((NAME, 0.30),)},
        "day": {"indicators": {"iv_percentile": percentile}},
    }


def won(wins: int, losses: int) -> dict[str, Any]:
    """A record, and a strategy of which four fifths must win."""
    return {
        "limits": {"win_rate_min": ((NAME, 0.80),)},
        "memory": {"tallies": ((NAME, Tally(wins, losses)),)},
    }


PUTS_ONLY: dict[str, Any] = {"limits": {"crisis_opens": "puts"}}

#: rule -> rows of (scene, order, passes)
Row = tuple[dict[str, Any], dict[str, Any], bool]
TABLE: dict[str, list[Row]] = {
    "R-DAT-01": [
        ({"market": {"age_s": 29.0}}, {}, True),
        ({"market": {"age_s": 30.0}}, {}, True),
        ({"market": {"age_s": 31.0}}, {}, False),
        (typed((nan, nan)), {}, False),
    ],
    "R-DAT-02": [
        (typed((4.45, 5.55), (0.95, 1.0)), {}, True),  # 1.15 of 5.975
        (typed((4.5, 5.5), (0.9, 1.1)), {}, False),  # 1.2 of 6.0 is exactly a fifth
        (typed((4.4, 5.6), (0.9, 1.1)), {}, False),
        (typed((0.0, 0.0), (0.0, 0.0)), {}, False),
    ],
    "R-DAT-03": [({}, {}, True), (typed((nan, nan)), {}, False)],
    "R-DAT-04": [
        (typed((5.0, 5.05)), {}, True),
        (typed((5.0, 5.0)), {}, True),
        (typed((5.05, 5.0)), {}, False),
    ],
    "R-VEN-01": [({}, {"limit": "2.05"}, True), ({}, {"limit": "2.03"}, False)],
    "R-VEN-02": [
        (typed((5.0, 5.0)), {"limit": "1.05"}, True),  # mid 4.00, half of the legs' 6.00
        (typed((5.0, 5.0)), {"limit": "1.00"}, True),
        (typed((5.0, 5.0)), {"limit": "0.95"}, False),
        (typed((5.0, 5.0)), {"limit": "9.00"}, True),  # patient, not dangerous
        (typed((nan, nan)), {"limit": "4.00"}, False),
        (typed((5.0, 5.0)), {"wanted": behind("10.00", "-15.00")}, True),  # half beyond its trigger
        (typed((5.0, 5.0)), {"wanted": behind("10.00", "-15.05")}, False),
        (typed((5.0, 5.0)), {"wanted": behind("10.00", "-9.00")}, True),
    ],
    "R-VEN-03": [
        ({}, {}, True),
        ({"minute": -1.0}, {}, False),
        ({"minute": 390.0}, {}, False),
        ({"minute": 361.0}, {}, False),  # sold to open in the last half hour of its day
        ({}, {"wanted": doubled(order(SPREAD, "2.00"))}, False),
    ],
    "R-VEN-04": [({}, {}, True)],
    "R-VEN-05": [
        ({"book": ("lt112 ES",)}, {}, True),
        ({"book": ("lt112 ES",)}, {"legs": "+1 4500 P", "limit": "-5.00"}, True),
    ],
    "R-VEN-06": [
        ({}, {}, True),
        ({"memory": {"reasons": frozenset({"day loss"})}}, {}, True),
        ({"memory": {"reasons": frozenset({"fuse"})}}, {}, False),
    ],
    "R-BRK-01": [
        ({"net_liq": 95_000.01}, {}, True),
        ({"net_liq": 95_000.0}, {}, False),
        ({"net_liq": 94_999.99}, {}, False),
        ({"memory": {"day_start": 0}}, {}, False),  # no baseline is no answer
        ({"net_liq": nan}, {}, False),
    ],
    "R-BRK-02": [
        ({"net_liq": 90_000.01}, {}, True),
        ({"net_liq": 90_000.0}, {}, False),
        ({"net_liq": 89_999.99}, {}, False),
        ({"net_liq": nan}, {}, False),
    ],
    "R-BRK-03": [
        ({"net_liq": 85_000.01}, {}, True),
        ({"net_liq": 85_000.0}, {}, False),
        ({"net_liq": 84_999.99}, {}, False),
        ({"net_liq": nan}, {}, False),
    ],
    "R-BRK-04": [
        ({"memory": {"streak": 2}}, {}, True),
        ({"memory": {"streak": 3}}, {}, False),
        ({"memory": {"streak": 4}}, {}, False),
    ],
    "R-BRK-07": [
        ({"net_liq": 85_000.01}, {}, True),
        ({"net_liq": 85_000.0}, {}, False),
        ({"net_liq": 84_999.99}, {}, False),
        ({"memory": {"phase": 0}}, {}, False),
        ({"limits": {"stage": 0}}, {}, False),
    ],
    "R-BRK-06": [({}, {}, True), ({"memory": {"reasons": frozenset({"operator"})}}, {}, False)],
    "R-RNG-01": [
        ({"memory": {"ladder": KillLadder(rung)}}, {}, rung is Rung.NORMAL) for rung in Rung
    ],
    "R-PHA-05": [
        ({"memory": {"phase": 3}}, {"strategy": "strangle"}, True),
        ({"memory": {"phase": 2}}, {"strategy": "strangle"}, False),
        ({"memory": {"phase": 2}}, {"strategy": "strangle", "root": "MES"}, True),
        ({"memory": {"phase": 1}}, {}, True),
    ],
    "R-STG-03": [
        ({"limits": {"stage": 1}}, {}, True),
        ({"limits": {"stage": 1}}, {"strategy": "lt112"}, False),
        ({"limits": {"stage": 2}}, {"strategy": "lt112"}, True),
        ({"limits": {"stage": 3}}, {"strategy": "ipmcc"}, True),
        ({"limits": {"stage": 3}}, {"strategy": "bear_trap"}, False),
        ({"memory": {"stage": 1}}, {"strategy": "lt112"}, False),  # as signed, not as configured
    ],
    "R-POS-05": [
        ({"memory": {"phase": 1}, "book": ()}, {"strategy": "strangle"}, True),
        ({"memory": {"phase": 1}, "book": ("strangle ES",)}, {"strategy": "strangle"}, False),
        ({"memory": {"phase": 4}, "book": ("strangle ES",) * 4}, {"strategy": "strangle"}, True),
        ({"memory": {"phase": 4}, "book": ("strangle ES",) * 5}, {"strategy": "strangle"}, False),
    ],
    "R-MRG-07": [
        ({}, {"strategy": "leap_ladder", "dry_run": (0.0, 20_000.0, 20_000.0)}, True),
        ({}, {"strategy": "leap_ladder", "dry_run": (0.0, 20_001.0, 20_001.0)}, False),
        ({"book": ("leap_ladder ES",)}, {"strategy": "leap_ladder",
          "dry_run": (0.0, 20_000.0, 20_000.0)}, False),
        ({}, {"dry_run": (0.0, 90_000.0, 90_000.0)}, True),
    ],
    "R-EXP-01": [
        ({}, {}, True),  # nothing is closed yet
        ({"memory": {"recent": recent(9, 10)}}, {}, True),  # one short of twenty
        ({"memory": {"recent": recent(10, 10)}}, {}, True),
        ({"memory": {"recent": recent(9, 11)}}, {}, False),
        ({"memory": {"recent": recent(9, 11, name="lt112")}}, {}, True),
    ],
    "R-EXP-02": [
        ({}, {}, True),
        ({"memory": {"recent": recent(20, 10, each=50.0)}}, {}, True),  # nought on average
        ({"memory": {"recent": recent(20, 10, each=49.0)}}, {}, False),
        ({"memory": {"recent": recent(20, 9, each=10.0)}}, {}, True),
        ({"memory": {"recent": recent(20, 10, each=49.0, risk=None)}}, {}, True),
    ],
    "R-EVT-01": [
        ({"day": {"blocked": {"NFP": "08:30"}}}, {}, True),
        ({"day": {"blocked": {"FOMC": "14:00"}}}, {}, False),
    ],
    "R-EVT-02": [
        ({"on": HALF_DAY, "minute": 119.0}, {}, True),
        ({"on": HALF_DAY, "minute": 120.0}, {}, True),
        ({"on": HALF_DAY, "minute": 121.0}, {}, False),
        ({"minute": 121.0}, {}, True),
    ],
    "R-EVT-03": [
        ({}, {}, True),
        ({"day": {"blocked": {"unknown": "CPI after 2026-12-10"}}}, {}, False),
    ],
    "R-POS-04": [
        ({"memory": {"done": frozenset(sorted(TEN_DONE)[:9])}}, {}, True),
        ({"memory": {"done": TEN_DONE}}, {}, False),
        ({"memory": {"done": TEN_DONE | {"y/open"}}}, {}, False),
    ],
    "R-COR-01": [
        ({"book": ("lt112 ES",)}, {}, True),
        ({"book": ("lt112 ES", "lt112 MES")}, {}, False),
        ({"book": ("lt112 ES", "lt112 ES", "lt112 ES")}, {}, False),
        ({"book": ("lt112 ES", "lt112 ES trap")}, {}, True),  # a left-over spread takes no slot
    ],
    "R-COR-02": [
        ({"book": ("x SPX", "x SPY")}, {}, True),
        ({"book": ("x SPX", "x SPY", "x SPX")}, {}, False),
        ({"book": ("x SPX", "x SPY", "x SPX", "x ES")}, {}, False),
    ],
    "R-COR-04": [
        ({"book": ("friday_0dte ES",)}, {"strategy": "lt112"}, True),
        ({"book": ("lt112 ES trap",)}, {"strategy": "lt112"}, True),
        ({"book": ("lt112 MES",)}, {"strategy": "lt112"}, False),
        ({"book": ("friday_0dte ES",)}, {"strategy": "friday_0dte"}, True),
    ],
    "R-COR-05": [
        ({}, {"dry_run": (0.0, 29_999.0, 0.0)}, True),
        ({}, {"dry_run": (0.0, 30_000.0, 0.0)}, True),
        ({}, {"dry_run": (0.0, 30_001.0, 0.0)}, False),
        ({"net_liq": 0.0}, {}, False),
    ],
    "R-COR-07": [({}, {}, True)],
    **CROWD,
    "R-VIX-02": [
        ({"market": {"vix_points": 34.99}}, {}, True),
        ({"market": {"vix_points": 35.0}}, {}, True),
        ({"market": {"vix_points": 35.01}}, {}, False),
        ({"market": {"vix_points": nan}}, {}, False),
    ],
    "R-VIX-03": [
        ({"market": {"vix_age_s": 299.0}}, {}, True),
        ({"market": {"vix_age_s": 300.0}}, {}, True),
        ({"market": {"vix_age_s": 301.0}}, {}, False),
    ],
    "R-VIX-04": [
        ({"market": {"vix_points": 23.9}}, {}, True),
        ({"market": {"vix_points": 24.0}}, {}, True),
        ({"market": {"vix_points": 24.1}}, {}, False),
    ],
    "R-PAT-01": [
        ({}, {}, True),
        ({"limits": {"pattern_mode": "enforce", "pattern_min": 60.0}}, {}, True),
        ({"limits": {"pattern_mode": "enforce", "pattern_min": 75.0}}, {}, False),
    ],
    "R-GRK-01": [
        ({}, {}, True),
        ({"limits": {"delta_share_max": 0.0}}, {}, False),
        ({}, {"legs": "+1 6040 C", "limit": "-20.00"}, False),  # $150,000 of delta
    ],
    "R-GRK-02": [
        ({}, {"root": "MES"}, True),
        ({}, {"units": 40}, False),
        ({"limits": {"gamma_share_max": 0.0}}, {}, False),
    ],
    "R-GRK-03": [
        ({}, {}, True),
        ({}, {"legs": "+4 6040 C", "limit": "-80.00"}, False),  # pays thousands a day
    ],
    "R-GRK-04": [
        ({}, {"root": "MES"}, True),
        ({"limits": {"vega_max_usd": 0.0}}, {}, False),
    ],
    "R-GRK-06": [
        ({}, {"root": "MES"}, True),
        ({}, {"units": 40}, False),
        ({"net_liq": 0.0}, {}, False),
    ],
    "R-MRG-01": [
        ({}, {"dry_run": (0.0, 51_999.0, 0.0)}, True),  # 65 % at VIX 16, less a fifth
        ({}, {"dry_run": (0.0, 52_000.0, 0.0)}, True),
        ({}, {"dry_run": (0.0, 52_001.0, 0.0)}, False),
        ({}, {"dry_run": (20_000.0, 52_001.0, 0.0)}, False),
    ],
    "R-MRG-02": [
        ({}, {"dry_run": (0.0, 79_999.0, 0.0)}, True),
        ({}, {"dry_run": (0.0, 80_000.0, 0.0)}, True),
        ({}, {"dry_run": (0.0, 80_001.0, 0.0)}, False),
        ({"net_liq": 0.0}, {}, False),
    ],
    "R-MRG-03": [
        ({}, {"dry_run": (0.0, 0.0, 19_999.0)}, True),
        ({}, {"dry_run": (0.0, 0.0, 20_000.0)}, True),
        ({}, {"dry_run": (0.0, 0.0, 20_001.0)}, False),
        ({}, {"strategy": "lt112", "dry_run": (0.0, 0.0, 30_000.0)}, True),
        ({}, {"strategy": "lt112", "dry_run": (0.0, 0.0, 30_001.0)}, False),
    ],
    "R-MRG-06": [
        ({}, {}, True),
        ({}, {"refused": (Refusal(Code.VALIDATION, "the market is closed"),)}, True),
        ({}, {"refused": (Refusal(Code.MARGIN, "600 dollars are missing"),)}, False),
    ],
    "R-STR-01": [
        ({}, {"root": "MES", "legs": "-1 5800 P", "limit": "0.00"}, True),
        ({}, {"legs": "-4 5800 P", "limit": "0.00"}, False),
        ({"net_liq": 0.0}, {}, False),
    ],
    "R-STR-02": [
        ({}, LONG_PUT | {"dry_run": (0.0, 39_999.0, 0.0)}, True),
        ({}, LONG_PUT | {"dry_run": (0.0, 40_000.0, 0.0)}, True),
        ({}, LONG_PUT | {"dry_run": (0.0, 40_001.0, 0.0)}, False),
        ({"net_liq": 0.0}, {}, False),
    ],
    "R-PHA-04": [
        ({"memory": {"phase": 1}}, {"strategy": "lt112"}, False),
        ({"memory": {"phase": 2}}, {"strategy": "lt112"}, True),
        ({"memory": {"phase": 3}}, {"strategy": "lt112"}, True),
        ({"memory": {"phase": 1}}, {"strategy": "friday_0dte"}, True),
    ],
    "R-POS-01": [
        ({"memory": {"phase": 1}, "book": ("a SPX", "b SPX")}, {}, True),
        ({"memory": {"phase": 1}, "book": ("a SPX", "b SPX", "c SPX")}, {}, False),
        ({"memory": {"phase": 1}, "book": ("a SPX", "b SPX", "c SPX", "d SPX")}, {}, False),
        ({"limits": {"stage": 1}, "book": ("a SPX",)}, {}, False),
    ],
    "R-POS-02": [
        ({"book": ("friday_0dte ES",)}, {}, True),
        ({"book": ("friday_0dte ES", "friday_0dte MES")}, {}, False),
        ({"book": ("friday_0dte ES", "friday_0dte MES", "friday_0dte ES")}, {}, False),
    ],
    "R-POS-03": [
        ({"book": ("lt112 ES",)}, {}, True),
        ({"book": ("lt112 ES", "lt112 MES")}, {}, False),
        ({"book": ("lt112 ES", "lt112 SPX", "lt112 SPY")}, {}, True),
    ],
    "R-EVT-06": [
        ({"minute": 359.0}, {}, True),
        ({"minute": 360.0}, {}, True),
        ({"minute": 361.0}, {}, False),
        ({"minute": 390.0}, {}, False),
    ],
    "R-EVT-07": [
        ({}, {}, True),  # no least days for the strategy
        ({"limits": {"dte_min": ((NAME, 0.0),)}}, {}, True),
        ({"limits": {"dte_min": ((NAME, 1.0),)}}, {}, False),
        ({"limits": {"dte_min": (("lt112", 1.0),)}}, {}, True),
    ],
    "R-EVT-08": [
        ({}, {}, True),
        ({"on": date(2025, 12, 4), "limits": {"dte_max": ((NAME, 1.0),)}}, {}, True),
        ({"on": date(2025, 12, 3), "limits": {"dte_max": ((NAME, 1.0),)}}, {}, False),
    ],
    "R-GRK-07": [
        ({}, {}, True),  # no share of its own
        ({"limits": {"greeks_by_strategy": ((NAME, 1.0),)}}, {"root": "MES"}, True),
        ({"limits": {"greeks_by_strategy": ((NAME, 0.01),)}}, {}, False),
        ({"limits": {"greeks_by_strategy": (("lt112", 0.01),)}}, {}, True),
        ({"limits": {"greeks_by_strategy": ((NAME, 1.0),)}, "net_liq": 0.0}, {}, False),
    ],
    "R-VIX-07": [
        ({}, {}, True),  # not asked
        (iv(0.30), {}, True),
        (iv(0.31), {}, True),
        (iv(0.29), {}, False),
        (iv(nan), {}, False),
    ],
    "R-VIX-08": [
        ({"market": {"vix_points": 31.0}}, {}, True),  # everything, by default
        (PUTS_ONLY | {"market": {"vix_points": 30.0}}, {}, True),
        (PUTS_ONLY | {"market": {"vix_points": 30.01}}, {}, False),
        (PUTS_ONLY | {"market": {"vix_points": 30.01}}, {"legs": "-1 5800 P"}, True),
    ],
    "R-POS-06": [
        ({}, {}, True),
        (won(15, 4), {}, True),  # nineteen are no record
        (won(16, 4), {}, True),
        (won(15, 5), {}, False),
        (won(0, 19), {}, True),
    ],
}  # fmt: skip
