"""The least requirement of a set of options: a problem as columns, tried out or solved as a program.

Knows the universal spread rule and integers; refuses to know rates, shares and what a venue calls a
position. Tests: ``tests/unit/portfolio/test_margin_least.py``.
"""
