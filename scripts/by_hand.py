"""Breaks of rules that no figure and no answer holds: a place in the source and what stands there instead."""

from collections.abc import Mapping

BY_HAND: Mapping[str, tuple[tuple[str, str, str], ...]] = {}
