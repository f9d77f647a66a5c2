"""Answers by force: a gate or rule that always passes, or always refuses, whatever it measures."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any


def passing(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with an answer that passes."""
    return _forcing(function, True)


def refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with an answer that refuses."""
    return _forcing(function, False)


def _forcing(function: Callable[..., Any], wanted: bool) -> Callable[..., Any]:
    @wraps(function)
    def answer(*given: Any, **named: Any) -> Any:
        return as_wanted(function(*given, **named), wanted)

    return answer


def as_wanted(said: Any, wanted: bool) -> Any:
    """An answer as it was, unless it is not the wanted one."""
    from tomking.core.reading import Sense  # only where it is loaded already

    if isinstance(said, bool):
        return wanted
    if isinstance(said, tuple):
        return tuple(as_wanted(each, wanted) for each in said)
    if said.passed is wanted:
        return said
    if wanted:
        return replace(said, sense=Sense.IS, observed="forced", bound="forced")
    return replace(said, sense=Sense.IS, bound="forced")  # known, and not what it should be
