"""Gates: each measures one thing about a case and is named as the sentence that is true when it
passes.

Knows the figures of one case; refuses to know strategies by more than their name, and to change
anything. Tests: ``tests/unit/risk/test_gates.py``, which shows every gate passing and refusing.
"""
