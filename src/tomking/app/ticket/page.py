"""A ticket on the screen: what it is, what it costs, what can happen, how it ends; ten seconds."""

from collections.abc import Iterator
from math import inf, isfinite

from rich import box
from rich.table import Table
from rich.text import Text

from tomking.app.screen import STYLES, console, show, show_pairs, show_table
from tomking.app.ticket.book import Greeks
from tomking.app.ticket.dividends import eve_said
from tomking.app.ticket.explained import Explained, Opened
from tomking.app.ticket.money import Money
from tomking.app.ticket.odds import METHODS, Odds
from tomking.app.ticket.second import second_said
from tomking.app.ticket.stress import BadDay
from tomking.app.ticket.words import line, option, title
from tomking.core.order import Purpose
from tomking.core.reading import Reading, Sense, basis, in_unit, is_share
from tomking.report.stress import margin_call
from tomking.report.words import NONE, money, percent

Row = tuple[str, str]
#: The rule whose failure is a matter of the price that was typed, and not of the venue.
PRICE = "R-VEN-02"


def show_ticket(found: Explained) -> None:
    """Print everything about one order: what matters first, how it was found last."""
    lines = console()
    show()
    lines.print(Text(title(found.asked, found.name), "bold"))
    lines.print(Text(line(found.asked)))
    for sentence, style in verdict(found):
        lines.print(Text(sentence, style))
    show()
    come = found.opened
    show_pairs((*_money(found), *_margin(found), *(_odds(come.odds) if come else ())))
    show()
    if come:
        _show_exits(come)
    _show_limits(found)
    _show_small(found)


def verdict(found: Explained) -> Iterator[tuple[str, str]]:
    """What stands against the order: limits that would be broken, rules of the venue; or nothing."""
    broken = [one for one in found.measured.readings if not one.passed]
    for one in broken:
        seen = "unknown" if one.observed is None else in_unit(one.observed, one.unit)
        yield f"Over a limit: {one.name}, {seen}, must be {_bound_of(one)} ({one.rule})", "bold red"
    for one in found.objections:
        says = "Check the price" if one.rule == PRICE else "The venue would object"
        yield f"{says}: {one}", "bold red"
    count = len(found.measured.readings)
    if not count:
        yield "No limit stands in the way of an order that only closes.", "green"
    if not broken and not found.objections:
        within = f"Within the {count} limits asked; the" if count else "The"
        yield f"{within} venue would not object.", "green"
    for left in found.measured.unasked:
        yield f"Not asked: {left}.", ""
    if found.note:
        yield found.note, ""


def _money(found: Explained) -> Iterator[Row]:
    made, order = found.money, found.asked.order
    word = "Credit" if made.credit >= 0 else "Debit"
    gap = made.credit - made.mid
    typed = "at the typed prices"
    if order.limit is not None and gap:
        typed = f"{abs(gap)} {'better' if gap > 0 else 'worse'} than the typed prices"
    elif order.limit is not None:
        typed = "the typed prices"
    yield word, f"{abs(made.credit)} a unit, {money(abs(made.premium))} in all; {typed}"
    if found.opened:
        yield from _outcome(made)
    yield "Fees", _fees(found)


def _outcome(made: Money) -> Iterator[Row]:
    """What can come of the legs that open."""
    about = "about " if made.modelled else ""
    yield "Best", f"{about}{_bound(made.best, 'without a bound')}"
    yield "Worst", f"{about}{_bound(made.worst, 'without a bound')}"
    zeros = " and ".join(f"{zero:,.2f}" for zero in made.break_evens)
    yield "Breaks even", f"{about}{zeros}" if zeros else "nowhere"


def _fees(found: Explained) -> str:
    """What the order costs, and what is still to be paid for what it opens."""
    made = found.money
    if not found.opened:
        return f"${made.fees.total} to close"
    later = made.closing.total + made.opening.total - made.fees.total
    does = "roll" if found.purpose is Purpose.ROLL else "open"
    end = f"${made.settlement} a contract if exercised or assigned"
    return f"${made.fees.total} to {does}, ${later} to close; {end}"


def _bound(dollars: float, endless: str) -> str:
    return (
        endless if abs(dollars) == inf else money(dollars, sign=True) if isfinite(dollars) else NONE
    )


def _margin(found: Explained) -> Iterator[Row]:
    need = found.needs
    uncovered = sum(one.count for one in need.alone.uncovered)
    bare = f", {uncovered} uncovered" if uncovered else ""
    alone = f"{money(need.alone.requirement)} by itself ({need.alone.method}{bare}); "
    account = f"account {money(need.before)} to {money(need.after)}"
    yield "Margin", f"{alone if found.opened else ''}{account}"
    now, *bad = found.stressed
    left = f"; account {_known(now.before.power)} to {_known(now.after.power)}"
    power = left if isfinite(now.after.power) else ""
    yield "Buying power", f"{money(-need.effect, sign=True)} with premium and fees{power}"
    for row in bad:
        yield row.name, f"underlying at {row.spot:,.6g}: {_stressed(row, found)}"
    called = found.margin_call
    why = (
        "unknown without a `vix`" if found.asked.vix is None else "unknown: a holding has no price"
    )
    yield "Margin call", why if called is None else margin_call(called)
    yield "Greeks move", second_said(found.second)
    for eve in found.eves:
        yield "Early exercise", eve_said(eve)


