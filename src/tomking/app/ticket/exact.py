"""JSON with exact numbers: a ``Decimal`` is written as a number with its own digits."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tomking.core.codec import plain


def show_exact(data: Mapping[str, Any]) -> None:
    """One JSON document on a line."""
    print(exact(data))


def exact(x: Any) -> str:
    """A value as JSON text: money keeps its cents, other figures their digits, dates are text.

    >>> exact({"requirement": Decimal("750.00"), "strike": Decimal("45.0")})
    '{"requirement": 750.00, "strike": 45.0}'
    """
    if isinstance(x, Mapping):
        parts = (f"{json.dumps(str(key))}: {exact(part)}" for key, part in x.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(x, list | tuple):
        return f"[{', '.join(exact(part) for part in x)}]"
    if isinstance(x, Decimal):
        return f"{x:f}"
    return json.dumps(plain(x), ensure_ascii=False)
