"""Friday 0DTE against the rulebook's worked figures (27.1, corrected by 0.6)."""

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Right
from tomking.core.order import Structure
from tomking.core.reading import Skip, Stage
from tomking.engine.desk import Desk
from tomking.engine.entries import entry
from tomking.engine.memory import MemoryJournal
from tomking.market.sessions import session_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.pricing.black import DELTA, PRICE, black76
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.risk.sizing import size
from tomking.risk.verdict import Approved, Refused
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.friday_0dte_forms import FRIDAY_0DTE_BROKEN
from tomking.strategies.plan import Plan, profit_price
from tomking.strategies.stay import kept
from worlds.board import FRIDAY, Board, board, day_of
from worlds.orders import book_with, option, order, preview, view

pytestmark = pytest.mark.unit

SHEET = json.loads((Path(__file__).parents[2] / "data/rulebook_27.json").read_text())["27.1"]
CREDIT = SHEET["credit"]


def short_names(structure: Structure) -> list[str]:
    """Legs as ``-6090 C``."""
    return [
        f"{'+' if leg.quantity > 0 else '-'}{leg.contract.strike:f} {leg.contract.right or ' '!s:.1}"
        for leg in structure.legs
    ]


def blind(opened: float, price: float, atr: float) -> Board:
    """A Friday at 10:30 without Greeks: strikes come before the clamp of delta."""
    known = day_of(FRIDAY, indicators={"atr": atr}, previous_close=opened)
    return board(day=known, price=price, opened=opened, greeks=False, vol=0.6)


@pytest.mark.rule("R-0DTE-03")
@pytest.mark.rule("R-0DTE-04")
@pytest.mark.parametrize("case", SHEET["strikes"], ids=lambda c: f"{c['open']} to {c['price']}")
def test_the_strikes_before_the_clamp_are_the_rulebooks(case: dict[str, object]) -> None:
    seen = view(blind(float(case["open"]), float(case["price"]), float(case["atr"])))
    wanted = FRIDAY_0DTE.enter(seen, "ES")
    assert isinstance(wanted, Structure), wanted
    assert wanted.shape == case["shape"]
    assert short_names(wanted) == case["legs"]


@pytest.mark.rule("R-0DTE-03")
@pytest.mark.parametrize("opened", [6000.0, 5000.0, 4000.0, 5600.0])
@pytest.mark.parametrize("way", [1.0, -1.0])
def test_a_move_of_exactly_half_a_per_cent_is_a_condor(opened: float, way: float) -> None:
    seen = view(blind(opened, opened * (1000.0 + 5.0 * way) / 1000.0, 65.0))
    wanted = FRIDAY_0DTE.enter(seen, "ES")
    assert isinstance(wanted, Structure)
    assert wanted.shape == "condor"


@pytest.mark.rule("R-0DTE-01")
@pytest.mark.parametrize("case", SHEET["asked"], ids=lambda c: c["at"])
def test_it_is_asked_from_half_past_ten_to_half_past_one_on_fridays(
    case: dict[str, object],
) -> None:
    at = datetime.fromisoformat(str(case["at"])).replace(tzinfo=NEW_YORK)
    hours = session_of(at.date())
    assert hours is not None
    due = {minute for slots in FRIDAY_0DTE.slots for minute in slots.minutes(hours)}
    assert (hours.minute(at) in due) is case["due"]


@pytest.mark.rule("R-0DTE-10")
def test_a_half_day_is_skipped() -> None:
    day = date.fromisoformat(SHEET["half_day"])
    refused = FRIDAY_0DTE.enter(view(board(on=day)), "ES")
    assert isinstance(refused, Skip)
    assert [reading.name for reading in refused.failed] == ["session"]
    assert refused.failed[0].stage is Stage.MARKET
    assert isinstance(FRIDAY_0DTE.enter(view(board(on=FRIDAY)), "ES"), Structure)


@pytest.mark.rule("R-0DTE-02")
@pytest.mark.parametrize("case", SHEET["vix"], ids=lambda c: f"VIX {c['vix']}")
def test_vix_must_stand_below_thirty(case: dict[str, object]) -> None:
    wanted = FRIDAY_0DTE.enter(view(board(vix_points=float(case["vix"]))), "ES")
    assert isinstance(wanted, Structure) is case["passes"]
    if isinstance(wanted, Skip):
        assert [reading.rule for reading in wanted.failed] == ["R-0DTE-02"]


@pytest.mark.rule("R-EVT-04")
@pytest.mark.parametrize("event", ["FOMC", "CPI"])
def test_a_fed_day_and_a_cpi_day_are_skipped(event: str) -> None:
    market = replace(board(), day=day_of(FRIDAY, blocked={event: "08:30"}))
    refused = FRIDAY_0DTE.enter(view(market), "ES")
    assert isinstance(refused, Skip)
    assert [reading.rule for reading in refused.failed] == ["R-EVT-04"]


