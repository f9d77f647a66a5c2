"""Facts survive the journal: what is written is what is read, for every kind there is."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import NEW_YORK
from tomking.core.codec import from_json, plain, to_json
from tomking.core.errors import DataCorrupt
from tomking.core.facts import KINDS, Considered, Fact
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.restraints import Halted
from tomking.engine.canonical import DIGITS, LATER, canonical, digest
from unit.engine.facts import any_of, closes

pytestmark = pytest.mark.unit
AT = datetime(2018, 2, 5, 10, 30, tzinfo=NEW_YORK)


def _rounded(x: Any) -> Any:
    match x:
        case float():
            return float(f"{x:.{DIGITS}g}")
        case dict():
            return {key: _rounded(part) for key, part in x.items()}
        case list():
            return [_rounded(part) for part in x]
        case _:
            return x


def considered(observed: float | str | None) -> Considered:
    reading = Reading("x", Stage.DATA, Sense.BELOW, observed, 1.0)
    return Considered(AT, "lt112", "lt112/2018-02-05", "skipped", (reading,))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_kind_is_read_as_written_and_its_line_is_sorted_json_at_six_digits(
    kind: str, data: st.DataObject
) -> None:
    fact: Fact = data.draw(any_of(KINDS[kind]))
    again = from_json(kind, to_json(fact))
    assert again == fact
    assert type(again) is type(fact)
    assert canonical(again) == canonical(fact)
    assert str(again) == str(fact)
    told = plain(fact)
    later = LATER.get(type(fact))
    if later is not None and not told[later]:
        del told[later]  # came later: left out where it holds nothing
    assert canonical(fact) == f"{kind} {json.dumps(_rounded(_before(told)), sort_keys=True)}"


def _before(x: Any) -> Any:
    """The same without the bracket of orders that were sent in none, which came later."""
    if isinstance(x, list):
        return [_before(part) for part in x]
    if not isinstance(x, dict):
        return x
    alone = "intent" in x and x.get("bracket") == ""
    return {k: _before(part) for k, part in x.items() if not (alone and k == "bracket")}


@pytest.mark.parametrize("observed", [inf, -inf, 2, 2.0, "inf", "nan", None])
def test_a_number_stays_a_number_and_text_stays_text(observed: float | str | None) -> None:
    fact = considered(observed)
    again = from_json("Considered", to_json(fact))
    assert isinstance(again, Considered)
    assert again == fact
    assert type(again.readings[0].observed) is type(observed)


def test_what_is_not_a_number_comes_back_as_that() -> None:
    again = from_json("Considered", to_json(considered(nan)))
    assert isinstance(again, Considered)
    observed = again.readings[0].observed
    assert isinstance(observed, float)
    assert observed != observed


def test_the_payload_is_json_that_anybody_can_read() -> None:
    def refused(word: str) -> float:
        raise AssertionError(word)

    assert json.loads(to_json(considered(inf)), parse_constant=refused)["strategy"] == "lt112"


def test_an_answer_from_before_labels_were_written_has_none() -> None:
    written = json.loads(to_json(considered(1.0)))
    del written["labels"]
    fact = from_json("Considered", json.dumps(written))
    assert isinstance(fact, Considered)
    assert fact.labels == {}
    assert "labels" not in canonical(fact), "a journal from before keeps its hash"
    assert '"labels": {"vix": "11"}' in canonical(replace(fact, labels={"vix": "11"}))


def test_an_instant_keeps_its_hour_when_the_clocks_go_back() -> None:
    for fold in (0, 1):
        at = datetime(2018, 11, 4, 1, 30, tzinfo=NEW_YORK, fold=fold)
        fact = Considered(at, "x", "x", "x", ())
        assert from_json("Considered", to_json(fact)).at.utcoffset() == at.utcoffset()


@pytest.mark.parametrize(
    "payload",
    ["", "{", "[]", "3", '{"at": 3}', "{}", '{"at": "x"}', '{"colour": "red"}', "null", '"x"'],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_payload_that_does_not_fit_is_corrupt_data(kind: str, payload: str) -> None:
    with pytest.raises(DataCorrupt, match="cannot be read"):
        from_json(kind, payload)


def test_a_close_and_a_halt_from_before_they_said_more_are_read() -> None:
    (close,) = closes(1)
    for fact, later in ((close, "profits"), (Halted(close.at, "day loss", "5 %"), "net_liq")):
        record = json.loads(to_json(fact))
        del record[later]
        assert from_json(type(fact).__name__, json.dumps(record)) == fact


def test_an_unknown_kind_says_to_update() -> None:
    with pytest.raises(DataCorrupt, match="'Teleported'; update tomking"):
        from_json("Teleported", "{}")


def test_the_last_bits_of_a_float_do_not_reach_the_hash() -> None:
    assert digest([considered(0.1 + 0.2)]) == digest([considered(0.3)])
    assert digest([considered(0.3)]) != digest([considered(0.30001)])


def test_the_hash_knows_order_and_salt() -> None:
    one, two = closes(2)
    assert digest([one, two]) != digest([two, one])
    assert digest([one, two]) != digest([one, two], salt="x")


@pytest.mark.parametrize("write", [to_json, canonical])
def test_what_has_no_place_in_the_journal_is_refused_by_file_and_hash_alike(
    write: Callable[[Fact], str],
) -> None:
    unwritable: Any = 1j
    strange = replace(considered(0.3), outcome=unwritable)
    with pytest.raises(TypeError, match="complex has no place in the journal; write it as"):
        write(strange)
