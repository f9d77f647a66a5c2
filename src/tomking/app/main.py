"""``tomking``: flat verbs, each loaded when it is called.

The list of verbs is printed from here, so that saying help loads nothing. This is the outermost frame:
whatever goes wrong below becomes one sentence and an exit code.
"""

import io
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from types import MappingProxyType
from typing import cast

from tomking.core.errors import ConfigError, Exit, TomKingError

INTERRUPTED, PIPE_CLOSED = 130, 141
JSON = "--json"

#: What can be said: the module that does it (its function ``command``), and what it is for.
VERBS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "demo": ("demo", "a first backtest and its report, without an account or a network"),
        "backtest": ("backtest", "trade a window of history and say what came of it"),
        "why-not": ("why_not", "why a strategy did or did not trade on a day"),
        "journal": ("journal", "the story of a day, a sentence for every fact"),
        "explain": (
            "explain",
            "a strategy's plan, or everything about one order before it is sent",
        ),
        "limits": ("limits", "every cap, who binds, and what is used of every limit"),
        "size": ("size", "how many units of an order fit, and what binds"),
        "stage": ("stage", "the deployment stage, what the next one asks, and its signature"),
        "unlock": ("unlock", "sign that puts may be sold in a crisis"),
        "margin": ("margin", "what a house asks for the legs of a file"),
        "stress": ("stress", "an account as the index and volatility move"),
        "run": ("run", "the desk of an account as its settings say"),
        "paper": ("paper", "trade on paper, at an exchange of our own"),
        "init": ("init", "make the folder of an account, with commented settings"),
        "login": ("login", "put the broker's keys into the key ring, once they are verified"),
        "live": ("live", "the switch for real money, and what still stands in its way"),
        "status": ("status", "whether the desk runs, what it holds, and who must act"),
        "positions": ("positions", "what an account holds, and what holds it"),
        "orders": ("orders", "what an account has at work at the broker"),
        "takeover": ("takeover", "an account handed to a person with the broker's own app"),
        "plan": ("plan", "today's slots, and which reading would refuse each now"),
        "recover": ("recover", "what a start of the desk would find, and do"),
        "reconcile": ("reconcile", "the journal against the broker, contract by contract"),
        "halt": ("halt", "the brake: nothing that adds risk is sent any more"),
        "resume": ("resume", "let the brake go, or ask that a lock be lifted"),
        "rung": ("rung", "move the desk along its kill ladder"),
        "flatten": ("flatten", "close everything, or show what that would close"),
        "divergence": ("divergence", "a traded day beside the replay of its recording"),
        "exchange": ("exchange", "serve a paper account behind the broker's protocols"),
        "box": ("box", "what a box of SPX options costs as a loan, or earns as one"),
        "seasonal": ("seasonal", "the methodology's tilt by month: a hint, no gate"),
        "config": ("config", "show every setting and where it comes from, or check a file"),
        "data": ("data", "whether a recorded chain file is whole; bring in dates of events"),
        "doctor": ("doctor", "whether this installation works, and what to do if not"),
        "bench": ("bench", "the speed figures, each beside its peer"),
    }
)

#: Verbs that must start when no library can be loaded: their modules read the words themselves.
PLAIN = frozenset({"status", "halt"})


