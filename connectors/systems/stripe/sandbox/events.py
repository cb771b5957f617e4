"""Events: every change told once, kept for thirty days, and carried to the webhook endpoints that want it.

The object in an event is a snapshot; what the object has become since is for the caller to fetch.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from connectors.sandbox import webhooks
from connectors.sandbox.kit import json_text
from connectors.sandbox.world import Row, World
from connectors.systems.stripe.sandbox import listing, params
from connectors.systems.stripe.sandbox.books import Books, shown
from connectors.systems.stripe.sandbox.expand import show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.refusal import Invalid, missing
from connectors.systems.stripe.sandbox.versions import NEWEST

KEPT_SECONDS = 30 * 86_400
TYPES_MAX = 20
LIVE_RETRIES = (300, 1800, 7200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200)
TEST_RETRIES = (300, 3600, 7200)


def emit(books: Books, type: str, row: Row, **previous: Any) -> Row:
    """Tell that this object is now as it is; `previous` is what it was before, for `*.updated`."""
    books.touch(row)
    data: Row = {"object": show(books, row)}
    if previous:
        data["previous_attributes"] = previous
    event = books.add(
        "events",
        api_version=NEWEST,
        type=type,
        data=data,
        pending_webhooks=0,
        request={"id": books.cause.request, "idempotency_key": books.cause.idempotency_key},
        _failing=0,
    )
    for endpoint in books.table("webhook_endpoints").values():
        if wants(endpoint, type):
            _post(books, event, endpoint)
    return event


def wants(endpoint: Row, type: str) -> bool:
    if endpoint["status"] != "enabled" or endpoint.get("_gone"):
        return False
    return any(wish in ("*", type) for wish in endpoint["enabled_events"])


def _post(books: Books, event: Row, endpoint: Row) -> None:
    event["pending_webhooks"] += 1
    told = {**shown(event), "api_version": endpoint["api_version"] or event["api_version"]}
    webhooks.post(
        books.world,
        url=endpoint["url"],
        event=event["type"],
        event_id=event["id"],
        body=json_text(told, indent=2),
        secrets=secrets(books.world, endpoint),
        endpoint=endpoint["id"],
        livemode=books.livemode,
        retired=endpoint.get("_retired", ""),
    )


def secrets(world: World, endpoint: Row) -> list[str]:
    """The newest first; the one before it until its time is over."""
    return [
        one["secret"]
        for one in endpoint["_secrets"]
        if one["until"] is None or world.clock.time() < one["until"]
    ]


def headers(_world: World, body: bytes, at: float, secrets: Sequence[str]) -> Mapping[str, str]:
    """One signature for each secret, over the time and the very bytes; `v0` is there to be ignored."""
    signed = f"{int(at)}.".encode() + body
    made = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    parts = [f"t={int(at)}", *(f"v1={one}" for one in made), f"v0={hashlib.sha256(signed).hexdigest()}"]
    return {
        "Stripe-Signature": ",".join(parts),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }


def retries(_world: World, letter: Row) -> Sequence[float]:
    return LIVE_RETRIES if letter["note"]["livemode"] else TEST_RETRIES


def tried(world: World, letter: Row, arrived: bool, final: bool) -> None:
    books = Books(world, letter["note"]["livemode"])
    event = books.table("events").get(letter["event_id"])
    endpoint = books.table("webhook_endpoints").get(letter["note"]["endpoint"])
    if event and not letter.get("resent"):
        event["pending_webhooks"] -= int(arrived)
        event["_failing"] += int(final and not arrived)
    if letter in world.state["letters"] and endpoint:
        if endpoint["status"] != "enabled" or endpoint.get("_gone"):
            world.state["letters"].remove(letter)
        letter["secrets"] = secrets(world, endpoint)


@on("GET", "/events")
def list_events(call: Call) -> Row:
    spec = {
        **listing.PAGING,
        "type": params.text(),
        "types": params.many(params.text(), TYPES_MAX),
        "created": params.when,
        "delivery_success": params.boolean,
    }
    asked = call.read(spec)
    if "type" in asked and "types" in asked:
        raise Invalid("You may only specify one of these parameters: type, types.", param="types")
    oldest = call.books.world.clock.time() - KEPT_SECONDS
    return listing.page(call, "events", asked, lambda row: row["created"] >= oldest and _matches(row, asked))


@on("GET", "/events/{id}")
def get_event(call: Call) -> Row:
    call.read({})
    event = call.books.get("events", call.id)
    if event["created"] < call.books.world.clock.time() - KEPT_SECONDS:
        raise missing("event", call.id)
    return show(call.books, event)


def _matches(event: Row, asked: Mapping[str, Any]) -> bool:
    patterns = asked.get("types") or ([asked["type"]] if "type" in asked else ["*"])
    delivered = event["pending_webhooks"] == 0
    return (
        any(fnmatchcase(event["type"], pattern) for pattern in patterns)
        and asked.get("delivery_success", delivered) is delivered
        and listing.matches(event, asked)
    )
