"""Suppliers' bills and credits against the instance's own ledger: matched to a receipt, or on cost lines."""

from __future__ import annotations

from decimal import Decimal

from connectors.canon.kind import Ref
from connectors.canon.parties import Supplier
from connectors.canon.payables import CostLine, Match, SupplierCredit, SupplierInvoice
from tests.systems.qad.conftest import Acme, account, usd


def open_receipt(acme: Acme) -> dict[str, object]:
    rows = acme.stand.world.table("po_receipt").values()
    return next(row for row in rows if Decimal(str(row["quantityReceived"])) > 0)


def test_a_matched_bill_with_freight_is_owed_in_full_and_booked_once(acme: Acme) -> None:
    row = open_receipt(acme)
    quantity, price = Decimal(str(row["quantityReceived"])), Decimal(str(row["purchaseCost"]))
    freight = usd("12.50")
    match = Match(
        order=str(row["purchaseOrderNumber"]),
        order_line=str(row["purchaseOrderLine"]),
        receipt=str(row["receiverNumber"]),
        receipt_line=str(row["line"]),
        quantity=quantity,
        unit_price=price,
        last=True,
    )
    total = usd(str((quantity * price).quantize(Decimal("0.01")))) + freight
    body = SupplierInvoice(
        id="918273",
        reference="CP:918273",
        supplier=Ref(Supplier, str(row["supplierCode"]), resolved=True),
        supplier_number="HV-88121",
        dated=acme.stand.now().date(),
        posted=acme.stand.now().date(),
        total=total,
        matches=(match,),
        costs=(CostLine(amount=freight, account=account("5300"), text="Freight"),),
    )
    before = acme.entries()
    document, written = acme.put(body)
    acme.put(body)
    posted = acme.gl(before)
    assert (posted["2000", "USD"], posted["5300", "USD"]) == (-total, freight)
    assert acme.stand.adapter().find(SupplierInvoice, body.reference, document) == written.id
    assert document.notes


def test_a_suppliers_credit_on_cost_lines(acme: Acme) -> None:
    acme.stand.settings["book"] = {**acme.stand.settings["book"], "bill_status": "AP-GLALLOC"}
    body = SupplierCredit(
        id="918274",
        reference="CP:918274",
        supplier=Ref(Supplier, "S2001", resolved=True),
        supplier_number="HV-C1",
        invoice=None,
        dated=acme.stand.now().date(),
        posted=acme.stand.now().date(),
        total=usd("40.00"),
        costs=(CostLine(amount=usd("40.00"), account=account("5300"), text="Freight"),),
    )
    before = acme.entries()
    acme.put(body)
    acme.put(body)
    assert acme.gl(before) == {("2010", "USD"): usd("40.00"), ("5300", "USD"): usd("-40.00")}
