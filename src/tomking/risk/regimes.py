"""VIX bands and the buying power each allows: every table of the documents, by name (rulebook 13).

A table is a row a band: VIX below the first figure allows the second, as a share of net liq. The last
edge belongs to the band below it. The sources disagree more about this than about anything else; which
one binds is a key.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tomking.risk.limits import Limits, Pairs

REGIMES = ("LOW", "NORMAL", "ELEVATED", "HIGH", "CRISIS")
TOP = 1e9


def _table(*edges: float, shares: tuple[float, ...]) -> Pairs:
    return tuple(zip((*edges, TOP), shares, strict=True))


#: A: documents 000, 001, 003 as the default takes them; A_PUTS: with their 80 % above 30, meant for
#: puts; A_LOW and A_HIGH: the ends of the methodology's ranges; B: document 004 (below 12 most is
#: skipped); C: CORE, upper ends; E, F, G, H, I: TREE, HEAD's parameters, AUD, JS, HEAD's Kelly, upper
#: ends.
TABLES: Mapping[str, Pairs] = MappingProxyType(
    {
        "A": _table(13, 18, 25, 30, shares=(0.45, 0.65, 0.75, 0.50, 0.50)),
        "A_PUTS": _table(13, 18, 25, 30, shares=(0.45, 0.65, 0.75, 0.50, 0.80)),
        "A_LOW": _table(13, 18, 25, 30, shares=(0.40, 0.60, 0.75, 0.50, 0.80)),
        "A_HIGH": _table(13, 18, 25, 30, shares=(0.50, 0.70, 0.80, 0.50, 0.80)),
        "B": _table(12, 15, 20, 25, 30, shares=(0.0, 0.45, 0.60, 0.70, 0.80, 0.50)),
        "C": _table(12, 16, 20, 25, 30, shares=(0.45, 0.65, 0.75, 0.60, 0.40, 0.25)),
        "E": _table(12, 15, 20, 30, shares=(0.45, 0.60, 0.80, 0.80, 0.60)),
        "F": _table(15, 20, 25, 35, shares=(0.45, 0.52, 0.65, 0.75, 0.80)),
        "G": _table(12, 16, 20, 25, 30, shares=(0.45, 0.60, 0.70, 0.60, 0.45, 0.80)),
        "H": _table(13, 18, 25, 30, 35, shares=(0.45, 0.65, 0.75, 0.50, 0.50, 0.80)),
        "I": _table(16, 20, 25, shares=(0.45, 0.65, 0.75, 0.80)),
    }
)
#: D: one table a phase (Q18 and HEAD).
BY_PHASE: Mapping[str, tuple[Pairs, ...]] = MappingProxyType(
    {
        "D": (
            _table(12, 16, 20, 25, 30, shares=(0.35, 0.45, 0.50, 0.40, 0.30, 0.60)),
            _table(12, 16, 20, 25, 30, shares=(0.40, 0.50, 0.60, 0.50, 0.35, 0.65)),
            _table(12, 16, 20, 25, 30, shares=(0.45, 0.55, 0.65, 0.55, 0.40, 0.70)),
            _table(12, 16, 20, 25, 30, shares=(0.50, 0.60, 0.70, 0.60, 0.45, 0.75)),
        )
    }
)


#: Where one regime ends and the next begins: the edges of A, whose shares nobody asks here.
NAMED = TABLES["A"]


def bands_of(limits: Limits, phase: int) -> Pairs:
    """The bands that bind: those written out, or a table by its name (R-VIX-01)."""
    if limits.vix_table in TABLES:
        return TABLES[limits.vix_table]
    if limits.vix_table in BY_PHASE:
        return BY_PHASE[limits.vix_table][min(max(phase, 1), 4) - 1]
    return limits.vix_bands


def band_of(vix: float, bands: Pairs) -> int:
    """The row of a level of VIX: half-open, but the last edge belongs to the band below it.

    >>> [band_of(v, TABLES["A"]) for v in (12.99, 13.0, 25.0, 30.0, 30.01)]
    [0, 1, 3, 3, 4]
    """
    edges = [edge for edge, _ in bands[:-1]]
    below = next((row for row, edge in enumerate(edges) if vix < edge), len(edges))
    return len(edges) - 1 if edges and vix == edges[-1] else below


def regime_name(vix: float, before: float, slack: float) -> str:
    """What the regime is called, whatever table binds: by VIX, at 13, 18, 25 and 30 (rulebook 13).

    ``before`` is VIX at the last close; a name too is left only by ``slack`` points (R-VIX-05).
    """
    return REGIMES[settled(vix, before, NAMED, slack)]


def settled(vix: float, before: float, bands: Pairs, slack: float) -> int:
    """The band of VIX when a band is left only by so many points (R-VIX-05).

    ``before`` is VIX at the last close; without ``slack`` it changes nothing.

    >>> [settled(v, 17.0, TABLES["A"], 1.0) for v in (17.5, 18.5, 19.0, 12.5, 11.9)]
    [1, 1, 2, 1, 0]
    """
    now, was = band_of(vix, bands), band_of(before, bands)
    if slack <= 0.0 or now == was:
        return now
    kept = vix - slack if now > was else vix + slack
    found = band_of(kept, bands)
    return max(found, was) if now > was else min(found, was)