@pytest.mark.parametrize("event", ["NFP", "OPEC"])
def test_the_jobs_report_and_opec_stop_nothing(event: str) -> None:
    market = replace(board(), day=day_of(FRIDAY, blocked={event: "08:30"}))
    assert isinstance(FRIDAY_0DTE.enter(view(market), "ES"), Structure)


def four_points() -> tuple[Board, Structure]:
    """A call spread 30 wide whose mid is 4.00, as typed quotes."""
    short, wing = option("6090 C"), option("6120 C")
    market = board(price=6042.0, greeks=False, quotes={short: (5.0, 5.0), wing: (1.0, 1.0)})
    wanted = FRIDAY_0DTE.enter(view(market), "ES")
    assert isinstance(wanted, Structure)
    return market, wanted


@pytest.mark.rule("R-SIZ-01")
@pytest.mark.rule("R-SIZ-02")
def test_a_credit_of_four_loses_26_at_most_and_8_at_its_stop() -> None:
    _, wanted = four_points()
    assert wanted.credit == pytest.approx(CREDIT["credit"])
    assert wanted.max_loss == pytest.approx(CREDIT["max_loss"])
    assert wanted.stop_loss == pytest.approx(CREDIT["stop"] - CREDIT["credit"])
    assert wanted.max_loss * 50 == pytest.approx(CREDIT["max_loss_usd"]["ES"])
    assert wanted.max_loss * 5 == pytest.approx(CREDIT["max_loss_usd"]["MES"])
    assert wanted.stop_loss * 50 == pytest.approx(CREDIT["stop_loss_usd"])
    net_liq = CREDIT["net_liq"]
    assert wanted.max_loss * 50 / net_liq == pytest.approx(CREDIT["max_loss_share"], abs=5e-5)
    assert wanted.stop_loss * 50 / net_liq == pytest.approx(CREDIT["stop_loss_share"], abs=5e-5)


@pytest.mark.rule("R-SIZ-01")
def test_one_es_fits_44500_and_two_mes_fit_stage_one() -> None:
    market, wanted = four_points()
    free = Limits(delta_share_max=100.0, gamma_share_max=100.0, vega_max_usd=1e9, notional_max=1e3)
    seen = view(market, cash=str(CREDIT["net_liq"]), limits=free)
    assert size(wanted, seen, "friday_0dte") == CREDIT["es_units"]
    small = replace(
        free, stage=1, phases_usd=(0.0,), phases_gbp=(0.0,), bp_trade_by_strategy=(),
        stress_trade_max=1.0, stress_loss_max=1.0,
    )  # fmt: skip
    seen = view(market, cash=str(CREDIT["stage_1_net_liq"]), limits=small)
    as_mes = replace(wanted, root="MES", legs=tuple(
        replace(leg, contract=replace(leg.contract, root="MES", future="MESZ25"))
        for leg in wanted.legs))  # fmt: skip
    assert size(as_mes, seen, "friday_0dte") == CREDIT["stage_1_mes_units"]


@pytest.mark.rule("R-MAN-01")
@pytest.mark.rule("R-MAN-02")
def test_the_target_is_bought_at_two_and_the_stop_is_at_twelve() -> None:
    opened = order("-1 6090 C, +1 6120 C", "4.00", tranche="call spread")
    market = board(price=6042.0)
    held = book_with(market.at, (opened, ("5.00", "1.00")))
    (position,) = held.positions.values()
    assert profit_price(position, 0.50) == Decimal(-2)
    short, wing = option("6090 C"), option("6120 C")
    stop = next(r for r in FRIDAY_0DTE.rules(position) if type(r).__name__ == "LossBelow")
    for cost, stays in ((11.95, True), (12.0, False)):
        now = replace(market, quotes={short: (cost + 1.0, cost + 1.0), wing: (1.0, 1.0)})
        assert kept(stop, position, view(now, held)) is stays


@pytest.mark.rule("R-GRK-05")
def test_in_the_literal_mode_one_es_is_refused_by_greeks_and_mes_is_allowed() -> None:
    """0.6: one ES vertical has a gamma above +-20 SPY shares per $100k at any account under it."""
    literal = Limits(greeks_mode="s4_literal", vega_max_usd=50.0)
    market, _ = four_points()
    legs = "-1 6090 C, +1 6120 C"
    seen = view(market, cash=str(CREDIT["net_liq"]), limits=literal)
    verdict = judge(order(legs), seen, preview())
    assert isinstance(verdict, Refused)
    assert verdict.named.stage is Stage.GREEKS
    assert isinstance(judge(order(legs, root="MES"), seen, preview()), Approved)


@pytest.mark.rule("R-GRK-05")
def test_the_literal_mode_counts_spy_shares_and_not_dollars() -> None:
    """100 SPY shares per $100k are 60 % of net liq at SPY 600 and 30 % at SPY 300."""
    market = board(price=3000.0, opened=3000.0, vol=0.3)
    wanted = order("-1 3030 C, +1 3060 C", "3.00")
    shares, dollars = (
        next(
            reading
            for reading in judge(wanted, view(market, limits=limits), preview()).readings
            if reading.rule == "R-GRK-01"
        )
        for limits in (Limits(greeks_mode="s4_literal"), Limits())
    )
    assert (shares.observed, shares.bound) != (dollars.observed, dollars.bound)


