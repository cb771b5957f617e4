"""Connections as they stand after a ping: one with something red, one whose instance has names of its own."""

from __future__ import annotations

from connectors.models import Connection
from connectors.system import Check, Colour, Mode
from tenants import audit
from tenants.scoping import tenant_scope
from tests.browser.world import World

CHECKS = (
    Check("reachable", "Reachable", Colour.GREEN, "It answers."),
    Check("auth", "Key accepted", Colour.GREEN, "Accepted."),
    Check(
        "permission:disputes",
        "Disputes",
        Colour.RED,
        "The key may not read them.",
        "Allow Disputes: Read on the key, save, and ping again. The key stays the same.",
    ),
    Check("permission:write", "May write", Colour.AMBER, "Not proven yet.", "The first document proves it."),
)


def payments(there: World) -> Connection:
    with tenant_scope(there.tenant), audit.acting(audit.Actor("person", str(there.owner.pk))):
        Connection.make("qad", "Books", Mode.SANDBOX, {})
        one = Connection.make("stripe", "Payments", Mode.LIVE, {"address": "https://api.stripe.example"})
        one.keep_secrets({"api_key": "rk_live_walked_by_a_browser"})
        one.note_ping(CHECKS)
    return one


def with_payments(there: World) -> str:
    payments(there)
    return str(there.tenant.slug)


def books(there: World) -> Connection:
    book = {"domain": "10USA", "entity": "10USACO", "country_codes": {"US": "USA"}}
    with tenant_scope(there.tenant), audit.acting(audit.Actor("person", str(there.owner.pk))):
        one = Connection.make("qad", "Books", Mode.TEST, {"address": "https://erp.example", "book": book})
        one.keep_secrets({"username": "integration", "password": "walked by a browser"})
        one.note_profile(CHECKS)
    return one
