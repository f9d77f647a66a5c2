"""What is held: the book and its marks, exposure, fees, order rules, margin and stress.

Knows how positions, requirements and costs follow from facts and prices; refuses to know which
trades are wanted, allowed or sent. Tests: ``tests/unit/portfolio``.
"""
