"""Reading the words of a command without a library: for verbs that start when none can be loaded."""

from collections.abc import Mapping, Sequence

from tomking.core.errors import ConfigError
from tomking.core.value import value


@value
class Option:
    """``--account NAME``, or a flag such as ``--json`` when it takes no word."""

    name: str
    what: str
    takes: str = ""

    @property
    def shown(self) -> str:
        """As the help page prints it."""
        return f"--{self.name} {self.takes}".rstrip()


JSON = Option("json", "As one JSON document.")
ACCOUNT = "account"


def asks_help(words: Sequence[str]) -> bool:
    """Whether somebody wants to know what a command does."""
    return "--help" in words or "-h" in words


def read(words: Sequence[str], options: Sequence[Option], verb: str) -> Mapping[str, str]:
    """The options that were given: what each was given as, and ``yes`` for a flag.

    Raises
    ------
    ConfigError
        If a word is no option, comes twice, or lacks what it takes.

    >>> read(["--reason=too fast", "--json"], (JSON, Option("reason", "", "TEXT")), "halt")
    {'reason': 'too fast', 'json': 'yes'}
    """
    known = {f"--{option.name}": option for option in options}
    given: dict[str, str] = {}
    left = list(words)
    while left:
        word, mark, rest = left.pop(0).partition("=")
        option = known.get(word)
        if option is None or (mark and not option.takes):
            raise ConfigError(f"No such option: {word}; see `tomking {verb} --help`")
        if option.name in given:
            raise ConfigError(f"{word} was said twice; see `tomking {verb} --help`")
        if option.takes and not mark:
            if not left or left[0].startswith("--"):
                raise ConfigError(f"{word} lacks its {option.takes}; see `tomking {verb} --help`")
            rest = left.pop(0)
        given[option.name] = rest if option.takes else "yes"
    return given


def page(verb: str, about: str, options: Sequence[Option]) -> str:
    """What ``--help`` prints."""
    wide = max(len(option.shown) for option in options) + 2
    rows = "\n".join(f"  {option.shown:<{wide}}{option.what}" for option in options)
    return f"usage: tomking {verb} [OPTIONS]\n\n{about}\n\n{rows}"
