"""The pricing kernels beside vollib, numpy with ``scipy.special.ndtr``, and QuantLib, on one thread.

Answers come first: prices of a sample are compared with 40-digit arithmetic, American ones with
QuantLib at its most precise, and every peer's figures with ours; :class:`InvariantError` ends the bench
when they differ. Then each contender runs over the same options and the fastest of its repeats
counts.
"""

import importlib
import time
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import cache, partial
from typing import Any

import numpy as np

from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract, Right
from tomking.core.errors import ConfigError, InvariantError
from tomking.core.product import PRODUCTS
from tomking.market.landscape import Landscape
from tomking.market.quoted import Quoted, Underlying, quoted
from tomking.market.snapshot import Legs
from tomking.portfolio.columns import columns
from tomking.portfolio.landscape import axes, worth_over
from tomking.pricing import black
from tomking.pricing.american import american_price
from tomking.pricing.collocation import DEFAULT, EXACT
from tomking.pricing.grid import american_grid
from tomking.pricing.implied import implied_vol_into
from tomking.pricing.kernel import F64

Row = dict[str, str | float]
Options = tuple[F64, F64, F64, F64, F64, F64]  # forward, strike, years, vol, sign, rate

REPEATS_MIN = 9
SECONDS_MIN = 0.4  # of repeats, so that a short work meets a quiet moment
ERROR_MAX = 1e-12  # relative, on prices above 1e-8 of the strike
SAMPLE = 1_000  # rows that a scalar peer and the 40-digit reference are given
AMERICAN_ERROR_MAX = 5e-4  # of 99 in 100, dollars per $100 of the greater of spot and strike
AMERICAN_SAMPLE = 500  # rows that QuantLib is given
NUMPY_BLOCK = 8_192  # numpy is at its best on blocks that stay in a core's cache


def rows() -> list[Row]:
    """Figures of the pricing kernels, each with its peer's and the ratio in our favour.

    Returns
    -------
    list of dict
        name, value, unit, peer, peer_value, ratio.

    Raises
    ------
    ConfigError
        When a peer is not installed.
    InvariantError
        When an answer is wrong.
    """
    return [
        *_greeks_rows(), _chain_row(), _implied_row(), *_american_rows(), _grid_row(), _stress_row(),
    ]  # fmt: skip


def day_chain(n: int = 100_000, seed: int = 11) -> Options:
    """Columns of :func:`black.black76` for a day's options: 0–400 days, wings to 1 delta, a smile."""
    g = np.random.default_rng(seed)
    days = np.array([0.25, 1, 2, 3, 4, 7, 9, 14, 21, 30, 45, 60, 90, 120, 180, 270, 400])
    years = g.choice(days, n) / 365
    d = g.uniform(-2.326, 2.326, n)  # the normal quantiles of 1 and 99 delta
    vol = 0.16 + 0.02 * d + 0.012 * d * d + 0.03 * np.exp(-20 * years)
    total = vol * np.sqrt(years)
    strike = 6000.0 * np.exp(0.5 * total * total - d * total)
    sign = np.where(g.random(n) < 0.5, 1.0, -1.0)
    return np.full(n, 6000.0), strike, years, vol, sign, np.full(n, 0.043)


def american_options(n: int = 10_000, seed: int = 12) -> list[F64]:
    """Columns of :func:`american_price`: 1 day to 2 years, 10–60 %, both rights, wings."""
    g = np.random.default_rng(seed)
    years = g.integers(1, 731, n) / 365
    vol = g.uniform(0.1, 0.6, n)
    strike = 100.0 * np.exp(g.normal(0.0, 1.2, n) * vol * np.sqrt(years))
    sign = np.where(g.random(n) < 0.5, 1.0, -1.0)
    rate, pays = g.uniform(0.01, 0.055, n), g.uniform(0.0, 0.07, n)
    return [np.full(n, 100.0), strike, years, vol, sign, rate, pays]


def _american_rows() -> list[Row]:
    """Two tiers beside QuantLib's two schemes of the same method, their errors beside its third."""
    options = american_options()
    spot, strike, years, vol, sign, rate, pays = options
    sample = [column[:AMERICAN_SAMPLE] for column in options]
    truth = _quantlib_american(sample, "highPrecision")()
    found: list[Row] = []
    for label, tier, scheme in (("default", DEFAULT, "fast"), ("exact", EXACT, "accurate")):
        ours = partial(american_price, spot, strike, years, vol, sign, rate, pays, tier)
        theirs = _quantlib_american(sample, scheme)
        name, peer = f"American, {label} tier", f"QuantLib QdFp {scheme}"
        pace = spot.size / _fastest(ours) / 1e3
        found.append(_row(f"{name}, 10k options", pace, "k/s", peer,
                          AMERICAN_SAMPLE / _fastest(theirs) / 1e3))  # fmt: skip
        error = _american_error(ours()[:AMERICAN_SAMPLE], truth, sample)
        their_error = _american_error(theirs(), truth, sample)
        for share, at in (("99 of 100 within", 99.0), ("all within", 100.0)):
            worse = [float(np.percentile(e, at)) for e in (error, their_error)]
            found.append(_row(f"{name}, {share}", worse[0], "$ per $100", peer, worse[1]))
    return found


