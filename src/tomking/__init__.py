"""Systematic option income: one rulebook, one engine, every decision explained."""
