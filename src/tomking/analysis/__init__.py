"""What a journal adds up to: trades, equity, statistics, the decision funnel.

Knows facts and the labels that were written with a decision; refuses to know policy: what a gate would
say today is not its affair. Tests: ``tests/unit/analysis``.
"""
