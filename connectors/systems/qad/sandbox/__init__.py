"""QAD Adaptive ERP, simulated: its entities, browses and tokens over the wire, with a true double-entry ledger behind.

Written from the facts about QAD alone and strict, so that whatever it accepts has a chance at the real one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox import story
from connectors.sandbox.kit import Simulator
from connectors.sandbox.world import World
from connectors.systems.qad.sandbox import gate, northmoor, replies, reports
from connectors.systems.qad.sandbox.acts import ACTS
from connectors.systems.qad.sandbox.furnishing import MAIN, USER, furnish


def credentials(world: World, base: str) -> Mapping[str, Any]:
    return {
        "base_url": f"{base}/{world.name}/{gate.ROOT}",
        "client_id": world.state["security"]["clientId"],
        "client_secret": world.state["security"]["clientSecret"],
        "username": USER,
        "password": world.table("users")[USER]["password"],
        "token": next(iter(world.state["static_tokens"])),
        "workspace": MAIN,
        "domain": story.DOMAIN,
        "entity": story.ENTITY,
        **CHOSEN,
    }


CHOSEN: Mapping[str, Any] = {
    "customer_set": "CUST-SS",
    "supplier_set": "SUPP-SS",
    "gl_set": "GL-SS",
    "time_zone": "America/New_York",
    "base_currency": story.CURRENCY,
    "daybook_journal": "STRJE",
    "daybook_invoice": "STINV",
    "daybook_credit": "STCRN",
    "daybook_adjustment": "ARADJ",
    "daybook_bill": "APINV",
    "daybook_match": "APMAT",
    "payment_instrument": "STRIPE",
    "invoice_status": "AR-ALLOC",
    "bill_status": "AP-RMALLOC",
    "country_codes": {"US": "USA", "DE": "DEU"},
    "customer_defaults": {
        "creditTermsCode": "N30",
        "invoiceStatusCode": "AR-ALLOC",
        "invoiceControlGLProfileCode": "CUST-INV",
        "creditNoteControlGLProfileCode": "CUST-CRN",
        "prePaymentControlGLProfileCode": "CUST-PRE",
        "salesAccountGLProfileCode": "CUST-SALES",
        "siteCode": "10-100",
        "daybookSetCode": "SALES-DB",
        "taxZone": "NO-TAX",
    },
}
"""What the finance team of the story would choose for its books."""


SIMULATOR = Simulator(
    slug="qad",
    name="QAD Adaptive ERP",
    choose=gate.choose,
    answer=gate.answer,
    furnish=furnish,
    credentials=credentials,
    error=replies.error,
    acts=ACTS,
    check=reports.broken,
    stories={"northmoor": northmoor.tell},
)
