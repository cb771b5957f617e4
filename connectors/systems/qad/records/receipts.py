"""Money of customers: receipts, their reversal, refunds, refunds that came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from connectors.canon.bookings import (
    Application,
    CashReceipt,
    ReceiptReversal,
    RefundOut,
    RefundReturned,
)
from connectors.canon.journal import Journal, JournalLine
from connectors.canon.money import Money, total
from connectors.errors import Refused
from connectors.system import Document, Step
from connectors.systems.qad.book import Book
from connectors.systems.qad.profile import Profile
from connectors.systems.qad.records.entries import day, described
from connectors.systems.qad.records.ids import fitted, invoice_fields, payment_keys

REFERENCE_MAX = 40
CONVERSION = "/fx"
BOUNCED = "BOUNCED"
OPEN_AGAIN = (
    "the invoice stays paid in QAD; the customer's account owes this until a credit note is allocated to it"
)


def receipt(body: CashReceipt, book: Book, profile: Profile) -> Document:
    """One receipt for the money, and where it was converted on the way, the entry that follows it into clearing."""
    converted = body.settled is not None and body.settled.currency != body.amount.currency
    bank = _conversion_account(body.amount.currency, book) if converted else body.clearing.key
    row = {
        "entityCode": book.code("entity"),
        "paymentInstrument": book.code("payment_instrument"),
        "number": 0,
        "reference": fitted(body.reference, REFERENCE_MAX),
        "customerCode": body.customer.id,
        "currencyCode": body.amount.currency,
        "amountTC": body.amount.amount,
        "bankGlAccountCode": bank,
        "status": "PAID",
        "paymentDate": day(body.dated),
        "postingDate": day(body.dated),
        "customerPaymentLines": _receipt_lines(body),
    }
    steps = [Step("customer_payment", "POST", profile.kind("customer_payment").path, row)]
    lines = [JournalLine(bank, debit=body.amount, text=body.text)]
    lines += _receivable(body.applications, body.unapplied, body.customer.id, book)
    notes: tuple[str, ...] = ()
    if converted and body.settled is not None:
        steps.append(_conversion(body, bank, body.settled, book, profile))
        notes = (f"converted by the payment system at its own rate: {body.amount} became {body.settled}",)
    return Document(
        "CashReceipt",
        "Customer payment",
        body.reference,
        body.dated,
        tuple(steps),
        Journal(tuple(lines)),
        notes,
    )


def _receipt_lines(body: CashReceipt) -> list[dict[str, Any]]:
    lines = [
        {
            "lineType": "INVOICE",
            **invoice_fields(one.invoice.id),
            "allocatedAmountTC": one.amount.amount,
            "discountAmountTC": 0,
        }
        for one in body.applications
        if one.invoice
    ]
    if body.unapplied:
        lines.append({"lineType": "PREPAYMENT", "allocatedAmountTC": body.unapplied.amount})
    return [{"line": number, **line} for number, line in enumerate(lines, 1)]


def _receivable(applied: tuple[Application, ...], rest: Money, party: str, book: Book) -> list[JournalLine]:
    lines = [
        JournalLine(book.control("customer_control"), credit=one.amount, text=one.invoice.id, party=party)
        for one in applied
        if one.invoice
    ]
    if rest:
        lines.append(
            JournalLine(book.control("prepayment_control"), credit=rest, text="On account", party=party)
        )
    return lines


def conversion_reference(reference: str) -> str:
    """From the reference as the receipt carries it, so that who has the receipt finds the conversion."""
    return fitted(fitted(reference, REFERENCE_MAX), REFERENCE_MAX - len(CONVERSION)) + CONVERSION


def _conversion(
    body: CashReceipt | ReceiptReversal,
    passing: str,
    settled: Money,
    book: Book,
    profile: Profile,
    back: bool = False,
) -> Step:
    """In the books' own currency both sides are what the payment system made of it, so that the entry balances."""
    if book.base_currency not in (settled.currency, body.amount.currency):
        raise Refused(
            f"{body.amount} was converted to {settled}, and the books are kept in {book.base_currency or 'no currency'}.",
            system="qad",
            remedy=f"Let the payment system settle in {book.base_currency}, or book this conversion by hand and ignore it.",
        )
    base = (settled if settled.currency == book.base_currency else body.amount).amount
    sides = (
        (body.clearing.key, settled, "credit" if back else "debit", "Converted"),
        (passing, body.amount, "debit" if back else "credit", "Converted"),
    )
    row = {
        "entityCode": book.code("entity"),
        "daybookCode": book.code("daybook_journal"),
        "year": body.dated.year,
        "period": body.dated.month,
        "voucher": 0,
        "postingDate": day(body.dated),
        "description": described(conversion_reference(body.reference), "converted"),
        "invoiceReferenceText": conversion_reference(body.reference),
        "journalEntryLines": [
            _conversion_line(number, account, amount, side, text, base)
            for number, (account, amount, side, text) in enumerate(sides, 1)
        ],
    }
    return Step("journal_entry", "POST", profile.kind("journal_entry").path, row)


