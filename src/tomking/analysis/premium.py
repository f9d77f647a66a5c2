"""Which gates select on premium or implied volatility, and by what: no model can tell their value.

On modelled prices such a gate chooses among our own inventions. A gate is known by its rule and stage,
for one rule of a plan may ask several things.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tomking.core.evidence import Evidence
from tomking.core.reading import Stage

CREDIT = "asks what the structure brings"
COST = "asks what the structure or a leg of it costs"
AT_RISK = "counts the premium in what may be lost"
WIDTH = "asks how wide the quotes stand"
VOLATILITY = "asks for a level or a rise of implied volatility"
GREEKS = "reads Greeks off implied volatility"
PATTERN = "weighs how volatile the days were"

#: Rules by id, each with what it selects on.
PREMIUM: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("R-0DTE-06", "R-112-05", "R-112-10", "R-112-11", "R-SGL-02", "R-SGL-05", "R-ICN-02",
             "R-RAT-01", "R-BTR-01", "R-BFL-05", "R-BFL-07"), CREDIT),
        **dict.fromkeys(("R-BFL-03", "R-BFL-06", "R-DIA-01", "R-PMC-05", "R-PMC-06", "R-LEP-05"), COST),
        **dict.fromkeys(("R-SIZ-01", "R-SIZ-02", "R-SIZ-07", "R-SIZ-10"), AT_RISK),
        "R-DAT-02": WIDTH,
        **dict.fromkeys(
            ("R-VIX-01", "R-VIX-02", "R-VIX-04", "R-SIZ-05", "R-SIZ-06"), VOLATILITY),
        **dict.fromkeys(
            ("R-GRK-01", "R-GRK-02", "R-GRK-03", "R-GRK-04", "R-GRK-05", "R-GRK-06"), GREEKS),
        "R-PAT-01": PATTERN,
    }
)  # fmt: skip
#: Rules of stage VIX that ask for no level: how old the figure is.
NO_LEVEL = frozenset({"R-VIX-03"})


def selects_on(rule: str, stage: str) -> str:
    """What of premium or volatility a gate selects on; empty when it selects on neither.

    Every plan's own rule of stage VIX asks for a level of it, and one of stage DATA that is listed for
    what the structure comes to.

    >>> selects_on("R-112-03", "VIX"), selects_on("R-112-04", "MARKET")
    ('asks for a level or a rise of implied volatility', '')
    """
    if rule in PREMIUM:
        return PREMIUM[rule]
    return VOLATILITY if stage == Stage.VIX and rule not in NO_LEVEL else ""


def measurable(rule: str, stage: str, weakest: Evidence) -> bool:
    """Whether a gate's value can be told from prices whose weakest is of this class."""
    return weakest is not Evidence.MODEL or not selects_on(rule, stage)
