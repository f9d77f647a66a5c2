"""Did you mean: the known word nearest to one that was mistyped."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'lt112'?``, or the choices when nothing is near and they are few.

    >>> did_you_mean("lt12", ["lt112", "friday_0dte"])
    "; did you mean 'lt112'?"
    >>> did_you_mean("x", ["show", "check"])
    '; choose one of show, check'
    """
    choices = [one for one in known if one != word]  # nobody meant what he said and is not taken
    near = get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; choose one of {', '.join(choices)}" if 0 < len(choices) <= 12 else ""
