"""How a figure is read from what a command prints."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

STARTS = 20  # the best of so many starts: other processes can only add time

#: A figure is a number, a word or the list of what a number counts.
Figures = dict[str, float | str | bool | list[str]]


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind: its output, its time and the folder it ran in."""

    output: str
    seconds: float
    folder: Path


def demo(runs: Sequence[Done]) -> Figures:
    page = (runs[0].folder / "tomking-demo" / "report.html").read_text(encoding="utf-8")
    links = re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", page)
    return {
        "seconds": round(runs[0].seconds, 1),
        "report_bytes": len(page),
        "external_links": len(links),
    }


def tests(runs: Sequence[Done]) -> Figures:
    """The counts and the time of pytest's last line."""
    last = runs[0].output.strip().splitlines()[-1]
    counts = {
        word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|skipped|errors?)", last)
    }
    return {
        "passed": counts.get("passed", 0),
        "skipped": counts.get("skipped", 0),
        "failed": counts.get("failed", 0) + counts.get("error", 0) + counts.get("errors", 0),
        "seconds": round(runs[0].seconds, 1),
    }


def backtest(runs: Sequence[Done]) -> Figures:
    """Entries and results of the default window."""
    said = json.loads(runs[0].output)
    figures: Figures = {key: said[key] for key in ("sessions", "capital", "final_net_liq")}
    for name, tally in said["strategies"].items():
        figures |= {f"{name}_{key}": tally[key] for key in ("entered", "closed", "wins", "pnl")}
    return figures | {f"check_{name}": verdict for name, verdict in said["checks"].items()}


def same_hash(runs: Sequence[Done]) -> Figures:
    first, second, other = (json.loads(done.output)["run_hash"] for done in runs)
    return {
        "first": first,
        "second": second,
        "other_seed": other,
        "same_again": first == second,
        "differs_by_seed": first != other,
    }


def pace(runs: Sequence[Done]) -> Figures:
    """Sessions a second: the best of the bench after a warm-up, and of a process that has just begun."""
    rows = {row["name"]: row["value"] for row in json.loads(runs[0].output)["rows"]}
    first = json.loads(runs[1].output)
    return {
        "sessions": first["sessions"],
        "sessions_per_second": round(rows["backtest, whole rulebook, paths drawn"], 1),
        "sessions_per_second_paths_given": round(rows["backtest, whole rulebook, paths given"], 1),
        "sessions_per_second_cold_process": round(first["sessions"] / first["elapsed_s"], 1),
    }


def kernels(runs: Sequence[Done]) -> Figures:
    """Every row of the bench: our figure in its unit, and how many times the peer's."""
    figures: Figures = {}
    for row in json.loads(runs[0].output)["rows"]:
        figures[f"{row['name']} [{row['unit']}]"] = float(f"{row['value']:.6g}")
        figures[f"{row['name']} [times {row['peer']}]"] = round(row["ratio"], 1)
    return figures


def year(runs: Sequence[Done]) -> Figures:
    """What happened in the random year, as its test prints it, beside the counts of the tests."""
    told = re.findall(r"(\d+) (fills|expiries|assignments|margin refusals)", runs[0].output)
    return tests(runs) | {name.replace(" ", "_"): int(count) for count, name in told}


#: What the tests of the flat world print, with the figures that are kept of it.
FLAT = (
    r"lt112 priced at 30%, moving by 30%: (?P<lt112_trades>\d+) trades, "
    r"(?P<lt112_won_percent>\S+)% won, (?P<lt112_mean_usd>\S+) a trade, "
    r"standard error (?P<lt112_error_usd>[\d,]+)",
    r"lt112 in the default run: (?P<run_won>\d+) of (?P<run_closed>\d+) won, (?P<run_usd>[^;]+); "
    r".*?: (?P<run_as_many_or_more_percent>[\d.]+)%;",
)


def flat(runs: Sequence[Done]) -> Figures:
    """What LT112 does where nothing can be earned, and how its winners in the default run compare."""
    said = [found.groupdict() for form in FLAT for found in re.finditer(form, runs[0].output)]
    figures = {name: float(cell.replace(",", "")) for one in said for name, cell in one.items()}
    return tests(runs) | figures


def start(runs: Sequence[Done]) -> Figures:
    """The best start of help, of status and of the brake, in the order of ``START``."""
    helped, told, braked = runs[:STARTS], runs[-2 * STARTS : -STARTS], runs[-STARTS:]
    return {
        "milliseconds": _best(helped),
        "status_milliseconds": _best(told),
        "halt_milliseconds": _best(braked),
        "starts": STARTS,
    }


def _best(runs: Sequence[Done]) -> float:
    return round(1000 * min(done.seconds for done in runs), 1)


def style(runs: Sequence[Done]) -> Figures:
    measured: Figures = json.loads(runs[1].output)
    return tests(runs) | measured


def printed(runs: Sequence[Done]) -> Figures:
    """What a script measured and printed as one line of JSON."""
    measured: Figures = json.loads(runs[0].output)
    return measured | {"minutes": round(runs[0].seconds / 60, 1)}


def last_line(runs: Sequence[Done]) -> Figures:
    """What a script printed as its last line, after what it had to say on the way."""
    measured: Figures = json.loads(runs[0].output.strip().splitlines()[-1])
    return measured | {"minutes": round(runs[0].seconds / 60, 1)}


def paper_day(runs: Sequence[Done]) -> Figures:
    """A paper day, what its process needed, and how it differs from its replay."""
    day, beside = json.loads(runs[0].output), json.loads(runs[1].output)
    return {
        "seconds": round(runs[0].seconds, 1),
        "resident_mb": day["resident_mb"],
        "orders": beside["orders"],
        "fills": beside["fills"],
        "unexplained_usd": float(beside["unexplained"]),
    }
