"""A small report made by hand: two accounts, two runs each, twenty-five Fridays and one month trade."""

from datetime import timedelta
from decimal import Decimal
from functools import cache

from tomking.analysis.summary import Summary, summarise
from tomking.analysis.tallies import Asked, Block
from tomking.analysis.trades import Held
from tomking.core.evidence import Evidence
from tomking.core.facts import Fact
from tomking.core.reading import Stage
from tomking.report.contents import Account, Column, Goal, Input, Report, Venue
from unit.analysis.journals import (
    MONDAY,
    at,
    closed,
    entered,
    left,
    opening,
    reading,
    refused,
    weekdays,
)

ASKED = (
    Asked("friday_0dte", "Friday 0DTE", ("ES", "MES"), Block.WEEK, same_day=True),
    Asked("lt112", "LT112", ("ES",), Block.MONTH),
)
WEEKS = 25
OPEN = Decimal("7.50")


@cache
def summary(capital: int, paid: str = "1.00") -> Summary:
    """Twenty-five Mondays traded or refused in turn, and one trade of LT112 that stays open."""
    facts: list[Fact] = []
    made = Decimal(capital)
    days, worth = weekdays(5 * WEEKS), []
    monthly = opening("lt112", MONDAY)
    for day in days:
        if day == MONDAY:
            facts += entered(monthly, at(day, 10), margin=0.2)
        if day.weekday() == 0:
            week = (day - MONDAY).days // 7
            if week % 5 == 4:
                no = (reading("ES: VIX", Stage.VIX), reading("MES: credit of the put side"))
                facts.append(refused("friday_0dte", day, *no))
            else:
                order = opening("friday_0dte", day)
                cost = "3.00" if week % 5 == 1 else paid
                facts += [*entered(order, at(day)), *left(order, at(day, 12), cost, "half")]
                made += Decimal(100) - Decimal(cost) * 50 - 8
        worth.append(float(made))
    final = made + OPEN
    facts += closed(days, [*worth[:-1], float(final)], margin=1500)
    held = {monthly.campaign: Held(OPEN, Decimal(4))}
    return summarise(facts, ASKED, Decimal(capital), final, held, seed=1)


def account(capital: int) -> Account:
    base = Column("half spread", "the run asked for", f"{capital:08x}", summary(capital))
    mid = Column("mid", "every leg at mid", f"{capital + 1:08x}", summary(capital, "0.90"))
    return Account(Decimal(capital), f"tomking backtest --capital {capital}", base, (mid,))


def report() -> Report:
    days = weekdays(5 * WEEKS)
    return Report(
        "Two plans, 2018", "tomking demo", days[0], days[-1], len(days), 1, ("rebase", 2.0),
        (("Market", "Half of it is made up."), ("Fills", "At half the half-width.")),
        (
            Input("close", Evidence.RECORDED, "Close", "Real."),
            Input("options", Evidence.MODEL, "Option prices", "Made up."),
        ),
        (("Calendars", "Never."),),
        (Goal("friday_0dte", "88 %", "The documents say 88 %."),),
        Venue("half spread", "rational", 1.0),
        (account(44_500), account(100_000)),
    )  # fmt: skip


SUNDAY = MONDAY - timedelta(days=1)
