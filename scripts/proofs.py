"""What the project claims of itself, a row each.

A proof is a claim, the commands that show it, and the bound of each figure. ``prove.py`` runs them, and
``figures.py`` reads what they print.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from figures import (
    STARTS,
    Done,
    Figures,
    backtest,
    demo,
    flat,
    kernels,
    last_line,
    pace,
    paper_day,
    printed,
    same_hash,
    start,
    style,
    tests,
    year,
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A claim, the commands that show it, and the bound of each figure read from them."""

    name: str
    claim: str
    commands: Sequence[str]
    read: Callable[[Sequence[Done]], Figures]
    bound: Mapping[str, str]


def suite(name: str, claim: str, selection: str, at_least: int = 1) -> Proof:
    """A claim that tests show: they pass, none is skipped, and there are as many as expected."""
    bound = {"failed": "== 0", "skipped": "== 0", "passed": f">= {at_least}"}
    return Proof(name, claim, (f"pytest {selection}",), tests, bound)


START = (
    *("tomking --help",) * STARTS,
    "tomking init",  # an account to speak of, in the empty folder
    *("tomking status",) * STARTS,
    *("tomking halt",) * STARTS,
)
BACKTEST = "tomking backtest --json --capital 100000"
PROOFS = (
    Proof(
        "demo",
        "A first report takes less than a minute after install, without an account or a network.",
        ("tomking demo",),
        demo,
        {"seconds": "<= 60", "external_links": "== 0", "report_bytes": ">= 1"},
    ),
    Proof(
        "suite",
        "The whole test suite takes at most five minutes on two cores.",
        ("make --no-print-directory test",),
        tests,
        {"seconds": "<= 300", "failed": "== 0", "passed": ">= 1"},
    ),
    Proof(
        "backtest",
        "On $100,000 the default window enters Friday 0DTE and LT112 often enough to judge them.",
        (BACKTEST,),
        backtest,
        {"friday_0dte_entered": ">= 60", "lt112_entered": ">= 12"},
    ),
    Proof(
        "repeatable",
        "The same arguments give the same run, to the last fact; another seed gives another.",
        (BACKTEST, BACKTEST, f"{BACKTEST} --seed 2"),
        same_hash,
        {"same_again": "== 1", "differs_by_seed": "== 1"},
    ),
    Proof(
        "pace",
        "The model market under the whole rulebook runs at 300 sessions a second or more.",
        ("tomking bench --json", BACKTEST),
        pace,
        {"sessions_per_second": ">= 300"},
    ),
    Proof(
        "kernels",
        "One core prices 45 million options a second, five Greeks included.",
        ("tomking bench --json",),
        kernels,
        {"price + 5 Greeks, 100k options [M/s]": ">= 45"},
    ),
    Proof(
        "start",
        "The command line says help in less than 150 ms; status and the brake take less than 100.",
        START,
        start,
        {
            "milliseconds": "< 150",
            "status_milliseconds": "< 100",
            "halt_milliseconds": "< 100",
        },
    ),
    Proof(
        "style",
        "Files and functions stay short, typed and documented, and rooms keep to the ladder.",
        ("pytest tests/architecture", "python tests/architecture/tree.py"),
        style,
        {
            "failed": "== 0",
            "file_lines_median": "<= 120",
            "file_lines_max": "<= 400",
            "function_lines_median": "<= 12",
            "function_lines_max": "<= 60",
        },
    ),
    suite(
        "modelled_day",
        "Over 700 sessions the modelled day does not drift along its morning and moves far enough.",
        "tests/unit/market/test_path_acceptance.py",
        at_least=12,
    ),
    Proof(
        "flat_world",
        "In a world of one volatility the desk earns what the mathematics says and no more.",
        ("pytest tests -k flat_vol -s",),
        flat,
        {"failed": "== 0", "skipped": "== 0", "passed": ">= 1"},
    ),
    suite(
        "look_ahead",
        "Exchanging the path after an instant, and all later days, changes no decision before it.",
        "tests/integration/test_look_ahead.py",
    ),
    suite(
        "gates_seen",
        "Every gate passes and refuses because of data, in the default run or a day written down.",
        "tests/integration/test_gates_seen.py tests/architecture/test_gates.py",
    ),
    suite(
        "books_agree",
        "The venue's ledger is the book at every event, and strategies add up to the cent.",
        "tests/integration/test_backtest.py tests/integration/test_determinism.py",
    ),
    suite(
        "margin",
        "Margin agrees with every published case to the cent, and no case is left out.",
        "tests/unit/portfolio/test_margin_published.py",
        at_least=92,
    ),
    suite(
        "margin_of_all_pairings",
        "On 2,000 random books margin is the least over every pairing, which another program tries.",
        "tests/unit/portfolio/test_margin_brute.py tests/unit/portfolio/test_margin_least.py",
    ),
    suite(
        "margin_properties",
        "What must hold of margin holds on 200 examples of each property and more.",
        "tests/unit/portfolio/test_margin_properties.py tests/unit/portfolio/test_margin_useful.py",
    ),
    suite(
        "margin_files",
        "Every published case comes out of the command too, and a bad file is one sentence and exit 2.",
        "tests/integration/test_ticket.py tests/integration/test_explain.py",
        at_least=150,
    ),
    Proof(
        "margin_speed",
        "A package of four legs is margined in 0.2 ms, ten legs of three expiries in 5 ms.",
        ("tomking bench --json",),
        kernels,
        {
            "margin, 4-leg package [ms]": "< 0.2",
            "margin, 10-leg 3-expiry book [ms]": "< 5",
        },
    ),
    Proof(
        "order_speed",
        "From a decision to the local exchange's word for the order 99 of 100 take less than 20 ms.",
        ("tomking bench --json",),
        kernels,
        {
            f"{figure} [{unit}]": bound
            for kept in ("in memory", "kept in a ledger")
            for figure, unit, bound in (
                (f"order to the local exchange, {kept}, 99 of 100 within", "ms", "< 20"),
                (f"orders and their cancels, {kept}", "orders/s", ">= 10"),
            )
        },
    ),
    Proof(
        "stream_soak",
        "A day of 200 quotes a second, cut every 30 minutes: no growth, nothing lost, no beat missed.",
        ("python scripts/stream_soak.py",),
        last_line,
        {
            "hours": ">= 24",
            "quotes_per_second": ">= 200",
            "connections": ">= 48",
            "tokens": ">= 90",
            "tokens_at_once": "== 1",
            "tokens_refused": "== 0",
            "heartbeats": ">= 1440",
            "heartbeats_missed": "== 0",
            "lost": "== 0",
            "behind": "== 0",
            "notices_lost": "== 0",
            "growth_mb": "< 2",
        },
    ),
    Proof(
        "stream_speed",
        "50,000 quotes a second come from the feed's frames into the cache, be it one a frame.",
        ("tomking bench --json",),
        kernels,
        {
            "quotes into the live cache [quotes/s]": ">= 50000",
            "quotes into the live cache, a frame each [quotes/s]": ">= 50000",
        },
    ),
    Proof(
        "stress_speed",
        "A book of 40 legs is priced over 21 spots, 21 volatilities and 5 times in 2 ms.",
        ("tomking bench --json",),
        kernels,
        {"stress of 40 legs, 88,200 European prices [ms]": "<= 2"},
    ),
    suite(
        "stress",
        "Scenarios hold shocks only, a table of worlds is every world by itself, and hedges do help.",
        "tests/unit/portfolio/test_landscape.py tests/unit/portfolio/test_stress.py "
        "tests/unit/risk/test_hedge.py tests/integration/test_stress_command.py",
        at_least=70,
    ),
    suite(
        "august_2024",
        "The book of August 2024 fails what it should, and the framework's book is measured.",
        "tests/integration/test_august_2024.py tests/unit/risk/test_prevention.py",
        at_least=18,
    ),
    Proof(
        "american",
        "A core prices 60,000 American options a second within 1e-4 of $100, 200,000 by 99 of 100.",
        ("tomking bench --json",),
        kernels,
        {
            "American, exact tier, 10k options [k/s]": ">= 60",
            "American, exact tier, all within [$ per $100]": "<= 1e-4",
            "American, default tier, 10k options [k/s]": ">= 200",
            "American, default tier, 99 of 100 within [$ per $100]": "<= 1e-4",
        },
    ),
    suite(
        "margin_call",
        "The levels of a margin call are solved by full repricing; valued again there a dollar is left.",
        "tests/unit/portfolio/test_call.py tests/unit/portfolio/test_stress.py",
    ),
    Proof(
        "random_year",
        "A year of random trading against the venue accounts for every cent.",
        ("pytest tests/unit/exchange/test_year.py -s",),
        year,
        {
            "failed": "== 0",
            "fills": ">= 2000",
            "expiries": ">= 200",
            "assignments": ">= 50",
            "margin_refusals": ">= 20",
        },
    ),
    suite(
        "no_hindsight",
        "A fill depends on the quotes after its order arrived and before it traded, and on no others.",
        "tests/unit/exchange/test_hindsight.py",
    ),
    suite(
        "paper_line",
        "A season of the core over HTTP and the streams is the season in one process, to the cent.",
        "tests/integration/test_paper_line.py",
        at_least=2,
    ),
    suite(
        "faults",
        "Over 300 seeds of faults at a broker no order is sent twice and the books agree to the cent.",
        "tests/scenarios/test_fault_simulation.py",
        at_least=300,
    ),
    Proof(
        "fault_table",
        "Over 300 seeds every kind of fault strikes more than fifty times while an order is under way.",
        ("python scripts/fault_table.py",),
        last_line,
        {
            "seeds": ">= 300",
            "under_way_min": "> 50",
            "a_day_min": ">= 5",
            "kinds_a_day_min": ">= 3",
        },
    ),
    Proof(
        "paper_day",
        "A paper Friday in a process keeps below 400 MB, and its replay differs in nothing.",
        (
            "tomking paper --day 2017-08-04 --speed 0 --sessions 1 --capital 100000 "
            "--strategies friday_0dte --json",
            "tomking divergence 2017-08-04 --json",
        ),
        paper_day,
        {"resident_mb": "< 400", "fills": ">= 8", "unexplained_usd": "== 0"},
    ),
    suite(
        "server_machine",
        "In 500 sequences over HTTP the server says, restarts included, what the exchange itself does.",
        "tests/integration/test_server_machine.py",
        at_least=2,
    ),
    Proof(
        "kills",
        "A desk that is killed at any step comes back within five seconds and has lost nothing.",
        ("python scripts/kill_matrix.py",),
        last_line,
        {
            "kills": ">= 200",
            "in_doubt": ">= 60",
            "random": ">= 90",
            "failing_disks": ">= 5",
            "forbidden": "== 0",
            "never_recovered": "== 0",
            "recovery_s_max": "< 5",
            "builds_caught": "== 4",
        },
    ),
    suite(
        "checker",
        "The checker of the kill matrix finds every forbidden state that is planted by hand.",
        "tests/kill/test_checker.py",
        at_least=20,
    ),
    suite(
        "server_restart",
        "A killed server goes on where its ledger file has it, and a changed file is refused.",
        "tests/integration/test_ledger_restart.py tests/unit/server/test_file.py",
        at_least=20,
    ),
    suite(
        "expiries",
        "Expiry, assignment, pins and dividends leave the cash, positions and margin of the tables.",
        "tests/unit/exchange/test_scenarios.py tests/unit/exchange/test_settlement.py "
        "tests/unit/exchange/test_clearing.py tests/unit/exchange/test_assignment.py",
    ),
    Proof(
        "foreign_clients",
        "The broker's npm client and its older Python client get through every service they have.",
        ("pytest tests/foreign/clients.py",),
        tests,
        {"failed": "== 0", "passed": ">= 2"},
    ),
    Proof(
        "mutants",
        "Of 300 slips in risk, margin, orders and settlement the tests notice 85 of 100.",
        ("python scripts/mutants.py",),
        printed,
        {"mutants": "== 300", "killed_percent": ">= 85", "minutes": "<= 25"},
    ),
    Proof(
        "rules_broken",
        "Every rule of docs/rules.md, broken in each way it can be, fails a test that carries its id.",
        ("python scripts/rules_broken.py",),
        printed,
        {"rules_not_noticed": "== 0", "breaks_not_noticed": "== 0"},
    ),
)
