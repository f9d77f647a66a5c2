"""``tomking box``: the rate a box of SPX options stands for, and whether it beats other money."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from tomking.analysis.box import Box, Side, readings
from tomking.app.reporting import capital_of
from tomking.app.screen import show, show_json, show_pairs, show_table
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.core.reading import Reading, in_unit
from tomking.report.words import money, percent

CAPITAL = "44500"
#: Fewer points, more points and more days than any box is listed with.
POINT_MIN, POINTS_MAX, DAYS_MAX = 0.01, 100_000, 10_950
WORDS = {
    Side.SHORT: "a short box borrows: its price comes in now, its width goes out at expiry",
    Side.LONG: "a long box lends: its price goes out now, its width comes in at expiry",
}
REMARKS = (
    "Analysis only: nothing here trades a box.",
    "Under Reg-T a short box frees no option buying power; it is cash, and margin is asked beside it.",
    "Below 1 %, the ladder of the documents, none has traded since 2022: the comparison decides.",
)


def command(
    width: Annotated[float, typer.Option(help="Points between the strikes.")] = 500.0,
    price: Annotated[float, typer.Option(help="Points for all four legs together.")] = 480.0,
    days: Annotated[int, typer.Option(help="Calendar days to expiry.")] = 365,
    side: Annotated[str, typer.Option(help="short (borrow) or long (lend).")] = "short",
    margin_rate: Annotated[
        float | None, typer.Option(help="What the broker asks for a loan, as 0.11.")
    ] = None,
    bill_rate: Annotated[
        float | None, typer.Option(help="What a T-bill of that time pays, as 0.042.")
    ] = None,
    capital: Annotated[str, typer.Option(help="Dollars the account is worth.")] = CAPITAL,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Say what a box of SPX options costs as a loan, or earns as one.

    It is held against the broker's margin rate less 1 % and a T-bill plus 0.5 %; a rate nobody gives is
    unknown and never passes. Nothing is traded.
    """
    _check(width, price, days, (margin_rate, bill_rate))
    box = Box(width, price, days, _side(side))
    found = readings(box, margin_rate, bill_rate, float(capital_of(capital)))
    if json:
        show_json(document(box, found))
        return
    show(f"SPX box of {width:g} points for {price:g}, {days} days: {WORDS[box.side]}.")
    show()
    show_pairs(_rows(box))
    show_table(
        ("held against", "seen", "must be", "rule", ""),
        [_row(each) for each in found],
    )
    for said in REMARKS:
        show(said)


def _check(width: float, price: float, days: int, rates: Sequence[float | None]) -> None:
    """Refuse figures that no box has; what is no number is refused too."""
    for option, least, said, most in (
        ("--width", POINT_MIN, width, POINTS_MAX),
        ("--price", POINT_MIN, price, POINTS_MAX),
        ("--days", 1, days, DAYS_MAX),
    ):
        if not least <= said <= most:
            raise ConfigError(f"{option} {said:g}: it must be from {least} to {most:,}")
    for option, rate in zip(("--margin-rate", "--bill-rate"), rates, strict=True):
        if rate is not None and not abs(rate) <= 1.0:
            raise ConfigError(f"{option} {rate:g}: it must be from -1 to 1; write 11 % as 0.11")


def _side(said: str) -> Side:
    sides = [side.value for side in Side]
    if said not in sides:
        raise ConfigError(f"a box is short or long, not {said!r}{did_you_mean(said, sides)}")
    return Side(said)


def _rows(box: Box) -> Iterator[tuple[str, str]]:
    earned = "paid" if box.side is Side.SHORT else "earned"
    yield "Rate", f"{percent(box.rate, 3)} a year, {percent(box.rate_after_fees, 3)} after fees"
    yield "Now", f"{money(box.received_usd, sign=True)} before {money(box.fees_usd)} of fees"
    yield "At expiry", money(box.settled_usd, sign=True)
    yield "Interest", f"{money(abs(box.interest_usd))} {earned}"
    yield "Notional", money(box.notional_usd)


def _row(each: Reading) -> tuple[str, ...]:
    seen = "unknown" if each.observed is None else in_unit(each.observed, each.unit)
    verdict = "pass" if each.passed else "FAIL"
    return (
        each.name,
        seen,
        f"{each.sense.value} {in_unit(each.bound, each.unit)}",
        each.rule,
        verdict,
    )


def document(box: Box, found: tuple[Reading, ...]) -> dict[str, Any]:
    """A box and what it is held against, as data; rates are fractions a year."""
    return {
        "side": box.side,
        "means": "borrow" if box.side is Side.SHORT else "lend",
        "width": box.width,
        "price": box.price,
        "days": box.days,
        "rate": box.rate,
        "rate_after_fees": box.rate_after_fees,
        "received_usd": box.received_usd,
        "interest_usd": box.interest_usd,
        "fees_usd": box.fees_usd,
        "notional_usd": box.notional_usd,
        "readings": [
            {
                "name": each.name,
                "observed": each.observed,
                "sense": each.sense,
                "bound": each.bound,
                "rule": each.rule,
                "passed": each.passed,
            }
            for each in found
        ],
        "remarks": REMARKS,
    }
