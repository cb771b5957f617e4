"""What a call sends, what it gives back, and what it keeps."""

from dataclasses import replace
from decimal import Decimal

import pytest
import requests

from connectors.errors import NotFound, OutcomeUnknown, Refused, Said, TryLater
from connectors.transport.classify import Dialect, Reply, Rule, Then
from connectors.transport.pace import MemoryPace, Pace
from tests.transport.loopback import says, serving, way_to


def test_numbers_with_a_point_arrive_as_decimals() -> None:
    with serving(says(b'{"amount": 0.1, "big": 99999999999.99}')) as server:
        answer = way_to(server).call("GET", "/v1/thing")
    assert answer.json == {"amount": Decimal("0.1"), "big": Decimal("99999999999.99")}


def test_decimals_leave_as_plain_json_numbers() -> None:
    with serving(says()) as server:
        way_to(server).call(
            "POST", "/v1/thing", json={"amount": Decimal("1E+3"), "rate": Decimal("0.0000001")}
        )
    assert server.requests[0].endswith(b'{"amount":1000,"rate":0.0000001}')


def test_a_float_is_never_sent() -> None:
    with serving(says()) as server, pytest.raises(TypeError):
        way_to(server).call("POST", "/v1/thing", json={"amount": 0.1})
    assert not server.requests


def test_parameters_forms_and_the_key_travel_in_their_places() -> None:
    with serving(says()) as server:
        http = way_to(server, dialect=Dialect(key_header="Idempotency-Key", headers={"Api-Version": "7"}))
        http.call(
            "POST", "/v1/a", params={"limit": 3, "at": None}, form=[("e[]", "x y"), ("on", True)], key="k-1"
        )
    sent = server.requests[0]
    assert sent.startswith(b"POST /v1/a?limit=3 HTTP/1.1\r\n")
    assert b"Idempotency-Key: k-1\r\n" in sent
    assert b"Api-Version: 7\r\n" in sent
    assert sent.endswith(b"e%5B%5D=x+y&on=true")


@pytest.mark.parametrize(
    ("status", "method", "error"),
    [
        (400, "POST", Refused),
        (404, "GET", NotFound),
        (409, "POST", Refused),
        (410, "GET", Refused),
        (422, "POST", Refused),
        (429, "POST", TryLater),
        (500, "GET", TryLater),
        (502, "GET", TryLater),
        (503, "GET", TryLater),
        (504, "GET", TryLater),
        (500, "POST", OutcomeUnknown),
        (503, "POST", OutcomeUnknown),
        (408, "POST", OutcomeUnknown),
    ],
)
def test_a_status_becomes_what_we_do_next(status: int, method: str, error: type[Exception]) -> None:
    with serving(says({}, status, {"X-Request-Id": "req_1"})) as server, pytest.raises(error) as caught:
        way_to(server).call(method, "/v1/thing")
    assert caught.value.said.status == status
    assert caught.value.said.request_id == "req_1"
    assert caught.value.system == "testing"


def test_a_post_that_only_reads_is_judged_as_a_read() -> None:
    with serving(says({}, 500)) as server, pytest.raises(TryLater):
        way_to(server).call("POST", "/query", reads_only=True)


def read_error(reply: Reply) -> Said:
    return Said(code=reply.json["error"]["code"], message=reply.json["error"]["message"])


def test_a_vendors_own_rule_overrules_the_common_table() -> None:
    dialect = Dialect(read_error, (Rule(Then.TRY_LATER, (409,), "in_use"), Rule(Then.IN_DOUBT, (424,))))
    with (
        serving(says({"error": {"code": "in_use", "message": "Wait."}}, 409)) as server,
        pytest.raises(TryLater),
    ):
        way_to(server, dialect=dialect).call("POST", "/v1/thing", key="k")


def test_a_no_inside_a_good_status_is_heard() -> None:
    dialect = Dialect(read_error, (Rule(Then.REFUSED, (200,), when=lambda reply: "error" in reply.json),))
    with (
        serving(says({"error": {"code": "47", "message": "Too long."}})) as server,
        pytest.raises(Refused) as caught,
    ):
        way_to(server, dialect=dialect).call("POST", "/v1/thing")
    assert str(caught.value) == "Too long."
    assert caught.value.said.code == "47"


def test_a_reader_of_errors_that_stumbles_says_nothing() -> None:
    with serving(says([1], 400)) as server, pytest.raises(Refused) as caught:
        way_to(server, dialect=Dialect(read_error)).call("POST", "/v1/thing")
    assert caught.value.said == Said(status=400)


class Badge:
    """A credential that can be renewed once."""

    def __init__(self, *values: str) -> None:
        self.values = list(values)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.values[0]}"
        return request

    def renew(self, request: requests.PreparedRequest) -> bool:
        del self.values[0]
        return bool(self.values)


def test_a_renewed_credential_rides_on_the_repeat() -> None:
    with serving(says({}, 401), says({"ok": True})) as server:
        answer = way_to(server, auth=Badge("old-badge", "new-badge")).call("POST", "/v1/thing")
    assert answer.json == {"ok": True}
    assert b"Bearer old-badge" in server.requests[0]
    assert b"Bearer new-badge" in server.requests[1]


def test_a_rule_that_stumbles_over_an_odd_body_leaves_the_common_table_to_decide() -> None:
    dialect = Dialect(rules=(Rule(Then.REFUSED, (200, 500), when=lambda reply: reply.json["result"]["bad"]),))
    with serving(says({"ok": 1}), says(b"<p>down", 500)) as server:
        http = way_to(server, dialect=dialect)
        assert http.call("POST", "/x").json == {"ok": 1}
        with pytest.raises(OutcomeUnknown):
            http.call("POST", "/x")


def broken(*_: object) -> bool:
    raise RuntimeError("a fault of ours")


def test_a_fault_of_ours_after_a_write_leaves_it_in_doubt() -> None:
    dialect = Dialect(rules=(Rule(Then.REFUSED, when=broken),))
    with serving(says({"id": "in_1"})) as server:
        http = way_to(server, dialect=dialect)
        with pytest.raises(OutcomeUnknown):
            http.call("POST", "/x")
        with pytest.raises(RuntimeError):
            http.call("GET", "/x")


def test_a_record_that_cannot_be_kept_does_not_hide_what_a_write_did() -> None:
    with serving(says({"id": "in_1"})) as server:
        http = replace(way_to(server), observe=broken)
        assert http.call("POST", "/x").json == {"id": "in_1"}


class Gone(MemoryPace):
    """A store whose database goes away while the call is under way."""

    def leave(self, key: str, lease: str) -> None:
        raise RuntimeError

    def slow(self, key: str, asked_seconds: float | None) -> None:
        raise RuntimeError


def test_a_pace_store_that_fails_after_a_write_does_not_hide_what_it_did() -> None:
    with serving(says({"id": "in_1"}), says({}, 429)) as server:
        http = way_to(server, pace=Pace(Gone(), "vendor:acct_1", at_once=2))
        assert http.call("POST", "/x").json == {"id": "in_1"}
        with pytest.raises(TryLater):
            http.call("POST", "/x")
