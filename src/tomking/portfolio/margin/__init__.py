"""What a venue asks as security: one rule for options and shares, a scan for futures and theirs.

Knows contracts, marks, dated house rates and scan ranges; refuses to know names of strategies, who
holds the legs or whether the account can afford them. Tests: ``tests/unit/portfolio/test_margin_*``,
published cases among them.
"""