def _grid_row() -> Row:
    """40 legs, 21 volatilities, 5 times and 21 spots, beside the same prices without the shape."""
    spots, g = np.linspace(80.0, 120.0, 21), np.random.default_rng(13)
    strike, sign = 100.0 * np.exp(g.normal(0.0, 0.1, 40)), np.where(np.arange(40) % 2, 1.0, -1.0)
    leg, vol, years = (
        axis.ravel()
        for axis in np.meshgrid(
            np.arange(40), np.linspace(0.15, 0.45, 21), np.linspace(2, 60, 5) / 365, indexing="ij"
        )
    )
    k, c = strike[leg], sign[leg]
    each = np.repeat(spots, leg.size)
    flat_k, flat_t, flat_v, flat_c = (np.tile(x, spots.size) for x in (k, years, vol, c))
    ours = partial(american_grid, spots, k, years, vol, c, 0.045, 0.015)
    theirs = partial(american_price, each, flat_k, flat_t, flat_v, flat_c, 0.045, 0.015)
    _compare("the flat call", theirs(), ours().ravel())
    name = f"grid of {ours().size:,} American prices"
    milliseconds = [1e3 * _fastest(work) for work in (ours, theirs)]
    return _row(name, milliseconds[0], "ms", "american_price, one call", milliseconds[1])


def index_book(legs: int = 40, seed: int = 14) -> tuple[Legs, Quoted]:
    """Options on the index, both rights and four expiries, and a market that quotes them."""
    at, g = datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK), np.random.default_rng(seed)
    rights = (Right.CALL, Right.PUT)
    held = [
        Contract("SPX", date(2026, 7, 17 + 3 * (n % 4)), rights[n % 2], Decimal(5000 + 40 * n))
        for n in range(legs)
    ]
    index = Underlying(PRODUCTS["SPX"], 6000.0, 0.012)
    sign, strike = columns([(one, 1) for one in held]).sign, 5000.0 + 40.0 * np.arange(legs)
    prices = black.black76(6000.0, strike, 50 / 365, 0.18, sign, 0.04)[black.PRICE].tolist()
    market = quoted(at, [index], dict(zip(held, prices, strict=True)), 0.04)
    counts = (int(n) or 1 for n in g.integers(-3, 4, legs))
    return columns(list(zip(held, counts, strict=True))), market


def _stress_row() -> Row:
    """A book of 40 legs over 21 x 21 x 5 worlds, from typed prices to dollars, beside numpy."""
    legs, market = index_book()
    spots, vols = np.linspace(-0.2, 0.1, 21).tolist(), np.linspace(0.8, 3.0, 21).tolist()
    over = axes(spots, vols, (0, 7, 14, 21, 28))
    land = market.landscape(legs, over)
    ours, theirs = partial(worth_over, legs, market, over), partial(_numpy_stress, legs, land)
    _compare("numpy", theirs().ravel(), ours().ravel())
    name = f"stress of {len(legs)} legs, {legs.strike.size * theirs().size:,} European prices"
    milliseconds = [1e3 * _fastest(work) for work in (ours, theirs)]
    return _row(name, milliseconds[0], "ms", "numpy + ndtr, laid out", milliseconds[1])


def _numpy_stress(legs: Legs, land: Landscape) -> F64:
    """The same table the way numpy people write it: legs, spots, volatilities and times by broadcast."""
    ndtr = _peer("scipy.special").ndtr
    years = land.years[:, None, None, :]
    level = land.level[land.of].transpose(0, 2, 1)[..., None]
    strike, sign = (column[:, None, None, None] for column in (legs.strike, legs.sign))
    forward = land.basis[:, None, None, :] * level * np.exp(land.carry[:, None, None, None] * years)
    vol = land.vol.transpose(0, 2, 1)[:, :, None, :] * land.factor.transpose(0, 2, 1)[:, None]
    total = vol * np.sqrt(years)
    d1 = np.log(forward / strike) / total + 0.5 * total
    price = forward * ndtr(sign * d1) - strike * ndtr(sign * (d1 - total))
    value: F64 = np.einsum(
        "l,lsvt->svt", legs.quantity * legs.multiplier, sign * np.exp(-land.rate * years) * price
    )
    return value


