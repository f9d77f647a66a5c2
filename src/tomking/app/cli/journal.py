"""``tomking journal DAY``: the story of a day of a run or an account, one sentence a fact."""

from typing import Annotated

import typer

from tomking.app.screen import clocks, day_of, show, show_json
from tomking.app.story import told
from tomking.core.calendar import LONDON, NEW_YORK
from tomking.market.sessions import is_open


def command(
    day: Annotated[str, typer.Argument(metavar="DAY", help="A day of the run, as 2018-02-05.")],
    run: Annotated[str | None, typer.Option(help="The beginning of a run's hash.")] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="An account's journal instead of a run's.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Tell a day of a run or an account: what happened, in order, by New York's and London's clocks."""
    on = day_of(day)
    kept = told(run, account)
    facts = tuple(kept.on(on))
    if json:
        told_ = [
            {
                "seq": number,
                **clocks(fact.at),
                "kind": type(fact).__name__,
                "sentence": str(fact),
                "fact": fact,
            }
            for number, fact in facts
        ]
        show_json({kept.kind: kept.name, "day": on, "open": is_open(on), "facts": told_})
        return
    show(f"{on:%A} {on}, {kept.title}")
    if not facts:
        show("Nothing happened." if is_open(on) else "The market was closed.")
        return
    show("\nNew York  London")
    for _, fact in facts:
        here, there = fact.at.astimezone(NEW_YORK), fact.at.astimezone(LONDON)
        sentence = str(fact)
        show(f"{here:%H:%M}     {there:%H:%M}   {sentence[0].upper()}{sentence[1:]}.")
