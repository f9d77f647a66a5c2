"""What portfolio margin would ask for a file's legs: shown beside the house's figure, never used."""

from typing import Any

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import products, size
from tomking.core.errors import ConfigError
from tomking.core.money import worked_out
from tomking.core.near import did_you_mean
from tomking.portfolio.margin.account import margin_leg
from tomking.portfolio.margin.house import AccountType, account_of
from tomking.portfolio.margin.leg import Underlying
from tomking.portfolio.margin.tims import POINTS, TIMS, Pricing, WhatIf, what_if
from tomking.report.words import percent

#: What may be asked.
WHAT_IFS = (TIMS,)


def what_if_of(asked: Ticket, method: str) -> WhatIf:
    """Portfolio margin of a whole file, at the size of its order.

    Raises
    ------
    ConfigError
        For another method, an account that may not borrow, a future or volatility.
    """
    if method not in WHAT_IFS:
        raise ConfigError(f"unknown what-if {method!r}{did_you_mean(method, WHAT_IFS)}")
    on, at = asked.product, products(asked)
    if account_of(asked.house) is not AccountType.MARGIN:
        raise ConfigError(
            f"{asked.house} is an account that may not borrow, and portfolio margin is borrowing: "
            "ask at tastytrade or exchange"
        )
    underlying = Underlying(
        on.root, float(asked.price), on.kind, float(asked.leverage), float(on.multiplier)
    )
    legs = [
        margin_leg(one.contract, one.quantity, size(one, at[on.root]), float(one.price))
        for one in asked.whole
    ]
    priced = Pricing(asked.rate, asked.dividend_yield, on.american)
    return what_if(legs, underlying, asked.at.date(), priced)


def what_if_parts(found: WhatIf) -> dict[str, Any]:
    """The figure and what it is made of, in the words of the contract; dollars."""
    return {
        "method": found.method,
        "requirement": found.requirement,
        "evidence": found.evidence,
        "loss": worked_out(found.loss),
        "minimum": worked_out(found.minimum),
        "worst_price": worked_out(found.price),
        "moves": list(found.moves),
    }


def what_if_said(found: WhatIf) -> str:
    """``$1,875.00, an estimate: …``."""
    low, high = (percent(move, 0, sign=True) for move in found.moves)
    bound = "the least for so many contracts" if found.minimum > found.loss else (
        f"the worst of {POINTS} prices from {low} to {high}, at {found.price:,.2f}"
    )  # fmt: skip
    return (
        f"${found.requirement:,} by portfolio margin, an estimate: {bound}; houses ask for more, and "
        "for a large account"
    )
