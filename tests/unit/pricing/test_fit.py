"""The kernels' constants are what the fit gives, and the routines on them are right."""

import ast
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tomking.pricing import black, exercise, grid, implied, landscape, second
from unit.pricing import fit

pytestmark = pytest.mark.unit


def test_the_coefficients_are_the_fit_to_the_last_bit() -> None:
    for exact in (black, landscape, second):
        assert exact.EXP_COEFFICIENTS.tolist() == fit.exp_coefficients()
    for module in (black, implied, exercise, grid, second):
        assert module.LOG_COEFFICIENTS.tolist() == fit.log_coefficients()
    for module in (black, implied, landscape):
        assert module.MILLS_COEFFICIENTS.tolist() == fit.mills_coefficients()
    for short in (exercise, grid):
        assert short.DECAY_COEFFICIENTS.tolist() == fit.decay_coefficients()
        assert short.TAIL_COEFFICIENTS.tolist() == fit.tail_coefficients()


def pieces() -> dict[str, dict[str, str]]:
    """Routines and constants of every file of the room: what each file holds under a name.

    A routine is known by its name and its arguments, so that two of one name that do different things
    are two. Constants are the private ones and the tables of coefficients.
    """
    found: dict[str, dict[str, str]] = {}
    for path in sorted(Path(black.__file__).parent.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                name = f"{node.name}({ast.unparse(node.args)})"
                found.setdefault(name, {})[path.stem] = ast.dump(node)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if name.startswith("_") or name.endswith("_COEFFICIENTS"):
                    found.setdefault(name, {})[path.stem] = ast.dump(node.value)
    return {name: held for name, held in found.items() if len(held) > 1}


def test_what_stands_in_two_files_is_the_same_in_both() -> None:
    """A kernel inlines only what its own file holds: pieces are copied, and no copy may differ."""
    assert {name for name, held in pieces().items() if len(set(held.values())) > 1} == set()


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("_exp(x: float)", "black landscape second"),
        ("_log_ratio(a: float, b: float)", "black exercise grid implied second"),
        ("_mills(a: float, b: float, gap: float)", "black implied landscape"),
        ("_decay(x: float)", "exercise grid"),
        ("_chance(d: float, density: float)", "exercise grid"),
        ("EXP_COEFFICIENTS", "black landscape second"),
        ("LOG_COEFFICIENTS", "black exercise grid implied second"),
        ("MILLS_COEFFICIENTS", "black implied landscape"),
        ("DECAY_COEFFICIENTS", "exercise grid"),
        ("TAIL_COEFFICIENTS", "exercise grid"),
        ("_LN2_HIGH", "black exercise grid implied landscape second"),
        ("_ROUNDING", "black exercise grid landscape second"),
    ],
)
def test_the_copied_pieces_are_found_where_they_stand(name: str, files: str) -> None:
    assert sorted(pieces()[name]) == files.split()


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
