"""What people do inside QAD, the demo company's month, and all of it over the control channel."""

from __future__ import annotations

import json
from decimal import Decimal

import requests

from connectors.sandbox import story
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from connectors.systems.qad.sandbox import SIMULATOR
from tests.sandbox.qad.client import Qad


def test_sales_post_an_invoice_and_its_credit(qad: Qad) -> None:
    name = qad.act("post_invoice", customer="C1", amount="250.00", description="SO 4711")
    assert name == "2026/SALES/1"
    note = qad.act("post_credit_note", customer="C1", amount="250.00", invoice=name)
    assert note == "2026/CRN/1"
    rows = qad.list("customerInvoices")
    assert [(row["invoiceType"], row["linkedInvoice"]) for row in rows] == [
        ("INVOICE", ""),
        ("CREDITNOTE", name),
    ]


def test_a_check_pays_an_invoice_and_bounces(qad: Qad) -> None:
    name = qad.act("post_invoice", customer="C1", amount="250.00")
    paid = qad.act("pay_by_check", invoice=name)
    assert (paid, qad.list("customerInvoices")[0]["isOpen"]) == ("2026/CHECK/1", False)
    qad.act("bounce_payment", payment=paid)
    assert qad.list("customerInvoices")[0]["balanceTC"] == 250


def test_a_person_edits_a_customer(qad: Qad) -> None:
    before = qad.get("customerV2s", customerCode="C1")[0]["concurrencyHash"]
    qad.act("edit", kind="customer", key="C1", EMail="new@c1.example", isActive=False)
    row = qad.get("customerV2s", customerCode="C1")[0]
    assert (row["EMail"], row["isActive"], row["lastModifiedUser"]) == ("new@c1.example", False, "mfg")
    assert row["concurrencyHash"] != before


def test_a_clerk_enters_a_supplier_invoice_and_pays_it(stage: Stage, world: World) -> None:
    SIMULATOR.stories["northmoor"](world)
    receiver = next(iter(world.table("po_receipt").values()))
    match = {
        "purchaseOrderNumber": receiver["purchaseOrderNumber"],
        "purchaseOrderLine": 1,
        "receiverNumber": receiver["receiverNumber"],
        "matchQuantity": "100",
        "matchUnitPrice": "4.25",
    }
    own = {"supplierCode": "S2001", "supplierReference": "QB-1", "currencyCode": "USD", "amountTC": "425.00"}
    bill = stage.act(world, "post_supplier_invoice", **own, receiverMatchings=[match])
    assert (bill, stage.act(world, "pay_supplier", bills=[{"invoice": bill}])) == (
        "2026/APINV/1",
        "2026/ACH/1",
    )
    assert stage.check(world) == []


def test_the_month_of_the_demo_company_balances(stage: Stage, world: World) -> None:
    SIMULATOR.stories["northmoor"](world)
    assert SIMULATOR.check(world) == []
    told = story.invoices(world.clock.now().date())
    rows = world.table("customer_invoice").values()
    assert {row["description"]: Decimal(row["amountTC"]) for row in rows} == {
        each.number: each.total for each in told
    }
    assert {row["currencyCode"] for row in rows} == {"USD", "EUR", "GBP", "CHF", "JPY", "KWD"}
    receipts = world.table("po_receipt").values()
    assert {row["purchaseOrderNumber"] for row in receipts} == {"PO102233", "PO102240", "PO102251"}


def test_every_customer_of_the_story_can_be_read(stage: Stage, stranger: Qad) -> None:
    SIMULATOR.stories["northmoor"](stranger.world)
    stranger.sign_in()
    rows = stranger.list("customerV2s")
    assert {row["customerCode"]: row["EMail"] for row in rows} == {
        number: customer.email for number, customer in story.CUSTOMERS.items()
    }


def test_a_world_is_plain_json_and_can_be_taken_back(qad: Qad) -> None:
    kept = json.loads(json.dumps(qad.world.snapshot()))
    qad.act("post_invoice", customer="C1", amount="250.00")
    assert qad.balance("1200") == 250
    qad.world.restore(kept)
    assert qad.balance("1200") == 0
    assert qad.act("post_invoice", customer="C1", amount="1.00") == "2026/SALES/1"


def test_books_are_read_and_moved_over_the_control_channel(qad: Qad, stage: Stage) -> None:
    root = f"{stage.wire.address}/_control/worlds/qad/acme"
    made = requests.post(f"{root}/acts/post_invoice", json={"customer": "C1", "amount": "9.50"}, timeout=5)
    assert made.json() == {"done": "2026/SALES/1"}
    rows = requests.post(f"{root}/acts/trial_balance", json={"entity": "10USACO"}, timeout=5).json()["done"]
    assert {row["glAccountCode"]: row["balanceTC"] for row in rows} == {"1200": "9.5", "4100": "-9.5"}
    refused = requests.post(f"{root}/acts/post_invoice", json={"customer": "C404", "amount": "1"}, timeout=5)
    assert refused.status_code == 400
    assert requests.get(f"{root}/check", timeout=5).json() == {"broken": []}


def test_the_trial_balance_can_be_cut_by_day_and_currency(qad: Qad) -> None:
    qad.act("post_invoice", customer="C1", amount="10.00", on="2026-04-30")
    qad.act("post_invoice", customer="C2", amount="20.00", on="2026-05-02")
    april = qad.act("trial_balance", entity="10USACO", until="2026-04-30")
    assert [row["balanceTC"] for row in april] == ["10", "-10"]
    euros = qad.act("trial_balance", entity="10USACO", currency="EUR")
    assert [row["balanceTC"] for row in euros] == ["20", "-20"]
