"""Stripe: the payment system. What moves money there is read; customers and open invoices are written."""

from __future__ import annotations

from connectors.canon.parties import Customer
from connectors.canon.receivables import (
    BalanceMovement,
    CreditNote,
    Dispute,
    Invoice,
    Payment,
    Payout,
    Refund,
)
from connectors.system import Credential, Limits, Moves, Once, Role, System
from connectors.systems.stripe.adapter import StripeAdapter
from connectors.systems.stripe.webhooks import StripeWebhooks

SYSTEM = System(
    slug="stripe",
    name="Stripe",
    mark="St",
    role=Role.PAYMENTS,
    credentials=(
        Credential(
            "api_key",
            "API key",
            help="Developers → API keys. A restricted key (rk_…) is best; the guide lists its permissions.",
            secret=True,
            pattern=r"(sk|rk)_(live|test)_\S{8,}",
            example="rk_live_…",
        ),
        Credential(
            "webhook_secret",
            "Webhook signing secret",
            help="Only when we could not register the endpoint for you: Developers → Webhooks → the endpoint.",
            secret=True,
            required=False,
            pattern=r"whsec_\S{8,}",
            example="whsec_…",
        ),
        Credential(
            "webhook_secret_old",
            "Previous signing secret",
            help="While a secret is being rolled both are accepted, for up to 24 hours.",
            secret=True,
            required=False,
            pattern=r"whsec_\S{8,}",
        ),
    ),
    reads=(
        Moves(Customer, "customers"),
        Moves(Invoice, "invoices"),
        Moves(Payment, "charges"),
        Moves(Refund, "refunds"),
        Moves(Dispute, "disputes"),
        Moves(Payout, "payouts"),
        Moves(CreditNote, "credit_notes"),
        Moves(BalanceMovement, "balance_transactions"),
    ),
    writes={Customer: Once.BY_KEY, Invoice: Once.BY_KEY},
    open=StripeAdapter,
    # The vendor allows 25 a second per endpoint and 100 per account (25 in test mode); 10 leaves room for the
    # tenant's own programs, which share the same counters.
    limits=Limits(
        page_rows=100,
        calls_per_second=10,
        calls_at_once=4,
        poll_overlap_seconds=3600,
        key_memory_seconds=24 * 3600,
    ),
    webhooks=StripeWebhooks(),
    notes_back=(Customer, Invoice),
    account=("api_key",),
    code_tables=("item", "tax_code"),
    guide="guide.md",
)
