"""The verbs of the command line, a file each with one function ``command``.

Knows how a person asks and how an answer is printed, for eyes or as JSON; refuses to know how the answer
was found. Tests: ``tests/integration/test_cli.py``.
"""
