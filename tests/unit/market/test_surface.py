"""The vol-SVI surface: its check table, absence of arbitrage, strikes by delta, shocks."""

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from tomking.market.snapshot import NO_SHOCK, Shock
from tomking.market.surface import (
    atm_sd,
    atm_sd_into,
    shock_into,
    smile_into,
    strike_at_delta,
    strikes_at_delta_into,
)
from tomking.market.variance import share_to_close
from tomking.market.volsvi import CHAIN_WEIGHTED, STRESS_WEIGHTED

pytestmark = pytest.mark.unit

# Source: our own fit spx-volsvi-v1, its check table for the chain-weighted set. VIX, days (over 365:
# variance years), volatility at the money in percent, then k and volatility of the 25, 16, 5-delta put.
CHECK = (
    (12, 1, 7.879, -0.00285, 8.111, -0.0043, 8.28, -0.00755, 8.782),
    (12, 7, 8.378, -0.00852, 9.203, -0.01346, 9.838, -0.02732, 12.055),
    (12, 30, 9.878, -0.02195, 11.637, -0.03636, 12.997, -0.08227, 17.721),
    (12, 45, 10.617, -0.02912, 12.715, -0.04869, 14.306, -0.11141, 19.704),
    (12, 90, 12.176, -0.04699, 14.841, -0.07949, 16.802, -0.18293, 23.21),
    (12, 180, 13.814, -0.07299, 16.896, -0.12462, 19.138, -0.28596, 26.225),
    (16, 1, 12.031, -0.00443, 12.608, -0.00672, 12.958, -0.01192, 13.881),
    (16, 7, 12.409, -0.01262, 13.706, -0.01991, 14.604, -0.03945, 17.448),
    (16, 30, 13.609, -0.02974, 15.916, -0.04892, 17.605, -0.10718, 23.197),
    (16, 45, 14.229, -0.03821, 16.874, -0.06347, 18.802, -0.14106, 25.096),
    (16, 90, 15.589, -0.0585, 18.764, -0.09851, 21.055, -0.2213, 28.303),
    (16, 180, 17.075, -0.08711, 20.599, -0.14842, 23.144, -0.33386, 30.948),
    (20, 1, 16.241, -0.00602, 17.177, -0.00918, 17.718, -0.01637, 19.077),
    (20, 7, 16.498, -0.0167, 18.221, -0.02629, 19.354, -0.05126, 22.719),
    (20, 30, 17.34, -0.03721, 20.1, -0.06089, 22.058, -0.13019, 28.306),
    (20, 45, 17.789, -0.04676, 20.877, -0.0773, 23.079, -0.16803, 30.058),
    (20, 90, 18.799, -0.06876, 22.373, -0.11543, 24.927, -0.25477, 32.818),
    (20, 180, 19.942, -0.09872, 23.788, -0.1681, 26.561, -0.37292, 34.883),
    (30, 1, 26.871, -0.01002, 28.714, -0.01536, 29.739, -0.02759, 32.205),
    (30, 7, 26.825, -0.02672, 29.498, -0.04197, 31.15, -0.07996, 35.638),
    (30, 30, 26.668, -0.05487, 30.332, -0.08915, 32.82, -0.18299, 40.214),
    (30, 45, 26.58, -0.06655, 30.528, -0.10932, 33.26, -0.22869, 41.428),
    (30, 90, 26.374, -0.09113, 30.671, -0.15248, 33.717, -0.32651, 42.732),
    (30, 180, 26.125, -0.1215, 30.491, -0.20712, 33.658, -0.44943, 42.823),
    (50, 1, 48.059, -0.01778, 51.379, -0.02732, 53.234, -0.0492, 57.675),
    (50, 7, 47.448, -0.04599, 52.011, -0.07266, 54.855, -0.13855, 62.467),
    (50, 30, 45.323, -0.08805, 51.08, -0.14455, 55.075, -0.29618, 66.682),
    (50, 45, 44.104, -0.10316, 50.09, -0.17156, 54.348, -0.35826, 66.793),
    (50, 90, 41.101, -0.13047, 47.131, -0.22187, 51.571, -0.47504, 64.425),
    (50, 180, 37.187, -0.15744, 42.755, -0.27368, 46.984, -0.59549, 58.979),
    (80, 1, 79.389, -0.02895, 84.794, -0.04467, 87.846, -0.08068, 95.149),
    (80, 7, 78.042, -0.07265, 85.236, -0.11599, 89.84, -0.22258, 102.1),
    (80, 30, 73.306, -0.1307, 81.815, -0.2191, 88.016, -0.45275, 105.756),
    (80, 45, 70.551, -0.14883, 79.146, -0.2538, 85.628, -0.53496, 104.219),
    (80, 90, 63.617, -0.17685, 71.757, -0.31083, 78.22, -0.6735, 96.521),
    (80, 180, 54.157, -0.19739, 61.119, -0.35683, 66.896, -0.78828, 82.922),
)  # fmt: skip
VIXES = (10.0, 11.0, 12.0, 14.0, 16.0, 20.0, 25.0, 32.0, 40.0, 60.0, 82.0)
DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365)
SETS = (CHAIN_WEIGHTED, STRESS_WEIGHTED)


