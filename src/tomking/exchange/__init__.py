"""The venue: orders, fills, fees, settlement and its own ledger, in one process without a network.

Knows orders, quotes, sessions, what an expiry becomes and when a margin call is due; refuses to know
strategies, limits, positions or why anybody trades, and shares no ledger code with the trader's
book. Tests: ``tests/unit/exchange``.
"""
