"""The words of the house: contracts, orders, facts, readings, money, sessions, errors.

Knows what things are called, which way signs point and what each fact says; refuses to know prices,
limits or opinions. Everything else imports it and it imports nothing. Tests: ``tests/unit/core``.
"""
