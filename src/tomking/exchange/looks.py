"""A look at the quotes, as the orders at work see it."""

from collections.abc import Mapping
from datetime import datetime

from tomking.core.calendar import Session
from tomking.core.value import value
from tomking.exchange.prices import Rows


@value
class Look:
    """The quotes of every contract that is wanted, and the columns of each order's legs."""

    at: datetime
    session: Session
    rows: Rows
    places: Mapping[str, tuple[int, ...]]
