"""The line: what each failure is called, what is repeated and what is never sent twice."""

import asyncio

import pytest
import stamina

from tomking.core.errors import AuthExpired, OutcomeUnknown, Rejected, Transient
from tomking.server.faults import Fault, Kind
from tomking.wire import line as line_
from tomking.wire.budget import Budget
from tomking.wire.keys import Keys
from tomking.wire.line import Answer
from tomking.wire.session import lives_of
from worlds.standing import UNBOUND, standing

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _hurried():
    """Pauses between tries take no time, and there are as many tries."""
    with stamina.set_testing(True, attempts=4):
        yield


ORDER = {
    "time-in-force": "GTC", "order-type": "Limit", "price": "1.0", "price-effect": "Debit",
    "legs": [
        {"instrument-type": "Equity", "symbol": "F", "action": "Buy to Open", "quantity": 1}
    ],
}  # fmt: skip
ORDERS = "/accounts/5WT00001/orders"


def test_a_read_gives_the_data_of_the_answer():
    with standing() as there:
        assert there.line().get("/customers/me")["id"] == "me"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Kind.ERROR, "/customers/me", times=3, status=429),
        Fault(Kind.PAGE, "/customers/me", times=3, status=503),
        Fault(Kind.DROPPED, "/customers/me", times=3),
    ],
)
def test_a_read_that_fails_for_a_moment_is_repeated(fault):
    with standing() as there:
        line = there.line()
        there.wrong(fault)
        assert line.get("/customers/me")["id"] == "me"


def test_a_read_that_goes_on_failing_is_transient():
    with standing() as there:
        line = there.line()
        there.wrong(Fault(Kind.PAGE, "/customers/me", times=4))
        with pytest.raises(Transient, match="502"):
            line.get("/customers/me")


def test_a_read_that_is_refused_is_not_repeated():
    with standing() as there:
        line = there.line()
        before = line.budget.today
        with pytest.raises(Rejected, match="99"):
            line.get(f"{ORDERS}/99")
        assert line.budget.today == before + 1


def test_an_order_answered_with_an_error_of_the_gateway_is_unknown_and_sent_once():
    with standing() as there:
        line = there.line()
        there.wrong(Fault(Kind.PAGE, ORDERS, "POST", times=9))
        with pytest.raises(OutcomeUnknown):
            line.send("POST", ORDERS, ORDER)
        assert len(there.faults.struck) == 1


@pytest.mark.parametrize(("kind", "taken"), [(Kind.LOST, 1), (Kind.DROPPED, 0)])
def test_an_order_without_an_answer_is_unknown_whether_it_was_taken_or_not(kind, taken):
    with standing() as there:
        line = there.line()
        there.wrong(Fault(kind, ORDERS, "POST"))
        with pytest.raises(OutcomeUnknown):
            line.send("POST", ORDERS, ORDER)
        assert len(line.pages(ORDERS)) == taken


def test_an_order_nobody_waits_for_any_longer_is_unknown_too(monkeypatch):
    monkeypatch.setattr(line_, "SEND_WITHIN_S", 0.05)
    with standing() as there:
        line = there.line()
        there.wrong(Fault(Kind.DELAYED, ORDERS, "POST", seconds=0.5))
        with pytest.raises(OutcomeUnknown, match="no answer"):
            line.send("POST", ORDERS, ORDER)


def test_a_read_nobody_waits_for_any_longer_is_transient():
    async def never() -> None:
        await asyncio.Event().wait()

    with standing() as there, pytest.raises(Transient, match="did not answer"):
        there.line().run(never(), 0.05)


def test_a_desk_that_goes_gives_its_streams_half_a_second_and_no_more():
    async def never() -> None:
        await asyncio.Event().wait()

    async def soon() -> str:
        return "closed"

    with standing() as there:
        line = there.line()
        line.patience = lambda: -1.0
        with pytest.raises(Transient, match="did not answer"):
            line.run(never(), 60.0)
        assert line.run(soon(), 60.0) == "closed"


def test_an_order_that_is_refused_says_why():
    with standing() as there:
        answer = there.line().send("POST", ORDERS, {**ORDER, "price-effect": "Credit"})
        assert answer.is_no
        assert "cant_buy_for_credit" in answer.codes
        assert answer.why


