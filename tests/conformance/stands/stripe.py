"""Stripe's stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from connectors.canon.kind import Kind, Ref
from connectors.canon.money import Money
from connectors.canon.parties import Customer
from connectors.canon.receivables import Dispute, Invoice, InvoiceLine, InvoiceStatus, Payment, Payout, Refund
from connectors.sandbox.limits import Limit
from connectors.sandbox.stage import Stage
from connectors.systems.stripe import SYSTEM
from connectors.systems.stripe.sandbox import SIMULATOR as SIMULATOR
from connectors.systems.stripe.units import UNITS
from tests.conformance.stand import Broken, Rows, Stand, Writing

RIGHTS: dict[type[Kind], str] = {
    Customer: "customer",
    Invoice: "invoice",
    Payment: "charge",
    Refund: "charge",
    Payout: "payout",
    Dispute: "dispute",
}


def stand(stage: Stage) -> Stand:
    world = stage.world("stripe", "acme")
    stage.limit(world, Limit())  # the pace is another suite's matter
    told = stage.credentials(world)
    made: dict[str, str] = {}

    def customer() -> str:
        if "customer" not in made:
            made["customer"] = stage.act(
                world, "new_customer", name="Harbor Tooling", email="ap@harbor.example"
            )["id"]
        return made["customer"]

    def new_customer(n: int) -> str:
        return str(stage.act(world, "new_customer", name=f"Customer {n}", email=f"c{n}@example.com")["id"])

    def new_invoice(n: int) -> str:
        return str(
            stage.act(
                world, "new_invoice", customer=customer(), amount=1000 + n, currency="usd", description="Part"
            )["id"]
        )

    def new_charge(n: int) -> str:
        charge = stage.act(world, "charge", customer=customer(), amount=1000 + n, currency="usd")
        stage.advance(5, world)
        return str(charge["id"])

    def new_refund(n: int) -> str:
        return str(stage.act(world, "refund", charge=new_charge(n), amount=500)["id"])

    def invoice_body(reference: str, amount: Decimal, currency: str) -> Kind:
        total = Money(amount, currency)
        today = this.now().date()
        return Invoice(
            id="2026/SALES/7",
            number="2026/SALES/7",
            customer=Ref(Customer, customer(), resolved=True),
            status=InvoiceStatus.OPEN,
            dated=today,
            due=today + timedelta(days=30),
            total=total,
            balance=total,
            lines=(InvoiceLine(amount=total, text="Spindle"),),
            known_as=(reference,),
        )

    def customer_body(reference: str, amount: Decimal, currency: str) -> Kind:
        return Customer(
            id="C1", number="C1", name="Kai & Söhne", email="ap@kai.example", known_as=(reference,)
        )

    def holding(table: str):  # type: ignore[no-untyped-def]
        def count(reference: str) -> int:
            rows = world.table(f"test/{table}").values()
            return len([row for row in rows if row.get("metadata", {}).get("mlc_ref") == reference])

        return count

    def total(id: str) -> Money:
        row = world.table("test/invoices")[id]
        return UNITS.from_minor(row["total"], row["currency"].upper())

    def forbid(kind: type[Kind]) -> str:
        stage.act(world, "set_permissions", key=told["restricted_key"], **{RIGHTS[kind]: "none"})
        return f"rak_{RIGHTS[kind]}_read"

    def healthy() -> None:
        """The endpoint is registered, and there is money in the account's currency."""
        url = "https://hooks.example.com/stripe/1"
        stage.act(world, "set_permissions", key=told["restricted_key"], accounts_kyc_basic="read")
        _, this.secrets["webhook_secret"] = SYSTEM.open(this.account()).subscribe(url, "key-hook")  # type: ignore[attr-defined]
        this.settings["webhook_url"] = url
        new_charge(1)

    this = Stand(
        system=SYSTEM,
        stage=stage,
        world=world,
        secrets={"api_key": told["restricted_key"]},
        settings={"address": told["base_url"]},
        bad_secrets={"api_key": "rk_test_mistyped0000000000"},
        wrong_mode={"api_key": told["live_restricted_key"]},
        rows={
            Customer: Rows(new_customer, path="*/customers"),
            Invoice: Rows(new_invoice, path="*/invoices"),
            Payment: Rows(new_charge, path="*/charges"),
            Refund: Rows(new_refund, path="*/refunds"),
        },
        writings={
            Customer: Writing(
                customer_body,
                holding("customers"),
                "*/customers",
                same=("name", "email", "known_as"),
                edited=("edit_customer", lambda id: {"customer": id, "description": "Pays late"}),
                kept=lambda id: world.table("test/customers")[id]["description"] == "Pays late",
            ),
            Invoice: Writing(
                invoice_body,
                holding("invoices"),
                "*/invoices",
                ("USD", "JPY", "KWD", "ISK", "UGX", "HUF"),
                total,
            ),
        },
        forbid=forbid,
        healthy=healthy,
    )
    return this


def _set_address(stand: Stand, address: str) -> dict[str, object]:
    return {"settings": {"address": address}}


def _nobody_listens(stand: Stand) -> dict[str, object]:
    """Opened, so that only the dialling itself can fail."""
    return _set_address(stand, stand.closed_address())


def _plain_where_tls_is_spoken(stand: Stand) -> dict[str, object]:
    return _set_address(stand, stand.settings["address"].replace("http://", "https://"))


def _forbid(resource: str) -> Callable[[Stand], None]:
    def breaks(stand: Stand) -> None:
        stand.act("set_permissions", key=stand.secrets["api_key"], **{resource: "none"})

    return breaks


def _clock(stand: Stand) -> None:
    stand.shift = timedelta(seconds=400)


def _disabled(stand: Stand) -> None:
    for row in stand.world.table("test/webhook_endpoints").values():
        row["status"] = "disabled"


RIGHT_OF_CHECK = {
    "customers": "customer",
    "invoices": "invoice",
    "payment_intents": "payment_intent",
    "disputes": "dispute",
    "payouts": "payout",
    "balance_transactions": "balance_transaction_source",
    "credit_notes": "credit_note",
    "events": "event",
    "balance": "balance",
}

BROKEN = [
    Broken("no host", "reachable", _nobody_listens),
    Broken("no TLS", "reachable", _plain_where_tls_is_spoken),
    Broken("key mistyped", "auth", lambda stand: {"secrets": stand.bad_secrets}),
    Broken("key expired", "auth", lambda stand: stand.act("expire_key", key=stand.secrets["api_key"])),
    Broken("key of the other mode", "mode", lambda stand: {"secrets": stand.wrong_mode}),
    *(
        Broken(f"no right {right}", f"permission:{check}", _forbid(right))
        for check, right in RIGHT_OF_CHECK.items()
    ),
    Broken("clock", "clock", _clock),
    Broken("currency not settled", "currency", lambda stand: {"settings": {"currencies": ["CHF"]}}),
    Broken("no webhook secret", "webhook", lambda stand: {"secrets": {"webhook_secret": ""}}),
    Broken(
        "webhook secret is none",
        "webhook",
        lambda stand: {"secrets": {"webhook_secret": "sk_live_wrong_field"}},
    ),
    Broken("endpoint disabled", "webhook", _disabled),
    Broken("payouts off", "payouts", lambda stand: stand.act("set_account", payouts_enabled=False)),
]
