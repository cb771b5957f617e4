"""Versions of the API: which one a call asks for, and what an old one does not show.

A call without the header gets the account's default, which may be years old: fields are then missing or elsewhere.
"""

from __future__ import annotations

import re
from typing import Any

from connectors.sandbox.kit import Request
from connectors.sandbox.world import World
from connectors.systems.stripe.sandbox.refusal import Refusal

NEWEST = "2026-10-28.endive"
OLDEST_DEFAULT = "2024-06-20"
BASIL = "2025-03-31.basil"
SHAPE = re.compile(r"\d{4}-\d\d-\d\d(\.\w+)?")

SINCE_BASIL = {
    "invoice": ("payments", "total_taxes", "parent", "amount_overpaid", "amount_paid_off_stripe"),
    "line_item": ("taxes", "pricing", "parent"),
    "credit_note": ("refunds", "total_taxes"),
}


def asked(request: Request, world: World) -> str:
    return request.headers.get("stripe-version") or str(world.state["account"]["default_version"])


def check(request: Request, world: World) -> None:
    version = asked(request, world)
    if not SHAPE.fullmatch(version) or version[:10] > NEWEST[:10]:
        raise Refusal(f"Invalid Stripe API version: {version}")
    if version[:10] < BASIL[:10] and request.path.startswith("/v1/invoice_payments"):
        raise Refusal(f"Unrecognized request URL ({request.method}: {request.path}).", status=404)


def shaped(value: Any, version: str) -> Any:
    """As a caller of that version sees it."""
    if version[:10] >= BASIL[:10]:
        return value
    if isinstance(value, list):
        return [shaped(part, version) for part in value]
    if not isinstance(value, dict):
        return value
    gone = SINCE_BASIL.get(str(value.get("object")), ())
    return {name: shaped(part, version) for name, part in value.items() if name not in gone}
