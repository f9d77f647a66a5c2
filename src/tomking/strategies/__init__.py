"""One file per trade plan, and the words plans are written in.

Knows when a trade is wanted, of what it is made and when it is left; refuses to know brokers, other
strategies and whether the account may afford it. Tests: ``tests/unit/strategies`` and
``tests/scenarios``.
"""
