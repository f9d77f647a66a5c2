"""Break every rule of docs/rules.md on purpose and see that a test with its id fails.

``python scripts/rules_broken.py`` prints JSON: how many ways of breaking were tried, those that no test
noticed, and the table of rule, break and failing test. A rule's tests are those marked with its id and
those its entry names; a row of a table that is marked with other rules alone is not among them.
"""

import argparse
import json
import multiprocessing
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import pytest
from breaks import Break, Rule, breaks, rules
from overlay import Answer, Job, asked, prepare

CPU_S = 90.0  # for one break; what takes longer hangs

T = TypeVar("T")


class Marked:
    """Remembers the rules each test is marked with."""

    def __init__(self) -> None:
        self.rules: dict[str, tuple[str, ...]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.rules = {
            item.nodeid: tuple(rule for mark in item.iter_markers("rule") for rule in mark.args)
            for item in session.items
        }


def marked() -> Mapping[str, tuple[str, ...]]:
    """Every test and its rules.

    Raises
    ------
    ValueError
        If the tests cannot be collected.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    seen = Marked()
    switches = ("--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov")
    code = pytest.main(["tests", "--assert=plain", *switches], plugins=[seen])
    if code != pytest.ExitCode.OK:
        raise ValueError(f"the tests cannot be collected: pytest ended with {int(code)}")
    return seen.rules


def elsewhere(function: Callable[[], T]) -> T:
    """The answer of a function that imports the package, from a process that then ends."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as one:
        return one.submit(function).result()


def tests_of(rule: Rule, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The tests that carry a rule, the small ones first."""
    named = [f"tests/{path}::{name}" for path, name in rule.test]
    found = [
        test
        for test, marks in known.items()
        if rule.id in marks or (not marks and test.split("[", 1)[0] in named)
    ]
    return sorted(found, key=lambda test: ("/unit/" not in test, test.split("::", 1)[0]))


def report(
    every: Sequence[Rule], ways: Sequence[Break], answers: Mapping[int, Answer]
) -> dict[str, object]:
    """The figures of the proof."""
    by_rule: dict[str, list[str]] = defaultdict(list)
    missed: list[str] = []
    noticed: set[str] = set()
    for row, way in enumerate(ways):
        answer = answers.get(row)
        seen = answer is not None and "::" in answer.test  # a file that cannot be read is no test
        told = answer.test if answer and seen else "no test fails"
        by_rule[way.rule].append(f"{way.rule}: {way.what}: {told}")
        if seen:
            noticed.add(way.rule)
        else:
            missed.append(f"{way.rule}: {way.what}")
    return {
        "rules": len(every),
        "rules_noticed": len(noticed),
        "rules_nobody_can_break": sorted({rule.id for rule in every} - set(by_rule)),
        "rules_unnoticed": sorted({rule.id for rule in every} - noticed),
        "rules_not_noticed": len({rule.id for rule in every} - noticed),
        "breaks": len(ways),
        "breaks_noticed": len(ways) - len(missed),
        "breaks_not_noticed": len(missed),
        "unnoticed": missed,
        "table": [line for rule in every for line in by_rule[rule.id]],
        "cpu_seconds": round(sum(answer.seconds for answer in answers.values())),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rules", nargs="*", help="rules to break; all of them")
    parser.add_argument("--told", action="store_true", help="print every answer as it comes")
    wanted = parser.parse_args()
    prepare()
    every = [
        rule for rule in rules() if not wanted.rules or rule.id.startswith(tuple(wanted.rules))
    ]
    known = elsewhere(marked)
    ids = {rule.id for rule in every}
    ways = [way for way in elsewhere(breaks) if way.rule in ids]
    tests = {rule.id: tests_of(rule, known) for rule in every}
    together = list(dict.fromkeys(test for each in tests.values() for test in each))
    for _, answer in asked({"unbroken": Job((), together, 10 * CPU_S)}):
        if answer.noticed:
            raise SystemExit(f"A test fails though nothing is broken: {answer.test or answer}")
    jobs = {
        row: Job(way.changes, tests[way.rule], CPU_S)
        for row, way in enumerate(ways)
        if tests[way.rule]
    }
    answers: dict[int, Answer] = {}
    for row, answer in asked(jobs):
        answers[row] = answer
        if wanted.told:
            told = f"{answer.verdict:8} {answer.seconds:5.1f}s {ways[row].rule} {ways[row].what}"
            print(f"{told}: {answer.test}", file=sys.stderr, flush=True)
    print(json.dumps(report(every, ways, answers)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
