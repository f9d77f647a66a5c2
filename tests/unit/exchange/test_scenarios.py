"""What an account holds, owns and is asked for through a few awkward days, as tables.

``margin`` says whether anything is asked for; that it is what the rule asks for exactly what is held
is checked in every row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.contract import Contract, Right, Settles
from tomking.core.facts import Settled
from tomking.exchange.assignment import RATIONAL, EarlyExercise, seeded
from tomking.exchange.fills import MID
from tomking.exchange.ledger import Ledger, trade
from tomking.exchange.settlement import share_of
from tomking.exchange.venue import Exchange
from tomking.market.carry import Dividend
from tomking.market.delivery import future_contract
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import FRIDAY, MONDAY, THIRD_FRIDAY, Market, closing, market

pytestmark = pytest.mark.unit

OPEN, NOON, CLOSE, EVENING = 0, 150, 390, 405
THURSDAY, TUESDAY, LATER = date(2025, 12, 18), date(2025, 12, 9), date(2026, 1, 16)
SHARE = share_of("SPY")


def option(
    root: str, strike: int, right: Right, expiry: date, future: str = "", *, am: bool = False
) -> Contract:
    settles = Settles.AM if am else Settles.PM
    return Contract(root, expiry, right, Decimal(strike), future, settles)


Told = list[tuple[str, str, str, str]]


@dataclass
class Story:
    """An account, what its contracts are called, and a row for every look at it."""

    names: Mapping[str, Contract]
    exchange: Exchange
    rows: Told

    def look(self, when: str, now: Market) -> None:
        """Let the venue do what is due, and write down what is left."""
        self.exchange.step(now)
        held = self.exchange.holdings()
        called = {contract: name for name, contract in self.names.items()}
        holds = ", ".join(sorted(f"{n} {called[each]}" for each, n in held.items())) or "nothing"
        asked = self.exchange.requirement(now)
        cash = f"{self.exchange.ledger.cash:,.2f}"
        self.rows.append((when, cash, holds, f"{asked:,.2f}"))


def story(
    held: Mapping[str, int], names: Mapping[str, Contract], cash: str = "100000",
    policy: EarlyExercise = RATIONAL,
) -> Story:  # fmt: skip
    """An account that begins with some contracts, entered at nothing but for shares at 600."""
    ledger = Ledger(Decimal(cash))
    for name, quantity in held.items():
        paid = Decimal(600) if names[name] == SHARE else Decimal(0)
        ledger = trade(ledger, names[name], quantity, paid)
    return Story(
        names,
        Exchange(ledger.cash, TASTYTRADE, MID, "tastytrade", exercise=policy, start=ledger),
        [],
    )


def table(text: str) -> Told:
    """The rows below the heading, cut at the bars."""
    lines = [line for line in text.strip().splitlines()[1:] if line.strip()]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]  # type: ignore[misc]


def quoted(names: Mapping[str, Contract], **prices: float) -> dict[Contract, tuple[float, float]]:
    """Quotes without a width by the contracts' names."""
    return {names[name.replace("_", " ")]: (price, price) for name, price in prices.items()}


def test_a_quarterly_dies_in_the_morning_with_its_future_and_the_weekly_gets_the_next_one() -> None:
    names = {
        "AM put": option("ES", 6000, Right.PUT, THIRD_FRIDAY, "ESZ25", am=True),
        "PM put": option("ES", 6000, Right.PUT, THIRD_FRIDAY, "ESH26"),
        "ESZ25": future_contract("ES", "ESZ25"),
        "ESH26": future_contract("ES", "ESH26"),
    }
    told = story({"AM put": -1, "PM put": -1}, names)
    quotes = quoted(names, AM_put=12.0, PM_put=40.0, ESH26=5990.0)
    morning = {names["AM put"]: 5980.0, names["ESZ25"]: 5980.0}
    told.look("eve", market(CLOSE, quotes, day=THURSDAY))
    told.look("open", market(OPEN, quotes, day=THIRD_FRIDAY, fixings=morning))
    told.look("close", market(CLOSE, quotes, day=THIRD_FRIDAY, fixings={names["PM put"]: 5990.0}))
    assert told.rows == table("""
        when  | cash       | holds                | margin
        eve   | 100,000.00 | -1 AM put, -1 PM put | 37,207.62
        open  |  98,999.50 | -1 PM put            | 19,513.91
        close |  98,999.00 | 1 ESH26              | 17,962.50
    """)


def test_the_morning_s_index_option_no_longer_covers_the_afternoon_s() -> None:
    names = {
        "AM put": option("SPX", 6000, Right.PUT, THIRD_FRIDAY, am=True),
        "PM put": option("SPX", 6000, Right.PUT, THIRD_FRIDAY),
    }
    told = story({"AM put": 1, "PM put": -1}, names)
    quotes = quoted(names, AM_put=30.0, PM_put=40.0)
    told.look("eve", market(CLOSE, quotes, day=THURSDAY))
    fixed = {names["AM put"]: 5950.0, names["PM put"]: 6010.0}
    told.look("open", market(OPEN, quotes, day=THIRD_FRIDAY, fixings=fixed))
    told.look("close", market(CLOSE, quotes, day=THIRD_FRIDAY, fixings=fixed))
    assert told.rows == table("""
        when  | cash       | holds               | margin
        eve   | 100,000.00 | -1 PM put, 1 AM put | 154,000.00
        open  | 104,995.00 | -1 PM put           | 154,000.00
        close | 104,995.00 | nothing             | 0.00
    """)


