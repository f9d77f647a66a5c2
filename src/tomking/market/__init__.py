"""The market as it was known at an instant: days, quotes, chains, surfaces, paths, indicators.

Knows how prices hang together and what may be known when; refuses to know what anybody holds or
wants. Tests: ``tests/unit/market``.
"""
