"""QAD's stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from connectors.canon.bookings import (
    BookedLine,
    CashReceipt,
    CustomerInvoice,
    RefundOut,
    Settlement,
    SettlementLine,
    SettlementSort,
)
from connectors.canon.kind import Kind, Ref
from connectors.canon.money import Money
from connectors.canon.parties import Address, Customer
from connectors.canon.receivables import Invoice
from connectors.canon.ref import Code
from connectors.canon.reference import GlAccount, Item
from connectors.sandbox.stage import Stage
from connectors.system import Mode
from connectors.systems.qad import SYSTEM
from connectors.systems.qad.sandbox import SIMULATOR as SIMULATOR
from tests.conformance.stand import Broken, Rows, Stand, Writing

NAMES: dict[type[Kind], str] = {
    Customer: "customer",
    Invoice: "customer_invoice",
    GlAccount: "gl_account",
    Item: "item",
}
CLEARING = {"USD": "1090", "EUR": "1091", "JPY": "1094", "KWD": "1095"}
BOOK = {
    "domain": "10USA",
    "entity": "10USACO",
    "customer_set": "CUST-SS",
    "supplier_set": "SUPP-SS",
    "gl_set": "GL-SS",
    "time_zone": "America/New_York",
    "base_currency": "USD",
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


def account(key: str) -> Code:
    return Code("gl_account", key, resolved=True)


def stand(stage: Stage) -> Stand:
    world = stage.world("qad", "acme", story="northmoor")
    told = stage.credentials(world)

    def payer(currency: str) -> Ref[Customer]:
        rows = (row for row in world.table("customer").values() if row["currencyCode"] == currency)
        return Ref(Customer, str(next(rows)["customerCode"]), resolved=True)

    def new_invoice(n: int) -> str:
        return str(stage.act(world, "post_invoice", customer="C1002", amount=f"{1000 + n}.00"))

    def new_customer(n: int) -> str:
        code = f"X{n:06}"
        like = dict(world.table("customer")[next(iter(world.table("customer")))])
        relation = {"businessRelationCode": code, "businessRelationName1": f"Company {n}", "isActive": True}
        stage.act(world, "create", kind="business_relation", **relation)
        party = {name: like[name] for name in MANDATORY if name in like}
        mine = {"customerCode": code, "businessRelationCode": code, "businessRelationName": f"Company {n}"}
        stage.act(world, "create", kind="customer", **{**party, **mine, "isActive": True})
        return code

    def receipt(reference: str, amount: Decimal, currency: str) -> Kind:
        return CashReceipt(
            id="ch_1",
            reference=reference,
            customer=payer(currency),
            dated=this.now().date(),
            amount=Money(amount, currency),
            clearing=account(CLEARING[currency]),
        )

    def refund(reference: str, amount: Decimal, currency: str) -> Kind:
        return RefundOut(
            id="re_1",
            reference=reference,
            customer=payer(currency),
            dated=this.now().date(),
            amount=Money(amount, currency),
            clearing=account(CLEARING[currency]),
            returns=account("1160"),
        )

    def payout(reference: str, amount: Decimal, currency: str) -> Kind:
        net, fee = Money(amount, "USD"), Money(Decimal("1.15"), "USD")
        return Settlement(
            id="po_1",
            reference=reference,
            dated=this.now().date(),
            net=net,
            bank=account("1010"),
            clearing=account("1090"),
            lines=(
                SettlementLine(
                    sort=SettlementSort.CHARGES, amount=net + fee, account=account("1090"), text="Charges"
                ),
                SettlementLine(sort=SettlementSort.FEES, amount=-fee, account=account("6100"), text="Fees"),
            ),
        )

    def invoice(reference: str, amount: Decimal, currency: str) -> Kind:
        whole = Money(amount, "USD")
        return CustomerInvoice(
            id="in_1",
            reference=reference,
            customer=payer("USD"),
            dated=this.now().date(),
            total=whole,
            lines=(BookedLine(amount=whole, account=account("4000"), text="Plan"),),
        )

    def party(reference: str, amount: Decimal, currency: str) -> Kind:
        return Customer(
            id="cus_1",
            name="Lighthouse Optical Measuring Instruments",
            email="ap@lighthouse.example",
            address=Address(lines=("Pier 4",), city="Hamburg", postal_code="20457", country="DE"),
            currency="EUR",
            known_as=(reference,),
        )

    def count(table: str, field: str) -> Callable[[str], int]:
        def counted(reference: str) -> int:
            """QAD's own prepayment items carry a receipt's reference too: they are not ours."""
            rows = (row for row in world.table(table).values() if row.get("invoiceType") != "PREPAYMENT")
            return len([row for row in rows if str(row.get(field, "")).split(" ")[0] == reference])

        return counted

    def amount_of(table: str) -> Callable[[str], Money]:
        def read(id: str) -> Money:
            year, _, number = id.split("/")
            row = next(
                row
                for row in world.table(table).values()
                if str(row["year"]) == year and str(row.get("number", "")) == number
            )
            return Money(Decimal(str(row["amountTC"])), str(row["currencyCode"]))

        return read

    def key_of(id: str) -> str:
        return next(key for key, row in world.table("customer").items() if row["customerCode"] == id)

    def forbid(kind: type[Kind]) -> str:
        stage.act(world, "switch", forbidden={NAMES[kind]: ["GET"]})
        return NAMES[kind]

    this = Stand(
        system=SYSTEM,
        stage=stage,
        world=world,
        mode=Mode.SANDBOX,
        secrets={name: str(told[name]) for name in ("username", "password", "client_id")},
        settings={"address": told["base_url"], "book": BOOK},
        bad_secrets={"password": "mistyped-password"},
        rows={
            Invoice: Rows(new_invoice, path="*/customerInvoices"),
            Customer: Rows(new_customer, path="*/customerV2s"),
        },
        writings={
            CashReceipt: Writing(
                receipt,
                count("customer_payment", "reference"),
                "*/customerPayments",
                ("USD", "JPY", "KWD"),
                amount_of("customer_payment"),
            ),
            RefundOut: Writing(refund, count("banking_entry", "externalReference"), "*/bankingEntries"),
            Settlement: Writing(payout, count("journal_entry", "description"), "*/journalEntries"),
            CustomerInvoice: Writing(invoice, count("customer_invoice", "description"), "*/customerInvoices"),
            Customer: Writing(
                party,
                count("customer", "customShort0"),
                "*/customerV2s",
                same=("name", "email", "currency", "active", "known_as"),
                edited=("edit", lambda id: {"kind": "customer", "key": key_of(id), "creditRatingCode": "A"}),
                kept=lambda id: world.table("customer")[key_of(id)]["creditRatingCode"] == "A",
            ),
        },
        forbid=forbid,
    )
    return this


MANDATORY = (
    "sharedSetCode",
    "currencyCode",
    "creditTermsCode",
    "invoiceStatusCode",
    "invoiceControlGLProfileCode",
    "creditNoteControlGLProfileCode",
    "prePaymentControlGLProfileCode",
    "salesAccountGLProfileCode",
    "taxZone",
)


def _address(change: Callable[[str], str]) -> Callable[[Stand], dict[str, object]]:
    return lambda stand: {"settings": {"address": change(stand.settings["address"])}}


def _book(**changes: str) -> Callable[[Stand], dict[str, object]]:
    return lambda stand: {"settings": {"book": {**BOOK, **changes}}}


def _clock(stand: Stand) -> None:
    stand.shift = timedelta(seconds=400)


def _close_the_period(stand: Stand) -> None:
    today = stand.now().date()
    stand.act("close_period", year=today.year, period=today.month)


PINGED = "customer customer_invoice customer_payment banking_entry journal_entry gl_account daybook currency gl_period".split()

BROKEN = [
    Broken(
        "no host", "reachable", lambda stand: {"settings": {"address": stand.closed_address() + "/clouderp"}}
    ),
    Broken("no TLS", "reachable", _address(lambda url: url.replace("http://", "https://"))),
    Broken("wrong context root", "address", _address(lambda url: url.replace("/clouderp", "/qad-central"))),
    Broken("login page", "address", lambda stand: stand.act("switch", login_page="200")),
    Broken("password", "auth", lambda stand: {"secrets": stand.bad_secrets}),
    Broken("user locked", "auth", lambda stand: stand.act("change_user", locked=True)),
    Broken("client id", "auth", lambda stand: {"secrets": {"client_id": "qad-unknown"}}),
    Broken("clock", "clock", _clock),
    Broken("workspace", "workspace", _book(entity="99NOCO")),
    *(
        Broken(
            f"no right {name}",
            f"permission:{name}",
            lambda stand, name=name: stand.act("switch", forbidden={name: ["GET"]}),
        )
        for name in PINGED
    ),
    Broken(
        "path renamed",
        "path:customer_invoice",
        lambda stand: stand.act("switch", paths={"customer_invoice": "arInvoices"}),
    ),
    Broken(
        "field renamed",
        "path:customer_invoice",
        lambda stand: stand.act("switch", fields={"customer_invoice": {"balanceTC": "openTC"}}),
    ),
    Broken("period closed", "period", _close_the_period),
    Broken(
        "currency inactive",
        "currency",
        lambda stand: stand.act("edit", kind="currency", key="USD", isActive=False),
    ),
]
