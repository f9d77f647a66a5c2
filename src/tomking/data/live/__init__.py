"""The live market: the broker's streams fill a cache, the loop looks at frozen views of it.

Knows the feed's conversation, what to subscribe, how old a quote is and when there is none; refuses to
call back, to guess what was not told, and to know whether it is a paper or a live account: that is a
URL and the evidence label it is given. Tests: ``tests/unit/data/live``.
"""
