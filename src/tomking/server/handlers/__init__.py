"""Requests, by subject: each answers from the world and decides nothing."""
