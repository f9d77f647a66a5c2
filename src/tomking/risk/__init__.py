"""Limits, caps, gates, sizing and standing: the small pure functions that may say no.

Knows what is allowed and how near the edge the book stands; refuses to know how an order is sent or
a price is made. A limit never stands in the way of an exit. Tests: ``tests/unit/risk``.
"""
