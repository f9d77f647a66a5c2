"""``tomking margin``, and what it and ``explain`` say of a file that is none."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from architecture.tree import ROOT
from tomking.app.main import main
from worlds.tickets import CONDOR, LT112, SPREAD, answer, changed, refused, written

pytestmark = pytest.mark.integration
SCRIPT = Path(sys.executable).with_name("tomking")
DATA = ROOT / "tests" / "data" / "margin"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path / "empty"))
    return tmp_path


def published() -> list[Any]:
    files = (
        "cboe", "derived", "interactive_brokers", "lean_matcher", "lean_naked", "misc", "tastytrade",
    )  # fmt: skip
    cases = (
        case
        for name in files
        for case in json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    )
    return [pytest.param(case, id=case["id"]) for case in cases]


@pytest.mark.parametrize("case", published())
def test_every_published_case_comes_out_of_the_command_to_the_cent(
    case: dict[str, Any], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = ("underlying", "house", "legs", "shares")
    file = {key: case[key] for key in keys if key in case} | {"at": "2007-01-05"}
    said = answer(["margin", "--file", written(here, file)], capsys)
    assert list(said)[:4] == ["requirement", "bp_effect", "uncovered", "method"]
    assert said["requirement"] == Decimal(str(case["requirement"]))
    if "bp_effect" in case:
        assert said["bp_effect"] == Decimal(str(case["bp_effect"]))
    if "uncovered" in case:
        left = [[leg["right"], leg["strike"], -leg["quantity"]] for leg in said["uncovered"]]
        assert sorted(left) == sorted(case["uncovered"])


def test_the_answer_of_margin_is_the_contract(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["margin", "--file", written(here, SPREAD), "--json"])
    assert capsys.readouterr().out == (
        '{"requirement": 2000.00, "bp_effect": 1630.00, "uncovered": [], "method": "universal", '
        '"maintenance": 2000.00, "at": "2026-06-05T10:30:00-04:00"}\n'
    )


def test_margin_says_the_same_to_people(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["margin", "--file", written(here, LT112)]) == 0
    said = capsys.readouterr().out
    assert "ES 1-1-2" in said
    assert "sixteen scenarios repriced" in said
    assert "Scan of ESZ26" in said


@pytest.mark.parametrize(("wing", "binds"), [(5690, True), (5000, False)])
def test_the_parts_of_a_scan_give_its_figure(
    wing: int, binds: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A spread is asked no more than it can lose, and the page says when that is why."""
    sold = changed(LT112, "legs", [
        {"right": "P", "strike": 5700, "expiry": "2026-09-30", "quantity": -1, "price": 83.5},
        {"right": "P", "strike": wing, "expiry": "2026-09-30", "quantity": 1, "price": 20},
    ])  # fmt: skip
    said = answer(["margin", "--file", written(here, sold)], capsys)
    parts = said["scan"]
    risk = max(parts["loss"] - parts["spread_credit"], parts["short_option_minimum"])
    wanted = parts["factor"] * risk - (parts["option_value"] - parts["idle_longs"])
    assert float(said["requirement"]) == pytest.approx(float(min(wanted, parts["most"])), abs=0.02)
    assert parts["most"] == (5700 - wing) * 50
    assert main(["margin", "--file", written(here, sold)]) == 0
    assert ("no more can be lost" in capsys.readouterr().out) is binds


