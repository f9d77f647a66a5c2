"""Correlation groups as data: which roots move together (rulebook 15). A settings file may lay them
out anew.
"""

from collections.abc import Mapping
from functools import cache

Groups = tuple[tuple[str, tuple[str, ...]], ...]

#: Ten groups: the nine of the methodology and V for volatility. Sector and international funds count
#: with the equity funds.
GROUPS: Groups = (
    ("A1", ("ES", "MES", "NQ", "MNQ", "RTY", "M2K", "YM", "MYM")),
    (
        "A2",
        (
            "SPX", "XSP", "NDX", "RUT", "SPY", "QQQ", "IWM", "DIA", "XLB", "XLC", "XLF", "XLI",
            "XLK", "XLP", "XLU", "XLV", "XLY", "SMH", "KRE", "EEM", "EFA", "EWZ", "FXI",
        ),
    ),
    ("B1", ("GC", "MGC", "GLD", "TLT", "ZB", "ZN", "IEF", "HYG")),
    ("B2", ("SI", "SIL", "SLV", "HG", "PL", "PA")),
    ("C1", ("CL", "MCL", "QM", "RB", "HO", "XLE", "XOP", "USO")),
    ("C2", ("NG", "UNG")),
    ("D1", ("ZC", "ZS", "ZW", "DBA")),
    ("D2", ("LE", "HE", "GF")),
    ("E", ("6E", "6B", "6A", "6C", "M6E", "M6A", "DX", "UUP", "FXE", "FXB", "FXY")),
    ("V", ("VIX", "VXX", "UVXY", "SVXY", "VIXY")),
)  # fmt: skip
EQUITY_GROUPS = ("A1", "A2")


@cache
def _places(groups: Groups) -> Mapping[str, str]:
    return {root: group for group, roots in groups for root in roots}


def group_of(root: str, groups: Groups = GROUPS) -> str | None:
    """The group of a root, or ``None`` for one nobody has placed.

    >>> group_of("MES"), group_of("QQQ"), group_of("GLDX")
    ('A1', 'A2', None)
    """
    return _places(groups).get(root)
