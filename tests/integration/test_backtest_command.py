"""``tomking backtest``: a window traded, a report written, bad input answered with one sentence."""

import json
from pathlib import Path

import pytest

from tomking.app.main import main
from tomking.app.reporting import write
from tomking.app.runs import find, ledger
from tomking.core.errors import ConfigError
from tomking.core.facts import CampaignClosed, Considered
from tomking.exchange.fills import NAMED
from tomking.report.findings import FEW, SAME_DAY

pytestmark = pytest.mark.integration

WINDOW = ("--from", "2017-06-01", "--to", "2018-03-29", "--capital", "100000")
SHORT = ("--from", "2018-02-01", "--to", "2018-02-28")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "home"))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["backtest", *words])
    heard = capsys.readouterr()
    return code, heard.out, heard.err


def test_the_json_keeps_its_promise_and_its_sums(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, *WINDOW, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["sessions"] == 209
    assert found["capital"] == 100000
    total = sum(one["pnl"] for one in found["strategies"].values())
    assert total == pytest.approx(found["final_net_liq"] - found["capital"], abs=0.005)
    for one in found["strategies"].values():
        assert one["wins"] + one["losses"] + one["scratches"] == one["closed"]
        assert one["considered"] >= one["entered"] >= one["closed"]
    assert set(found["checks"].values()) == {"PASS"}
    assert found["evidence"]["close"] == "RECORDED"
    assert found["evidence"]["open"] == "PROXY"
    assert found["evidence"]["options"] == found["data_class"] == "MODEL"
    assert found["scale"]["mode"] == "rebase"
    assert found["trades"] == sum(one["entered"] for one in found["strategies"].values()) > 10
    assert not list(Path().glob("*.html"))


def test_the_run_is_kept_under_its_hash_and_every_trade_is_in_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = said(capsys, *SHORT, "--json")
    found = json.loads(out)
    facts = ledger(find(found["run_hash"]))
    closed = sum(isinstance(fact, CampaignClosed) for fact in facts)
    assert closed == sum(one["closed"] for one in found["strategies"].values())
    slots = {fact.slot for fact in facts if isinstance(fact, Considered)}
    assert len(slots) == sum(one["considered"] for one in found["strategies"].values())


def test_the_same_words_are_the_same_run_and_another_seed_is_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hashes = [
        json.loads(said(capsys, *SHORT, *more, "--json")[1])["run_hash"]
        for more in ((), ("--seed", "1"), ("--seed", "2"), ("--capital", "44,500.00"))
    ]
    assert hashes[0] == hashes[1] == hashes[3] != hashes[2]


def test_holders_and_latency_are_chosen_printed_and_hashed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    usual, said_aloud, off, slow = (
        json.loads(said(capsys, *SHORT, *more, "--json")[1])
        for more in (
            (), ("--early-exercise", "rational", "--latency", "1"),
            ("--early-exercise", "off"), ("--latency", "90"),
        )
    )  # fmt: skip
    assert usual["venue"] == {
        "fill": "spread_fraction(0.5)", "early_exercise": "rational", "latency_s": 1.0
    }  # fmt: skip
    assert off["venue"] == usual["venue"] | {"early_exercise": "off"}
    assert slow["venue"] == usual["venue"] | {"latency_s": 90.0}
    hashes = [found["run_hash"] for found in (usual, off, slow)]
    assert len(set(hashes)) == 3
    assert said_aloud["run_hash"] == usual["run_hash"]


def test_the_report_says_how_holders_act_and_how_late_orders_arrive(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("tomking.toml").write_text("[backtest]\nlatency_s = 90\n", encoding="utf-8")
    words = (*SHORT, "--early-exercise", "seeded", "--no-strip", "--report", "data.json")
    assert said(capsys, *words)[0] == 0
    found = json.loads(Path("data.json").read_text(encoding="utf-8"))
    assert found["venue"]["latency_s"] == 90
    assert "--early-exercise seeded" in found["command"]
    assert "What is sent takes effect 90 s later." in found["assumptions"]["Fills"]
    assert "50 % of holders do, by a draw" in found["assumptions"]["Options"]
    assert "Holders draw" in found["never_exercised"]["Assignment by chance"]


def test_what_each_gate_was_worth_is_told_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--from", "2018-01-02", "--to", "2018-03-29", "--capital", "100000", "--no-strip")
    code, out, _ = said(capsys, *words, "--gate-value", "--report", "page.html")
    assert code == 0
    assert "carried as shadows" in out
    text = Path("page.html").read_text(encoding="utf-8")
    assert "What each gate was worth" in text
    assert "--gate-value" in text
    asked, plain = (
        json.loads(said(capsys, *words, *more, "--json")[1]) for more in (("--gate-value",), ())
    )
    assert asked["run_hash"] == plain["run_hash"], "shadows leave the run as it was"
    assert plain["gate_value"] is None
    gates = asked["gate_value"]["first_refuser"]
    assert sum(one["refused"] for one in gates) == asked["gate_value"]["refused"] > 0
    assert all(one["value"] == "not measurable on MODEL data" for one in gates if one["selects_on"])


def test_a_literal_scale_leaves_the_index_alone(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, *SHORT, "--scale", "literal", "--json")
    assert json.loads(out)["scale"] == {"mode": "literal", "factor": 1.0}


def test_the_terminal_gets_a_page_that_ends_with_where_the_report_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = said(capsys, *SHORT, "--capital", "100000", "--report", "page.html")
    lines = out.strip().splitlines()
    assert code == 0
    assert len(lines) <= 30
    assert SAME_DAY in out
    assert lines[-1] == f"report: {Path('page.html').resolve()}"
    text = Path("page.html").read_text(encoding="utf-8")
    assert "tomking backtest --from 2018-02-01 --to 2018-02-28 --capital 100000" in text
    for column in ("half spread", "mid", "full spread", "fees ×2", "puts cut", "calls cut"):
        assert f"<b>{column}</b>" in text
    for column in ("5 min later", "stop ×1"):
        assert f"<b>{column}</b>" in text


def test_an_account_that_trades_nothing_is_told_which_gates_stopped_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = said(capsys, *SHORT, "--capital", "9000", "--no-strip")
    assert code == 0
    assert "nothing was traded in 19 sessions" in out
    assert "What stopped Friday 0DTE: ES by" in out


def test_a_strategy_that_entered_less_than_ten_times_is_listed_with_its_gates(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = said(capsys, *WINDOW, "--strategies", "friday_0dte,lt112")
    rows = [line.split() for line in out.splitlines()]
    entered = {row[0]: int(row[-7]) for row in rows if row[:1] == ["LT112"]}
    assert code == 0
    assert 0 < entered["LT112"] < FEW
    assert "What stopped LT112 (long-term 1-1-2): ES by" in out


def test_the_help_names_every_form_of_a_fill_model(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["backtest", "--help"]) == 0
    page = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for form in (*NAMED, "spread_fraction(0.25)", "`patient` before it", "`by 2` after it"):
        assert form in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--strategies", "lt12"), "unknown strategy 'lt12'; did you mean 'lt112'?"),
        (("--from", "2018-03-01", "--to", "2018-02-01"), "lies after --to 2018-02-01"),
        (("--from", "2031-01-01"), "choose dates within 2014-01-03 to 2018-12-31"),
        (("--from", "2018-02-03", "--to", "2018-02-04"), "no embedded session"),
        (("--from", "yesterday"), "'yesterday' is not a date"),
        (("--capital", "-1"), "must be a positive number of dollars"),
        (("--capital", "0"), "must be a positive number of dollars"),
        (("--capital", "much"), "'much' is not an amount"),
        (("--fill", "midd"), "unknown fill model 'midd'"),
        (("--scale", "log"), "unknown scale 'log'"),
        (("--preset", "defualt"), "did you mean 'default'"),
        (("--report", "nowhere/page.html"), "cannot be written"),
        (("--report", "."), "is a folder"),
        (("--strategies", ","), "--strategies names none"),
        (("--seed", "-1"), "--seed"),
        (("--early-exercise", "ration"), "early exercise 'ration'; did you mean 'rational'?"),
        (("--early-exercise", "never"), "'never'; choose one of off, rational, seeded"),
        (("--latency", "-1"), "a latency of -1 seconds is not allowed: give 0 to 600"),
        (("--latency", "nan"), "a latency of nan seconds"),
        (("--latency", "soon"), "--latency"),
    ],
)
def test_bad_input_ends_with_one_sentence_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    code, out, err = said(capsys, *words)
    assert code == 2
    assert out == ""
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert list(Path().iterdir()) == []


def test_a_report_that_cannot_be_finished_leaves_the_old_one_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = Path("page.html")
    write(page, "the old one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ConfigError, match="cannot be written"):
        write(page, "the new one")
    assert page.read_text(encoding="utf-8") == "the old one"
    assert list(Path().iterdir()) == [page]
