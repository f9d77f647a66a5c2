"""Strategies on QQQ and crude oil run, and no money is counted: command, page, JSON, delivery."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tomking.analysis.mechanics import mechanics
from tomking.app import strategies
from tomking.app.backtesting import asked
from tomking.app.main import main
from tomking.app.runs import find, ledger
from tomking.backtest.run import Run, RunSpec, apart, run
from tomking.core.contract import Right
from tomking.core.errors import ConfigError
from tomking.core.facts import CampaignClosed, Judged, LegFilled, OrderEnded, Sent, Settled
from tomking.core.order import Purpose
from tomking.market.delivery import closing_only
from tomking.portfolio.book import Book, apply, empty_book
from tomking.report.mechanics import WHY
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.picks import Delta, sell
from tomking.strategies.stay import LossBelow
from tomking.strategies.strangle import STRANGLE_CL

pytestmark = pytest.mark.integration

NAMES = "strangle_cl,ipmcc_qqq"
WINDOW = ("--from", "2015-01-02", "--to", "2016-02-29", "--capital", "200000")
CAPITAL = Decimal(200_000)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def done() -> Run:
    """Both strategies, a year."""
    both = strategies.chosen(NAMES.split(","))
    return run(RunSpec(both, CAPITAL, date(2015, 1, 2), date(2016, 2, 29)))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["backtest", *words])
    heard = capsys.readouterr()
    return code, heard.out, heard.err


def test_the_json_says_mechanics_and_every_sum_of_money_is_null(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = said(capsys, *WINDOW, "--strategies", NAMES, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["mechanics"] is True
    assert found["final_net_liq"] is None
    assert set(found["strategies"]) == set(NAMES.split(","))
    for one in found["strategies"].values():
        assert one["mechanics"] is True
        assert [one[key] for key in ("pnl", "wins", "losses", "scratches")] == [None] * 4
        assert one["entered"] == one["closed"] + one["open"] <= one["considered"]
    qqq = found["strategies"]["ipmcc_qqq"]
    assert qqq["entered"] > 0
    assert {"weekly", "leap"} <= {row["tranche"] for row in qqq["exits"]}
    assert any(row["answer"] == "sent" for row in qqq["changes"])
    assert found["strategies"]["strangle_cl"]["by_gate"]
    assert set(found["checks"].values()) == {"PASS"}
    assert found["data_class"] == "MODEL"
    assert found["evidence"]["oil_volatility"] == found["evidence"]["nasdaq_volatility"] == "MODEL"
    assert ledger(find(found["run_hash"]))


def test_the_page_tells_counts_and_not_a_dollar(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, *WINDOW, "--strategies", NAMES, "--report", "page.html")
    assert code == 0
    assert WHY[1:] in out
    assert len(out.strip().splitlines()) <= 25
    page = Path("page.html").read_text(encoding="utf-8")
    assert WHY[1:] in page
    shown = page[page.index("</style>") :]
    for word in (
        "Exits by reason",
        "Rolls and other changes",
        "Who said no",
        "extrinsic value left",
    ):
        assert word in shown
    for told in (out, shown):
        assert "$" not in told
    for word in ("Sharpe", "95 %", "win rate", "Result"):
        assert word not in shown


def test_a_report_as_data_is_the_same_document(capsys: pytest.CaptureFixture[str]) -> None:
    short = ("--from", "2015-06-01", "--to", "2015-06-30", "--strategies", "strangle_cl")
    assert said(capsys, *short, "--report", "data.json")[0] == 0
    kept = json.loads(Path("data.json").read_text(encoding="utf-8"))
    assert kept["mechanics"] is True
    printed = json.loads(said(capsys, *short, "--json")[1])
    assert printed | {"elapsed_s": 0} == kept | {"elapsed_s": 0}


@pytest.mark.parametrize("names", ["all,strangle_cl", "lt112,ipmcc_qqq"])
def test_they_do_not_share_an_account_with_what_is_counted(
    names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "--strategies", names)
    assert (code, out) == (2, "")
    odd = "strangle_cl" if "strangle_cl" in names else "ipmcc_qqq"
    assert f"of {odd} no money is counted" in err
    assert f"run it apart, with --strategies {odd}" in err
    assert len(err.strip().splitlines()) == 1
    with pytest.raises(ConfigError, match="run it apart"):
        run(RunSpec(strategies.chosen(names.split(",")), CAPITAL))


def test_no_gate_of_theirs_has_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "--strategies", "strangle_cl", "--gate-value", "--json")
    assert (code, json.loads(out)["exit_code"]) == (2, 2)
    assert "no money is counted here" in err


def test_nobody_gets_them_by_asking_for_all() -> None:
    for wanted in ((), ("all",)):
        spec = RunSpec(strategies.chosen(wanted), CAPITAL)
        assert not spec.mechanics
        apart(spec)


def test_a_plan_that_can_be_counted_on_one_of_its_roots_is() -> None:
    spec = RunSpec((replace(IPMCC, roots=("SPY", "QQQ")),), CAPITAL)
    assert not spec.mechanics


def test_counts_are_those_of_the_journal(done: Run) -> None:
    (qqq, oil) = mechanics(done.facts, [asked(one) for one in done.spec.strategies])
    closed = [fact for fact in done.facts if isinstance(fact, CampaignClosed)]
    assert (qqq.closed, oil.closed) == (
        sum(fact.strategy == "ipmcc_qqq" for fact in closed),
        sum(fact.strategy == "strangle_cl" for fact in closed),
    )
    filled = {fact.order for fact in done.facts if isinstance(fact, LegFilled)}
    exits = [
        fact for fact in done.facts
        if isinstance(fact, Sent) and fact.order.purpose is Purpose.CLOSE
        and fact.order.id in filled
    ]  # fmt: skip
    assert sum(times for _, _, times in (*qqq.exits, *oil.exits)) == len(exits)


def test_the_same_spec_is_the_same_run(done: Run) -> None:
    assert run(done.spec).run_hash == done.run_hash


@pytest.mark.rule("R-PMC-08")
def test_a_year_of_qqq_is_never_sold_while_its_week_is_short(done: Run) -> None:
    book: Book = empty_book(CAPITAL)
    weeks = 0
    for fact in done.facts:
        book = apply(book, fact)
        held = {(p.campaign, p.tranche) for p in book.positions.values()}
        weeks += any(tranche == "weekly" for _, tranche in held)
        if isinstance(fact, CampaignClosed | OrderEnded):  # between two orders
            assert all((name, "leap") in held for name, tranche in held if tranche == "weekly")
    assert weeks > 100


def test_no_exit_is_refused_and_every_entry_passed_every_gate(done: Run) -> None:
    judged = [fact for fact in done.facts if isinstance(fact, Judged)]
    assert [str(f) for f in judged if f.order.purpose is Purpose.CLOSE and not f.approved] == []
    approved = [f for f in judged if f.order.purpose is Purpose.OPEN and f.approved]
    assert all(reading.passed for fact in approved for reading in fact.readings)


def test_a_barrel_that_was_delivered_is_gone_in_the_next_session() -> None:
    """A short put near the money is assigned early, into a future that may only be closed."""
    put = Tranche("put", (sell(1, Right.PUT, Delta(0.45), "put"),), (LossBelow(10.0),))
    plan = replace(
        STRANGLE_CL, name="oil", dte=40, dte_within=20, enter_when=(), take_when=(),
        shapes=(Shape("put", (put,)),),
    )  # fmt: skip
    made = run(RunSpec((plan,), Decimal(3_000_000), date(2015, 6, 1), date(2015, 8, 31)))
    assigned = [f for f in made.facts if isinstance(f, Settled) and f.delivered is not None]
    assert assigned
    for fact in assigned:
        gone = next(
            f for f in made.facts
            if isinstance(f, LegFilled) and f.contract == fact.delivered and f.at > fact.at
        )  # fmt: skip
        assert gone.quantity == -1
        assert (gone.at.date() - fact.at.date()).days <= 4
        assert fact.delivered is not None
        assert closing_only(fact.delivered, fact.contract.expiry)
