"""API keys: what they look like on the wire, whose they are, and what a restricted one may do.

A key decides the account, the mode and the permissions; the refusal names the permission that is missing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.kit import Request
from connectors.sandbox.world import Row, World
from connectors.systems.stripe.sandbox.refusal import Refusal

RESOURCES = {  # first segment of the path below /v1: the permission's own word
    "account": "accounts_kyc_basic",
    "balance": "balance",
    "balance_transactions": "balance_transaction_source",
    "charges": "charge",
    "credit_notes": "credit_note",
    "customers": "customer",
    "disputes": "dispute",
    "events": "event",
    "invoice_payments": "invoice",
    "invoiceitems": "invoice",
    "invoices": "invoice",
    "payment_intents": "payment_intent",
    "payouts": "payout",
    "prices": "plan",
    "products": "product",
    "refunds": "charge",
    "tax_rates": "tax_rate",
    "webhook_endpoints": "webhook",
}
SMALLEST = {
    "customer": "write",
    "invoice": "write",
    "credit_note": "read",
    "charge": "read",
    "payment_intent": "read",
    "dispute": "read",
    "payout": "read",
    "balance": "read",
    "balance_transaction_source": "read",
    "event": "read",
    "webhook": "write",
}
"""What a restricted key needs for everything that is usually done with this account."""


@dataclass(frozen=True)
class Key:
    text: str
    livemode: bool
    status: str = "active"
    permissions: Mapping[str, str] | None = None
    """None: a secret key, which may do everything."""

    def masked(self) -> str:
        start = self.text[: self.text.rfind("_") + 1]
        return f"{start}{'*' * 8}{self.text[-4:]}"

    def allow(self, resource: str, verb: str, account: str) -> None:
        if self.permissions is None:
            return
        level = self.permissions.get(resource, "none")
        if level == "write" or level == verb:
            return
        raise Refusal(
            f"The provided key '{self.masked()}' does not have the required permissions for this endpoint on account "
            f"'{account}'. Having the 'rak_{resource}_{verb}' permission would allow this request to continue.",
            status=403,
        )


def sent(request: Request) -> str:
    """The key of a Basic or Bearer header, or an empty string."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        user, colon, _ = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return user if colon else ""


def known(world: World, text: str) -> Key | None:
    row: Row | None = world.state.get("keys", {}).get(text)
    return Key(text, row["livemode"], row["status"], row["permissions"]) if row else None


def make(world: World, kind: str, livemode: bool, permissions: Mapping[str, str] | None = None) -> str:
    """A new key of that kind, `sk` or `rk`."""
    text = world.new_id(f"{kind}_{'live' if livemode else 'test'}_", 24)
    row = {
        "livemode": livemode,
        "status": "active",
        "permissions": dict(permissions) if permissions is not None else None,
    }
    world.state.setdefault("keys", {})[text] = row
    return text


def first(world: World, kind: str, livemode: bool) -> str:
    start = f"{kind}_{'live' if livemode else 'test'}_"
    return next((text for text in world.state["keys"] if text.startswith(start)), "")


def refuse(text: str) -> Refusal:
    """What an unusable key is told."""
    if not text:
        said = "You did not provide an API key. You need to provide your API key in the Authorization header."
        return Refusal(said, status=401)
    if text.startswith("pk_"):
        said = "This API call cannot be made with a publishable API key. Please use a secret API key."
        return Refusal(said, code="secret_key_required", status=401)
    return Refusal(f"Invalid API Key provided: {Key(text, False).masked()}", status=401)


def expired(key: Key) -> Refusal:
    return Refusal(f"Expired API Key provided: {key.masked()}", code="api_key_expired", status=401)


def set_permissions(world: World, key: str, **levels: str) -> Any:
    """An act: change what a restricted key may do, e.g. `charge="none"`."""
    permissions = world.state["keys"][key]["permissions"]
    permissions.update(levels)
    return permissions


def expire_key(world: World, key: str) -> None:
    """An act: the key was rolled in the dashboard."""
    world.state["keys"][key]["status"] = "expired"


def delete_key(world: World, key: str) -> None:
    del world.state["keys"][key]


ACTS: dict[str, Callable[..., Any]] = {
    "set_permissions": set_permissions,
    "expire_key": expire_key,
    "delete_key": delete_key,
    "make_key": make,
}
