"""The mathematics of options: European and American prices, Greeks, implied volatility, payoff.

Knows columns of numbers in points, years and annual fractions, and refuses to know contracts,
quotes, calendars or money. Every formula has a plain twin, a textbook figure and QuantLib against
it in ``tests/unit/pricing``.
"""