PINS = table("""
    fixing | policy   | assigned | shares
    599.98 | rational | 40       | 40
    599.99 | rational | 40       | 40
    600.00 | rational | 0        | 0
    600.01 | rational | 0        | 0
    599.98 | seeded   | 40       | 40
    599.99 | seeded   | 31       | 31
    600.00 | seeded   | 9        | 9
    600.01 | seeded   | 9        | 9
    600.02 | seeded   | 0        | 0
""")


@pytest.mark.parametrize(("fixing", "policy", "assigned", "shares"), PINS)
def test_a_pin_within_a_cent_is_settled_by_the_table_or_against_it(
    fixing: str, policy: str, assigned: str, shares: str
) -> None:
    pinned = option("SPY", 600, Right.PUT, FRIDAY)
    chosen = seeded(20) if policy == "seeded" else RATIONAL
    told = story({"put": -40}, {"put": pinned}, "3000000", chosen)
    now = market(CLOSE, {SHARE: (600.0, 600.0)}, fixings={pinned: float(fixing)}, price=600.0)
    facts = [fact for fact in told.exchange.step(now) if isinstance(fact, Settled)]
    taken = -sum(fact.quantity for fact in facts if fact.settlement == "assigned")
    assert taken == int(assigned)
    assert sum(fact.quantity for fact in facts) == -40
    assert told.exchange.holdings().get(SHARE, 0) == int(shares)
    assert told.exchange.ledger.cash == 3_000_000 - 60_000 * taken - 5 * taken


SPREAD = {
    "short put": option("SPY", 620, Right.PUT, LATER),
    "long put": option("SPY", 610, Right.PUT, LATER),
    "lot": SHARE,
}


def test_a_spread_whose_short_leg_is_assigned_is_shares_and_an_orphan_until_both_are_sold() -> None:
    told = story({"short put": -1, "long put": 1}, SPREAD)
    deep = quoted(SPREAD, short_put=20.0, long_put=10.5, lot=600.0)
    told.look("noon", market(NOON, deep, price=600.0))
    covered = told.exchange.requirement(market(NOON, deep, price=600.0))
    told.look("evening", market(EVENING, deep, price=600.0))
    assert told.exchange.requirement(market(EVENING, deep, price=600.0)) > covered
    told.exchange.submit(closing("600.00", (-1, SHARE)), market(60, deep, day=MONDAY, price=600.0))
    told.look("sold", market(61, deep, day=MONDAY, price=600.0))
    orphan = replace(closing("10.50", (-1, SPREAD["long put"])), intent="test/orphan")
    told.exchange.submit(orphan, market(62, deep, day=MONDAY, price=600.0))
    told.look("flat", market(63, deep, day=MONDAY, price=600.0))
    assert told.rows == table("""
        when    | cash       | holds                   | margin
        noon    | 100,000.00 | -1 short put, 1 long put | 1,000.00
        evening |  37,995.00 | 1 long put, 1 lot       | 6,100.00
        sold    |  97,994.90 | 1 long put              | 0.00
        flat    |  99,044.77 | nothing                 | 0.00
    """)


CALL = {"call": option("SPY", 580, Right.CALL, LATER), "lot": SHARE}
PAID = {"SPY": (Dividend(TUESDAY, Decimal("1.99")),)}

EVES: Mapping[str, tuple[Mapping[str, int], float, str]] = {
    "a naked call with little time value is assigned and the dividend is owed": (
        {"call": -1}, 20.5, """
        when    | cash       | holds   | margin
        eve     | 100,000.00 | -1 call | 14,050.00
        evening | 157,995.00 | -1 lot  | 18,000.00
        ex-date | 157,796.00 | -1 lot  | 18,000.00
        """,
    ),
    "a covered call with little time value takes the shares away, and their dividend": (
        {"call": -1, "lot": 1}, 20.5, """
        when    | cash       | holds          | margin
        eve     |  40,000.00 | -1 call, 1 lot | 16,500.00
        evening |  97,995.00 | nothing        | 0.00
        ex-date |  97,995.00 | nothing        | 0.00
        """,
    ),
    "a covered call with more time value than dividend is left, and the shares are paid": (
        {"call": -1, "lot": 1}, 22.5, """
        when    | cash       | holds          | margin
        eve     |  40,000.00 | -1 call, 1 lot | 16,500.00
        evening |  40,000.00 | -1 call, 1 lot | 16,500.00
        ex-date |  40,199.00 | -1 call, 1 lot | 16,500.00
        """,
    ),
    "of two calls on one lot, the shares go and as many are short": (
        {"call": -2, "lot": 1}, 20.5, """
        when    | cash       | holds          | margin
        eve     |  40,000.00 | -2 call, 1 lot | 30,550.00
        evening | 155,990.00 | -1 lot         | 18,000.00
        ex-date | 155,791.00 | -1 lot         | 18,000.00
        """,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EVES)
def test_the_eve_of_an_ex_date(name: str) -> None:
    held, price, expected = EVES[name]
    told = story(held, CALL)
    quotes = quoted(CALL, call=price, lot=600.0)

    def at(minute: float, day: date = MONDAY) -> Market:
        return market(minute, quotes, day=day, price=600.0, dividends=PAID)

    told.look("eve", at(CLOSE))
    told.look("evening", at(EVENING))
    told.look("ex-date", at(OPEN, TUESDAY))
    assert told.rows == table(expected)
