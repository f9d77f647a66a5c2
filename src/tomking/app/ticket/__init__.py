"""The ticket: a file of legs, read strictly, and everything that can be said of it before it is sent.

Knows the file format (``docs/reference/margin-file.md``) and what to print; refuses to know prices
it was not given. Tests: ``tests/unit/app/ticket`` and ``tests/integration/test_ticket.py``.
"""
