"""QAD Adaptive ERP: a ledger. Its customers and open invoices are read; receipts, refunds and journals are booked."""

from __future__ import annotations

from connectors.canon.parties import Customer, Supplier
from connectors.canon.payables import GoodsReceipt, PurchaseOrder, SupplierPayment
from connectors.canon.receivables import CreditNote, Invoice
from connectors.canon.reference import CostCentre, GlAccount, Item, Period, Project
from connectors.system import Credential, Limits, Moves, Once, Role, System
from connectors.systems.qad.adapter import QadAdapter
from connectors.systems.qad.fields import BOOK, BOOKING
from connectors.systems.qad.profile import read_profile
from connectors.systems.qad.records.render import RENDERERS

SYSTEM = System(
    slug="qad",
    name="QAD Adaptive ERP",
    mark="QA",
    role=Role.LEDGER,
    credentials=(
        Credential(
            "address",
            "Instance address",
            help="The address in the browser when you are signed in, up to the context root.",
            pattern=r"(https://)?[A-Za-z0-9][A-Za-z0-9.\-]*(:\d{1,5})?([/#?]\S*)?",
            example="https://example.qad.com/clouderp",
        ),
        Credential(
            "username", "User", help="An integration user of its own: no single sign-on.", secret=True
        ),
        Credential("password", "Password", help="Of that user; best without expiry.", secret=True),
        Credential("client_id", "Client id", help="Security Control in QAD shows it.", secret=True),
        Credential(
            "client_secret",
            "Client secret",
            help="Only where your instance has one.",
            secret=True,
            required=False,
        ),
        Credential(
            "token",
            "Bearer token",
            help="Only in the profile's mode static_bearer.",
            secret=True,
            required=False,
        ),
        *BOOK,
    ),
    settings=(*BOOK, *BOOKING),
    profile=read_profile,
    reads=tuple(
        Moves(kind, permission)
        for kind, permission in (
            (Customer, "customer"),
            (Invoice, "customer_invoice"),
            (CreditNote, "customer_invoice"),
            (GlAccount, "gl_account"),
            (CostCentre, "cost_center"),
            (Project, "project"),
            (Item, "item"),
            (Period, "gl_period"),
            (Supplier, "supplier"),
            (PurchaseOrder, "purchase_order"),
            (GoodsReceipt, "po_receipt"),
            (SupplierPayment, "supplier_payment"),
        )
    ),
    # No idempotency key anywhere: our reference is looked up before anything is made.
    writes=dict.fromkeys(RENDERERS, Once.BY_REFERENCE),
    open=QadAdapter,
    limits=Limits(
        page_rows=100,
        calls_per_second=5,
        calls_at_once=2,
        poll_overlap_seconds=86_400,
        visible_after_seconds=120,
        connect_seconds=10,
        read_seconds=30,
        total_seconds=120,
    ),
    account=("address",),
    code_tables=(
        "gl_account",
        "cost_centre",
        "project",
        "item",
        "currency",
        "daybook",
        "credit_terms",
        "tax_code",
    ),
    guide="guide.md",
)
