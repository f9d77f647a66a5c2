"""Brokers: adapters behind the ``Broker`` port.

Knows how an approved order reaches a venue and how its news comes back; refuses to know why an
order is wanted. Tests: ``tests/unit/brokers``.
"""
