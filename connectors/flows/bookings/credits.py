"""Credit notes and write-offs as a ledger books them, used on the invoices their source used them on."""

from __future__ import annotations

from connectors.canon.bookings import Adjustment, Application, CreditMemo, CreditMemoReversal
from connectors.canon.kind import Ref
from connectors.canon.receivables import CreditNote, CreditSort, InvoiceStatus
from connectors.flow import Policies
from connectors.flows.bookings.invoices import FINAL, booked_lines
from connectors.flows.terms import account, reference, reversal_day


def credited(note: CreditNote, _policies: Policies) -> bool:
    return note.status in FINAL and note.sort is not CreditSort.WRITE_OFF and note.total.amount > 0


def own_credited(note: CreditNote, policies: Policies) -> bool:
    return policies.get("own_invoices") == "invoice" and credited(note, policies)


def credit_void(note: CreditNote, _policies: Policies) -> bool:
    void = note.status is InvoiceStatus.VOID
    return void and note.sort is not CreditSort.WRITE_OFF and note.total.amount > 0


def written_off(note: CreditNote, _policies: Policies) -> bool:
    return note.status in FINAL and note.sort is CreditSort.WRITE_OFF and note.total.amount > 0


def credit_memo(note: CreditNote, policies: Policies) -> CreditMemo:
    return CreditMemo(
        id=note.id,
        number=note.number,
        reference=reference(note, policies),
        customer=note.customer,
        dated=note.dated,
        total=note.total,
        lines=booked_lines(note, policies),
        invoice=note.invoice,
        applications=_used(note),
        text=note.text or note.reason,
    )


def voided_credit(note: CreditNote, policies: Policies) -> CreditMemoReversal:
    return CreditMemoReversal(
        id=note.id,
        number=note.number,
        reference=reference(note, policies, "/void"),
        credit_note=Ref(CreditNote, note.id),
        customer=note.customer,
        dated=reversal_day(note.voided_on or note.dated, policies),
        total=note.total,
        lines=booked_lines(note, policies),
        text=note.text or note.reason,
    )


def write_off(note: CreditNote, policies: Policies) -> Adjustment:
    return Adjustment(
        id=note.id,
        number=note.number,
        reference=reference(note, policies),
        customer=note.customer,
        invoice=note.invoice,
        dated=note.dated,
        amount=note.total,
        account=account("write_off"),
        text=note.text or note.reason,
    )


def _used(note: CreditNote) -> tuple[Application, ...]:
    """As its source used it; an adjustment that says nothing lowers the invoice it adjusts."""
    if note.allocations:
        return tuple(Application(invoice=one.invoice, amount=one.amount) for one in note.allocations)
    if note.sort is CreditSort.ADJUSTMENT and note.invoice:
        return (Application(invoice=note.invoice, amount=note.total),)
    return ()
