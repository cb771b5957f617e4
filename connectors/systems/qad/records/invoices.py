"""Customer invoices, credit notes and adjustments, as a billing system's documents are booked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from connectors.canon.bookings import (
    Adjustment,
    Application,
    BookedLine,
    CreditMemo,
    CreditMemoReversal,
    CustomerInvoice,
)
from connectors.canon.journal import Journal, JournalLine, entry
from connectors.canon.money import Money, total
from connectors.errors import Refused
from connectors.system import Document, Step
from connectors.systems.qad.book import Book
from connectors.systems.qad.profile import Profile
from connectors.systems.qad.records.entries import DESCRIPTION_MAX, day, described
from connectors.systems.qad.records.ids import invoice_fields

MADE = "@"
"""A value that begins so is filled in from what the step before made: its document number is not known earlier."""


def customer_invoice(body: CustomerInvoice, book: Book, profile: Profile) -> Document:
    row = _row(body, "INVOICE", body.total, body.lines, book.code("daybook_invoice"), book)
    if body.due:
        row["dueDate"] = day(body.due)
    return _document("CustomerInvoice", body, row, body.total, body.lines, book, profile)


def credit_memo(body: CreditMemo, book: Book, profile: Profile) -> Document:
    row = _row(body, "CREDITNOTE", body.total, body.lines, book.code("daybook_credit"), book)
    if body.invoice:
        row["linkedInvoice"] = body.invoice.id
    document = _document("CreditMemo", body, row, -body.total, body.lines, book, profile)
    used = tuple(one for one in body.applications if one.invoice)
    if not used:
        return document
    step = Step(
        "open_item_adjustment",
        "POST",
        profile.kind("open_item_adjustment").path,
        _applied(body.reference, body.customer.id, body.dated, used, book),
    )
    control, party = book.control("customer_control"), body.customer.id
    whole = total((one.amount for one in used), body.total.currency)
    moved = (
        JournalLine(book.control("credit_control"), debit=whole, text="applied", party=party),
        *(JournalLine(control, credit=one.amount, text="applied", party=party) for one in used),
    )
    posted = document.journal.lines if document.journal else ()
    return Document(
        document.kind,
        document.title,
        document.reference,
        document.dated,
        (*document.steps, step),
        Journal((*posted, *moved)),
    )


def credit_memo_reversal(body: CreditMemoReversal, book: Book, profile: Profile) -> Document:
    row = _row(body, "CREDITNOTECORRECTION", body.total, body.lines, book.code("daybook_credit"), book)
    row["linkedInvoice"] = body.credit_note.id
    return _document("CreditMemoReversal", body, row, body.total, body.lines, book, profile)


def adjustment(body: Adjustment, book: Book, profile: Profile) -> Document:
    """An invoice lowered without cash: against an account, not against a sale."""
    if body.invoice is None:
        raise Refused("A write-off names the invoice that it lowers.", system="qad")
    row = _adjustment_row(body.reference, body.customer.id, body.dated, body.amount.currency, body.text, book)
    row["openItemAdjustmentLines"] = [
        {
            "line": 1,
            "itemType": "INVOICE",
            **invoice_fields(body.invoice.id),
            "amountTC": body.amount.amount,
        },
        {"line": 2, "itemType": "GL", "glAccountCode": body.account.key, "amountTC": -body.amount.amount},
    ]
    step = Step("open_item_adjustment", "POST", profile.kind("open_item_adjustment").path, row)
    lines = (
        JournalLine(body.account.key, debit=body.amount, text=body.text),
        JournalLine(book.control("customer_control"), credit=body.amount, party=body.customer.id),
    )
    return Document("Adjustment", "Open item adjustment", body.reference, body.dated, (step,), Journal(lines))


def _document(
    kind: str,
    body: CustomerInvoice | CreditMemo | CreditMemoReversal,
    row: dict[str, Any],
    receivable: Money,
    lines: tuple[BookedLine, ...],
    book: Book,
    profile: Profile,
) -> Document:
    """`receivable` is signed: what the customer owes more by it."""
    sign = 1 if receivable.amount >= 0 else -1
    name = "customer_control" if kind == "CustomerInvoice" else "credit_control"
    control = entry(book.control(name), receivable, body.text, body.customer.id)
    posted = tuple(
        entry(line.account.key, line.amount.times(-sign), line.text) for line in lines if line.amount
    )
    step = Step("customer_invoice", "POST", profile.kind("customer_invoice").path, row)
    title = "Customer invoice" if kind == "CustomerInvoice" else "Customer credit note"
    return Document(kind, title, body.reference, body.dated, (step,), Journal((control, *posted)))


def _row(
    body: CustomerInvoice | CreditMemo | CreditMemoReversal,
    type: str,
    whole: Money,
    lines: tuple[BookedLine, ...],
    daybook: str,
    book: Book,
) -> dict[str, Any]:
    if whole.amount <= 0:
        raise Refused(
            f"A document of {whole} cannot be booked.", system="qad", remedy="Ignore it with a reason."
        )
    earns = type in ("INVOICE", "CREDITNOTECORRECTION")
    return {
        "entityCode": book.code("entity"),
        "daybookCode": daybook,
        "voucher": 0,
        "invoiceType": type,
        "customerCode": body.customer.id,
        "currencyCode": whole.currency,
        "amountTC": whole.amount,
        "description": described(body.reference, body.text),
        "invoiceDate": day(body.dated),
        "postingDate": day(body.dated),
        "taxPointDate": day(body.dated),
        "invoiceStatusCode": book.code("invoice_status"),
        "isTaxable": False,
        "customerInvoicePostings": [_posting(number, line, earns) for number, line in enumerate(lines, 1)],
    }


def _posting(number: int, line: BookedLine, earns: bool) -> dict[str, Any]:
    """Amounts are positive there; a discount stands on the other side."""
    row = {
        "line": number,
        "glAccountCode": line.account.key,
        "amountTC": abs(line.amount.amount),
        "debitCredit": "C" if (line.amount.amount >= 0) is earns else "D",
        "description": line.text[:DESCRIPTION_MAX],
        "costCenterCode": line.cost_centre.key if line.cost_centre else None,
        "projectCode": line.project.key if line.project else None,
        "taxCode": line.tax_code.key if line.tax_code else None,
    }
    return {name: value for name, value in row.items() if value is not None}


def _applied(
    reference: str, customer: str, dated: date, used: tuple[Application, ...], book: Book
) -> dict[str, Any]:
    currency = used[0].amount.currency
    row = _adjustment_row(f"{reference}/applied", customer, dated, currency, "applied", book)
    whole = sum((one.amount.amount for one in used), Decimal(0))
    credit = {
        "line": 1,
        "itemType": "CREDITNOTE",
        "invoiceYear": f"{MADE}year",
        "invoiceDaybookCode": f"{MADE}daybookCode",
        "invoiceVoucher": f"{MADE}voucher",
        "amountTC": -whole,
    }
    row["openItemAdjustmentLines"] = [credit] + [
        {
            "line": number,
            "itemType": "INVOICE",
            **invoice_fields(one.invoice.id),
            "amountTC": one.amount.amount,
        }
        for number, one in enumerate(used, 2)
        if one.invoice
    ]
    return row


def _adjustment_row(
    reference: str, customer: str, dated: date, currency: str, text: str, book: Book
) -> dict[str, Any]:
    return {
        "entityCode": book.code("entity"),
        "daybookCode": book.code("daybook_adjustment"),
        "voucher": 0,
        "customerCode": customer,
        "currencyCode": currency,
        "postingDate": day(dated),
        "description": described(reference, text),
    }
