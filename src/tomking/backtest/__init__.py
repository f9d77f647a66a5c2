"""Backtests: the one loop wired to recorded instants, a modelled market and the exchange in this
process.

Knows which clock, market and broker make a backtest; refuses to know credentials, URLs and files.
Tests: ``tests/integration/test_backtest.py``.
"""
