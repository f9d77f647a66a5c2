"""tastytrade's wire: symbols, words, amounts and orders; the session, the line and the request budget.

Knows how the broker spells things, so that who talks (``brokers``, ``data``) and who answers
(``server``) cannot spell them differently, and how one asks it: reads repeated, orders sent once, a
connection kept; refuses to know strategies and what an order is for. Source: the notes on
tastytrade's wire and captures of it. Tests: ``tests/unit/wire``.
"""
