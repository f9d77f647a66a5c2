"""The exchange behind tastytrade's protocols: REST, the account stream and DXLink, over HTTP and TLS.

Knows the broker's wire and one exchange an account, and translates between them; refuses to know
strategies, limits and why anybody trades. Orders, margin, fees and expiry are the exchange's:
nothing here decides what trades. Tests: ``tests/unit/server``.
"""
