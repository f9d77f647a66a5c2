"""Breaks of rules that no figure and no answer holds: a place in the source and another text.

A place must stand in its file once, so that it cannot be lost silently.
"""

from collections.abc import Mapping

BY_HAND: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    # A flat Friday would be sold as a condor.
    "R-0DTE-15": (
        (
            "strategies/friday_0dte_forms.py",
            'Right.PUT, MovedDown(MOVE, "R-0DTE-15")),\n',
            'Right.PUT, MovedDown(MOVE, "R-0DTE-15")),\n        CONDOR,\n',
        ),
    ),
    # Two naked puts, as in the plan it varies.
    "R-BTR-04": (("strategies/bear_trap.py", "naked=11", "naked=2"),),
    # The rises and the falls would be told apart the other way round: it would be faded again.
    "R-0DTE-14": (
        (
            "strategies/friday_0dte_forms.py",
            'Right.PUT, MovedUp(MOVE, "R-0DTE-14")',
            'Right.CALL, MovedUp(MOVE, "R-0DTE-14")',
        ),
    ),
    # Only the last tranche would be ordered.
    "R-112-06": (("strategies/build.py", "legs += placed", "legs = list(placed)"),),
    # A missing quote would end the run instead of refusing the order.
    "R-MRG-05": (
        (
            "engine/offer.py",
            "UNKNOWN = (QuoteMissing, QuoteStale, QuoteCrossed, Transient)",
            "UNKNOWN = (QuoteStale, QuoteCrossed, Transient)",
        ),
    ),
    "R-SIZ-05": (
        ("risk/sizing.py", "if factor < 1.0:", "if factor < 0.0:"),
        (
            "risk/sizing.py",
            "wanted.size_factor * _allowed(view).size_factor",
            "max(wanted.size_factor, _allowed(view).size_factor)",
        ),
    ),
    "R-DAT-05": (("risk/sizing.py", 'Stage.DATA, 0.0, "R-DAT-05"', 'Stage.DATA, 9.0, "R-DAT-05"'),),
    # The shock of 5 August 2024: spot, volatility, far puts, spread, margin.
    "R-STR-01": (
        ("portfolio/scenarios.py", "Shock(-0.073, AUG5_TERM", "Shock(-0.146, AUG5_TERM"),
        ("portfolio/scenarios.py", "((30.0, 2.8), (60.0", "((30.0, 5.6), (60.0"),
        ("portfolio/scenarios.py", "AUG5_TERM, 0.08, 5.0", "AUG5_TERM, 0.16, 5.0"),
        ("portfolio/scenarios.py", "AUG5_TERM, 0.08, 5.0", "AUG5_TERM, 0.08, 10.0"),
    ),
    "R-STR-02": (("portfolio/scenarios.py", "5.0), 2.5, 0.20, 1.00", "5.0), 5.0, 0.20, 1.00"),),
}
