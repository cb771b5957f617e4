"""A vendor's own library on our way out: its calls, our limits, our errors, our record."""

import pytest
import stripe

from connectors.errors import OutcomeUnknown, Refused, Said, TryLater, WireError
from connectors.transport.auth import Basic
from connectors.transport.classify import Dialect, Reply, Rule, Then
from connectors.transport.exchange import Exchange
from connectors.transport.http import Deadlines, Http
from tests.transport.loopback import Loopback, closes, hangs, head, says, serving, way_to

KEY = "sk_test_9f2a7c9f2a7c"


def said(reply: Reply) -> Said:
    error = reply.json["error"]
    return Said(code=error.get("code", ""), message=error.get("message", ""), field=error.get("param", ""))


DIALECT = Dialect(
    said, (Rule(Then.TRY_LATER, (409,), "idempotency_key_in_use"),), key_header="Idempotency-Key"
)


def client_on(http: Http, server: Loopback) -> stripe.StripeClient:
    return stripe.StripeClient(
        KEY,
        base_addresses={"api": f"http://{server.address}"},
        max_network_retries=0,
        http_client=stripe.RequestsClient(session=http.session()),
    )


def test_the_official_library_writes_through_us() -> None:
    seen: list[Exchange] = []
    made = says({"id": "cus_1", "object": "customer"}, headers={"Request-Id": "req_1"})
    with serving(made) as server:
        http = way_to(server, seen, dialect=DIALECT, auth=Basic(KEY), secrets=[KEY])
        customer = client_on(http, server).v1.customers.create(
            {"name": "Larkfield"}, {"idempotency_key": "mlc-1"}
        )
    assert customer.id == "cus_1"
    assert b"Authorization: Basic c2tfdGVzdF85ZjJhN2M5ZjJhN2M6\r\n" in server.requests[0]
    assert b"Idempotency-Key: mlc-1\r\n" in server.requests[0]
    assert server.requests[0].endswith(b"name=Larkfield")
    assert (seen[0].key, seen[0].request_id, seen[0].outcome) == ("mlc-1", "req_1", "fine")
    assert "9f2a7c" not in repr([getattr(seen[0], name) for name in seen[0].__dataclass_fields__])


def raised_through(server: Loopback) -> WireError:
    http = way_to(server, dialect=DIALECT, times=Deadlines(5, 1, 5))
    with pytest.raises(stripe.APIConnectionError) as caught:
        client_on(http, server).v1.customers.create({"name": "Larkfield"}, {"idempotency_key": "mlc-1"})
    assert isinstance(caught.value.__cause__, WireError)
    assert KEY not in str(caught.value)
    return caught.value.__cause__


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        (says({"error": {"code": "parameter_unknown", "message": "No", "param": "nme"}}, 400), Refused),
        (says({"error": {"code": "idempotency_key_in_use"}}, 409), TryLater),
        (says({"error": {"code": "rate_limit"}}, 429), TryLater),
        (says({"error": {}}, 500), OutcomeUnknown),
        (hangs(), OutcomeUnknown),
        (closes(head(200) + b'{"id": "cus_1", "obj'), OutcomeUnknown),
        (says({}, 302, {"Location": "https://evil.example.com"}), Refused),
    ],
)
def test_its_troubles_are_our_errors(manner: object, error: type[WireError]) -> None:
    with serving(manner) as server:  # type: ignore[arg-type]
        assert type(raised_through(server)) is error
    assert len(server.requests) == 1


def test_its_refusals_keep_what_the_vendor_said() -> None:
    refusal = {
        "error": {"code": "parameter_unknown", "message": "Received unknown parameter", "param": "nme"}
    }
    with serving(says(refusal, 400, {"Request-Id": "req_9"})) as server:
        cause = raised_through(server)
    assert cause.said == Said(400, "parameter_unknown", "Received unknown parameter", "nme", "req_9")


def test_a_plain_session_rides_as_well() -> None:
    with serving(says({"ok": 1})) as server:
        session = way_to(server).session()
        assert session.get(f"http://{server.address}/x", params={"limit": 1}).json() == {"ok": 1}
        assert not session.trust_env
