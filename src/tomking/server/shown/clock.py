"""Instants as the broker prints them."""

from datetime import UTC, datetime


def instant(at: datetime) -> str:
    """To the millisecond, in UTC.

    >>> instant(datetime(2026, 11, 27, 15, 30, tzinfo=UTC))
    '2026-11-27T15:30:00.000+00:00'
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def millis(at: datetime) -> int:
    """Milliseconds since 1970."""
    return int(at.timestamp() * 1000)
