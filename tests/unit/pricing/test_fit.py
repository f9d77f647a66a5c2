"""The kernels' constants are what the fit gives, and the routines on them are right."""

import inspect
import re
from decimal import Decimal
from types import ModuleType

import numpy as np
import pytest

from tomking.pricing import black, exercise, grid, implied, second
from unit.pricing import fit


def test_the_coefficients_are_the_fit_to_the_last_bit() -> None:
    for exact in (black, second):
        assert exact.EXP_COEFFICIENTS.tolist() == fit.exp_coefficients()
    for module in (black, implied, exercise, grid, second):
        assert module.LOG_COEFFICIENTS.tolist() == fit.log_coefficients()
    for module in (black, implied):
        assert module.MILLS_COEFFICIENTS.tolist() == fit.mills_coefficients()
    for short in (exercise, grid):
        assert short.DECAY_COEFFICIENTS.tolist() == fit.decay_coefficients()
        assert short.TAIL_COEFFICIENTS.tolist() == fit.tail_coefficients()


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("_log_ratio", black, implied),
        ("_mills", black, implied),
        ("_log_ratio", black, exercise),
        ("_log_ratio", black, grid),
        ("_log_ratio", black, second),
        ("_exp", black, second),
        ("_decay", exercise, grid),
        ("_chance", exercise, grid),
    ],
)
def test_kernel_files_hold_one_text_of_a_routine(
    name: str, one: ModuleType, other: ModuleType
) -> None:
    def text(module: ModuleType) -> str:
        found = re.search(
            rf"@part\ndef {name}\(.*?(?=\n\n\n)", inspect.getsource(module), re.DOTALL
        )
        assert found is not None
        return found.group()

    assert text(one) == text(other)


@pytest.mark.parametrize(("other", "count"), [(implied, 6), (exercise, 8), (grid, 8), (second, 8)])
def test_kernel_files_hold_the_same_constants(other: ModuleType, count: int) -> None:
    names = re.compile(r"_(LN2_|TWO|HALF|INVERSE|LOG2|ROUNDING)\w*")
    shared = [n for n in vars(other) if names.fullmatch(n)]
    assert len(shared) == count
    assert all(getattr(other, n) == getattr(black, n) for n in shared)


def test_the_grid_and_the_boundary_agree_on_what_is_never_and_what_is_none() -> None:
    assert (grid.NEVER, grid.TOTAL_MIN) == (exercise.NEVER, exercise.TOTAL_MIN)


def test_exp_and_log_are_right_to_the_last_bits() -> None:
    g = np.random.default_rng(6)
    for x in g.uniform(-700, 700, 300).tolist():
        exact = Decimal(x).exp()
        assert abs(Decimal(black._exp(x)) / exact - 1) < Decimal("2.3e-16")
    for x in [*g.uniform(-1e-6, 1e-6, 100), *g.uniform(-1, 1, 100), *g.uniform(-300, 300, 100)]:
        a, b = 100.0 * float(np.exp(x)), 100.0
        exact = (Decimal(a) / Decimal(b)).ln()
        assert abs(Decimal(black._log_ratio(a, b)) / exact - 1) < Decimal("4.5e-16")


def test_a_difference_of_mills_ratios_never_cancels() -> None:
    g = np.random.default_rng(7)
    for a in [-1.0, *g.uniform(-1, 40, 300).tolist()]:
        b = a + 2.0 ** float(g.uniform(-40, 4))
        r_a, r_b = fit.mills(Decimal(a)), fit.mills(Decimal(b))
        ours = black._mills(a, b, b - a)
        for figure, exact in zip(ours, (r_a, r_b, r_a - r_b), strict=True):
            assert abs(Decimal(figure) / exact - 1) < Decimal("2e-14")


def test_the_guess_inverts_the_normal_price_to_a_thousandth() -> None:
    for h in np.geomspace(1e-6, 29.0, 200).tolist():
        density = (-(Decimal(h) ** 2) / 2).exp() / (2 * fit.PI).sqrt()
        price = float(density * (1 / Decimal(h) - fit.mills(Decimal(h))))
        assert implied._guess(1.0, price) * h == pytest.approx(1.0, rel=1e-3)


def test_the_short_exponential_and_tail_are_right_to_1e_10() -> None:
    g = np.random.default_rng(8)
    for x in g.uniform(-600, 300, 300).tolist():
        assert abs(Decimal(exercise._decay(x)) / Decimal(x).exp() - 1) < Decimal("1e-10")
    for y in g.uniform(0, 37, 300).tolist():
        tail = (-(Decimal(y) ** 2) / 2).exp() / (2 * fit.PI).sqrt() * fit.mills(Decimal(y))
        density = float((-(Decimal(y) ** 2) / 2).exp() / (2 * fit.PI).sqrt())
        assert abs(Decimal(exercise._chance(-y, density)) / tail - 1) < Decimal("1e-10")
        assert abs(Decimal(exercise._chance(y, density)) + tail - 1) < Decimal("1e-10")
