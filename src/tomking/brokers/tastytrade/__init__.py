"""The broker tastytrade behind the ``Broker`` port: its dry run, its orders, its news, its ledger.

Knows how an order of ours is sent once and found again, and turns what is told in any order, twice or
late into facts that are told once; refuses to know why an order is wanted. What it remembers is a fold
of the journal, so that a restart forgets nothing. Tests: ``tests/unit/brokers/tastytrade``.
"""
