"""Settings: the shipped presets, a user's TOML file over them, and where every figure comes from.

Knows which keys there are, their bounds and their names; refuses to know what a limit is good for.
Tests: ``tests/unit/app/test_config.py``.
"""