def smile(k, sd, vix, years, surface=CHAIN_WEIGHTED):
    out = np.empty(np.size(k))
    smile_into(k, sd, vix, years, out, surface)
    return out


def delta_at(strike, forward, sd, vix, years, sign):
    k = log(strike / forward)
    v = smile(k, sd, vix, years)[0]
    return norm.cdf(sign * (0.5 * v - k / v))


def twin_vol(k, vix, years):
    """The formulas of the note in plain Python, at one strike; volatility over ``years``."""
    level, shape = CHAIN_WEIGHTED.level, CHAIN_WEIGHTED.shape
    v = vix / 100

    def mean_reverted(t):
        return (1 - exp(-level.kappa * t)) / (level.kappa * t)

    long = (level.l0 + level.l1 * level.v0 * (1 - exp(-v / level.v0))) ** 2
    short = long + ((level.c0 + level.c1 * v) ** 2 - long) / mean_reverted(30 / 365)
    atm = sqrt(long + (short - long) * mean_reverted(years))
    x = log(min(max(v, 0.11), 0.32) / 0.20)
    y = log(min(max(years, 1 / 365), 1.2) / (30 / 365))
    m = shape.m0 + shape.m1 * x + shape.m2 * y
    s = exp(shape.s0 + shape.s1 * x + shape.s2 * y)
    left = exp(shape.a0 + shape.a1 * x + shape.a2 * y)
    right = exp(shape.r0 + shape.r1 * x + shape.r2 * y)

    def h(u):
        return (left + right) / 2 * sqrt((u - m) ** 2 + s * s) + (right - left) / 2 * (u - m)

    return atm * max(1 + h(k / (atm * sqrt(years))) - h(0.0), 0.25)


@pytest.mark.parametrize("row", CHECK, ids=lambda row: f"vix{row[0]}-{row[1]}d")
def test_the_check_table_is_reproduced_to_its_last_digit(row):
    vix, days, atm_percent, *puts = row
    years = days / 365
    sd = atm_sd(float(vix), years)
    assert 100 * sd / sqrt(years) == pytest.approx(atm_percent, abs=0.00051)
    for delta, k, percent in zip((0.25, 0.16, 0.05), puts[::2], puts[1::2], strict=True):
        strike = strike_at_delta(1.0, sd, float(vix), years, -1.0, delta)
        assert log(strike) == pytest.approx(k, abs=0.0000051)
        vol = smile(log(strike), sd, float(vix), years)[0] / sqrt(years)
        assert 100 * vol == pytest.approx(percent, abs=0.00051)


@given(
    k=st.floats(-0.5, 0.3), vix=st.floats(7.0, 90.0), days=st.floats(0.2, 700.0)
)  # fmt: skip
def test_the_kernels_agree_with_the_formulas_in_plain_python(k, vix, days):
    years = days / 365
    sd = smile(k, atm_sd(vix, years), vix, years)[0]
    assert sd / sqrt(years) == pytest.approx(twin_vol(k, vix, years), rel=1e-11)


