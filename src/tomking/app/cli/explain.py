"""``tomking explain WHAT``: a strategy's plan and its limits, or everything about one order."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tomking.app import strategies
from tomking.app.config.load import Settings, load
from tomking.app.config.models import Curves, limits
from tomking.app.config.rows import told
from tomking.app.now import now
from tomking.app.screen import show, show_json, show_table
from tomking.app.ticket.source import STDIN, read
from tomking.core.errors import ConfigError, Exit
from tomking.core.near import did_you_mean
from tomking.market.unpriced import why_unpriced
from tomking.risk.kin import is_named, row_of
from tomking.risk.limits import Named
from tomking.risk.switches import off_on
from tomking.strategies.plan import Plan
from tomking.strategies.prose import prose, table, to_data

if TYPE_CHECKING:
    from tomking.app.account_limits import Whose

Row = tuple[str, Any, str, str]


def command(
    what: Annotated[
        str,
        typer.Argument(
            metavar="STRATEGY|FILE", help="A strategy such as lt112, or an order's JSON file."
        ),
    ],
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="STRATEGY", help="Whose exits the order is to have."),
    ] = None,
    vix: Annotated[
        float | None, typer.Option(min=1, max=1000, help="VIX, where the file does not say it.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="The account whose settings and past count.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Print a strategy's plan as it would be traded, or everything about an order before it is sent.

    Of an order: its name, what it can make and lose, margin now and on a bad day, fees, Greeks against
    the limits, chances, how it ends, and what the venue would object to. The file is that of `margin`
    with an order and an account (docs/reference/margin-file.md); - reads standard input. With --account
    its settings, stage, phase, streak and locks bind. Exit code 3
    when a limit or the venue stands against the order, or a strategy's market has no history here.
    """
    who = None
    if account is not None:
        from tomking.app.account_limits import whose  # the wire, which a plan does not need

        who = whose(account, config=config, preset=preset)
    settings = load(config, preset) if who is None else who.settings
    if is_file(what):
        return _order(what, as_, vix, settings, who, json=json)
    for name, given in (("--as", as_), ("--vix", vix)):
        if given is not None:
            raise ConfigError(f"{name} is for an order's file, and {what!r} is a strategy")
    off = () if who is None else off_on(who.there.standing.off, who.there.at.date())
    return _strategy(what, settings, {one.strategy: one.why for one in off}, json=json)


def is_file(what: str) -> bool:
    """Whether a word is a file; a strategy's name comes first, ``./lt112`` is a file.

    Raises
    ------
    ConfigError
        If it is neither.
    """
    asked, known = what.strip().lower().replace("-", "_"), strategies.names()
    if (asked and sum(name.startswith(asked) for name in known) == 1) or asked in known:
        return False
    if what == STDIN or Path(what).suffix == ".json" or "/" in what or Path(what).exists():
        return True
    raise ConfigError(f"{what!r} is neither a strategy nor a file{did_you_mean(asked, known)}")


def _order(
    path: str,
    as_: str | None,
    vix: float | None,
    settings: Settings,
    who: "Whose | None",
    *,
    json: bool,
) -> int:
    """Everything about the order of a file, and whether anything stands against it."""
    from tomking.app.ticket.document import document  # the kernels, which a plan does not need
    from tomking.app.ticket.exact import show_exact
    from tomking.app.ticket.explained import explained
    from tomking.app.ticket.file import ticket, with_vix
    from tomking.app.ticket.page import show_ticket

    asked = with_vix(ticket(read(path), now()), vix)
    found = explained(asked if who is None else who.order(asked), settings, as_)
    if json:
        show_exact(document(found))
    else:
        show_ticket(found)
    said = (*found.measured.readings, *found.objections)
    return Exit.OK if all(one.passed for one in said) else Exit.REFUSED


def _strategy(name: str, settings: Settings, off: Mapping[str, str], *, json: bool) -> int:
    """A strategy's plan, as a table, and its limits; and why it cannot be traded here, if so.

    ``off`` are those that the account cannot hold.
    """
    plan = strategies.plan(name)
    plan = strategies.tuned(plan, settings.tunings.get(plan.name, {}))
    unpriced = next(filter(None, map(why_unpriced, plan.roots)), "") or off.get(plan.name, "")
    applying = tuple(limits_of(settings, plan.name))
    code = Exit.REFUSED if unpriced else Exit.OK
    if json:
        show_json(_document(plan, applying) | {"cannot_be_traded": unpriced or None})
        return code
    show(prose(plan))
    show_table(("part", "the plan says", "rule"), [(r.part, r.says, r.rule) for r in table(plan)])
    show("The limits it lives under; each is a gate, a cap or a size.")
    show_table(
        ("limit", "value", "unit", "rule"),
        [(n, told(v), unit, rule) for n, v, unit, rule in applying],
    )
    if unpriced:
        show(f"It cannot be traded here: {unpriced}")
    show(f"Sources: {'; '.join(plan.sources)}. `tomking config show --why` says who set what.")
    return code


def limits_of(settings: Settings, name: str) -> Iterator[Row]:
    """The limits that can stop a strategy; of tables by strategy its own row, or its kind's."""
    kinds = settings.limits.variants
    for limit in limits().values():
        value = getattr(settings.limits, limit.name)
        if limit.hint in (Named, Curves) and "group" not in limit.name:
            value = row_of(value, name, kinds, None)
        if limit.name == "one_per_group":
            value = "yes" if is_named(name, value, kinds) else None
        if value is not None:
            yield limit.name, value, limit.unit, limit.rule


def _document(plan: Plan, applying: tuple[Row, ...]) -> dict[str, Any]:
    return {
        "strategy": plan.name,
        "prose": prose(plan),
        "table": table(plan),
        "plan": to_data(plan),
        "limits": [
            {"name": name, "value": value, "unit": unit, "rule": rule}
            for name, value, unit, rule in applying
        ],
    }
