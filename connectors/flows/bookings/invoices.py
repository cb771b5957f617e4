"""Invoices and credit notes booked line by line on mapped accounts, as their source states them: nothing is recomputed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connectors.canon.bookings import (
    Application,
    BookedLine,
    CreditMemo,
    CustomerInvoice,
)
from connectors.canon.kind import Code, Ref
from connectors.canon.money import Money
from connectors.canon.receivables import (
    CreditNote,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    LineSort,
    Tax,
)
from connectors.flow import Policies
from connectors.flows.terms import account, nearest, reference, reversal_day

FINAL = (InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.WRITTEN_OFF)
"""A draft may still change, a void one owes nothing; the rest differ in collection only."""


def final(invoice: Invoice, _policies: Policies) -> bool:
    return invoice.status in FINAL and not invoice.pushed and invoice.total.amount > 0


def final_below_zero(invoice: Invoice, _policies: Policies) -> bool:
    return invoice.status in FINAL and not invoice.pushed and invoice.total.amount < 0


def void(invoice: Invoice, _policies: Policies) -> bool:
    return invoice.status is InvoiceStatus.VOID and not invoice.pushed and invoice.total.amount > 0


def own(invoice: Invoice, policies: Policies) -> bool:
    """An invoice that the payment system made by itself (a subscription): by default only its money is booked."""
    booked = policies.get("own_invoices") == "invoice"
    return booked and invoice.status is InvoiceStatus.PAID and final(invoice, policies)


def booked_invoice(invoice: Invoice, policies: Policies) -> CustomerInvoice:
    return CustomerInvoice(
        id=invoice.id,
        number=invoice.number,
        reference=reference(invoice, policies),
        customer=invoice.customer,
        dated=invoice.dated,
        due=invoice.due,
        total=invoice.total,
        lines=booked_lines(invoice, policies),
        text=invoice.text,
    )


def voided_invoice(invoice: Invoice, policies: Policies) -> CreditMemo:
    """The counter-document of an invoice voided after it was booked: the same lines, taken back."""
    return CreditMemo(
        id=invoice.id,
        number=invoice.number,
        reference=reference(invoice, policies, "/void"),
        customer=invoice.customer,
        dated=reversal_day(invoice.voided_on or invoice.dated, policies),
        total=invoice.total,
        lines=booked_lines(invoice, policies),
        invoice=Ref(Invoice, invoice.id),
        applications=(Application(invoice=Ref(Invoice, invoice.id), amount=invoice.total),),
        reverses=True,
        text=invoice.text,
    )


def negative_invoice(invoice: Invoice, policies: Policies) -> CreditMemo:
    """Systems without credit notes state a credit as an invoice below zero."""
    lines = booked_lines(invoice, policies)
    return CreditMemo(
        id=invoice.id,
        number=invoice.number,
        reference=reference(invoice, policies),
        customer=invoice.customer,
        dated=invoice.dated,
        total=-invoice.total,
        lines=tuple(replace(line, amount=-line.amount) for line in lines),
        text=invoice.text,
    )


def booked_lines(document: Invoice | CreditNote, policies: Policies) -> tuple[BookedLine, ...]:
    """Every line on its account, every tax on its own; a rounding the policy allows is a line that anyone can see."""
    lines = [*_sold(document, policies), *_taxed(document, policies)]
    if document.adrift:
        rounding = account("rounding", document.adrift.currency)
        lines.append(
            BookedLine(amount=document.adrift, account=rounding, sort=LineSort.ROUNDING, text="Rounding")
        )
    return tuple(lines)


def _sold(document: Invoice | CreditNote, policies: Policies) -> Iterator[BookedLine]:
    for line in document.lines:
        if line.amount:
            yield BookedLine(
                amount=line.amount,
                account=_account_for(line),
                text=line.text,
                sort=line.sort,
                tax_code=_tax_code(line.taxes, policies),
                quantity=line.quantity,
            )


def _taxed(document: Invoice | CreditNote, policies: Policies) -> Iterator[BookedLine]:
    """Taxes of one name are one line: that is how a tax return reads them."""
    sums: dict[tuple[str, str], Money] = {}
    for tax in (*(tax for line in document.lines for tax in line.taxes), *document.taxes):
        key = (tax.name, tax.jurisdiction)
        sums[key] = sums[key] + tax.amount if key in sums else tax.amount
    for (name, jurisdiction), amount in sums.items():
        if amount:
            yield BookedLine(
                amount=amount,
                account=_tax_account(name, jurisdiction),
                text=name,
                sort=LineSort.TAX,
                tax_code=_tax_code((Tax(amount=amount, name=name),), policies),
            )


def _account_for(line: InvoiceLine) -> Code:
    """The nearest mapped word of the line, then the account that the customer chose for lines of its sort."""
    return nearest((*line.coded, f"lines/{line.sort}"))


def _tax_account(name: str, jurisdiction: str) -> Code:
    where = f"tax:{name}/{jurisdiction}" if name and jurisdiction else ""
    return nearest((where, f"tax:{name}" if name else "", "tax"))


def _tax_code(taxes: tuple[Tax, ...], policies: Policies) -> Code | None:
    if policies.get("tax_codes") != "mapped":
        return None
    named = next((tax.name for tax in taxes if tax.name), "")
    return Code("tax_code", named or "none")
