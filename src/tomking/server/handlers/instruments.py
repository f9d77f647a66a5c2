"""Requests about instruments and chains."""

import json
from collections.abc import Callable

from aiohttp import web

from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.product import PRODUCTS, SINGLY
from tomking.core.reading import Skip
from tomking.market.delivery import ENDINGS
from tomking.market.snapshot import Snapshot
from tomking.server.answers import Answer, Json, Problem, many, one, paged
from tomking.server.desk import DESK, answered, page_of, world_of
from tomking.server.shown import beside, equities, futures
from tomking.server.shown.equities import contracts, nested
from tomking.wire.series import MONTHLY, WEEKLIES
from tomking.wire.symbols import contract_of, trading_symbol

#: Series of options on futures whose product is shown, with the root of the future.
SERIES = {names.quarterly: root for root, names in WEEKLIES.items()} | {
    series: root for root, series in MONTHLY.items()
}


async def some_equities(request: web.Request) -> web.Response:
    """Shares, funds and indexes by their symbols, or all of them."""
    asked = _symbols(request) or [root for root, known in PRODUCTS.items() if not known.is_future]
    return answered(request, many(_equity(root) for root in map(equities.root_of, asked) if root))


async def active_equities(request: web.Request) -> web.Response:
    """All of them, a page at a time."""
    rows = [_equity(root) for root, known in PRODUCTS.items() if not known.is_future]
    return answered(request, paged(rows, *page_of(request)))


async def one_equity(request: web.Request) -> web.Response:
    """One of them."""
    root = equities.root_of(request.match_info["symbol"])
    if not root:
        raise _missing("equity", request.match_info["symbol"])
    return answered(request, one(_equity(root)))


def _equity(root: str) -> Json:
    known, place = PRODUCTS[root], tuple(PRODUCTS).index(root)
    return equities.equity(root.removesuffix(SINGLY), known.name, place + 1, known.kind)


async def some_options(request: web.Request) -> web.Response:
    """Options on shares and indexes by their symbols; what is none is left out."""
    today = world_of(request).look().at.date()
    found = (_option(symbol, request) for symbol in _symbols(request))
    rows = (equities.option(each, today) for each in found if each and not each.future)
    return answered(request, many(rows))


async def one_option(request: web.Request) -> web.Response:
    """One of them."""
    symbol = request.match_info["symbol"]
    found = _option(symbol, request)
    if found is None or found.future:
        raise _missing("equity option", symbol)
    return answered(request, one(equities.option(found, world_of(request).look().at.date())))


async def flat_chain(request: web.Request) -> web.Response:
    """Every option on a share or an index, one by one."""
    root = _optioned(request)
    return _kept(
        request,
        root,
        lambda now: many(equities.option(each, now.at.date()) for each in contracts(root, now)),
    )


async def nested_chain(request: web.Request) -> web.Response:
    """The same by expiry and strike."""
    root = _optioned(request)
    return _kept(request, root, lambda now: many(nested(root, now)))


async def compact_chain(request: web.Request) -> web.Response:
    """The same as nothing but symbols."""
    root = _optioned(request)
    return _kept(request, root, lambda now: many(equities.compact(root, now)))


async def some_futures(request: web.Request) -> web.Response:
    """Futures of the roots that are asked for, or of all."""
    today = world_of(request).look().at.date()
    asked = request.query.getall("product-code[]", []) or list(ENDINGS)
    rows = [
        futures.future(each, place, today)
        for root in asked
        if root in ENDINGS
        for place, each in enumerate(futures.futures(root, today))
    ]
    wanted = set(_symbols(request))
    return answered(request, many(row for row in rows if not wanted or row["symbol"] in wanted))


async def one_future(request: web.Request) -> web.Response:
    """One future, named with or without its slash."""
    symbol, today = request.match_info["symbol"], world_of(request).look().at.date()
    try:
        found = contract_of(f"/{symbol.lstrip('/')}", today)
    except DataError as unknown:
        raise _missing("future", symbol) from unknown
    place = [each.future for each in futures.futures(found.root, today)]
    nearest = place.index(found.future) if found.future in place else len(place)
    return answered(request, one(futures.future(found, nearest, today)))


async def future_products(request: web.Request) -> web.Response:
    """What the futures of each root have in common."""
    return answered(request, many(map(futures.future_product, ENDINGS)))


async def one_future_product(request: web.Request) -> web.Response:
    """That of one root."""
    code = request.match_info["code"]
    if code not in ENDINGS:
        raise _missing("future product", code)
    return answered(request, one(futures.future_product(code)))


async def future_option_products(request: web.Request) -> web.Response:
    """What the options of each series have in common."""
    rows = (futures.future_option_product(series, root) for series, root in SERIES.items())
    return answered(request, many(rows))


async def one_future_option_product(request: web.Request) -> web.Response:
    """That of one series."""
    series = request.match_info["series"]
    if series not in SERIES:
        raise _missing("future option product", series)
    return answered(request, one(futures.future_option_product(series, SERIES[series])))


async def some_future_options(request: web.Request) -> web.Response:
    """Options on futures by their symbols; what is none is left out."""
    today = world_of(request).look().at.date()
    found = (_option(symbol, request) for symbol in _symbols(request))
    rows = (futures.future_option(each, today) for each in found if each and each.future)
    return answered(request, many(rows))


