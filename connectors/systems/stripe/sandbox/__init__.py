"""Stripe, simulated from its facts alone: strict where Stripe is strict, late where Stripe is late.

Nothing of the adapter is used here, so a misunderstanding on one side shows on the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.kit import Simulator
from connectors.sandbox.limits import Limit
from connectors.sandbox.world import World
from connectors.systems.stripe.sandbox import (
    account,
    acts,
    catalogue,
    check,
    credit_notes,
    endpoints,
    events,
    front,
    invoice_payments,
    invoices,
    keys,
    ledger,
    refusal,
    search,
    story,
)

__all__ = ["SIMULATOR"]

NOUNS = (account, catalogue, credit_notes, endpoints, events, invoice_payments, invoices, ledger, search)
"""Modules that only need to be imported: their endpoints note themselves."""


def furnish(world: World) -> None:
    """An empty account in the United States that settles in dollars, with keys for both modes."""
    world.state["account"] = {
        "id": world.new_id("acct_", 16),
        "name": "Northmoor Instruments",
        "email": "finance@northmoor.example",
        "country": "US",
        "created": world.clock.seconds(),
        "default_currency": "usd",
        "settles": ["usd"],
        "rates": {},
        "fees": {
            "percent": "2.9",
            "fixed": "0.30",
            "dispute": "15.00",
            "tax_percent": "0",
            "tax_name": "Sales tax on Stripe fees",
        },
        "charges_enabled": True,
        "payouts_enabled": True,
        "default_version": "2024-06-20",
    }
    world.state |= {"async_seconds": 2, "reconciliation_seconds": 3600, "search_lag_seconds": 60}
    for livemode in (False, True):
        keys.make(world, "sk", livemode)
        keys.make(world, "rk", livemode, keys.SMALLEST)


def credentials(world: World, base: str) -> Mapping[str, Any]:
    return {
        "base_url": base,
        "account": world.state["account"]["id"],
        "api_key": keys.first(world, "rk", False),
        "secret_key": keys.first(world, "sk", False),
        "restricted_key": keys.first(world, "rk", False),
        "live_secret_key": keys.first(world, "sk", True),
        "live_restricted_key": keys.first(world, "rk", True),
    }


SIMULATOR = Simulator(
    slug="stripe",
    name="Stripe",
    choose=front.choose,
    answer=front.answer,
    furnish=furnish,
    credentials=credentials,
    error=refusal.on_cue,
    acts=acts.ACTS,
    timers=acts.TIMERS,
    check=check.check,
    limit=Limit(per_second=25),
    stories={"northmoor": story.tell, "customers": story.tell_customers},
    webhook_headers=events.headers,
    webhook_retries=events.retries,
    webhook_tried=events.tried,
)