def test_a_token_that_was_revoked_is_renewed_once_and_an_order_is_still_placed_once():
    with standing() as there:
        line = there.line()
        there.wrong(Fault(Kind.EXPIRED, ORDERS, "POST"))
        assert not line.send("POST", ORDERS, ORDER).is_no
        assert len(line.pages(ORDERS)) == 1


def test_bad_keys_are_tried_once():
    with standing() as there:
        line = there.line()
        line.session.refresh_token = "revoked"
        there.wrong(Fault(Kind.EXPIRED, "/customers/me"))
        for _ in range(3):
            with pytest.raises(AuthExpired, match="tomking login"):
                line.get("/customers/me")
        asked = [path for kind, path in there.faults.struck]
        assert asked == ["/customers/me"]


def test_bad_keys_open_no_line_and_are_never_printed():
    with standing() as there:
        with pytest.raises(AuthExpired):
            there.line(Keys("secret", "wrong"))
        assert "wrong" not in repr(Keys("secret", "wrong"))


def test_a_gateway_without_a_token_is_transient_and_may_be_asked_again():
    with standing() as there:
        there.wrong(Fault(Kind.PAGE, "/oauth/token", "POST"))
        with pytest.raises(Transient):
            there.line()
        assert there.line().get("/customers/me")


def test_reads_end_with_the_day_s_budget_and_orders_do_not():
    with standing() as there:
        line = there.line(budget=Budget(a_minute=100, a_day=1))
        line.get("/customers/me")
        with pytest.raises(Rejected, match="spent"):
            line.get("/customers/me")
        assert not line.send("POST", ORDERS, ORDER).is_no


def test_every_page_of_a_list_is_read():
    with standing() as there:
        line = there.line(budget=UNBOUND)
        for _ in range(3):
            line.send("POST", ORDERS, ORDER)
        assert len(line.pages(ORDERS, **{"per-page": 2})) == 3


def test_a_list_that_does_not_say_whether_there_is_more_is_not_taken_for_all_there_is():
    with standing() as there:
        line = there.line(budget=UNBOUND)
        for _ in range(3):
            line.send("POST", ORDERS, ORDER)
        lacking = Fault(Kind.LACKING, ORDERS, "GET", field="pagination", times=4)
        there.wrong(lacking)
        with pytest.raises(Transient, match="number of its pages"):
            line.pages(ORDERS, **{"per-page": 2})
        assert len(line.pages(ORDERS, **{"per-page": 4})) == 3


@pytest.mark.parametrize("parts", [None, 5, "x", {"code": "y"}, [3, None], []])
def test_a_refusal_of_another_shape_is_a_refusal(parts: object):
    said = Answer(422, {}, {"code": "odd", "message": "no", "errors": parts})
    assert (said.is_no, said.why, said.codes) == (True, "no", ("odd",))


@pytest.mark.parametrize(
    ("told", "lives_s"), [(60, 60.0), (None, 900.0), ("soon", 900.0), (-1, 900.0), ([], 900.0)]
)
def test_a_token_that_does_not_say_how_long_it_lives_lives_as_long_as_ever(
    told: object, lives_s: float
):
    assert lives_of({"access_token": "a", "expires_in": told}) == lives_s


def test_a_silent_broker_is_said_once_and_once_that_it_answers_again(capfd):
    said: list[str] = []
    with standing() as there:
        line = there.line()
        line.report = said.append
        there.wrong(Fault(Kind.PAGE, "/customers/me", times=6))
        with pytest.raises(Transient):
            line.get("/customers/me")
        assert line.get("/customers/me")["id"] == "me"
        assert line.get("/customers/me")["id"] == "me"
    assert said == [
        "the broker does not answer at /customers/me (status 502): it is tried again",
        "the broker answers again",
    ]
    assert "retry_scheduled" not in "".join(capfd.readouterr())


def test_who_is_asked_to_go_waits_no_longer_for_an_answer():
    left = iter([10.0, 0.0, 0.0, 10.0, 0.0])
    with standing() as there:
        line = there.line()
        line.patience = lambda: next(left, 0.0)
        there.wrong(Fault(Kind.DELAYED, "/customers/me", seconds=1.0))
        there.wrong(Fault(Kind.DELAYED, ORDERS, "POST", seconds=1.0))
        with pytest.raises(Transient, match="did not answer within 0 s"):
            line.get("/customers/me")
        with pytest.raises(OutcomeUnknown):
            line.send("POST", ORDERS, ORDER)
