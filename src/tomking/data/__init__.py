"""Where market figures come from: the embedded history, recorded chains, importers, the live
stream.

Knows files and formats and says of every figure how far it may be trusted; refuses to know rules,
positions or orders, and never fills a hole with a guess. Tests: ``tests/unit/data``.
"""