def own_stdout() -> None:
    """Keep standard output for what this program says.

    A library written in C may print there too, and a JSON document would be none any more; what it
    says goes nowhere.
    """
    stream = sys.__stdout__
    if stream is None or stream is not sys.stdout:
        return
    place = stream.fileno()
    ours = os.dup(place)
    os.dup2(os.open(os.devnull, os.O_WRONLY), place)
    raw = os.fdopen(ours, "wb")
    sys.stdout = io.TextIOWrapper(raw, "utf-8", "replace", line_buffering=os.isatty(ours))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; without arguments it is the whole process."""
    if arguments is None:
        own_stdout()
    _speak_utf8()
    words = list(sys.argv[1:] if arguments is None else arguments)
    tell = _say_json if JSON in words else _say
    try:
        code = _run(words)
        if sys.stdout is not None:
            sys.stdout.flush()
    except TomKingError as refused:
        return tell(str(refused), refused.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _close_the_pipe()
    except SystemExit as left:
        if not _is_of_a_closed_pipe(left):
            raise
        return _close_the_pipe()
    except OSError as fault:
        if fault.filename is not None:  # a file that was opened, not the one we speak to
            return tell(_of_file(fault), Exit.ERROR)
        _close_the_pipe()
        return _say(f"nothing more can be written ({fault.strerror})", Exit.ERROR)
    except Exception as bug:  # noqa: BLE001 - the outermost frame: a bug becomes an exit code
        return tell(_confess(bug), Exit.ERROR)
    return code


def _run(words: list[str]) -> int:
    """What the first word asks for."""
    first = words[0] if words else "--help"
    if first in ("--help", "-h", "help") and len(words) < 2:
        print(overview())
        return Exit.OK
    if first == "--version":
        print(f"tomking {version()}")
        return Exit.OK
    if first == "help":
        first, words = words[1], [words[1], "--help"]
    verb = verb_of(first)
    return _call(verb, words[1:])


def verb_of(word: str) -> str:
    """The verb a word stands for: itself, or the only one that begins so.

    Raises
    ------
    ConfigError
        If there is none, or more than one.

    >>> verb_of("why"), verb_of("doc")
    ('why-not', 'doctor')
    """
    asked = word.replace("_", "-")
    if asked in VERBS:
        return asked
    begins = [verb for verb in VERBS if verb.startswith(asked)]
    if len(begins) == 1:
        return begins[0]
    if begins:
        raise ConfigError(f"{word!r} may mean {' or '.join(begins)}: say a letter more")
    if word.startswith("-"):
        raise ConfigError(f"unknown option {word}: put a command first; see `tomking --help`")
    from tomking.core.near import did_you_mean  # only when something was mistyped

    near = did_you_mean(asked, VERBS) or "; `tomking --help` lists them"
    raise ConfigError(f"unknown command {word!r}{near}")


def _call(verb: str, words: Sequence[str]) -> int:
    """Load a verb's module and let typer read its arguments."""
    module, _ = VERBS[verb]
    loaded = import_module(f"tomking.app.cli.{module}")
    if verb in PLAIN:
        return int(loaded.run(words))
    import typer  # a quarter of a second that --help and the brake do not pay

    command = loaded.command
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(command)
    # Typer has moved the parent of its usage errors between releases.
    usage_error = cast("type[Exception]", typer.BadParameter.__mro__[1])
    try:
        code = app(list(words), prog_name=f"tomking {verb}", standalone_mode=False)
    except typer.Abort:
        return INTERRUPTED
    except usage_error as fault:
        said = str(getattr(fault, "format_message", fault.__str__)()).rstrip(".")
        raise ConfigError(f"{said}; see `tomking {verb} --help`") from fault
    return int(code or 0)


def overview() -> str:
    """The page ``tomking --help`` prints."""
    wide = max(map(len, VERBS)) + 2
    rows = "\n".join(f"  {verb:<{wide}}{what}" for verb, (_, what) in VERBS.items())
    return (
        "usage: tomking COMMAND [OPTIONS]\n\n"
        "A desk for systematic option income: every decision explained.\n\n"
        f"{rows}\n\n"
        "Every command takes --json and --help, and may be shortened while it stays clear\n"
        "(`tomking why lt112 2018-02-07`). Start with `tomking demo`."
    )


def version() -> str:
    """The version that is installed."""
    from importlib.metadata import version as installed  # it costs as much as all the rest

    return installed("tomking")


def _speak_utf8() -> None:
    """UTF-8 whatever the terminal's locale says, and never a crash over a letter."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _say(sentence: str, code: int) -> int:
    with suppress(OSError):
        print(f"tomking: {sentence}", file=sys.stderr, flush=True)
    return int(code)


def _say_json(sentence: str, code: int) -> int:
    """The same, and for a program a document where its answer would have been."""
    import json  # only when there is something to say

    said = json.dumps({"error": sentence, "exit_code": int(code)}, ensure_ascii=False)
    try:
        print(said, flush=True)
    except OSError:  # nobody reads, or there is no room: the sentence is left
        _close_the_pipe()
    return _say(sentence, code)


def _close_the_pipe() -> int:
    """Whoever read our output has left: say nothing more, not even at exit."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def _of_file(fault: OSError) -> str:
    return (
        f"{fault.filename} cannot be used ({fault.strerror}): see that it may be read and written to, "
        "that its folder is one, and that the disk has room"
    )


def _is_of_a_closed_pipe(left: SystemExit) -> bool:
    """Whether a library ended the program because nobody reads on: rich and typer both do."""
    why = left.__cause__ or left.__context__
    return isinstance(why, BrokenPipeError)


def _confess(bug: Exception) -> str:
    """One sentence about a bug, with its trace shown or saved."""
    from tomking.app.trace import save, shown

    what = f"this is a bug in tomking ({type(bug).__name__}: {bug})"
    if shown(bug):
        return what
    place = save(bug)
    if place is None:
        return f"{what}; set TOMKING_DEBUG=1 and try again to see where"
    return f"{what}; its trace is in {place}, and TOMKING_DEBUG=1 shows it"


if __name__ == "__main__":
    raise SystemExit(main())
