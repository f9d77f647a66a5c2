"""Words that are typed before something is done that cannot be taken back by accident."""

import sys
from collections.abc import Callable

from tomking.core.errors import ConfigError

#: Asks a person for a line; ``None`` where nobody sits at a terminal.
Ask = Callable[[str], str | None]


def at_terminal(prompt: str) -> str | None:
    """A line from the terminal; nothing where standard input is none: no script is ever asked."""
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    print(prompt, end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def confirmed(word: str, what: str, ask: Ask) -> str:
    """The word, once it has been typed.

    Raises
    ------
    ConfigError
        If nobody can be asked, or something else was typed: nothing is done then.
    """
    typed = ask(f"{what}\nType {word} to go on:")
    if typed is None:
        raise ConfigError(f"{word} must be typed at a terminal: nothing was done")
    if typed != word:
        raise ConfigError(f"{typed!r} is not {word}: nothing was done")
    return typed