def _american_error(prices: F64, truth: F64, options: list[F64]) -> F64:
    """Dollars per $100 of the greater of spot and strike."""
    per_100 = np.maximum(options[0], options[1]) / 100.0
    error: F64 = np.abs(prices - truth) / per_100
    if not np.percentile(error, 99) <= AMERICAN_ERROR_MAX:
        raise InvariantError(
            f"American prices are off by {error.max():.1e} per $100; run tests/unit/pricing"
        )
    return error


def _quantlib_american(options: list[F64], scheme: str) -> Callable[[], F64]:
    """The peer's way: an option at a time, contracts, market and engine made beforehand."""
    ql = _peer("QuantLib")
    today, basis, engine = ql.Date(2, 1, 2026), ql.Actual365Fixed(), ql.QdFpAmericanEngine
    ql.Settings.instance().evaluationDate = today
    contracts: list[Any] = []
    for s, k, t, v, c, r, q in zip(*(column.tolist() for column in options), strict=True):
        curves = [ql.YieldTermStructureHandle(ql.FlatForward(today, x, basis)) for x in (q, r)]
        vols = ql.BlackConstantVol(today, ql.NullCalendar(), v, basis)
        market = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(s)), *curves, ql.BlackVolTermStructureHandle(vols)
        )
        payoff = ql.PlainVanillaPayoff(ql.Option.Call if c > 0 else ql.Option.Put, k)
        contract = ql.VanillaOption(payoff, ql.AmericanExercise(today, today + round(365 * t)))
        contract.setPricingEngine(engine(market, getattr(engine, f"{scheme}Scheme")()))
        contracts.append(contract)

    def work() -> F64:
        """A price that is known would be handed out again, so it is asked for anew."""
        for contract in contracts:
            contract.recalculate()
        return np.array([contract.NPV() for contract in contracts])

    return work


def _greeks_rows() -> list[Row]:
    options = day_chain()
    n = options[0].size
    out = np.empty((6, n))
    ours = n / _fastest(lambda: black.black76_into(*options, out)) / 1e6
    _compare_exact(options, out[black.PRICE])
    sample = [column[:SAMPLE].tolist() for column in options]
    theirs = np.array(_vollib_greeks(*sample)).T
    _compare("vollib", theirs, out[: black.RHO, :SAMPLE])
    vollib = SAMPLE / _fastest(lambda: _vollib_greeks(*sample)) / 1e6
    blocks = np.empty((5, n))
    numpy = n / _fastest(lambda: _numpy_in_blocks(options, blocks)) / 1e6
    _compare("numpy", blocks, out[: black.RHO])
    name = "price + 5 Greeks, 100k options"
    return [
        _row(name, ours, "M/s", "vollib, 4 Greeks, scalar loop", vollib),
        _row(name, ours, "M/s", "numpy + ndtr, 4 Greeks", numpy),
    ]


def _chain_row() -> Row:
    options = day_chain(200)
    out, theirs = np.empty((6, 200)), np.empty((5, 200))
    ours = _fastest(lambda: black.black76_into(*options, out), inner=1_000) * 1e6
    numpy = _fastest(lambda: _numpy_greeks(options, theirs), inner=200) * 1e6
    _compare("numpy", theirs, out[: black.RHO])
    return _row("chain of 200, one call", ours, "us", "numpy + ndtr, 4 Greeks", numpy)


def _implied_row() -> Row:
    forward, strike, years, vol, _, rate = day_chain()
    n = forward.size
    discount = np.exp(-rate * years)
    sign = np.where(strike > forward, 1.0, -1.0)  # the side that people quote
    price, found = np.empty(n), np.empty(n)
    black.price_into(forward, strike, years, vol, sign, rate, price)
    options = (price, forward, strike, years, sign, discount)
    ours = n / _fastest(lambda: implied_vol_into(*options, found)) / 1e6
    worst = float(np.abs(found / vol - 1.0).max())
    if not worst <= ERROR_MAX:
        raise InvariantError(f"implied volatility is off by {worst:.1e}; run tests/unit/pricing")
    invert = _peer("vollib.black.implied_volatility").implied_volatility
    flags = ["c" if s > 0 else "p" for s in sign[:SAMPLE]]
    columns = [c[:SAMPLE].tolist() for c in (price, forward, strike, rate, years)]

    def one_by_one() -> list[float]:
        """The peer's way: an option at a time."""
        return [invert(*row) for row in zip(*columns, flags, strict=True)]

    _compare("vollib", np.array(one_by_one()), found[:SAMPLE])
    vollib = SAMPLE / _fastest(one_by_one) / 1e6
    return _row("implied volatility, 100k options", ours, "M/s", "vollib, scalar loop", vollib)


