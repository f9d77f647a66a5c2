"""Requests about the market: quotes, metrics, hours, holidays, search."""

from aiohttp import web

from tomking.core.calendar import NEW_YORK
from tomking.core.product import PRODUCTS
from tomking.server.answers import Problem, many, one
from tomking.server.desk import answered, world_of
from tomking.server.shown import quotes

#: The most symbols of a request.
SYMBOLS_MAX = 100
_KINDS = ("index", "equity", "equity-option", "future", "future-option", "cryptocurrency")


async def by_type(request: web.Request) -> web.Response:
    """Quotes of up to a hundred symbols, by kind: repeated, in brackets, or with commas."""
    now = world_of(request).look()
    asked = [symbol for kind in _KINDS for symbol in _listed(request, kind)]
    if len(asked) > SYMBOLS_MAX:
        raise Problem(400, "bad_request", f"{len(asked)} symbols, where {SYMBOLS_MAX} are allowed")
    found = (quotes.market_data(symbol, now) for symbol in asked)
    return answered(request, many(row for row in found if row))


def _listed(request: web.Request, kind: str) -> list[str]:
    said = [*request.query.getall(kind, []), *request.query.getall(f"{kind}[]", [])]
    return [symbol for each in said for symbol in each.split(",") if symbol]


async def one_quote(request: web.Request) -> web.Response:
    """Quotes of one symbol."""
    symbol = request.match_info["symbol"]
    found = quotes.market_data(symbol, world_of(request).look())
    if found is None:
        raise Problem(404, "record_not_found", f"Couldn't find market data of {symbol}")
    return answered(request, one(found))


async def metrics(request: web.Request) -> web.Response:
    """Volatility of symbols; unknown ones are dropped without a word."""
    now = world_of(request).look()
    asked = request.query.get("symbols", "").split(",")
    known = (symbol for symbol in asked if quotes.has_metrics(symbol, now))
    return answered(request, many(quotes.metrics(symbol, now) for symbol in known))


async def nothing(request: web.Request) -> web.Response:
    """What this market does not know of any symbol: its dividends and earnings so far."""
    return answered(request, many([]))


async def risk_free_rate(request: web.Request) -> web.Response:
    """The rate prices are made with."""
    rate = world_of(request).look().day.rate
    return answered(request, one({"risk-free-rate": f"{rate:.6f}"}))


async def hours(request: web.Request) -> web.Response:
    """When markets are open."""
    at = world_of(request).clock().astimezone(NEW_YORK)
    asked = request.query.getall("instrument-collections[]", list(quotes.COLLECTIONS))
    return answered(request, many(quotes.hours(each, at) for each in asked))


async def holidays(request: web.Request) -> web.Response:
    """When they are not."""
    return answered(request, one(quotes.holidays(world_of(request).look().at.date())))


async def search(request: web.Request) -> web.Response:
    """Symbols that begin with a text."""
    wanted = request.match_info["text"].upper()
    found = [
        root for root, known in PRODUCTS.items() if not known.is_future and root.startswith(wanted)
    ]
    return answered(request, many(map(quotes.found, found)))


ROUTES = (
    web.get("/market-data/by-type", by_type),
    web.get("/market-data/{kind}/{symbol:.+}", one_quote),
    web.get("/market-metrics", metrics),
    web.get("/market-metrics/historic-corporate-events/{what}/{symbol}", nothing),
    web.get("/margin-requirements-public-configuration", risk_free_rate),
    web.get("/market-time/sessions/current", hours),
    web.get("/market-time/equities/holidays", holidays),
    web.get("/market-time/futures/holidays/{exchange}", holidays),
    web.get("/symbols/search/{text}", search),
)
