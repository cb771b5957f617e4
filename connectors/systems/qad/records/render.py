"""Which booking becomes which document of QAD: one table, so that nothing is rendered in two ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.canon.bookings import (
    Adjustment,
    CashReceipt,
    ClearingEntry,
    CreditMemo,
    CreditMemoReversal,
    CustomerInvoice,
    DisputeMovement,
    ReceiptReversal,
    RefundOut,
    RefundReturned,
    Settlement,
    SettlementReversal,
)
from connectors.canon.kind import Kind
from connectors.canon.parties import Customer
from connectors.canon.payables import SupplierCredit, SupplierInvoice
from connectors.errors import Refused
from connectors.system import Document
from connectors.systems.qad.book import Book
from connectors.systems.qad.profile import Profile
from connectors.systems.qad.records import bills, disputes, entries, invoices, parties, receipts

RENDERERS: Mapping[type[Kind], Callable[[Any, Book, Profile], Document]] = {
    Customer: parties.customer,
    CashReceipt: receipts.receipt,
    ReceiptReversal: receipts.receipt_reversal,
    RefundOut: receipts.refund_out,
    RefundReturned: receipts.refund_returned,
    DisputeMovement: disputes.dispute,
    Settlement: entries.settlement,
    SettlementReversal: entries.settlement_reversal,
    ClearingEntry: entries.clearing_entry,
    CustomerInvoice: invoices.customer_invoice,
    CreditMemo: invoices.credit_memo,
    CreditMemoReversal: invoices.credit_memo_reversal,
    Adjustment: invoices.adjustment,
    SupplierInvoice: bills.supplier_invoice,
    SupplierCredit: bills.supplier_credit,
}


def document(body: Kind, book: Book, profile: Profile) -> Document:
    renderer = RENDERERS.get(type(body))
    if renderer is None:
        raise Refused(f"QAD takes no {type(body).__name__}.", system="qad")
    return renderer(body, book, profile)
