"""The venue: orders, fills, fees, settlement and its own ledger, in one process without a network.

Knows orders, quotes, sessions and what an expiry becomes; refuses to know strategies, limits,
positions or why anybody trades, and shares no ledger code with the trader's book. Tests:
``tests/unit/exchange``.
"""