@pytest.mark.parametrize("surface", SETS, ids=lambda s: s.name)
def test_no_butterfly_costs_less_than_nothing(surface):
    z = np.linspace(-10.0, 6.0, 1601)
    for vix in VIXES:
        for days in DAYS:
            years = days / 365
            k = z * atm_sd(vix, years, surface)
            w = smile(k, atm_sd(vix, years, surface), vix, years, surface) ** 2
            step = k[1] - k[0]
            slope = (w[2:] - w[:-2]) / (2 * step)
            bend = (w[2:] - 2 * w[1:-1] + w[:-2]) / step**2
            k, w = k[1:-1], w[1:-1]
            density = (1 - k * slope / (2 * w)) ** 2
            density += -(slope**2) / 4 * (1 / w + 0.25) + bend / 2
            assert density.min() > 0.0, (vix, days, z[density.argmin()])


@pytest.mark.parametrize("surface", SETS, ids=lambda s: s.name)
def test_total_variance_never_falls_with_time_at_a_fixed_strike(surface):
    k = np.linspace(-0.35, 0.35, 141)
    for vix in VIXES:
        before = np.zeros(k.size)
        for days in range(1, 366):
            sd = atm_sd(vix, days / 365, surface)
            now = smile(k, sd, vix, days / 365, surface)
            covered = (k / sd > -10.0) & (k / sd < 6.0)
            assert (now >= before)[covered].all(), (vix, days)
            before = np.where(covered, now, 0.0)


def test_a_strike_expiring_today_has_no_more_variance_than_one_expiring_tomorrow():
    for vix in VIXES:
        for minute in range(0, 390, 30):
            today = share_to_close(float(minute)) * vix / 100 / sqrt(252)
            tomorrow = np.empty(1)
            atm_sd_into(vix, 1.0 / 259.535, False, share_to_close(float(minute)), tomorrow)
            k = np.linspace(-10.0, 6.0, 200) * today
            assert (
                smile(k, today, vix, 1 / 365) <= smile(k, tomorrow[0], vix, 1.0 / 259.535)
            ).all()


@given(
    vix=st.floats(8.0, 82.0), days=st.floats(0.1, 400.0),
    delta=st.floats(0.01, 0.95), sign=st.sampled_from((-1.0, 1.0)),
)  # fmt: skip
def test_the_strike_found_has_the_delta_asked_for(vix, days, delta, sign):
    years = days / 365
    sd = atm_sd(vix, years)
    strike = strike_at_delta(6000.0, sd, vix, years, sign, delta)
    assert delta_at(strike, 6000.0, sd, vix, years, sign) == pytest.approx(delta, abs=1e-11)


def test_delta_falls_as_the_strike_rises_so_the_strike_is_the_only_one():
    z = np.linspace(-10.0, 6.0, 1601)
    for vix in VIXES:
        for days in DAYS:
            sd = atm_sd(vix, days / 365)
            v = smile(z * sd, sd, vix, days / 365)
            assert (np.diff(0.5 * v - z * sd / v) < 0.0).all(), (vix, days)


def test_a_put_and_a_call_whose_deltas_add_to_one_share_their_strike():
    sd = atm_sd(18.0, 0.2)
    put = strike_at_delta(6000.0, sd, 18.0, 0.2, -1.0, 0.30)
    call = strike_at_delta(6000.0, sd, 18.0, 0.2, 1.0, 0.70)
    assert put == pytest.approx(call, rel=1e-12)


def test_many_strikes_are_the_same_as_one_by_one():
    deltas = np.array([0.5, 0.25, 0.16, 0.05])
    out = np.empty(4)
    strikes_at_delta_into(6000.0, 0.06, 16.0, 0.12, -1.0, deltas, out)
    single = [strike_at_delta(6000.0, 0.06, 16.0, 0.12, -1.0, float(d)) for d in deltas]
    assert out.tolist() == single
    assert (np.diff(out) < 0.0).all()


@pytest.mark.parametrize(
    ("sd", "sign", "delta"),
    [(0.0, 1, 0.2), (0.05, 0, 0.2), (0.05, 1, 0.0), (0.05, 1, 1.0), (np.nan, 1, 0.2)],
)
def test_a_delta_that_no_strike_has_is_nan(sd, sign, delta):
    assert np.isnan(strike_at_delta(6000.0, sd, 16.0, 0.1, float(sign), delta))