def _conversion_line(
    number: int, account: str, amount: Money, side: str, text: str, base: Any
) -> dict[str, Any]:
    nothing = base - base
    debit = side == "debit"
    return {
        "line": number,
        "glAccountCode": account,
        "currencyCode": amount.currency,
        "debitTC": amount.amount if debit else nothing,
        "creditTC": nothing if debit else amount.amount,
        "debitBC": base if debit else nothing,
        "creditBC": nothing if debit else base,
        "description": text,
    }


def _conversion_account(currency: str, book: Book) -> str:
    account = book.conversion_accounts.get(currency, "")
    if not account:
        raise Refused(
            f"Money in {currency} was converted by the payment system, and no account is set for it to pass through.",
            system="qad",
            remedy=f"Choose a conversion account for {currency} under Settings of the QAD connection.",
        )
    return account


def receipt_reversal(body: ReceiptReversal, book: Book, profile: Profile) -> Document:
    """The receipt bounced: QAD itself opens its invoices again. What was converted goes back the way it came."""
    converted = body.settled is not None and body.settled.currency != body.amount.currency
    bank = _conversion_account(body.amount.currency, book) if converted else body.clearing.key
    steps = [bounced(body.receipt.id, body.dated, book, profile)]
    if converted and body.settled is not None:
        steps.append(_conversion(body, bank, body.settled, book, profile, back=True))
    rest = body.amount - total((one.amount for one in body.applications if one.invoice), body.amount.currency)
    lines = _receivable(body.applications, rest, body.customer.id, book)
    lines = [replace(line, debit=line.credit, credit=None) for line in lines]
    lines.append(JournalLine(bank, credit=body.amount, text=body.text))
    return Document(
        "ReceiptReversal",
        "Customer payment",
        body.reference,
        body.dated,
        tuple(steps),
        Journal(tuple(lines)),
    )


def bounced(id: str, dated: date, book: Book, profile: Profile, **agreeing: Any) -> Step:
    """`agreeing`: what must stand on the receipt, or it is left alone."""
    row = {
        **payment_keys(id, book.code("entity")),
        "status": BOUNCED,
        "postingDate": day(dated),
        **agreeing,
    }
    return Step("customer_payment", "POST", profile.kind("customer_payment").path, row)


def refund_out(body: RefundOut, book: Book, profile: Profile) -> Document:
    """Money leaves clearing for a customer: against their credit note where there is one, else on their account."""
    if body.credit_note:
        allocation = {"allocationType": "CREDITNOTE", **invoice_fields(body.credit_note.id)}
        account = book.control("credit_control")
    else:
        allocation = {"allocationType": "PREPAYMENT"}
        account = book.control("prepayment_control")
    notes = (OPEN_AGAIN,) if body.applications and not body.credit_note else ()
    return _bank_line("RefundOut", body, "OUT", allocation, account, book, profile, notes)


def refund_returned(body: RefundReturned, book: Book, profile: Profile) -> Document:
    account = book.control("prepayment_control")
    return _bank_line(
        "RefundReturned", body, "IN", {"allocationType": "PREPAYMENT"}, account, book, profile, ()
    )


def _bank_line(
    kind: str,
    body: RefundOut | RefundReturned,
    direction: str,
    allocation: dict[str, Any],
    account: str,
    book: Book,
    profile: Profile,
    notes: tuple[str, ...],
) -> Document:
    amount = _of_clearing(body)
    row = {
        "entityCode": book.code("entity"),
        "bankGlAccountCode": body.clearing.key,
        "year": body.dated.year,
        "statementNumber": 0,
        "line": 0,
        "postingDate": day(body.dated),
        "valueDate": day(body.dated),
        "currencyCode": amount.currency,
        "direction": direction,
        "amountTC": amount.amount,
        "description": (body.text or "Refund")[:REFERENCE_MAX],
        "externalReference": fitted(body.reference, REFERENCE_MAX),
        "status": "ALLOCATED",
        "bankingEntryAllocations": [
            {
                "line": 1,
                **allocation,
                "customerCode": body.customer.id,
                "amountTC": amount.amount,
                "discountAmountTC": 0,
            }
        ],
    }
    step = Step("banking_entry", "POST", profile.kind("banking_entry").path, row)
    out = direction == "OUT"
    customers = JournalLine(
        account,
        debit=amount if out else None,
        credit=None if out else amount,
        text=body.text,
        party=body.customer.id,
    )
    clearing = JournalLine(
        body.clearing.key, debit=None if out else amount, credit=amount if out else None, text=body.text
    )
    lines = (customers, clearing) if out else (clearing, customers)
    return Document(kind, "Banking entry", body.reference, body.dated, (step,), Journal(lines), notes)


def _of_clearing(body: RefundOut | RefundReturned) -> Money:
    """Where the payment system converted, the clearing account moved by its own figure."""
    return body.settled if body.settled is not None else body.amount
