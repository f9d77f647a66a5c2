"""What is answered to an order of ours is about that order, by whatever name the broker gives it there.

The name is the only way to find an order that was not answered. One that was has its number from there
on, so that a broker who leaves names out, or changes them, takes none of ours from us.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tomking.core.order import Order
from tomking.wire.orders import body_of, short_name

Json = Mapping[str, Any]


def answer_to(order: Order, row: object) -> Json:
    """The row that was answered to an order, under the name it was sent by."""
    told: Json = row if isinstance(row, Mapping) else {}
    return {**told, "external-identifier": short_name(order.id)}


def answers_to(orders: Sequence[Order], said: object) -> Iterator[Json]:
    """The rows that were answered to orders sent as one: what looks like one of them is that one's."""
    whole: Json = said if isinstance(said, Mapping) else {}
    rows = whole.get("orders")
    left = list(orders)
    for row in rows if isinstance(rows, list) else ():
        mine = next((each for each in left if _is_of(each, row)), None)
        if mine is not None:
            left.remove(mine)
        yield row if mine is None else answer_to(mine, row)


def _is_of(order: Order, row: object) -> bool:
    """Whether a row is of the kind an order is, and of the same contracts."""
    sent = body_of(order)
    return isinstance(row, Mapping) and (
        (row.get("order-type"), _traded(row)) == (sent["order-type"], _traded(sent))
    )


def _traded(row: Json) -> list[tuple[object, object]]:
    legs = row.get("legs")
    return [
        (leg.get("symbol"), leg.get("action"))
        for leg in (legs if isinstance(legs, list) else ())
        if isinstance(leg, Mapping)
    ]