def test_the_larger_contract_is_taken_when_one_of_it_fits() -> None:
    for cash, root in (("100000", "ES"), ("41000", "MES")):
        seen = view(board(price=6042.0, vol=0.6), cash=cash)
        desk = Desk((FRIDAY_0DTE,), seen.limits, TASTYTRADE, MemoryJournal())
        wanted = entry(desk, seen, FRIDAY_0DTE)
        assert not isinstance(wanted, Skip)
        assert wanted.order.root == root


@pytest.mark.parametrize("case", SHEET["model"], ids=lambda c: f"vol {c['vol']:.0%}")
def test_the_models_credit_and_delta_at_half_past_ten(case: dict[str, float]) -> None:
    years = 5.5 / 6.5 / 252.0
    sold, bought = (black76(6042.0, k, years, case["vol"], 1.0, 0.0) for k in (6090.0, 6120.0))
    assert sold[PRICE, 0] - bought[PRICE, 0] == pytest.approx(case["credit"], abs=0.005)
    assert sold[DELTA, 0] == pytest.approx(case["delta"], abs=0.0005)


@pytest.mark.rule("R-0DTE-06")
def test_each_side_of_a_condor_must_pay_three_times_its_costs() -> None:
    """One side rich, the other poor: refused, and the poor side is named."""
    rich = {option("5995 P"): (4.0, 4.0), option("5965 P"): (1.0, 1.0)}
    poor = {option("6065 C"): (0.40, 0.40), option("6095 C"): (0.10, 0.10)}
    market = board(price=6030.0, greeks=False, quotes=rich | poor)
    refused = FRIDAY_0DTE.enter(view(market), "ES")
    assert isinstance(refused, Skip)
    assert [reading.name for reading in refused.failed] == ["credit of the call side"]
    assert [r.passed for r in refused.readings if r.rule == "R-0DTE-06"] == [True, False]


@pytest.mark.rule("R-0DTE-09")
@pytest.mark.parametrize(("vix", "factor"), [(17.5, 1.0), (17.6, 1.0), (17.7, 0.5)])
def test_vix_up_by_more_than_a_tenth_halves_the_size(vix: float, factor: float) -> None:
    """The rulebook says "up > 10 %": exactly a tenth is not more than one."""
    wanted = FRIDAY_0DTE.enter(view(board(vix_points=vix)), "ES")
    assert isinstance(wanted, Structure)
    assert wanted.size_factor == factor


def test_the_wings_stand_thirty_points_away() -> None:
    for price in (5940.0, 6000.0, 6042.0):
        wanted = FRIDAY_0DTE.enter(view(board(price=price)), "ES")
        assert isinstance(wanted, Structure)
        for right in Right:
            strikes = [leg.contract.strike for leg in wanted.legs if leg.contract.right is right]
            if strikes:
                assert abs(strikes[0] - strikes[1]) == 30


@pytest.mark.rule("R-0DTE-12")
@pytest.mark.parametrize(
    ("price", "shape", "put", "call"),
    [
        (6006.0, "condor, calls wide", 30.0, 50.0),
        (6000.25, "condor, calls wide", 30.0, 50.0),
        (6000.0, "condor, puts wide", 50.0, 30.0),
        (5994.0, "condor, puts wide", 50.0, 30.0),
        (6042.0, "fade up", 0.0, 30.0),
        (5958.0, "fade down", 30.0, 0.0),
    ],
)
def test_the_side_the_market_moves_toward_has_the_wide_wing(
    price: float, shape: str, put: float, call: float
) -> None:
    wanted = FRIDAY_0DTE_BROKEN.enter(view(board(price=price, vol=0.3)), "ES")
    assert isinstance(wanted, Structure), wanted
    assert wanted.shape == shape
    for right, width in ((Right.PUT, put), (Right.CALL, call)):
        strikes = [
            float(leg.contract.strike or 0) for leg in wanted.legs if leg.contract.right is right
        ]
        assert (max(strikes) - min(strikes) if strikes else 0.0) == width
    wide = max(put, call)
    assert wanted.max_loss == pytest.approx(wide - wanted.credit)


@pytest.mark.rule("R-0DTE-03")
@pytest.mark.parametrize("plan", [FRIDAY_0DTE, FRIDAY_0DTE_BROKEN], ids=lambda plan: plan.name)
def test_a_move_that_is_not_known_is_no_flat_morning(plan: Plan) -> None:
    """Without an open nobody can say which way to fade: the condor is not entered for want of it."""
    refused = plan.enter(view(board(opened=float("nan"))), "ES")
    assert isinstance(refused, Skip)
    assert [(seen.rule, seen.observed) for seen in refused.failed] == [("R-0DTE-03", None)]
