"""Approved bills matched to the ledger's own orders and posted receipts, and the payments that go back.

Nothing is posted ahead of its receipt: whatever is short, dear or strange is a hold with the figures compared.
"""

from __future__ import annotations

from datetime import date

from connectors.canon.payables import (
    Bill,
    BillLine,
    BillPayment,
    BillStatus,
    Charge,
    CostLine,
    GoodsReceipt,
    PurchaseOrder,
    Split,
    SupplierCredit,
    SupplierInvoice,
    SupplierPayment,
    SupplierPaymentStatus,
)
from connectors.flow import Beside, Hold, Policies, Revision
from connectors.flows.bookings.matching import match
from connectors.flows.terms import nearest, reference, reversal_day


def beside(bill: Bill) -> tuple[Beside, ...]:
    orders = dict.fromkeys(line.order for line in bill.lines if line.order)
    return tuple(Beside(cls, order) for order in orders for cls in (PurchaseOrder, GoodsReceipt))


def approved_bill(bill: Bill, _policies: Policies) -> bool:
    return bill.status is BillStatus.APPROVED and not bill.credit


def approved_credit(bill: Bill, _policies: Policies) -> bool:
    return bill.status is BillStatus.APPROVED and bill.credit


def supplier_invoice(bill: Bill, policies: Policies) -> SupplierInvoice | Hold:
    matched = match(bill, policies)
    if isinstance(matched, Hold):
        return matched
    return SupplierInvoice(
        id=bill.id,
        number=bill.number,
        reference=reference(bill, policies),
        supplier=bill.supplier,
        supplier_number=bill.supplier_number,
        dated=bill.dated,
        posted=_posted(bill, policies),
        total=bill.total,
        matches=matched.matches,
        costs=_costs(matched.unmatched, bill.charges),
        due=bill.due,
        terms=bill.terms,
        text=bill.text,
    )


def supplier_credit(bill: Bill, policies: Policies) -> SupplierCredit | Hold:
    """A credit note follows the bill it corrects, and waits where it names none."""
    if bill.corrects is None:
        return Hold(
            name="original_unknown",
            fact=f"Credit note {bill.supplier_number} of {bill.total} names "
            + (f"invoice {bill.original}, which was not found." if bill.original else "no invoice."),
            releases="Link it to its invoice at its source, or book it by hand and ignore it here.",
            by_itself=True,
        )
    return SupplierCredit(
        id=bill.id,
        number=bill.number,
        reference=reference(bill, policies),
        supplier=bill.supplier,
        supplier_number=bill.supplier_number,
        invoice=bill.corrects,
        dated=bill.dated,
        posted=_posted(bill, policies),
        total=bill.total,
        costs=_costs(bill.lines, bill.charges),
        text=bill.text,
    )


def bill_changed(bill: Bill, _policies: Policies) -> Revision:
    """Once it is in the books a person decides, because the ledger may have paid it."""
    if bill.status is BillStatus.APPROVED:
        return None
    return Hold(
        name="bill_withdrawn",
        fact=f"Bill {bill.supplier_number} of {bill.total} is {bill.status} at its source; the ledger has it booked.",
        releases="Correct it in the ledger if it is not paid, then ignore this change.",
        by_itself=False,
    )


def paid(payment: SupplierPayment, _policies: Policies) -> bool:
    return payment.status is SupplierPaymentStatus.PAID and bool(payment.amount)


def voided(payment: SupplierPayment, _policies: Policies) -> bool:
    return payment.status is SupplierPaymentStatus.VOID and bool(payment.amount)


def bill_payment(payment: SupplierPayment, policies: Policies) -> BillPayment:
    taken = f", discount taken {payment.discount}" if payment.discount else ""
    return BillPayment(
        id=payment.id,
        number=payment.number,
        reference=reference(payment, policies),
        bill=payment.invoice,
        amount=payment.amount,
        dated=payment.dated,
        settles=payment.settles,
        text=f"{payment.label}{taken}",
    )


def bill_payment_voided(payment: SupplierPayment, policies: Policies) -> BillPayment:
    return BillPayment(
        id=payment.id,
        number=payment.number,
        reference=reference(payment, policies, "/void"),
        bill=payment.invoice,
        amount=-payment.amount,
        dated=reversal_day(payment.voided_on or payment.dated, policies),
        settles=False,
        text=f"{payment.label} VOID",
    )


def _costs(lines: tuple[BillLine, ...], charges: tuple[Charge, ...]) -> tuple[CostLine, ...]:
    """Split accounting replaces the line's own; freight, tax and the like stand for themselves."""
    shares = [(split, line.text) for line in lines for split in line.splits or (Split(amount=line.amount),)]
    return (
        *(
            CostLine(amount=split.amount, account=nearest((*split.coded, "cost")), text=text)
            for split, text in shares
            if split.amount
        ),
        *(
            CostLine(amount=one.amount, account=nearest((*one.coded, f"cost/{one.sort}")), text=one.text)
            for one in charges
            if one.amount
        ),
    )


def _posted(bill: Bill, policies: Policies) -> date:
    today = policies["today"]
    assert isinstance(today, date)
    return bill.dated if policies.get("posting_date") == "bill" else today
