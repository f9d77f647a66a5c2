"""What the server answers: a status, and data or an error, in the broker's envelope."""

from collections.abc import Iterable, Mapping
from typing import Any

from tomking.core.value import value

Json = dict[str, Any]


@value
class Answer:
    """A status and a body, without the envelope's context."""

    status: int
    body: Json


@value
class Problem(Exception):
    """Why a request is not answered, in the broker's words."""

    status: int
    code: str
    message: str
    errors: tuple[Mapping[str, str], ...] = ()
    data: Json | None = None


def one(data: Mapping[str, Any], status: int = 200) -> Answer:
    """An object."""
    return Answer(status, {"data": dict(data)})


def many(items: Iterable[Mapping[str, Any]], status: int = 200) -> Answer:
    """A list."""
    return Answer(status, {"data": {"items": [dict(item) for item in items]}})


def paged(items: list[Json], offset: int, per_page: int) -> Answer:
    """One page of a list; the offset counts pages."""
    first = offset * per_page
    page = items[first : first + per_page]
    pages = -(-len(items) // per_page)
    pagination = {
        "per-page": per_page, "page-offset": offset, "item-offset": first,
        "total-items": len(items), "total-pages": pages, "current-item-count": len(page),
        "previous-link": None, "next-link": None, "paging-link-template": None,
    }  # fmt: skip
    return Answer(200, {"data": {"items": page}, "pagination": pagination})


def error(problem: Problem) -> Json:
    """The body of a problem; a dry run that fails carries its data beside the error."""
    body: Json = {"error": {"code": problem.code, "message": problem.message}}
    if problem.errors:
        body["error"]["errors"] = [dict(each) for each in problem.errors]
    if problem.data is not None:
        body["data"] = problem.data
    return body
