"""Requests about lists of symbols: public ones, pairs, and the customer's own."""

from aiohttp import web

from tomking.server.answers import Json, Problem, many, one
from tomking.server.desk import DESK, answered, json_of
from tomking.server.figures import text

#: How many of the customer's are kept.
LISTS_MAX = 1000

_PUBLIC: dict[str, Json] = {
    name: {"name": name, "watchlist-entries": entries, "group-name": "main", "order-index": place}
    for place, (name, entries) in enumerate(
        {
            "Indexes": [{"symbol": "SPX", "instrument-type": "Index"}],
            "Crypto": [],
            "tasty Hourly Top Equities": [{"symbol": "SPY", "instrument-type": "Equity"}],
            "Liquid ETFs": [{"symbol": "SPY", "instrument-type": "Equity"}],
        }.items()
    )
}
_PAIRS: dict[str, Json] = {
    "Stocks": {
        "name": "Stocks", "order-index": 0,
        "pairs-equations": [
            {"left-action": "Buy to Open", "left-symbol": "SPY", "left-quantity": 1,
             "right-action": "Sell to Open", "right-symbol": "QQQ", "right-quantity": 1}
        ],
    }
}  # fmt: skip


def _named(known: dict[str, Json], request: web.Request) -> Json:
    name = request.match_info["name"]
    if name not in known:
        raise Problem(404, "record_not_found", f"Couldn't find watchlist {name}")
    return known[name]


async def public(request: web.Request) -> web.Response:
    """Lists everybody sees."""
    return answered(request, many(_PUBLIC.values()))


async def one_public(request: web.Request) -> web.Response:
    """One of them."""
    return answered(request, one(_named(_PUBLIC, request)))


async def pairs(request: web.Request) -> web.Response:
    """Pairs."""
    return answered(request, many(_PAIRS.values()))


async def one_pairs(request: web.Request) -> web.Response:
    """One list of them."""
    return answered(request, one(_named(_PAIRS, request)))


async def own(request: web.Request) -> web.Response:
    """The customer's lists."""
    return answered(request, many(request.app[DESK].lists.values()))


async def one_own(request: web.Request) -> web.Response:
    """One of them."""
    return answered(request, one(_named(request.app[DESK].lists, request)))


async def keep(request: web.Request) -> web.Response:
    """A list of the customer's, new or changed."""
    said = await json_of(request)
    name = text(said.get("name") or request.match_info.get("name"), "name")
    if not name:
        raise Problem(400, "validation_error", "a watchlist has a name")
    if len(request.app[DESK].lists) >= LISTS_MAX:
        raise Problem(422, "too_many_lists", f"no more than {LISTS_MAX} watchlists are kept here")
    request.app[DESK].lists[name] = {"group-name": "main", "order-index": 0, **said, "name": name}
    request.app[DESK].world.keep()
    status = 201 if request.method == "POST" else 200
    return answered(request, one(request.app[DESK].lists[name], status))


async def forget(request: web.Request) -> web.Response:
    """A list less."""
    gone = _named(request.app[DESK].lists, request)
    del request.app[DESK].lists[request.match_info["name"]]
    request.app[DESK].world.keep()
    return answered(request, one(gone))


ROUTES = (
    web.get("/public-watchlists", public),
    web.get("/public-watchlists/{name}", one_public),
    web.get("/pairs-watchlists", pairs),
    web.get("/pairs-watchlists/", pairs),
    web.get("/pairs-watchlists/{name}", one_pairs),
    web.get("/watchlists", own),
    web.get("/watchlists/", own),
    web.post("/watchlists", keep),
    web.get("/watchlists/{name}", one_own),
    web.put("/watchlists/{name}", keep),
    web.delete("/watchlists/{name}", forget),
)