def _stressed(row: BadDay, found: Explained) -> str:
    """What the order does by itself on a bad day, and what the account does where it holds more."""
    account, parts = found.asked.account, list[str]()
    if found.opened:
        asks = f"asks {money(row.requirement)}" if isfinite(row.requirement) else "margin unknown"
        parts.append(f"{_lost(row.loss)}, {asks}")
    if account and account.held:
        was, then = row.before, row.after
        asks = f"asks {_known(was.requirement)} to {_known(then.requirement)}"
        parts.append(f"account {_lost(was.loss)} to {_lost(then.loss)}, {asks}")
    if isfinite(row.after.power):
        parts.append(f"buying power {money(row.after.power)}")
    return "; ".join(parts)


def _lost(dollars: float) -> str:
    return money(-dollars, sign=True) if isfinite(dollars) else "unknown"


def _known(dollars: float) -> str:
    return money(dollars) if isfinite(dollars) else "unknown"


def _odds(likely: Odds) -> Iterator[Row]:
    target = f", {money(likely.target)}" if isfinite(likely.target) else ""
    yield "Chance of profit", f"{_share(likely.profit)} at expiry"
    yield "Chance of half", f"{_share(likely.half)} of half {likely.of}{target} before expiry"
    touched = ", ".join(f"{option(one.contract)} {_share(one.chance)}" for one in likely.touches)
    if touched:
        yield "Chance of touch", touched


def _share(chance: float) -> str:
    """A chance in per cent; what is nearly certain is not called certain."""
    if not isfinite(chance):
        return "unknown"
    if 0.995 < chance < 1.0:
        return "over 99 %"
    return "under 1 %" if 0.0 < chance < 0.005 else percent(chance, 0)


#: Signs for senses, so that a bound fits a narrow column.
SIGNS = {
    Sense.AT_MOST: "≤ ", Sense.AT_LEAST: "≥ ", Sense.BELOW: "< ", Sense.ABOVE: "> ", Sense.IS: "",
}  # fmt: skip


def _show_limits(found: Explained) -> None:
    """The gates' answers, with the figure before the order where it is one of a Greek."""
    before, after = found.measured.before, found.measured.after
    if not found.measured.readings:
        _show_greeks(before, after)
        return
    known = {"delta of the book": before.delta, "theta": before.theta, "vega": before.vega}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("limit", no_wrap=True)
    for name in ("before", "with it", "bound"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for one in found.measured.readings:
        was, seen = known.get(one.name), one.observed
        word = "pass" if one.passed else "FAIL"
        table.add_row(
            _named(one),
            NONE if was is None else in_unit(was, one.unit),
            NONE if seen is None else in_unit(seen, one.unit),
            _bound_of(one),
            Text(word, STYLES.get(word, "")),
        )
    console().print(table)


def _named(one: Reading) -> str:
    """A limit with what it counts in, where that is no share and no plain number of dollars."""
    name, beside = one.name.split(" (")[0], basis(one.unit)
    plain = not beside or is_share(one.unit) or one.unit.startswith("times ")
    return name if plain else f"{name}, {beside}"


def _show_greeks(before: Greeks, after: Greeks) -> None:
    """Where no gate is asked: what the order does to the account's Greeks."""
    pairs = (
        ("delta", before.delta, after.delta),
        ("theta, a day", before.theta, after.theta),
        ("vega, a point", before.vega, after.vega),
    )
    rows = [(name, _known(was), _known(then)) for name, was, then in pairs]
    show_table(("of the account", "before", "after"), rows)


def _bound_of(one: Reading) -> str:
    return f"{SIGNS[one.sense]}{in_unit(one.bound, one.unit)}"


def _show_exits(found: Opened) -> None:
    fit = found.fit
    whose = f"the rules of {fit.plan.title}" if fit else "the general rules"
    show(f"How it ends, by {whose}; the first that holds:")
    if fit and len(fit.parts) > 1:
        rows = [(x.part, x.why, x.at, x.rule) for x in found.exits]
        show_table(("part", "when", "then", "rule"), rows)
    else:
        show_table(("when", "then", "rule"), [(x.why, x.at, x.rule) for x in found.exits])
    for apart in fit.apart if fit else ():
        console().print(Text(f"! {apart}", "yellow"))


def _show_small(found: Explained) -> None:
    """How the chances were found and what nobody typed: small, at the end."""
    lines = console()
    show()
    for name, how in METHODS.items():
        if found.opened and (name != "touch" or found.opened.odds.touches):
            lines.print(Text(f"Chance of {name}: {how}.", "dim"))
    lines.print(Text(f"Assumed: {'; '.join(found.assumed)}.", "dim"))
