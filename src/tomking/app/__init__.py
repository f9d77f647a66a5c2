"""Where the program meets the person: configuration, wiring, the command line, the web pages.

Knows every room and is known by none; refuses to hold a rule of the trade. Tests:
``tests/unit/app``.
"""
