"""Figures as people read them. A figure that does not exist is a dash, never a nought."""

from decimal import Decimal

NONE = "–"
#: What is printed where figures may not be told.
TOO_FEW = "too few"
#: Where an interval would be drawn from wins alone, or from losses alone.
ONE_KIND = "all one way"
UNMEASURABLE = "not measurable on MODEL data"
MINUS = "−"


def money(amount: Decimal | float | None, *, sign: bool = False) -> str:
    """Whole dollars: ``$96,882``, with ``sign`` ``+$145`` or ``−$3,118``.

    >>> money(96882.31), money(-3117.69), money(145.8, sign=True), money(None)
    ('$96,882', '−$3,118', '+$146', '–')
    """
    if amount is None:
        return NONE
    whole = round(float(amount))
    before = MINUS if whole < 0 else "+" if sign and whole > 0 else ""
    return f"{before}${abs(whole):,}"


def percent(share: float | None, places: int = 1, *, sign: bool = False) -> str:
    """A fraction in per cent: ``−3.1 %``.

    >>> percent(-0.0312), percent(0.0033, sign=True), percent(0.7063, 0)
    ('−3.1 %', '+0.3 %', '71 %')
    """
    if share is None:
        return NONE
    figure = round(100.0 * share, places) + 0.0
    before = MINUS if figure < 0 else "+" if sign and figure > 0 else ""
    return f"{before}{abs(figure):.{places}f} %"


def number(figure: float | None, places: int = 2) -> str:
    """A plain figure: ``−0.36``.

    >>> number(-0.363), number(1234.5, 0)
    ('−0.36', '1,234')
    """
    if figure is None:
        return NONE
    rounded = round(figure, places) + 0.0
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,.{places}f}"


def many(count: int, one: str, more: str = "") -> str:
    """A count with its noun.

    >>> many(1, "trade"), many(3, "trade"), many(2, "loss", "losses")
    ('1 trade', '3 trades', '2 losses')
    """
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def listed(names: list[str]) -> str:
    """Names in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
