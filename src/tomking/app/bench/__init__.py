"""Speed, measured beside a peer on the same work in the same run, after the answers were compared.

Knows how to time and whom to time against; refuses to report a ratio for a wrong answer. Tests:
``tests/unit/pricing/test_bench.py`` for the kernels.
"""
