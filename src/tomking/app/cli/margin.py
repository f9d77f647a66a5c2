"""``tomking margin --file F``: what a house asks for a set of legs on one underlying."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from tomking.app.now import now
from tomking.app.screen import show, show_pairs
from tomking.app.ticket.exact import show_exact
from tomking.app.ticket.file import Ticket, ticket
from tomking.app.ticket.market import market_of
from tomking.app.ticket.need import margin_of, needed, scan_behind, scan_parts
from tomking.app.ticket.source import read
from tomking.app.ticket.what_if import WHAT_IFS, what_if_of, what_if_parts, what_if_said
from tomking.app.ticket.words import line, named, title
from tomking.core.product import Kind
from tomking.portfolio.margin.house import AccountType, House, house_for
from tomking.portfolio.margin.leg import Margin, Underlying
from tomking.portfolio.margin.naked import levered
from tomking.portfolio.margin.scan import Scan
from tomking.portfolio.margin.tims import WhatIf
from tomking.report.words import money, percent

METHODS = {
    "universal": "the rule, exactly",
    "bound": "the rule, the search for the best pairing stopped early: never too low",
    "secured": "secured in full: nothing is borrowed",
    "estimate": "sixteen scenarios repriced: ask the venue for a dry run",
}


def command(
    file: Annotated[
        str, typer.Option(metavar="PATH", help="A JSON file of legs; - for standard input.")
    ],
    what_if: Annotated[
        str | None,
        typer.Option(metavar="METHOD", help=f"Portfolio margin beside it: {', '.join(WHAT_IFS)}."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Say what a house asks for the legs of a file, which shorts stay uncovered, and by what rule.

    The requirement does not subtract premium received; the effect on buying power does. In JSON both
    are numbers with two decimals, exact when they are read as decimals. The format of the file is in
    docs/reference/margin-file.md; a fault in it is one sentence and exit code 2.
    """
    asked = ticket(read(file), now())
    market = market_of(asked)
    found, scan = needed(asked, market), scan_behind(asked, market)
    other = None if what_if is None else what_if_of(asked, what_if)
    if json:
        show_exact(document(asked, found, scan, other))
        return
    show(title(asked, named(asked)))
    show(line(asked))
    show()
    show_pairs(_rows(asked, found, scan, other))


def document(
    asked: Ticket, found: Margin, scan: Scan | None = None, other: WhatIf | None = None
) -> dict[str, Any]:
    """The answer as the contract has it; what stands after ``method`` is extra."""
    extra: dict[str, Any] = {} if scan is None else {"scan": scan_parts(scan)}
    if other is not None:
        extra["what_if"] = what_if_parts(other)
    return margin_of(found) | {"at": asked.at} | extra


def _rows(
    asked: Ticket, found: Margin, scan: Scan | None, other: WhatIf | None
) -> Iterator[tuple[str, str]]:
    yield "Requirement", f"${found.requirement:,} ({METHODS[found.method]})"
    if found.maintenance != found.requirement:
        yield "To hold it", f"${found.maintenance:,}"
    yield "Buying power", f"${found.bp_effect:,} less premium received, plus premium paid"
    yield from _rates(asked, found) if scan is None else _scan(scan)
    if other is not None:
        yield "What if", what_if_said(other)
    for said in asked.assumed:
        yield "Assumed", said


def _rates(asked: Ticket, found: Margin) -> Iterator[tuple[str, str]]:
    """Which shorts stay uncovered, and what the house asks for one."""
    on = asked.product
    rates = house_for(on.kind, asked.house, on.root, asked.at.date())
    bare = (
        f"{one.count:,} x {one.strike:g} {one.right.value[0]} {one.expiry}"
        for one in found.uncovered
    )
    yield "Uncovered", "; ".join(bare) or "no short"
    yield "House", f"{asked.house}, {_kind(asked)}: {_asks(rates, asked)} ({rates.source})"


def _kind(asked: Ticket) -> str:
    """The kind, and the leverage that its rates are multiplied by."""
    kind = asked.product.kind
    return f"{kind} of {abs(asked.leverage)} times" if kind is Kind.LEVERAGED_ETF else kind.value


def _asks(rates: House, asked: Ticket) -> str:
    """What a short that nothing covers needs in the file's account, at the rates that are asked."""
    if rates.account is AccountType.CASH:
        return "a short put needs its whole strike in cash, a short call its shares"
    on = Underlying(
        asked.product.root, float(asked.price), asked.product.kind, float(asked.leverage)
    )
    rate, minimum = (levered(x, on, rates) for x in (rates.rate, rates.minimum_rate))
    least = f" and ${rates.floor:,.0f} a contract" if rates.floor else ""
    said = (
        f"{_rate(rate)} of the underlying less what is out of the money, at least "
        f"{_rate(minimum)}{least}"
    )
    return (
        f"a put needs its whole strike, a call {said}" if rates.account is AccountType.IRA else said
    )


def _rate(rate: float) -> str:
    """``15 %``, ``37.5 %``."""
    return percent(rate, 0 if round(1000.0 * rate) % 10 == 0 else 1)


def _scan(found: Scan) -> Iterator[tuple[str, str]]:
    """What the sixteen scenarios say, part by part."""
    for month in found.months:
        yield f"Scan of {month.future}", f"loses {money(month.loss)} at {month.scenario}"
    if found.credit:
        yield "Spread credit", f"{money(-found.credit)} as months move together"
    yield "Least for shorts", money(found.minimum)
    yield "Option value", f"{money(found.option_value, sign=True)}, longs + and shorts −"
    if found.idle >= 0.005:
        yield "Of no use", f"{money(found.idle)} of longs: counting them, more would be asked"
    yield "House", f"asks {found.factor:g} of what the exchange does"
    if found.binds:
        yield "At most", f"{money(found.most)}, as no more can be lost at the end"
