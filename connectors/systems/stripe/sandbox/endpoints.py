"""Webhook endpoints: where events go, which, and in which version. The secret is shown once, when one is made."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import listing, params
from connectors.systems.stripe.sandbox.books import Books
from connectors.systems.stripe.sandbox.events import secrets
from connectors.systems.stripe.sandbox.expand import show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.refusal import Invalid
from connectors.systems.stripe.sandbox.versions import NEWEST

ENDPOINTS_MAX = 16
ROLL_SECONDS = 86_400

KNOWN = frozenset(
    [
        "*",
        "charge.captured",
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.expired",
        "charge.failed",
        "charge.pending",
        "charge.refunded",
        "charge.succeeded",
        "charge.updated",
        "credit_note.created",
        "credit_note.updated",
        "credit_note.voided",
        "customer.created",
        "customer.deleted",
        "customer.updated",
        "invoice.created",
        "invoice.deleted",
        "invoice.finalization_failed",
        "invoice.finalized",
        "invoice.marked_uncollectible",
        "invoice.overdue",
        "invoice.paid",
        "invoice.payment_action_required",
        "invoice.payment_failed",
        "invoice.payment_succeeded",
        "invoice.sent",
        "invoice.upcoming",
        "invoice.updated",
        "invoice.voided",
        "invoice_payment.paid",
        "invoiceitem.created",
        "invoiceitem.deleted",
        "payment_intent.amount_capturable_updated",
        "payment_intent.canceled",
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
        "payout.canceled",
        "payout.created",
        "payout.failed",
        "payout.paid",
        "payout.reconciliation_completed",
        "payout.updated",
        "price.created",
        "price.updated",
        "product.created",
        "product.updated",
        "refund.created",
        "refund.failed",
        "refund.updated",
        "tax_rate.created",
        "tax_rate.updated",
        "balance.available",
    ]
)


def _event(value: Any, at: str) -> str:
    if value not in KNOWN:
        raise Invalid(f"Invalid {at}: must be one of the known event types; got {value}", param=at)
    return str(value)


SPEC = {
    "url": params.url,
    "enabled_events": params.many(_event),
    "description": params.text(),
    "metadata": params.metadata,
}


@on("POST", "/webhook_endpoints")
def create(call: Call) -> Row:
    asked = call.read({**SPEC, "api_version": params.choice(NEWEST)}, ("url", "enabled_events"))
    _allowed(call.books, asked["url"])
    secret = call.books.world.new_id("whsec_", 32)
    endpoint = call.books.add(
        "webhook_endpoints",
        url=asked["url"],
        enabled_events=asked["enabled_events"],
        api_version=asked.get("api_version"),
        application=None,
        description=asked.get("description") or None,
        metadata=params.merged({}, asked.get("metadata", {})),
        status="enabled",
        _secrets=[{"secret": secret, "until": None}],
    )
    return {**show(call.books, endpoint), "secret": secret}


@on("POST", "/webhook_endpoints/{id}")
def update(call: Call) -> Row:
    asked = call.read({**SPEC, "disabled": params.boolean})
    endpoint = call.books.get("webhook_endpoints", call.id)
    _allowed(call.books, {**endpoint, **asked}["url"])
    if "disabled" in asked:
        endpoint["status"] = "disabled" if asked.pop("disabled") else "enabled"
    if "metadata" in asked:
        asked["metadata"] = params.merged(endpoint["metadata"], asked["metadata"])
    endpoint.update(asked)
    return show(call.books, endpoint)


@on("DELETE", "/webhook_endpoints/{id}")
def delete(call: Call) -> Row:
    call.read({})
    endpoint = call.books.get("webhook_endpoints", call.id)
    endpoint["_gone"] = True
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


@on("GET", "/webhook_endpoints")
def list_endpoints(call: Call) -> Row:
    asked = call.read(listing.PAGING)
    return listing.page(call, "webhook_endpoints", asked)


@on("GET", "/webhook_endpoints/{id}")
def get(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("webhook_endpoints", call.id))


def roll_secret(books: Books, endpoint: str, keep_seconds: int = ROLL_SECONDS) -> str:
    """An act: a new secret now; the old one signs beside it for a while."""
    row = books.get("webhook_endpoints", endpoint)
    old = row["_secrets"][0]
    old["until"] = books.world.clock.time() + keep_seconds
    row["_retired"] = old["secret"]
    new: str = books.world.new_id("whsec_", 32)
    row["_secrets"] = [{"secret": new, "until": None}, old]
    for letter in books.world.state.get("letters", []):
        if letter["note"]["endpoint"] == endpoint:
            letter["secrets"] = secrets(books.world, row)
    return new


def _allowed(books: Books, url: str) -> None:
    if books.livemode and not url.startswith("https://"):
        raise Invalid(
            "Invalid URL: in live mode it must start with https://", code="url_invalid", param="url"
        )
    if (
        len([row for row in books.table("webhook_endpoints").values() if not row.get("_gone")])
        > ENDPOINTS_MAX
    ):
        raise Invalid(f"You have reached the maximum of {ENDPOINTS_MAX} webhook endpoints.")
