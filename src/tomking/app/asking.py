"""Who the broker says some keys belong to: asked once, before they are kept."""

from tomking.app.now import now
from tomking.core.errors import AuthExpired
from tomking.wire.budget import Budget
from tomking.wire.keys import Keys
from tomking.wire.line import Line
from tomking.wire.session import Place

TASTYTRADE = Place()


def whose(keys: Keys, place: Place = TASTYTRADE) -> str:
    """The accounts these keys open, in words.

    Raises
    ------
    AuthExpired
        If they open none: nothing should keep them.
    Transient
        If the broker does not answer.
    """
    line = Line.open(keys, place, "", now, Budget())
    try:
        rows = line.get("/customers/me/accounts").get("items", [])
    finally:
        line.close()
    named = [str(row["account"]["account-number"]) for row in rows if "account" in row]
    if not named:
        raise AuthExpired(
            "the broker knows these keys but opens no account for them: see its website"
        )
    return f"the broker opens {', '.join(named)} for them"
