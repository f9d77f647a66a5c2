"""One loop for backtest, paper and live; what differs is passed in.

Knows the order of things within a tick and that a fact is written before it counts; refuses to know
which clock, market or broker it was given. Tests: ``tests/unit/engine`` and ``tests/scenarios``.
"""
