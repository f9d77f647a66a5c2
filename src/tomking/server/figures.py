"""Reading what a request says: every figure, text and object is bounded before anybody works with it."""

import json
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

from tomking.core.errors import DataError
from tomking.server.answers import Json, Problem
from tomking.wire.amounts import number, shortly

#: How deep objects may lie in each other, and how many things a body may hold.
DEPTH_MAX, THINGS_MAX = 20, 10_000
#: The most letters of a name that is kept.
NAME_MAX = 100
#: The furthest page, the longest one, and the most digits of a number in a path.
PAGES_MAX, PER_PAGE_MAX, DIGITS_MAX = 10**6, 10_000, 15


def figure(said: object, name: str, least: Decimal, most: Decimal) -> Decimal:
    """A figure of a request, between two bounds.

    >>> figure("2.50", "amount", Decimal(0), Decimal(10))
    Decimal('2.50')

    Raises
    ------
    Problem
        400 if it is none, or lies outside.
    """
    try:
        found = number(said, name)
    except DataError as wrong:
        raise flaw(name, "is missing" if said is None else "is no number") from wrong
    if not least <= found <= most:
        raise flaw(name, f"must lie between {least:,f} and {most:,f}")
    return found


def whole(said: object, name: str, most: int) -> int:
    """A whole number from nought on.

    >>> whole("12", "page-offset", 100)
    12

    Raises
    ------
    Problem
        400 if it is none, or beyond what is allowed.
    """
    found = figure(said, name, Decimal(0), Decimal(most))
    if found != int(found):
        raise flaw(name, "is no whole number")
    return int(found)


def dollars(said: object, name: str, least: Decimal, most: Decimal) -> Decimal:
    """An amount of money, in whole cents."""
    found = figure(said, name, least, most)
    if found != round(found, 2):
        raise flaw(name, "is in whole cents")
    return found


def word(said: object, name: str, words: Collection[str]) -> str:
    """One of some words.

    Raises
    ------
    Problem
        400 if it is none of them, or no text at all.
    """
    if not isinstance(said, str) or said not in words:
        raise flaw(name, f"is one of {', '.join(words)}")
    return said


def text(said: object, name: str, most: int = NAME_MAX) -> str:
    """A text of reasonable length; a missing one is empty."""
    if said is None:
        return ""
    if not isinstance(said, str) or len(said) > most:
        raise flaw(name, f"is no text of at most {most} letters")
    return said


def flaw(domain: str, reason: str) -> Problem:
    """What is wrong with one thing of a request, as the broker words it."""
    message = f"Request validation failed: {domain} {reason}"
    return Problem(400, "validation_error", message, ({"domain": domain, "reason": reason},))


def json_in(body: bytes) -> Any:
    """What a body says, if it is JSON of reasonable depth and size.

    Raises
    ------
    Problem
        400 if it is not.
    """
    try:
        said = json.loads(body, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as wrong:
        raise Problem(400, "bad_request", f"The body is no JSON: {wrong}") from wrong
    for count, (depth, thing) in enumerate(_things(said)):
        if depth > DEPTH_MAX or count > THINGS_MAX:
            raise Problem(
                400, "bad_request", "The body is deeper or longer than anything asked here"
            )
        if isinstance(thing, str) and not _is_sound(thing):
            raise Problem(400, "bad_request", "The body holds letters that are half of one")
    return said


def object_in(body: bytes) -> Json:
    """The object a body says."""
    said = json_in(body)
    if not isinstance(said, dict):
        raise Problem(400, "bad_request", "The body is no JSON object")
    return said


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _finite(said: str) -> float:
    """A number with a point or a power; one beyond all would be told as no JSON."""
    found = float(said)
    return found if isfinite(found) else _no_number(shortly(said))


def _things(said: Any) -> Iterator[tuple[int, Any]]:
    """Everything in a body with its depth, without going deeper than is allowed by calling oneself."""
    left = [(0, said)]
    while left:
        depth, thing = left.pop()
        yield depth, thing
        if isinstance(thing, Mapping):
            left += ((depth + 1, key) for key in thing)
            left += ((depth + 1, each) for each in thing.values())
        elif isinstance(thing, list):
            left += ((depth + 1, each) for each in thing)


def _is_sound(said: str) -> bool:
    """Whether a text can be written down: half of a pair of surrogates cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in said)
