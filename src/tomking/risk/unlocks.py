"""Which products wait for a later phase of the account than their strategy does (rulebook 5 to 8)."""

Unlocks = tuple[tuple[str, str, int], ...]

#: Strategy, root and the phase from which it is traded; ``any`` stands for every strategy.
ROOTS_BY_PHASE: Unlocks = (
    *(("strangle", root, 1) for root in ("MCL", "MGC", "GLD", "TLT")),
    *(("strangle", root, 2) for root in ("MES", "MNQ", "6A", "M6E", "SLV", "XOP")),
    *(
        ("strangle", root, 3)
        for root in ("ES", "CL", "GC", "LE", "HE", "ZC", "ZS", "ZW", "6E", "6B", "ZB", "ZN")
    ),
    *(("strangle", root, 4) for root in ("NQ", "RTY", "SI")),
    ("strangle_cl", "CL", 3),
    ("strangle_gc", "GC", 3),
    ("bear_trap", "QQQ", 4),
    ("bear_trap", "ES", 4),
    ("leap_ladder", "QQQ", 4),
    ("leap_ladder", "IWM", 4),
)