def test_a_put_delta_below_what_the_wing_allows_is_nan_not_a_guess():
    # d1 cannot pass 1 / (slope of the wing), about 3.4: no put has a delta of one in a million
    assert np.isnan(strike_at_delta(6000.0, atm_sd(16.0, 0.001), 16.0, 0.001, -1.0, 1e-6))


def test_one_number_or_a_column_gives_the_same_answer():
    k = np.linspace(-0.1, 0.05, 5)
    ones = np.ones(5)
    wide, narrow = np.empty(5), smile(k, 0.05, 16.0, 0.1)
    smile_into(k, 0.05 * ones, 16.0 * ones, 0.1 * ones, wide)
    assert wide.tolist() == narrow.tolist()


def test_out_may_be_the_column_it_replaces():
    k, sd = np.linspace(-0.1, 0.05, 5), np.full(5, 0.05)
    wanted = smile(k, sd.copy(), 16.0, 0.1)
    smile_into(k, sd, 16.0, 0.1, sd)
    assert sd.tolist() == wanted.tolist()


def test_nothing_is_left_at_expiry_and_nan_stays_nan():
    assert atm_sd(16.0, 0.0) == 0.0
    assert atm_sd(16.0, -0.01) == 0.0
    assert smile(-0.1, 0.0, 16.0, 0.0)[0] == 0.0
    for vix, years in ((np.nan, 0.1), (16.0, np.nan), (np.nan, 0.0), (3.0, 0.1)):
        assert np.isnan(atm_sd(vix, years))
    for arguments in ((np.nan, 0.1, 16.0, 0.1), (0.1, np.nan, 16.0, 0.1), (0.1, 0.1, np.nan, 0.1)):
        assert np.isnan(smile(*arguments)[0])
    assert np.isnan(smile(0.1, 0.1, 16.0, np.nan)[0])


def test_a_leg_that_settles_today_takes_the_measured_share_and_the_others_the_surface():
    out = np.empty(2)
    atm_sd_into(16.0, np.array([0.002, 0.1]), np.array([True, False]), 0.48, out)
    assert out[0] == pytest.approx(0.48 * 0.16 / sqrt(252))
    assert out[1] == atm_sd(16.0, 0.1)


def test_a_later_expiry_is_lifted_to_todays_where_the_surface_alone_would_stand_below():
    years = 0.0035  # tomorrow's opening print, seen from today's open, at the lowest VIX on record
    alone, lifted, gone = np.empty(1), np.empty(1), np.empty(1)
    atm_sd_into(8.6, years, False, 0.0, alone)
    atm_sd_into(8.6, years, False, 0.55, lifted)
    atm_sd_into(8.6, 0.0, False, 0.55, gone)
    assert alone[0] < 0.55 * 0.086 / sqrt(252) == pytest.approx(lifted[0])
    assert gone[0] == 0.0


def shocked(sd, k, dte, years, shock):
    out = np.empty(np.size(k))
    shock_into(sd, k, dte, years, shock, out)
    return out


def test_no_shock_changes_nothing():
    sd = np.array([0.05, 0.06])
    assert shocked(sd, np.array([-0.1, 0.0]), 30.0, 0.08, NO_SHOCK).tolist() == sd.tolist()


@pytest.mark.parametrize(
    ("dte", "factor"), [(0, 2.0), (7, 2.0), (18.5, 1.75), (30, 1.5), (60, 1.35), (400, 1.2)]
)
def test_the_factor_is_linear_between_its_days_and_flat_beyond(dte, factor):
    shock = Shock(vol=((7.0, 2.0), (30.0, 1.5), (90.0, 1.2)))
    assert shocked(0.05, 0.0, float(dte), 0.1, shock)[0] == pytest.approx(0.05 * factor)


def test_the_wing_is_whole_at_the_five_delta_put_partial_nearer_and_absent_for_calls():
    sd, years, shock = 0.05, 0.09, Shock(wing=0.10)
    five = 1.6448536269514722
    k = np.array([-2.5 * five * sd, -five * sd, -0.5 * five * sd, 0.5 * sd**2, 0.2])
    k[:3] += 0.5 * sd**2
    added = (shocked(sd, k, 30.0, years, shock) - sd) / sqrt(years)
    assert added == pytest.approx([0.10, 0.10, 0.05, 0.0, 0.0], abs=1e-12)
