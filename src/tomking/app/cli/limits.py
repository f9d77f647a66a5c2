"""``tomking limits [FILE]``: every cap, who binds, and what is used of every limit."""

from collections.abc import Iterator
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tomking.app.config.load import load
from tomking.app.now import now
from tomking.app.reporting import capital_of
from tomking.app.screen import show, show_table
from tomking.app.ticket.campaigns import TAKEN
from tomking.app.ticket.exact import show_exact
from tomking.app.ticket.file import ticket, with_vix
from tomking.app.ticket.headroom import Headroom, document, mark, of_capital, of_file, rows
from tomking.app.ticket.source import read
from tomking.core.errors import ConfigError, Exit
from tomking.core.reading import Reading, basis, figure, in_unit
from tomking.report.words import NONE, money, number, percent
from tomking.risk.switches import off_on
from tomking.risk.usage import Usage

if TYPE_CHECKING:
    from tomking.app.account_limits import Whose

SHARE = "of net liq"


def command(
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="A JSON file of legs and an account; - for stdin."),
    ] = None,
    capital: Annotated[
        str | None, typer.Option(help="Dollars of an account that holds nothing, as 44500.")
    ] = None,
    vix: Annotated[
        float | None, typer.Option(min=1, max=1000, help="VIX, where the file does not say it.")
    ] = None,
    stage: Annotated[
        int | None,
        typer.Option(min=0, max=4, help="The deployment stage, not that of the settings."),
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="An account: its standing and its book.")
    ] = None,
    join: Annotated[
        Path | None, typer.Option(help="On paper: a file with the line an exchange printed.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Say what every governor allows, which of them binds, and how much of each limit is used.

    The file is that of `explain`; its order is shown as traded, beside the account without it. Without
    a file it is an account that holds nothing, of --capital or of the settings' dollars. With --account
    it is that account as it stands: on the market it trades at if one serves, else by its journal and
    what the market said at the last close. Exit code 3 when a limit does not hold or nothing may be
    opened.
    """
    if account is not None:
        from tomking.app.account_limits import whose  # the wire, which a file does not need

        who = whose(account, config=config, preset=preset, capital=capital)
        return _of_account(who, file, vix, stage, join, json=json)
    if join is not None:
        raise ConfigError("--join is for --account: name the account that trades there")
    settings = load(config, preset)
    limits = settings.limits if stage is None else replace(settings.limits, stage=stage)
    if file is not None:
        if capital is not None:
            raise ConfigError("--capital is for an account without a file: drop it")
        asked = with_vix(ticket(read(file), now(), orderless=True), vix)
        worth = asked.account.net_liq if asked.account else settings.capital
        found = of_file(asked, limits, worth)
    else:
        worth = settings.capital if capital is None else capital_of(capital)
        found = of_capital(worth, vix, limits, now())
    if json:
        show_exact(document(found))
    else:
        _show(found)
    return Exit.OK if found.within else Exit.REFUSED


def _of_account(
    who: "Whose",
    file: str | None,
    vix: float | None,
    stage: int | None,
    join: Path | None,
    *,
    json: bool,
) -> int:
    """An account as it stands, or a file's order in it: on a market, or by its files alone."""
    from tomking.app.account_limits import market_there, of_files, of_market

    settings = who.settings
    limits = settings.limits if stage is None else replace(settings.limits, stage=stage)
    if file is not None:
        asked = who.order(with_vix(ticket(read(file), now(), orderless=True), vix))
        worth = asked.account.net_liq if asked.account else settings.capital
        found, by = of_file(asked, limits, worth), "by the file, with the account's own past"
    else:
        with market_there(who, join) as market:
            if market is None:
                found, by = of_files(who, limits, vix)
            elif vix is not None:
                raise ConfigError("--vix is for want of a market, and there is one: drop it")
            else:
                found, by = of_market(who, limits, market)
    off = off_on(who.there.standing.off, found.view.session.day)
    if json:
        switched = {one.strategy: one.why for one in off}
        show_exact(document(found) | {"account": who.files.account, "by": by, "off": switched})
    else:
        show(f"{who.files.account}, {by}")
        _show(found, of_file=file is not None)
        if file is None and market is None and found.view.book.positions:
            show(
                "What is unknown a market would say: `--join FILE`, or while the account's own serves."
            )
        for one in off:
            show(f"{one.strategy} is switched off: {one.why}.")
    return Exit.OK if found.within else Exit.REFUSED


def _show(found: Headroom, *, of_file: bool = True) -> None:
    view, given = found.view, found.allowed
    show(_headline(found))
    for sentence in _sentences(found, of_file=of_file):
        show(sentence)
    show()
    show_table(
        ("governor", "buying power", "campaigns", "size", "may open"),
        [
            (
                cap.source, percent(cap.bp_share_max, 0) if cap.bp_share_max < 1.0 else NONE,
                figure(cap.positions_max) if cap.positions_max < 99 else NONE,
                f"x {cap.size_factor:g}", "yes" if cap.may_open else "no",
            )
            for cap in given.caps
        ],
    )  # fmt: skip
    then = {one.reading.name: one.reading for one in found.then}
    columns = (
        "limit",
        "used",
        *(("with the order",) if then else ()),
        "of",
        "bound by",
        "rule",
        "",
    )
    show_table(columns, [_row(one, then) for one in rows(found)])
    if view.book.positions and of_file:
        show(f"A file does not say which legs were opened together: {TAKEN}.")


def _headline(found: Headroom) -> str:
    view = found.view
    vix = view.market.vix.value
    seen = f"VIX {vix:g}" if vix == vix else "VIX unknown, its band does not bind"
    traded = ""
    if view.capital < view.net_liq:
        traded = f", of which {money(view.capital)} is traded"
    return f"{money(view.net_liq)}{traded}: phase {view.standing.phase}, stage {view.stage}, {seen}"


def _sentences(found: Headroom, *, of_file: bool) -> Iterator[str]:
    """What binds, in words."""
    given, view = found.allowed, found.view
    known = not isnan(found.margin)
    used = found.margin / view.capital if known and view.capital > 0.0 else None
    left = money(found.usable) if known else "nobody knows how much"
    yield (
        f"buying power {percent(used, 0)} of {percent(given.bp_share_max, 0)}: bound by "
        f"{given.bp_bound_by}; {percent(found.reserve, 0)} of it is kept back, which leaves {left}"
    )
    yield f"campaigns {figure(given.positions_max)} at most: bound by {given.positions_bound_by}"
    closed = [cap.source for cap in given.caps if not cap.may_open]
    if closed:
        yield f"nothing may be opened: {', '.join(closed)}"
    until, most = view.standing.crisis_until, view.limits.crisis_puts_max
    if view.session.day <= until:
        yield (
            f"puts may be sold above VIX {figure(view.limits.crisis_vix)} until {until}, for "
            f"{percent(most, 0)} more: signed for"
        )
    held = found.health
    if held is not None:
        yield (
            f"health of what is held {number(held.score, 0)} of 100: expiry takes "
            f"{number(held.near, 0)}, buying power {number(held.power, 0)}; of groups and stops "
            f"{'a file says nothing' if of_file else 'nothing is counted here'}"
        )


def _row(one: Usage, then: dict[str, Reading]) -> tuple[str, ...]:
    seen = one.reading
    with_order = (_figure(then[seen.name]) if seen.name in then else NONE,) if then else ()
    beside = "" if seen.unit == SHARE else basis(seen.unit)
    unit, bound = f" {beside}" if beside else "", in_unit(seen.bound, seen.unit)
    return (
        seen.name,
        _figure(seen),
        *with_order,
        f"{seen.sense} {bound}{unit}",
        one.bound_by,
        seen.rule,
        mark(one, then.get(seen.name)),
    )


def _figure(seen: Reading) -> str:
    return "unknown" if seen.observed is None else in_unit(seen.observed, seen.unit)
