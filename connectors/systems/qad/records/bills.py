"""Supplier invoices and credits, matched to order and receipt lines; what is not matched stands on cost lines."""

from __future__ import annotations

from typing import Any

from connectors.canon.payables import CostLine, Match, SupplierCredit, SupplierInvoice
from connectors.system import Document, Step
from connectors.systems.qad.book import Book
from connectors.systems.qad.profile import Profile
from connectors.systems.qad.records.entries import DESCRIPTION_MAX, day, described


def supplier_invoice(body: SupplierInvoice, book: Book, profile: Profile) -> Document:
    return _bill("SupplierInvoice", "INVOICE", "Supplier invoice", body, book, profile)


def supplier_credit(body: SupplierCredit, book: Book, profile: Profile) -> Document:
    return _bill("SupplierCredit", "CREDITNOTE", "Supplier credit note", body, book, profile)


def _bill(
    kind: str, type: str, title: str, body: SupplierInvoice | SupplierCredit, book: Book, profile: Profile
) -> Document:
    orders = dict.fromkeys(match.order for match in body.matches)
    row: dict[str, Any] = {
        "entityCode": book.code("entity"),
        "daybookCode": book.code("daybook_bill"),
        "matchingDaybookCode": book.code("daybook_match"),
        "voucher": 0,
        "invoiceType": type,
        "supplierCode": body.supplier.id,
        "supplierReference": body.supplier_number,
        "currencyCode": body.total.currency,
        "amountTC": body.total.amount,
        "invoiceDate": day(body.dated),
        "postingDate": day(body.posted),
        "description": described(body.reference, body.supplier_number),
        "invoiceStatusCode": book.code("bill_status"),
        "isInitialStatus": False,
        "purchaseOrders": [{"poDomain": book.code("domain"), "purchaseOrderNumber": one} for one in orders],
        "receiverMatchings": [_match(one) for one in body.matches],
        "costLines": [_cost(one) for one in body.costs],
    }
    if isinstance(body, SupplierInvoice) and body.due:
        row["dueDate"] = day(body.due)
    step = Step("supplier_invoice", "POST", profile.kind("supplier_invoice").path, row)
    notes = ("QAD books receipts, variances and taxes of the match by its own rules",) if body.matches else ()
    return Document(kind, title, body.reference, body.posted, (step,), None, notes)


def _match(one: Match) -> dict[str, Any]:
    return {
        "purchaseOrderNumber": one.order,
        "purchaseOrderLine": int(one.order_line),
        "receiverNumber": one.receipt,
        "matchQuantity": one.quantity,
        "matchUnitPrice": one.unit_price,
        "isFinished": one.last,
    }


def _cost(one: CostLine) -> dict[str, Any]:
    row = {
        "glAccountCode": one.account.key,
        "amountTC": one.amount.amount,
        "description": one.text[:DESCRIPTION_MAX],
        "costCenterCode": one.cost_centre.key if one.cost_centre else None,
        "projectCode": one.project.key if one.project else None,
    }
    return {name: value for name, value in row.items() if value is not None}