@pytest.mark.parametrize(("quantity", "said"), [(1, True), (-1, False)])
def test_a_long_that_would_only_cost_is_said(
    quantity: int, said: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A put of a few days beside calls sold: it loses its price where they lose most."""
    book = changed(LT112, "legs", [
        {"right": "C", "strike": 6000, "expiry": "2026-12-18", "quantity": -1, "price": 300},
        {"right": "P", "strike": 6000, "expiry": "2026-06-12", "quantity": quantity, "price": 20},
    ])  # fmt: skip
    assert main(["margin", "--file", written(here, book)]) == 0
    assert ("counting them, more would be asked" in capsys.readouterr().out) is said


@pytest.mark.parametrize(
    ("house", "kind", "said"),
    [
        ("ira", "etf", "ira, etf: a put needs its whole strike, a call 100 % of the underlying less "
         "what is out of the money, at least 50 % and $250 a contract ("),
        ("cash", "etf", "cash, etf: a short put needs its whole strike in cash, a short call its "
         "shares ("),
        ("tastytrade", "etf", "tastytrade, etf: 20 % of the underlying less what is out of the money, "
         "at least 10 % and $250 a contract ("),
        ("exchange", "leveraged_etf", "exchange, leveraged_etf of 2.5 times: 50 % of the underlying "
         "less what is out of the money, at least 25 % ("),
        ("tastytrade", "leveraged_etf", "tastytrade, leveraged_etf of 2.5 times: 50 % of the "
         "underlying less what is out of the money, at least 25 % and $250 a contract ("),
    ],
)  # fmt: skip
def test_the_house_line_is_what_made_the_figure(
    house: str, kind: str, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fund = {"symbol": "ACME", "price": 600, "kind": kind}
    if kind == "leveraged_etf":
        fund["leverage"] = -2.5
    put = changed(changed(SPREAD, "legs", SPREAD["legs"][:1]), "underlying", fund)
    assert main(["margin", "--file", written(here, put | {"house": house})]) == 0
    assert said in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("settles", ["AM", "PM"])
def test_an_uncovered_short_says_whether_it_ends_in_the_morning(
    settles: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put = changed(changed(SPREAD, "legs", SPREAD["legs"][:1]), "legs.0.settles", settles)
    said = answer(["margin", "--file", written(here, put)], capsys)
    assert [one["settles"] for one in said["uncovered"]] == [settles]


def process(*words: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([SCRIPT, *words], input=stdin, capture_output=True, check=False)


def test_a_dash_reads_standard_input_in_a_real_process() -> None:
    done = process("margin", "--file", "-", "--json", stdin=json.dumps(SPREAD).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["requirement"] == 2000
    again = process("explain", "-", "--json", stdin=json.dumps(SPREAD).encode())
    assert (again.returncode, again.stderr) == (0, b"")
    assert json.loads(again.stdout)["structure"] == "put credit vertical"


#: A place, what stands there (... for nothing), and the sentence.
FIELDS = [
    ("legs.0.quantity", 0, "legs[0].quantity: 0 is no position"),
    ("legs.0.quantity", 1.5, "legs[0].quantity: 1.5 is not a whole number"),
    ("legs.0.quantity", True, "legs[0].quantity: true is not a number"),
    ("legs.0.quantity", "1", "legs[0].quantity: '1' is not a number"),
    ("legs.0.quantity", 10**30, "legs[0].quantity: 1"),
    ("legs.1.strike", -570, "legs[1].strike: -570 is not above 0"),
    ("legs.1.strike", 0, "legs[1].strike: 0 is not above 0"),
    ("legs.1.strike", None, "legs[1].strike: null is not a number"),
    ("legs.1.strike", [570], "legs[1].strike: a list is not a number"),
    ("legs.1.price", -0.01, "legs[1].price: -0.01 is below 0"),
    ("legs.1.price", float("nan"), "legs[1].price: nan is not a figure"),
    ("legs.1.price", float("inf"), "legs[1].price: inf is not a figure"),
    ("legs.1.price", 570.01, "legs[1].price: 570.01 is above 570, its strike, and no put is worth"),
    ("legs.1.price", 1e12, "legs[1].price: 1000000000000.0 is not a figure below 1,000,000,000"),
    ("legs.1.price", ..., "legs[1].price: is missing"),
    ("legs.0.right", "X", "legs[0].right: 'X' is unknown; choose one of C, P"),
    ("legs.0.right", "PUT", "legs[0].right: 'PUT' is unknown"),
    ("legs.0.right", 1, "legs[0].right: 1 is not a word"),
    ("legs.0.expiry", "2026-06-04", "legs[0].expiry: 2026-06-04 is over at 2026-06-05 10:30"),
    ("legs.0.expiry", "2026-02-30", "legs[0].expiry: '2026-02-30' is not a date"),
    ("legs.0.expiry", "17/7/2026", "legs[0].expiry: '17/7/2026' is not a date"),
    ("legs.0.expiry", 20260717, 'legs[0].expiry: 20260717 is not a word: write the date as "2026-'),
    ("legs.0.expiry", "٢٠٢٦-٠٧-١٧", "legs[0].expiry: '٢٠٢٦-٠٧-١٧' is not a date"),
    ("legs.0.expiry", "2026-07-18", "legs[0].expiry: 2026-07-18 is a Saturday, on which nothing"),
    ("legs.0.expiry", "9999-12-31", "legs[0].expiry: 9999-12-31 is over 30 years ahead"),
    ("legs.0.expiry", "0001-01-01", "legs[0].expiry: 0001-01-01 is over at 2026-06-05 10:30"),
    ("legs.0.strik", 570, "legs[0].strik: unknown key; did you mean 'strike'?"),
    ("legs.0.settles", "NOON", "legs[0].settles: 'NOON' is unknown; choose one of AM, PM"),
    ("legs.0", 7, "legs[0]: 7 is not an object"),
    ("legs", [], "legs: none are given"),
    ("legs", {}, "legs: an object is not a list"),
    ("legs", ..., "legs: is missing: the file needs underlying, house and legs"),
    ("house", ..., "house: is missing"),
    ("house", "tastyworks", "house: 'tastyworks' is unknown; did you mean 'tastytrade'?"),
    ("house", 1, "house: 1 is not a word; choose one of exchange, tastytrade, ira, cash"),
    ("house", ["ira"], "house: a list is not a word; choose one of"),
    ("underlying", ..., "underlying: is missing"),
    ("underlying", "SPY", "underlying: 'SPY' is not an object"),
    ("underlying.kind", "stock", "underlying.kind: 'stock' is unknown"),
    ("underlying.price", 0, "underlying.price: 0 is not above 0"),
    ("underlying.price", "600", "underlying.price: '600' is not a number"),
    ("underlying.price", ..., "underlying.price: is missing"),
    ("underlying.symbol", "", "underlying.symbol: '' is not a word"),
    ("underlying.symbol", "SPY1", "underlying.symbol: SPY1 is an adjusted contract"),
    ("underlying.symbol", "$$$", "underlying.symbol: '$$$' is not a symbol"),
    ("underlying.leverage", 0, "underlying.leverage: 0 is not from 1 to 10"),
    ("underlying.leverage", 3, "underlying.leverage: 3 is not for the kind etf: say leveraged_etf"),
    ("underlying.kind", "leveraged_etf", "underlying.leverage: leveraged_etf needs one that is not 1"),
    ("underlying.levrage", 2, "underlying.levrage: unknown key; did you mean 'leverage'?"),
    ("shares", 0.5, "shares: 0.5 is not a whole number"),
    ("at", "yesterday", "at: 'yesterday' is not a date or a time"),
    ("at", 1780000000, 'at: 1780000000 is not a word: write it as "2026-06-05T10:30"'),
    ("at", "20260605", "at: '20260605' is not a date or a time: write 2026-06-05 or 2026-06-05T"),
    ("at", "2026-W23-5", "at: '2026-W23-5' is not a date or a time"),
    ("at", "9999-12-31T23:59-23:59", "at: '9999-12-31T23:59-23:59' is not a date or a time"),
    ("at", "1890-01-01", "at: '1890-01-01' lies outside 1998 to 2032"),
    ("multiplier", -100, "multiplier: -100 is not a whole number from 1"),
    ("multiplier", 50, "multiplier: SPY is 100 dollars a point, not 50"),
    ("rate", 4, "rate: 4 is not a fraction: write 4 % as 0.04"),
    ("vix", 0, "vix: 0 is not from 1 to 1,000: write index points"),
    ("vix", 0.175, "vix: 0.175 is not from 1 to 1,000: write index points, such as 17.5"),
    ("vix", 1e-9, "vix: 1E-9 is not from 1 to 1,000"),
    ("vix", 1001, "vix: 1001 is not from 1 to 1,000"),
    ("order.limt", 1, "order.limt: unknown key; did you mean 'limit'?"),
    ("order.units", 0, "order.units: 0 is not a whole number from 1"),
    ("order.tif", "FOREVER", "order.tif: 'FOREVER' is unknown; choose one of DAY, GTC"),
    ("account.net_liq", ..., "account.net_liq: is missing"),
    ("account.held", [{"symbol": "SPY"}], "account.held[0].quantity: is missing"),
    ("account.held", None, "account.held: null is not a list"),
    (
        "account.held",
        [{"symbol": "QQQ", "quantity": 10, "price": 0}],
        "account.held[0].price: 0 is not above 0",
    ),
    (
        "account.held",
        [{"symbol": "QQQ", "quantity": 10, "price": 551},
         {"symbol": "QQQ", "right": "C", "strike": 560, "expiry": "2026-07-17", "quantity": 1,
          "price": 4, "underlying": 550}],
        "account.held[1]: QQQ is at 550 here and at 551 in a row before: keep one price",
    ),
    (
        "account.held",
        [{"symbol": "SPY", "right": "C", "strike": 620, "expiry": "2026-07-17", "quantity": 1,
          "price": 4, "underlying": 550}],
        "account.held[0].underlying: 550 is not 600, the file's own price of SPY: leave it out here",
    ),
    (
        "account.held",
        [{"symbol": "QQQ", "quantity": 10, "price": 551, "underlying": 5}],
        "account.held[0].underlying: 5 is not 551, its price",
    ),
    (
        "account.held",
        [{"symbol": "QQQ", "right": "P", "strike": 400, "expiry": "2026-07-17", "quantity": -1,
          "price": 2}],
        "account.held[0].underlying: is missing: the price of QQQ",
    ),
    (
        "account.held",
        [{"symbol": "ACME", "quantity": 100, "price": 2}],
        "account.held[0].symbol: unknown root 'ACME'",
    ),
    ("hosue", "exchange", "hosue: unknown key; did you mean 'house'?"),
]  # fmt: skip

#: Text that is no order at all, and the sentence.
TEXTS = [
    ("", "is empty"),
    ("   \n", "is empty"),
    ("legs: none", "is not JSON: Expecting value at line 1, column 1"),
    ('{"legs": [1, 2', "is not JSON"),
    ("[]", "a list is not an object: write {…} with underlying, house and legs"),
    ('"legs"', "'legs' is not an object"),
    (json.dumps(SPREAD) + json.dumps(SPREAD), "is not JSON: Extra data at line 1"),
    (json.dumps(SPREAD)[:-1] + ",}", "is not JSON: Expecting property name"),
    (json.dumps(SPREAD).replace('"', "'"), "is not JSON: Expecting property name"),
    (json.dumps(SPREAD).replace("570", "５７０"), "is not JSON: Expecting value"),
    ('{"legs": ' * 100_000, "is no file of legs"),
    ("\0" * 100, "is not JSON"),
    (json.dumps(SPREAD).replace("570", "570." + "1" * 400), "legs[1].strike: 570.1"),
    (json.dumps(SPREAD)[:-1] + ', "a\\nb": 1}', r"'a\nb': unknown key"),
    ("null", "null is not an object"),
    ("7", "7 is not an object"),
    ("[" * 200_000, "is no file of legs"),
    (json.dumps(SPREAD)[:-1] + ', "house": "exchange"}', "house: stands twice in one object"),
    (
        json.dumps(SPREAD).replace('"strike": 570', '"strike": 570, "strike": 560'),
        "legs[1].strike: stands twice in one object",
    ),
    (json.dumps(SPREAD).replace("570", "1" + "0" * 5000), "legs[1].strike: 1"),
    (json.dumps(SPREAD).replace("570", "1e999999999"), "legs[1].strike: 1E+999999999"),
    (
        json.dumps(SPREAD).replace("570", "1e-999999999"),
        "legs[1].strike: 1E-999999999 is nearer to 0",
    ),
    (json.dumps(SPREAD | {"legs": SPREAD["legs"] * 60}), "legs: 120 are too many: at most 100"),
]


@pytest.mark.parametrize(("place", "value", "said"), FIELDS)
def test_a_bad_field_is_one_sentence_with_its_place(
    place: str, value: Any, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(here, changed(SPREAD, place, value))
    refused(["margin", "--file", path, "--json"], said, capsys)
    refused(["explain", path], said, capsys)


@pytest.mark.parametrize(("text", "said"), TEXTS)
def test_a_file_that_is_no_order_is_one_sentence(
    text: str, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(["margin", "--file", written(here, text)], said, capsys)


@pytest.mark.parametrize(
    ("symbol", "said"),
    [
        ("OJ", "underlying.symbol: unknown root 'OJ'"),
        ("SPY", "underlying.symbol: SPY is no future here, it is of the kind etf"),
        ("ESZ6", "underlying.symbol: unknown root 'ESZ6'"),
    ],
)
def test_a_future_is_one_of_the_products(
    symbol: str, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(here, changed(LT112, "underlying.symbol", symbol))
    refused(["margin", "--file", path], said, capsys)


def test_an_option_is_over_from_the_close_of_its_day_on(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(here, changed(CONDOR, "at", "2026-06-05T15:59"))
    assert main(["margin", "--file", path]) == 0
    capsys.readouterr()
    refused(
        ["margin", "--file", written(here, changed(CONDOR, "at", "2026-06-05T16:00"))],
        "legs[0].expiry: 2026-06-05 is over", capsys,
    )  # fmt: skip


def test_without_a_time_the_clock_decides_what_is_over(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = changed(changed(SPREAD, "at", ...), "legs.0.expiry", "2020-01-17")
    refused(["margin", "--file", written(here, old)], "2020-01-17 is over at", capsys)


def test_what_cannot_be_read_is_one_sentence(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "latin.json").write_bytes(b'{"house": "caf\xe9"}')
    for path, said in (
        ("none.json", "none.json cannot be read: No such file or directory"),
        (".", ". cannot be read: Is a directory"),
        ("latin.json", "latin.json is not UTF-8 text (byte 14)"),
        ("a\0b", "cannot be read: embedded null byte"),
    ):
        refused(["margin", "--file", path], said, capsys)
    refused(["explain", "./none.json"], "none.json cannot be read: No such file", capsys)
    refused(["explain", "./"], "cannot be read: Is a directory", capsys)


def test_a_hundred_megabytes_of_garbage_are_not_read(here: Path) -> None:
    path = here / "garbage.json"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    done = process("margin", "--file", str(path))
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.endswith(
        b"is larger than 1,000,000 bytes: give a file of one order's legs\n"
    )
    assert done.stderr.count(b"\n") == 1
    with path.open("rb") as stream:
        piped = subprocess.run(
            [SCRIPT, "margin", "--file", "-"], stdin=stream, capture_output=True, check=False
        )
    assert piped.returncode == 2
    assert piped.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["margin"], "Missing option '--file'"),
        (["explain"], "Missing argument 'STRATEGY|FILE'"),
        (["explain", "lt12"], "'lt12' is neither a strategy nor a file; did you mean 'lt112'?"),
        (["explain", "lt112", "--as", "lt112"], "--as is for an order's file"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(words, said, capsys)
