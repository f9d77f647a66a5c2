"""What a venue asks for short options: one rule over strikes, and house rates as dated data.

Knows contracts, marks and rates; refuses to know names of strategies, who holds the legs or whether
the account can afford them. Tests: ``tests/unit/portfolio/test_margin_*``, published cases among
them.
"""
