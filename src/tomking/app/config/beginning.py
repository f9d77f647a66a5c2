"""The settings file an account begins with: what a beginner should see, each line with its unit.

Everything a file may say stands in the shipped default; here are the keys that are changed first, all as
they would be if the file were empty.
"""

from collections.abc import Iterator

from tomking.app.config.text import COLUMN, figure_line

#: The limits that a beginner should know, in the order of the questions they answer.
SHOWN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("How much may be on", ("stage", "margin_max", "reserve", "bp_trade_max", "entries_a_day_max")),
    ("How much one trade may lose", ("stop_risk_max", "defined_risk_max")),
    (
        "When the desk stops opening",
        ("loss_day_max", "loss_week_max", "loss_month_max", "loss_streak_max", "drawdown_lock"),
    ),
    ("What an alarm may do without you", ("emergency_auto", "emergency_hedge")),
    ("Which quotes are believed", ("quote_age_max_s", "vix_open_max", "manual_vix_max")),
)

HEAD = """\
# Settings of the account {account}. Nothing here trades by itself: paper, no automatic entry, no
# orders sent. What is not said stays at its default; `tomking config show --why` prints every key,
# `tomking config check FILE` says whether this file is sound. Keys and passwords never stand here:
# `tomking login` asks for them."""


def beginning(account: str) -> str:
    """The text of an account's first settings file."""
    return "\n".join(_lines(account)) + "\n"


def _lines(account: str) -> Iterator[str]:
    yield HEAD.format(account=account)
    yield ""
    yield _said(
        '# preset = "default"', "default | protocol-v17 | breakdown-v18: which rulebook is meant"
    )
    yield _said(
        'mode = "paper"', "paper | live; live also takes `tomking live enable` and a typed word"
    )
    yield ""
    yield "[account]"
    yield _said("capital = 44500", "dollars to begin with; 44500 is about 35,000 pounds")
    yield ""
    yield "[desk]"
    yield _said(
        "automatic_entry = false", "true: plans open by themselves; exits never wait for this"
    )
    yield _said(
        'execution = "off"', "off: nothing leaves | prepare: orders are shown | send: they go"
    )
    yield _said("# backstops = true", "stops rest at the broker behind naked shorts, R-MAN-06")
    yield ""
    yield "# A share of net liquidation is a fraction: 0.05 is 5 %. Take the # away to change a limit."
    yield "[limits]"
    for title, names in SHOWN:
        yield f"# {title}:"
        yield from (f"# {figure_line(name)}" for name in names)
    yield ""
    yield "[backtest]"
    yield _said("# strategies = []", 'plans of a backtest; empty: the core, ["lt112"]: that one')
    yield _said("# seed = 1", "whole number, of the modelled paths")
    yield ""
    yield "# A plan's own figures go into a table of its name; `tomking explain lt112` prints the plan."
    yield "# [strategies.lt112]"
    yield _said('# "CreditAtLeast.points" = 15.0', "points")


def _said(text: str, note: str) -> str:
    return f"{text:<{COLUMN - 1}} # {note}"
