"""Open invoices of the ledger as what a payer is asked for elsewhere, and what a change does to such an invoice."""

from __future__ import annotations

from dataclasses import replace

from connectors.canon.receivables import Invoice, InvoiceLine, InvoiceStatus
from connectors.flow import Hold, Policies, Replace, Revision, Undo, Update
from connectors.flows.terms import reference


def collectable(invoice: Invoice, policies: Policies) -> bool:
    if invoice.status is not InvoiceStatus.OPEN or invoice.pushed or not invoice.collectable:
        return False
    part_paid = invoice.balance < invoice.total
    return invoice.balance.amount > 0 and not (part_paid and policies.get("part_paid_invoices") == "skip")


def to_collect(invoice: Invoice, policies: Policies) -> Invoice:
    """What was paid of it already is not asked for again."""
    if invoice.balance < invoice.total:
        return _remaining(invoice, policies)
    return _asked(invoice, policies)


def collected_changed(invoice: Invoice, policies: Policies) -> Revision:
    """What a change in the ledger does to the invoice it put into the payment system."""
    if invoice.status in (InvoiceStatus.VOID, InvoiceStatus.WRITTEN_OFF):
        return Undo(f"{invoice.label} is {invoice.status.replace('_', ' ')} in the ledger")
    if invoice.status is InvoiceStatus.PAID or invoice.balance.amount <= 0:
        paid = replace(_asked(invoice, policies), status=InvoiceStatus.PAID, paid_outside=True)
        return Update(paid)
    if not invoice.collectable:
        return Hold(
            name="no_longer_collectable",
            fact=f"{invoice.label} of {invoice.total} was put up for payment; the ledger now says not to collect it.",
            releases="Void it in the payment system, or allow it again in the ledger.",
            by_itself=True,
        )
    if invoice.balance < invoice.total:
        return Replace(_asked(invoice, policies), held=_money_moved(invoice))
    return Replace(_asked(invoice, policies))


def _asked(invoice: Invoice, policies: Policies) -> Invoice:
    """Only what the payer is to see, so that a change that the payer would not see changes nothing there."""
    return replace(
        invoice,
        status=InvoiceStatus.OPEN,
        balance=invoice.total,
        lines=tuple(replace(line, id="", coded=()) for line in invoice.lines),
        known_as=(reference(invoice, policies),),
        paid_outside=False,
        paid_on=None,
        voided_on=None,
        collectable=True,
        version="",
        url="",
    )


def _remaining(invoice: Invoice, policies: Policies) -> Invoice:
    line = InvoiceLine(amount=invoice.balance, text=f"Remaining balance of {invoice.label}")
    return replace(
        _asked(invoice, policies), total=invoice.balance, balance=invoice.balance, lines=(line,), taxes=()
    )


def _money_moved(invoice: Invoice) -> Hold:
    return Hold(
        name="changed_after_payment",
        fact=f"{invoice.label} was changed in the ledger after part of it was paid: {invoice.balance} of "
        f"{invoice.total} is still open.",
        releases="Settle it by a credit note in the ledger, or void and re-issue it by hand, then ignore this change.",
        by_itself=False,
    )
