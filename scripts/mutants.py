"""Make 300 small slips in risk, margin, order state and settlement, one at a time, and run the tests.

``python scripts/mutants.py`` prints JSON: how many each group's tests noticed, and every slip that none
of them did. The same seed draws the same slips from the same tree. First the tests are run once, to see
which of them executes which line and how long it takes; then each slip is faced with the tests that
execute its statement, the quickest file first, until one fails.

We draw them ourselves rather than with mutmut: it copies the tree and rewrites every function into all
of its variants, which the tests of this project that read source files would meet; it has neither a
sample nor groups; and it starts a process a mutant on tests that it maps by function, not by line.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coverage import CoverageData
from mutations import Mutant, mutants
from overlay import PACKAGE, ROOT, WORKERS, Answer, Change, Job, asked, prepare

SEED = 20260101
SAMPLE = 300
GROUPS: Mapping[str, tuple[str, ...]] = {
    "risk": ("risk/**/*.py",),
    "margin": ("portfolio/margin/**/*.py",),
    "orders": (
        *(f"portfolio/{name}.py" for name in ("preflight", "order_rules", "cover", "power")),
        *(
            f"exchange/{name}.py"
            for name in ("orders", "working", "routing", "matching", "fills", "floor", "brackets")
        ),
    ),
    "settlement": tuple(
        f"exchange/{name}.py"
        for name in ("settlement", "clearing", "assignment", "dividends", "ledger", "calls")
    ),
}
#: Tests that may know something of these rooms and do not measure the machine.
TESTS = (
    "src/tomking/risk", "src/tomking/portfolio", "src/tomking/exchange", "tests/unit/risk",
    "tests/unit/portfolio", "tests/unit/exchange", "tests/unit/strategies", "tests/unit/brokers",
    "tests/unit/app/ticket", "tests/unit/engine/test_entries.py", "tests/unit/engine/test_exits.py",
    "tests/unit/engine/test_loop.py",
    "tests/unit/engine/test_offer.py", "tests/unit/engine/test_residue.py",
    "tests/unit/engine/test_walk.py", "tests/scenarios", "tests/integration/test_explain.py",
    "tests/integration/test_explain_refused.py", "tests/integration/test_explain_sound.py",
    "tests/integration/test_ticket.py", "tests/integration/test_gates_seen.py",
    "tests/integration/test_backtest.py", "tests/integration/test_what_if.py",
)  # fmt: skip
#: Below the rooms in which slips are made, so that they may be imported once for all.
BELOW = ("tomking.pricing.black", "tomking.market.snapshot")
TESTS_S = 12.0  # of tests by their own time a slip is faced with; slower ones are not asked
SPARE_S = 20.0  # on the processor, beside four times what the tests take by themselves

#: Slips that change nothing anybody could see, with the reason; they count as survivors all the same.
EQUIVALENT: Mapping[str, str] = {
    "exchange/fills.py: return Steps(float(tick), 0.0, float(tick)): 0.0 -> 1.0": (
        "with one step everywhere it does not matter where it changes"
    ),
    "exchange/matching.py: return (1.0,) * len(columns): 1.0 -> 2.0": (
        "the whole half-width reaches the side of a quote, and no price leaves it"
    ),
    "exchange/matching.py: over = held * quantity >= 0 or abs(quantity) > abs(held): "
    "held * quantity -> held / quantity": "only the sign is asked, and no leg is for nothing",
    "portfolio/preflight.py: taken = abs(claimed) if claimed * wanted > 0 else 0: "
    "claimed * wanted -> claimed / wanted": "only the sign is asked, and no leg is for nothing",
    "portfolio/cover.py: return leg.quantity < 0 and not _goes_with_its_short(leg, legs): "
    "leg.quantity < 0 -> leg.quantity <= 0": "a leg for nothing takes nothing away",
    "portfolio/preflight.py: if leg.opens and not nets(leg.contract) and "
    "(leg.contract, leg.quantity < 0) in against: 0 -> 1": "a leg for nothing counts for nothing",
}


@dataclass(frozen=True, slots=True)
class Map:
    """Which tests execute which line of a file, and how long a test takes."""

    lines: Mapping[str, Mapping[int, frozenset[str]]]
    seconds: Mapping[str, float]

    def of(self, mutant: Mutant) -> set[str]:
        """The tests that execute the statement of a mutant.

        What an import executes counts for every test of the file, and for those that import it.
        """
        lines = self.lines.get(mutant.path, {})
        rows = range(mutant.first, mutant.last + 1) if mutant.inside else lines
        found = {test for row in rows for test in lines.get(row, ())}
        if not mutant.inside:
            found |= {test for test in self.seconds if imports(test.split("::", 1)[0], mutant.path)}
        return found

    def chosen(self, mutant: Mutant, left: float) -> list[str]:
        """Tests of ``left`` seconds to ask about a mutant: files together, the quickest first."""
        by_file: dict[str, list[str]] = defaultdict(list)
        known = self.of(mutant)
        for test in self.seconds:  # in the order of the suite
            if test in known:
                by_file[test.split("::", 1)[0]].append(test)
        taken: list[str] = []
        for tests in sorted(
            by_file.values(),
            key=lambda tests: (
                not imports(tests[0].split("::", 1)[0], mutant.path),
                self.cost(tests),
            ),
        ):
            for test in sorted(tests, key=lambda test: self.seconds[test] > 1.0):
                if self.seconds[test] <= left or not taken:
                    taken.append(test)
                    left -= self.seconds[test]
        return taken

    def cost(self, tests: Sequence[str]) -> float:
        return sum(self.seconds[test] for test in tests)


@cache
def imports(file: str, path: str) -> bool:
    """Whether a file of tests names the module of a path."""
    module = "tomking." + path.removesuffix(".py").replace("/", ".")
    return module in (ROOT / file).read_text(encoding="utf-8")


def mapped(scratch: Path) -> Map:
    """Run the tests once under coverage; a folder that holds what it left is only read."""
    config, data, times = (scratch / name for name in ("config", "data", "times.json"))
    if not times.exists():
        measure(config, data, times)
    seconds: dict[str, float] = json.loads(times.read_text(encoding="utf-8"))
    return Map(read(data, seconds), seconds)


def measure(config: Path, data: Path, times: Path) -> None:
    """The run that ``mapped`` reads.

    Raises
    ------
    SystemExit
        If the tests do not pass as they are.
    """
    rooms = "".join(f"    {PACKAGE}/{room}/*\n" for room in ("risk", "portfolio", "exchange"))
    config.write_text(f"[run]\ninclude =\n{rooms}", encoding="utf-8")
    environment = {key: said for key, said in os.environ.items() if key != "TOMKING_FULL"}
    environment |= {
        "COVERAGE_FILE": str(data),
        "MUTANTS_TIMES": str(times),
        "PYTHONPATH": str(Path(__file__).parent),
    }
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", *TESTS, "-n", str(WORKERS), "--dist", "loadscope", "-q",
            "-p", "no:cacheprovider", "-p", "timed", "--cov", f"--cov-config={config}",
            "--cov-context=test", "--cov-report=",
        ],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"The tests do not pass without a slip:\n{done.stdout[-2000:]}")


def read(data: Path, seconds: Mapping[str, float]) -> Mapping[str, Mapping[int, frozenset[str]]]:
    """Lines and their tests. What a fixture executes is put down to every test of its file."""
    known = CoverageData(str(data))
    known.read()
    together: dict[str, set[str]] = defaultdict(set)
    for test in seconds:
        together[test.split("::", 1)[0]].add(test)

    def tests(contexts: Sequence[str]) -> Iterator[str]:
        for context in contexts:
            test, _, when = context.rpartition("|")
            if test:
                yield from together[test.split("::", 1)[0]] if when == "setup" else (test,)

    return {
        Path(file).relative_to(PACKAGE).as_posix(): {
            line: frozenset(test for test in tests(contexts) if test in seconds)
            for line, contexts in known.contexts_by_lineno(file).items()
        }
        for file in known.measured_files()
    }


def sampled(seed: int, sample: int) -> list[tuple[str, Mutant]]:
    """As many mutants of each group, drawn without preference from all it has."""
    chance = random.Random(seed)
    drawn: list[tuple[str, Mutant]] = []
    for group, patterns in GROUPS.items():
        paths = sorted({path for pattern in patterns for path in PACKAGE.glob(pattern)})
        found = [
            mutant
            for path in paths
            for mutant in mutants(
                path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")
            )
        ]
        drawn += [(group, mutant) for mutant in chance.sample(found, sample // len(GROUPS))]
    return drawn


def jobs(drawn: Sequence[tuple[str, Mutant]], known: Map, seconds: float) -> dict[int, Job]:
    """A job for each mutant that any test executes, with so many seconds of tests."""
    made: dict[int, Job] = {}
    for row, (_, mutant) in enumerate(drawn):
        tests = known.chosen(mutant, seconds)
        if tests:
            text = mutant.text((PACKAGE / mutant.path).read_text(encoding="utf-8"))
            change = Change(mutant.path, text)
            made[row] = Job((change,), tests, SPARE_S + 4 * known.cost(tests))
    return made


def report(drawn: Sequence[tuple[str, Mutant]], answers: Mapping[int, Answer]) -> dict[str, object]:
    """The figures of the proof."""
    total, killed = Counter[str](), Counter[str]()
    ends = Counter[str]()
    survivors: list[str] = []
    for row, (group, mutant) in enumerate(drawn):
        answer = answers.get(row)
        total[group] += 1
        ends[answer.verdict if answer else "never executed"] += 1
        if answer and answer.noticed:
            killed[group] += 1
        else:
            why = EQUIVALENT.get(mutant.slip)
            survivors.append(f"{mutant} [{group}]" + (f" (equivalent: {why})" if why else ""))
    return {
        "mutants": sum(total.values()),
        "killed": sum(killed.values()),
        "killed_percent": round(100 * sum(killed.values()) / sum(total.values()), 1),
        **{
            f"killed_percent_{group}": round(100 * killed[group] / total[group], 1)
            for group in total
        },
        "killed_by_a_test": ends["failed"],
        "killed_by_a_hang": ends["hung"],
        "killed_by_a_crash": ends["crashed"],
        "equivalent": sum("(equivalent: " in line for line in survivors),
        "survivors": survivors,
        "cpu_seconds": round(sum(answer.seconds for answer in answers.values())),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--sample", type=int, default=SAMPLE)
    parser.add_argument("--groups", nargs="*", default=list(GROUPS), choices=list(GROUPS))
    parser.add_argument("--only", default="", help="mutants whose line of text contains this")
    parser.add_argument("--seconds", type=float, default=TESTS_S, help="of tests a mutant meets")
    parser.add_argument("--keep", type=Path, help="folder of the map, made once and read again")
    parser.add_argument("--told", action="store_true", help="print every answer as it comes")
    asked_for = parser.parse_args()
    drawn = [
        (group, mutant)
        for group, mutant in sampled(asked_for.seed, asked_for.sample)
        if group in asked_for.groups and asked_for.only in str(mutant)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        known = mapped(asked_for.keep or Path(scratch))
    prepare(*BELOW)
    answers: dict[int, Answer] = {}
    for row, answer in asked(jobs(drawn, known, asked_for.seconds)):
        answers[row] = answer
        if asked_for.told:
            told = f"{answer.verdict:8} {answer.seconds:5.1f}s {drawn[row][1]}"
            print(f"{told}: {answer.test}", file=sys.stderr, flush=True)
    print(json.dumps(report(drawn, answers)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
