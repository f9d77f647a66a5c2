"""What a journal adds up to: trades, equity, statistics, the decision funnel - from facts alone.

It groups by the labels that were written with a decision and knows no policy: what a gate would say
today is not its affair. Tests: ``tests/unit/analysis``.
"""
