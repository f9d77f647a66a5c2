"""What every handler needs: the desk behind a request, its account, its body, its answer."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aiohttp import web

from tomking.server.answers import Answer, Json, Problem
from tomking.server.door import Door
from tomking.server.faults import Faults
from tomking.server.figures import DIGITS_MAX, PAGES_MAX, PER_PAGE_MAX, object_in, whole
from tomking.server.tokens import Tokens
from tomking.server.world import World

#: Items on a page where nobody says how many.
PER_PAGE = 250


@dataclass(slots=True)
class Desk:
    """What handlers look at.

    ``tokens`` are for requests and ``quotes`` for the market feed; ``streams`` counts the connections
    that were ever made; ``faults`` are what is to go wrong; ``lists`` are the customer's watchlists, and
    ``pages`` what was made once for a day.
    """

    world: World
    tokens: Tokens
    quotes: Tokens
    streams: int = 0
    faults: Faults = field(default_factory=Faults)
    lists: dict[str, Json] = field(default_factory=dict[str, Json])
    pages: dict[tuple[str, date], str] = field(default_factory=dict[tuple[str, date], str])


#: The header in which clients of paper services send their key.
KEY = "X-Api-Key"
DESK = web.AppKey("desk", Desk)


def bearer(request: web.Request) -> str:
    """The token a request carries, with or without the word before it."""
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def has_key(request: web.Request) -> bool:
    """Whether a request comes with the key of a paper service in place of a token: our secret."""
    key = request.headers.get(KEY)
    return key is not None and key == request.app[DESK].tokens.secret


def world_of(request: web.Request) -> World:
    """The world behind a request."""
    return request.app[DESK].world


def door_of(request: web.Request) -> Door:
    """The account a path names."""
    number = request.match_info["number"]
    doors = request.app[DESK].world.doors
    if number not in doors:
        raise Problem(403, "not_permitted", f"account {number} is none of yours")
    return doors[number]


def page_of(request: web.Request) -> tuple[int, int]:
    """Which page of a list is asked for, and how long pages are."""
    said = request.query
    offset = whole(said.get("page-offset", 0), "page-offset", PAGES_MAX)
    return offset, max(whole(said.get("per-page", PER_PAGE), "per-page", PER_PAGE_MAX), 1)


def number_of(request: web.Request) -> int:
    """The order a path names; nought where it names none."""
    return numbered(request, "order")


def numbered(request: web.Request, name: str) -> int:
    """A number that stands in a path; one of more digits than any ever given is of nothing."""
    said = request.match_info.get(name, "0")
    if len(said) > DIGITS_MAX:
        raise Problem(404, "record_not_found", f"Couldn't find {name} {said[:DIGITS_MAX]}…")
    return int(said)


async def json_of(request: web.Request) -> dict[str, Any]:
    """The object in a request's body."""
    return object_in(await request.read())


def answered(request: web.Request, answer: Answer) -> web.Response:
    """An answer in its envelope."""
    return web.json_response({**answer.body, "context": request.path}, status=answer.status)