async def one_future_option(request: web.Request) -> web.Response:
    """One option on a future."""
    symbol = request.match_info["symbol"]
    found = _option(symbol, request)
    if found is None or not found.future:
        raise _missing("future option", symbol)
    return answered(request, one(futures.future_option(found, world_of(request).look().at.date())))


async def flat_future_chain(request: web.Request) -> web.Response:
    """Every option on the futures of a root, one by one."""
    root = _root(request)
    return _kept(
        request,
        root,
        lambda now: many(
            futures.future_option(each, now.at.date()) for each in contracts(root, now)
        ),
    )


async def nested_future_chain(request: web.Request) -> web.Response:
    """The same by expiry and strike, with the futures themselves."""
    root = _root(request)
    return _kept(request, root, lambda now: one(futures.nested_futures(root, now)))


def _kept(request: web.Request, root: str, make: Callable[[Snapshot], Answer]) -> web.Response:
    """A chain's page, made once a day when there is a chain: nothing of it moves with the market."""
    now, pages = world_of(request).look(), request.app[DESK].pages
    key = request.path, now.day.session.day
    page = pages.get(key)
    if page is None:
        page = json.dumps({**make(now).body, "context": request.path})
        if not isinstance(now.chain(root), Skip) and root in now.day.previous_close:
            pages[key] = page
    return web.Response(text=page, content_type="application/json")


def _optioned(request: web.Request) -> str:
    """The share or index whose chain is asked for, under its own symbol."""
    symbol = request.match_info["symbol"]
    if symbol not in PRODUCTS or PRODUCTS[symbol].is_future:
        raise _missing("option chain", symbol)
    return symbol


def _root(request: web.Request) -> str:
    root = request.match_info["symbol"].lstrip("/")
    if root not in (*WEEKLIES, *MONTHLY):
        raise _missing("futures option chain", root)
    return root


def _option(symbol: str, request: web.Request) -> Contract | None:
    """The option a symbol names; nothing if it names none."""
    try:
        found = contract_of(symbol, world_of(request).look().at.date())
        trading_symbol(found)  # what nobody here can name again is none
    except DataError:
        return None
    return found if found.is_option else None


def _symbols(request: web.Request) -> list[str]:
    """The symbols a request names, with or without brackets or quotes."""
    found = [*request.query.getall("symbol[]", []), *request.query.getall("symbol", [])]
    return [symbol.strip('"') for symbol in found]


def _missing(what: str, symbol: str) -> Problem:
    return Problem(404, "record_not_found", f"Couldn't find {what} with symbol {symbol}")


async def cryptocurrencies(request: web.Request) -> web.Response:
    """Two that can be looked at and not traded, or those of them that are asked for."""
    wanted = _symbols(request) or beside.CRYPTO
    rows = (beside.cryptocurrency(each) for each in beside.CRYPTO if each in wanted)
    return answered(request, many(rows))


async def one_cryptocurrency(request: web.Request) -> web.Response:
    """One of them."""
    symbol = request.match_info["symbol"]
    if symbol not in beside.CRYPTO:
        raise _missing("cryptocurrency", symbol)
    return answered(request, one(beside.cryptocurrency(symbol)))


async def warrants(request: web.Request) -> web.Response:
    """One that can be looked at and not traded."""
    return answered(request, many(map(beside.warrant, beside.WARRANTS)))


async def one_warrant(request: web.Request) -> web.Response:
    """It alone."""
    symbol = request.match_info["symbol"]
    if symbol not in beside.WARRANTS:
        raise _missing("warrant", symbol)
    return answered(request, one(beside.warrant(symbol)))


async def precisions(request: web.Request) -> web.Response:
    """How finely quantities may be cut: not at all but for coins."""
    return answered(request, many(beside.precisions()))


ROUTES = (
    web.get("/instruments/cryptocurrencies", cryptocurrencies),
    web.get("/instruments/cryptocurrencies/{symbol:.+}", one_cryptocurrency),
    web.get("/instruments/warrants", warrants),
    web.get("/instruments/warrants/{symbol}", one_warrant),
    web.get("/instruments/quantity-decimal-precisions", precisions),
    web.get("/instruments/equities", some_equities),
    web.get("/instruments/equities/active", active_equities),
    web.get("/instruments/equities/{symbol:.+}", one_equity),
    web.get("/instruments/equity-options", some_options),
    web.get("/instruments/equity-options/{symbol:.+}", one_option),
    web.get("/option-chains/{symbol}", flat_chain),
    web.get("/option-chains/{symbol}/nested", nested_chain),
    web.get("/option-chains/{symbol}/compact", compact_chain),
    web.get("/instruments/futures", some_futures),
    web.get("/instruments/futures/{symbol:.+}", one_future),
    web.get("/instruments/future-products", future_products),
    web.get("/instruments/future-products/{exchange}/{code}", one_future_product),
    web.get("/instruments/future-option-products", future_option_products),
    web.get("/instruments/future-option-products/{exchange}/{series}", one_future_option_product),
    web.get("/instruments/future-options", some_future_options),
    web.get("/instruments/future-options/{symbol:.+}", one_future_option),
    web.get("/futures-option-chains/{symbol}/nested", nested_future_chain),
    web.get("/futures-option-chains/{symbol}", flat_future_chain),
)