def _row(name: str, value: float, unit: str, peer: str, peer_value: float) -> Row:
    ratio = value / peer_value if unit.endswith("/s") else peer_value / value
    figures: Row = {"name": name, "value": value, "unit": unit, "peer": peer}
    return {**figures, "peer_value": peer_value, "ratio": ratio}


def _fastest(work: Callable[[], object], inner: int = 1) -> float:
    """Seconds of one call, the least of the repeats, after a warm-up that compiles."""
    work()
    least = float("inf")
    spent, repeats = 0.0, 0
    while repeats < REPEATS_MIN or spent < SECONDS_MIN:
        start = time.perf_counter()
        for _ in range(inner):
            work()
        took = time.perf_counter() - start
        least = min(least, took / inner)
        spent, repeats = spent + took, repeats + 1
    return least


@cache
def _peer(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"the bench needs the peer {missing.name!r}: install the dev group, "
            "for example with `uv sync --group dev`"
        ) from missing


def _vollib_greeks(*columns: list[float]) -> list[tuple[float, ...]]:
    price = _peer("vollib.black").black
    greeks = _peer("vollib.black.greeks.analytical")
    functions = (price, greeks.delta, greeks.gamma, greeks.theta, greeks.vega)
    answers: list[tuple[float, ...]] = []
    for forward, strike, years, vol, sign, rate in zip(*columns, strict=True):
        flag = "c" if sign > 0 else "p"
        answers.append(tuple(f(flag, forward, strike, years, rate, vol) for f in functions))
    return answers


def _numpy_in_blocks(options: Options, out: F64) -> None:
    forward, strike, years, vol, sign, rate = options
    for start in range(0, forward.size, NUMPY_BLOCK):
        b = slice(start, start + NUMPY_BLOCK)
        _numpy_greeks((forward[b], strike[b], years[b], vol[b], sign[b], rate[b]), out[:, b])


def _numpy_greeks(options: Options, out: F64) -> None:
    """Price and four Greeks the way numpy people write them."""
    ndtr = _peer("scipy.special").ndtr
    forward, strike, years, vol, sign, rate = options
    root = np.sqrt(years)
    total = vol * root
    d1 = np.log(forward / strike) / total + 0.5 * total
    discount = np.exp(-rate * years)
    first, second = ndtr(sign * d1), ndtr(sign * (d1 - total))
    density = discount * np.exp(-0.5 * d1 * d1) / np.sqrt(2.0 * np.pi)
    price = discount * sign * (forward * first - strike * second)
    out[black.PRICE] = price
    out[black.DELTA] = sign * discount * first
    out[black.GAMMA] = density / (forward * total)
    out[black.THETA] = (rate * price - 0.5 * forward * density * vol / root) / 365.0
    out[black.VEGA] = 0.01 * forward * density * root


def _compare(peer: str, theirs: F64, ours: F64) -> None:
    """Same work: a peer's figures are ours but for its rounding."""
    scale = np.abs(ours).max(axis=-1, keepdims=True)
    worst = float((np.abs(theirs - ours) / scale).max())
    if not worst <= 1e-9:
        raise InvariantError(f"{peer} and the kernels differ by {worst:.1e}; find out who is wrong")


def _compare_exact(options: Options, prices: F64) -> None:
    worst = 0.0
    for i in range(SAMPLE):
        exact = float(_exact_price(*(Decimal(float(column[i])) for column in options)))
        if exact > 1e-8 * options[1][i]:
            worst = max(worst, abs(prices[i] / exact - 1.0))
    if not worst <= ERROR_MAX:
        raise InvariantError(f"prices are off by {worst:.1e}; run tests/unit/pricing")


def _exact_price(
    forward: Decimal, strike: Decimal, years: Decimal, vol: Decimal, sign: Decimal, rate: Decimal
) -> Decimal:
    """Black-76 in 40 digits, for normal quantiles within ±6."""
    with localcontext() as context:
        context.prec = 40
        total = vol * years.sqrt()
        d1 = (forward / strike).ln() / total + total / 2
        first, second = _exact_normal(sign * d1), _exact_normal(sign * (d1 - total))
        return (-rate * years).exp() * sign * (forward * first - strike * second)


def _exact_normal(d: Decimal) -> Decimal:
    """N(d) = 1/2 + φ(d) (d + d³/3 + d⁵/(3·5) + …)."""
    root_two_pi = Decimal("2.506628274631000502415765284811045253006986740609938")
    term = total = d
    n = 1
    while abs(term) > Decimal("1e-40"):
        n += 2
        term = term * d * d / n
        total += term
    return Decimal("0.5") + (-d * d / 2).exp() / root_two_pi * total
