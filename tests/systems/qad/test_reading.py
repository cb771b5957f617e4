"""An instance's records, read: open items and what became of them, over both ways of listing, while rows move."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.canon.kind import Kind
from connectors.canon.parties import Customer, Supplier
from connectors.canon.payables import GoodsReceipt, PurchaseOrder, SupplierPayment, SupplierPaymentStatus
from connectors.canon.receivables import CreditNote, Invoice, InvoiceStatus
from connectors.canon.reference import CostCentre, GlAccount, Item, Period, Project
from connectors.system import Spoiled
from tests.systems.qad.conftest import Acme, usd

KINDS = [
    Customer, Invoice, GlAccount, CostCentre, Project, Item, Period, Supplier, PurchaseOrder, GoodsReceipt,
]  # fmt: skip
LISTED = ["offset", "browse"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_listed_and_each_row_is_read_alone_alike(acme: Acme, kind: type[Kind]) -> None:
    found, _ = acme.read(kind)
    assert found
    adapter = acme.stand.adapter()
    for id, row in list(found.items())[:5]:
        assert adapter.fetch(kind, id) == row


def test_open_paid_part_paid_and_credited_invoices_are_told_apart(acme: Acme) -> None:
    open, paid, part, credited = (acme.invoice("100.00") for _ in range(4))
    acme.act("pay_by_check", invoice=paid.id)
    acme.act("pay_by_check", invoice=part.id, amount="40.00")
    note = acme.act("post_credit_note", customer=acme.payer().id, amount="100.00", invoice=credited.id)
    _settle(acme, note, credited.id)
    found, _ = acme.read(Invoice)
    told = {
        one.id: (found[one.id].status, found[one.id].balance, found[one.id].paid_outside)
        for one in (open, paid, part, credited)
    }
    assert told == {
        open.id: (InvoiceStatus.OPEN, usd("100.00"), False),
        paid.id: (InvoiceStatus.PAID, usd("0"), True),
        part.id: (InvoiceStatus.OPEN, usd("60.00"), False),
        credited.id: (InvoiceStatus.VOID, usd("0"), False),
    }
    notes, _ = acme.read(CreditNote)
    assert notes[note].invoice.id == credited.id


def _settle(acme: Acme, note: str, invoice: str) -> None:
    def line(number: int, type: str, id: str, amount: str) -> dict[str, Any]:
        year, book, voucher = id.split("/")
        return {
            "line": number, "itemType": type, "invoiceYear": int(year), "invoiceDaybookCode": book,
            "invoiceVoucher": int(voucher), "amountTC": Decimal(amount),
        }  # fmt: skip

    api = acme.stand.adapter().api  # type: ignore[attr-defined]
    today = f"{acme.stand.now().date().isoformat()}T00:00:00.000Z"
    row = {
        "entityCode": "10USACO", "daybookCode": "ARADJ", "voucher": 0, "customerCode": acme.payer().id,
        "currencyCode": "USD", "postingDate": today, "description": "settled",
        "openItemAdjustmentLines": [line(1, "CREDITNOTE", note, "-100"), line(2, "INVOICE", invoice, "100")],
    }  # fmt: skip
    api.save("open_item_adjustment", row)


@pytest.mark.parametrize("transport", LISTED)
def test_no_row_is_missed_while_rows_come_and_go_before_the_place(acme: Acme, transport: str) -> None:
    for n in range(230):
        acme.stand.rows[Customer].make(n)
    table = acme.stand.world.table("customer")
    profile = {"kinds": {"customer": {"transport": transport}}}
    reading = acme.stand.adapter(profile=profile).changes(Customer, "")
    pages = [next(reading)]
    gone = sorted(table)[:20]
    for key in gone:
        del table[key]
    pages.append(next(reading))
    acme.stand.rows[Customer].make(900)
    pages += list(reading)
    seen = {row.id for page in pages for row in page.rows if not isinstance(row, Spoiled)}
    assert set(table) - {"X000900"} <= seen


@pytest.mark.parametrize("transport", LISTED)
@pytest.mark.parametrize("cap", [7, 40])
def test_a_page_may_be_shorter_than_asked_for(acme: Acme, transport: str, cap: int) -> None:
    acme.stand.fault("cap_rows", path="*", rows=cap, times=0)
    profile = {"kinds": {"gl_account": {"transport": transport}}}
    found, _ = acme.read(GlAccount, profile=profile)
    assert set(found) == set(acme.stand.world.table("gl_account"))


def test_a_browse_that_does_not_say_whether_there_is_more_is_asked_on(acme: Acme) -> None:
    for n in range(120):
        acme.stand.rows[Customer].make(n)
    acme.stand.fault("edit", path="*/browses", old="HasMoreParams", new="Other", times=0)
    found, _ = acme.read(Customer, profile={"kinds": {"customer": {"transport": "browse"}}})
    assert set(found) == set(acme.stand.world.table("customer"))


def test_an_instance_without_offsets_is_read_by_browse(acme: Acme) -> None:
    every, _ = acme.read(GlAccount)
    for answer in ("400", "404", "405", "ignored"):
        acme.act("switch", offset=answer)
        assert set(acme.read(GlAccount)[0]) == set(every)


def test_fields_and_paths_that_an_instance_renames_are_read(acme: Acme) -> None:
    invoice = acme.invoice("100.00")
    before, _ = acme.read(Invoice)
    fields = {"balanceTC": "openTC", "customerCode": "billTo"}
    acme.act("switch", paths={"customer_invoice": "arInvoices"}, fields={"customer_invoice": fields})
    renamed = {"path": "/api/erp/arInvoices", "plural": "arInvoices", "fields": fields}
    found, cursor = acme.read(Invoice, profile={"kinds": {"customer_invoice": renamed}})
    assert found == before
    assert invoice.id in acme.read(Invoice, cursor, profile={"kinds": {"customer_invoice": renamed}})[0]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_a_day_is_the_day_that_is_written_there(acme: Acme, zone: str) -> None:
    invoice = acme.invoice("100.00", on="2026-11-01")
    book = {**acme.stand.settings["book"], "time_zone": zone}
    read = acme.stand.adapter(book=book).fetch(Invoice, invoice.id)
    assert isinstance(read, Invoice)
    assert read.dated.isoformat() == "2026-11-01"


def test_an_item_not_to_be_collected_says_so(acme: Acme) -> None:
    invoice = acme.invoice("100.00")
    row = next(
        r
        for r in acme.stand.world.table("customer_invoice").values()
        if f"{r['year']}/{r['daybookCode']}/{r['voucher']}" == invoice.id
    )
    row["isSelected"] = True
    assert acme.stand.adapter().fetch(Invoice, invoice.id).collectable is False  # type: ignore[attr-defined]


def test_a_payment_over_several_bills_is_one_for_each_and_may_be_taken_back(acme: Acme) -> None:
    bills = [
        acme.act(
            "post_supplier_invoice", supplierCode="S2001", supplierReference=f"HV-{n}", currencyCode="USD",
            amountTC="100.00", description=f"Bill {n}", receiverMatchings=[], purchaseOrders=[],
            invoiceStatusCode="AP-GLALLOC",
            costLines=[{"glAccountCode": "5000", "amountTC": "100.00"}],
        )
        for n in range(2)
    ]  # fmt: skip
    parts = [{"invoice": bills[0], "amount": "100.00"}, {"invoice": bills[1], "amount": "30.00"}]
    payment = acme.act("pay_supplier", bills=parts)
    found, cursor = acme.read(SupplierPayment)
    mine = {one.invoice.id: one for id, one in found.items() if id.startswith(payment)}
    assert {id: (one.status, one.amount) for id, one in mine.items()} == {
        bills[0]: (SupplierPaymentStatus.PAID, usd("100.00")),
        bills[1]: (SupplierPaymentStatus.PAID, usd("30.00")),
    }
    acme.act("move_supplier_payment", payment=payment, status="VOID")
    again, _ = acme.read(SupplierPayment, cursor)
    assert {again[one.id].status for one in mine.values()} == {SupplierPaymentStatus.VOID}
