"""Whether an option may be exercised before it expires."""

from tomking.core.contract import Contract, Settles
from tomking.core.product import Product, product


def is_american(contract: Contract, on: Product | None = None) -> bool:
    """Whether an option may be exercised early; ``on`` is what it is written on, if that has no row.

    Options of an equity index future are European but for the quarterlies, which are fixed in the
    morning (CME: weekly and end-of-month series "complement our existing American-style" ones).

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from tomking.core.contract import Right
    >>> put = (Right.PUT, Decimal(600))
    >>> is_american(Contract("SPY", date(2026, 6, 19), *put))
    True
    >>> is_american(Contract("ES", date(2026, 6, 5), *put, "ESM26"))
    False
    """
    if not contract.is_option:
        return False
    traded = on or product(contract.root)
    return traded.american or (traded.is_future and contract.settles is Settles.AM)
