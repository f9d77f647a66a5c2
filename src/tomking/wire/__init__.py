"""What goes over tastytrade's wire: symbols, words, amounts, orders and the request budget.

Knows how the broker spells things, so that who talks (``brokers``, ``data``) and who answers
(``server``) cannot spell them differently; refuses to know connections, strategies and what an order
is for. Source: the notes on tastytrade's wire and captures of it. Tests: ``tests/unit/wire``.
"""
