"""What is held: the book and its marks, fees, the venue's order rules, margin and bad days.

Knows how positions, requirements and costs follow from facts and prices; refuses to know which
trades are wanted, allowed or sent. Tests: ``tests/unit/portfolio``.
"""
