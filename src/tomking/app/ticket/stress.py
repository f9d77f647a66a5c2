"""An order on a bad day: the rows of August 2024 (rulebook 21.3), each a shock and a margin factor."""

from collections.abc import Sequence

from tomking.app.ticket.file import Priced, Ticket
from tomking.app.ticket.market import columns, products
from tomking.app.ticket.need import asked_for
from tomking.core.money import points
from tomking.core.value import value
from tomking.market.quoted import Quoted
from tomking.market.snapshot import MID, Shock
from tomking.portfolio import marks as worth
from tomking.risk.exposure import AUG5_LOW, AUG5_MARGIN_FACTOR


@value
class Scenario:
    """A shock, what it does to a future's margin, and its name."""

    name: str
    shock: Shock
    margin_factor: float


#: AUG5_LOW is the low before the open, AUG5_GAP the open, AUG5_CLOSE the close of 5 August 2024.
SCENARIOS = (
    Scenario("AUG5_LOW", AUG5_LOW, AUG5_MARGIN_FACTOR),
    Scenario(
        "AUG5_GAP",
        Shock(-0.037, ((30.0, 2.0), (90.0, 1.4), (365.0, 1.1)), wing=0.05, spread=5.0),
        2.0,
    ),
    Scenario(
        "AUG5_CLOSE",
        Shock(-0.030, ((30.0, 1.65), (90.0, 1.25), (365.0, 1.1)), wing=0.03, spread=3.0),
        1.5,
    ),
)


@value
class Stressed:
    """Dollars the order loses (+) when it is closed in a scenario, and what it asks for in it.

    ``requirement`` is NaN when a leg has no price there.
    """

    name: str
    spot: float
    loss: float
    requirement: float


def stressed(asked: Ticket, market: Quoted) -> tuple[Stressed, ...]:
    """The order at its size, the file's shares or futures with it, in every scenario."""
    return tuple(_in(scenario, asked, market, asked.whole) for scenario in SCENARIOS)


def _in(scenario: Scenario, asked: Ticket, market: Quoted, whole: Sequence[Priced]) -> Stressed:
    """One scenario: marks before and in it, and the rule over what is marked there.

    A future's margin is the exchange's, which is raised on such a day: today's times the factor.
    """
    legs = columns(whole, products(asked))
    shocked = market.marks(legs, scenario.shock)
    loss = worth.total(legs, market.marks(legs)) - worth.at_exit(legs, shocked)
    spot = float(asked.price) * (1.0 + scenario.shock.spot)
    mids: list[float] = shocked.table[MID].tolist()
    if any(mid != mid for mid in mids):
        return Stressed(scenario.name, spot, loss, float("nan"))
    if asked.product.is_future:
        now = asked_for(whole, asked.product, float(asked.price), asked)
        return Stressed(scenario.name, spot, loss, float(now.requirement) * scenario.margin_factor)
    there = [
        Priced(leg.contract, leg.quantity, points(mid))
        for leg, mid in zip(whole, mids, strict=True)
    ]
    need = asked_for(there, asked.product, spot, asked)
    return Stressed(scenario.name, spot, loss, float(need.requirement))
