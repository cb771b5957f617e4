"""Events and webhooks: what is told, to whom, signed how, and for how long it is kept."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.sandbox.faults import Fault
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from tests.sandbox.hook import Box, listening
from tests.sandbox.stripe_account.conftest import START, Ask

Act = Callable[..., Any]
DAY = 86_400


@pytest.fixture
def box() -> Iterator[Box]:
    with listening() as box:
        yield box


@pytest.fixture
def endpoint(ask: Ask, box: Box) -> dict[str, Any]:
    form = {"url": box.url, "enabled_events[0]": "customer.created", "enabled_events[1]": "customer.updated"}
    return dict(ask("POST", "/webhook_endpoints", form).json())


def signatures(header: str) -> tuple[str, list[str]]:
    parts = [part.split("=", 1) for part in header.split(",")]
    return next(value for name, value in parts if name == "t"), [
        value for name, value in parts if name == "v1"
    ]


def vouches(secret: str, box: Box, index: int = -1) -> bool:
    at, made = signatures(box.headers[index]["Stripe-Signature"])
    message = f"{at}.".encode() + box.bodies[index]
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest() in made


def test_only_what_was_asked_for_is_told_signed_over_the_raw_bytes(
    stage: Stage, act: Act, endpoint: dict[str, Any], box: Box, customer: str
) -> None:
    act("new_invoice", customer=customer, amount=1_000, currency="usd")
    stage.postman.round()
    assert [json.loads(body)["type"] for body in box.bodies] == ["customer.created"]
    assert vouches(endpoint["secret"], box)
    assert signatures(box.headers[0]["Stripe-Signature"])[0] == str(START)


def test_the_secret_is_shown_once(ask: Ask, endpoint: dict[str, Any]) -> None:
    assert endpoint["secret"].startswith("whsec_")
    assert "secret" not in ask("GET", f"/webhook_endpoints/{endpoint['id']}").json()
    assert endpoint["secret"] not in ask("GET", "/webhook_endpoints").text


def test_while_a_secret_is_rolled_both_sign_and_then_only_the_new(
    stage: Stage, act: Act, endpoint: dict[str, Any], box: Box
) -> None:
    new = act("roll_secret", endpoint=endpoint["id"])
    act("new_customer")
    stage.postman.round()
    assert vouches(endpoint["secret"], box) and vouches(new, box)
    stage.advance(DAY)
    act("new_customer")
    stage.postman.round()
    assert vouches(new, box) and not vouches(endpoint["secret"], box)


@pytest.mark.parametrize(
    ("how", "good"), [("wrong", False), ("retired", False), ("old", True), ("future", True)]
)
def test_signatures_on_cue(
    stage: Stage, act: Act, endpoint: dict[str, Any], box: Box, how: str, good: bool
) -> None:
    new = act("roll_secret", endpoint=endpoint["id"], keep_seconds=0)
    stage.fault("hook_signature", how=how, seconds=400)
    act("new_customer")
    stage.postman.round()
    assert vouches(new, box) is good
    at = int(signatures(box.headers[0]["Stripe-Signature"])[0])
    assert at - START == {"old": -400, "future": 400}.get(how, 0)


def test_a_retry_has_a_fresh_time_and_signature(
    stage: Stage, act: Act, endpoint: dict[str, Any], box: Box
) -> None:
    box.statuses = [500]
    act("new_customer")
    stage.postman.round()
    stage.advance(300)
    stage.postman.round()
    first, second = (signatures(headers["Stripe-Signature"])[0] for headers in box.headers)
    assert (int(second) - int(first), box.bodies[0]) == (300, box.bodies[1])
    assert vouches(endpoint["secret"], box)


def test_what_was_not_delivered_can_be_listed(
    ask: Ask, stage: Stage, act: Act, endpoint: dict[str, Any], box: Box
) -> None:
    box.statuses = [500]
    act("new_customer")
    stage.postman.round()
    open = ask("GET", "/events", {"delivery_success": "false"}).json()["data"]
    assert [(row["type"], row["pending_webhooks"]) for row in open] == [("customer.created", 1)]
    stage.advance(300)
    stage.postman.round()
    assert ask("GET", "/events", {"delivery_success": "false"}).json()["data"] == []


def test_a_disabled_endpoint_stops_the_retries(
    ask: Ask, stage: Stage, act: Act, endpoint: dict[str, Any], box: Box
) -> None:
    box.statuses = [500, 500]
    act("new_customer")
    stage.postman.round()
    ask("POST", f"/webhook_endpoints/{endpoint['id']}", {"disabled": "true"})
    stage.advance(300)
    stage.postman.round()
    assert stage.postman.waiting() == 0


def test_events_are_kept_thirty_days(ask: Ask, stage: Stage, act: Act, acme: World) -> None:
    act("new_customer")
    event = ask("GET", "/events").json()["data"][0]["id"]
    stage.advance(30 * DAY)
    assert ask("GET", f"/events/{event}").status_code == 200
    stage.advance(1)
    assert ask("GET", f"/events/{event}").status_code == 404
    assert ask("GET", "/events").json()["data"] == []


def test_events_by_pattern_and_by_types(ask: Ask, act: Act, customer: str) -> None:
    act("pay_invoice", invoice=act("new_invoice", customer=customer, amount=1_000, currency="usd")["id"])
    types = {row["type"] for row in ask("GET", "/events", {"type": "invoice.*", "limit": 100}).json()["data"]}
    assert "invoice.paid" in types and all(type.startswith("invoice.") for type in types)
    too_many = {f"types[{number}]": "invoice.paid" for number in range(21)}
    assert ask("GET", "/events", too_many).status_code == 400


def test_an_event_is_a_snapshot_and_knows_whose_write_it_was(ask: Ask, acme: World) -> None:
    customer = ask("POST", "/customers", {"name": "a"}, Idempotency_Key="mlc-7f0c").json()["id"]
    ask("POST", f"/customers/{customer}", {"name": "b"})
    changed, made = ask("GET", "/events").json()["data"]
    assert made["data"]["object"]["name"] == "a"
    assert made["request"]["idempotency_key"] == "mlc-7f0c"
    assert changed["data"]["previous_attributes"] == {"name": "a"}


def test_a_write_that_changes_nothing_tells_nothing(ask: Ask, customer: str) -> None:
    ask("POST", f"/customers/{customer}", {"name": "Harbor Tooling GmbH"})
    assert len(ask("GET", "/events").json()["data"]) == 1


def test_endpoints_that_are_refused(ask: Ask, acme: World, box: Box) -> None:
    form = {"url": box.url, "enabled_events[]": "customer.created"}
    assert ask("POST", "/webhook_endpoints", {"url": box.url}).json()["error"]["param"] == "enabled_events"
    assert (
        ask("POST", "/webhook_endpoints", {**form, "url": "nowhere"}).json()["error"]["code"] == "url_invalid"
    )
    assert ask("POST", "/webhook_endpoints", {**form, "enabled_events[]": "x.y"}).status_code == 400
    live = ask("POST", "/webhook_endpoints", form, key="live_secret_key")
    assert live.json()["error"]["code"] == "url_invalid"


def test_a_late_delivery_counts_and_a_second_one_does_not(
    ask: Ask, stage: Stage, act: Act, endpoint: dict[str, Any], box: Box
) -> None:
    stage.put(Fault("hook_delay", {"seconds": 100}, nth=(1,)))
    stage.put(Fault("hook_resend", {"seconds": 100}, nth=(2,)))
    act("new_customer")
    act("new_customer")
    stage.postman.round()
    assert len(ask("GET", "/events", {"delivery_success": "false"}).json()["data"]) == 1
    stage.advance(100)
    stage.postman.round()
    assert len(box.bodies) == 3
    assert {row["pending_webhooks"] for row in ask("GET", "/events").json()["data"]} == {0}


def test_an_event_of_a_type_unheard_of(ask: Ask, act: Act, customer: str) -> None:
    act("tell", type="customer.levitated", table="customers", id=customer)
    assert ask("GET", "/events").json()["data"][0]["type"] == "customer.levitated"
