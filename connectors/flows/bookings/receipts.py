"""Payments, refunds and disputes as a ledger books them. Each follows one record and happens once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from connectors.canon.bookings import (
    Application,
    CashReceipt,
    DisputeMovement,
    ReceiptReversal,
    RefundOut,
    RefundReturned,
)
from connectors.canon.kind import Code, Ref
from connectors.canon.money import Money, zero
from connectors.canon.receivables import (
    Allocation,
    Direction,
    Dispute,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from connectors.flow import Hold, Policies
from connectors.flows.terms import account, customer_of, day, nearest, reference, reversal_day


def elsewhere(policies: Policies) -> bool:
    """A billing system that collects through this payment system reports the receipts: money is booked once."""
    return policies.get("receipt_source") == "billing"


def held_there(takes: Callable[[Any, Policies], bool]) -> Callable[[Any, Policies], bool]:
    """Only money that the payment system itself holds: what was paid outside it brings no cash to clearing."""

    def takes_held(record: Payment | Refund, policies: Policies) -> bool:
        return not record.outside and takes(record, policies)

    return takes_held


def received(payment: Payment, policies: Policies) -> bool:
    return payment.status is PaymentStatus.SUCCEEDED and payment.amount.amount > 0 and not elsewhere(policies)


def receipt(payment: Payment, policies: Policies) -> CashReceipt | Hold:
    customer = customer_of(payment, payment.customer, policies)
    if isinstance(customer, Hold):
        return customer
    return CashReceipt(
        id=payment.id,
        number=payment.number,
        reference=reference(payment, policies),
        customer=customer,
        dated=day(payment.occurred, policies),
        amount=payment.amount,
        settled=_settled(payment),
        clearing=_where(payment),
        applications=_applications(payment.allocations, policies),
        method=payment.method,
        text=payment.text or payment.payer,
    )


def taken_back(payment: Payment, policies: Policies) -> bool:
    return payment.status is PaymentStatus.REVERSED and payment.amount.amount > 0 and not elsewhere(policies)


def receipt_reversal(payment: Payment, policies: Policies) -> ReceiptReversal | Hold:
    """Money that was reported as received and then went back to the bank it came from: the customer owes again."""
    customer = customer_of(payment, payment.customer, policies)
    if isinstance(customer, Hold):
        return customer
    return ReceiptReversal(
        id=payment.id,
        number=payment.number,
        reference=reference(payment, policies, "/back"),
        receipt=Ref(Payment, payment.id),
        customer=customer,
        dated=reversal_day(payment.reversed_on or payment.occurred, policies),
        amount=payment.amount,
        settled=_settled(payment),
        clearing=_where(payment),
        applications=_applications(payment.allocations, policies),
        text=payment.text or payment.payer,
    )


def refunded(refund: Refund, policies: Policies) -> bool:
    return refund.status is RefundStatus.SUCCEEDED and refund.amount.amount > 0 and not elsewhere(policies)


def refund_out(refund: Refund, policies: Policies) -> RefundOut | Hold:
    customer = customer_of(refund, refund.customer, policies)
    if isinstance(customer, Hold):
        return customer
    return RefundOut(
        id=refund.id,
        number=refund.number,
        reference=reference(refund, policies),
        customer=customer,
        dated=day(refund.occurred, policies),
        amount=refund.amount,
        settled=_settled(refund),
        clearing=_where(refund),
        returns=_returns(policies),
        receipt=refund.payment,
        credit_note=refund.credit_note,
        applications=_applications(refund.allocations, policies),
        text=refund.reason,
    )


def refund_failed(refund: Refund, policies: Policies) -> bool:
    return refund.status is RefundStatus.FAILED and refund.amount.amount > 0 and not elsewhere(policies)


def refund_returned(refund: Refund, policies: Policies) -> RefundReturned | Hold:
    """A bank may send a refund back up to thirty days later, also after it had succeeded."""
    customer = customer_of(refund, refund.customer, policies)
    if isinstance(customer, Hold):
        return customer
    return RefundReturned(
        id=refund.id,
        number=refund.number,
        reference=reference(refund, policies, "/back"),
        refund=Ref(Refund, refund.id),
        customer=customer,
        dated=reversal_day(refund.failed_on or refund.occurred, policies),
        amount=refund.amount,
        settled=_settled(refund),
        clearing=_where(refund),
        returns=_returns(policies),
        text=refund.reason,
    )


def disputed(_dispute: Dispute, policies: Policies) -> bool:
    return not elsewhere(policies)


def dispute_movement(dispute: Dispute, policies: Policies) -> DisputeMovement | Hold:
    """In the currency of the payment system's balance, by its own row: the dispute's amount may differ from it."""
    if dispute.settled is None:
        return Hold(
            name="not_settled_yet",
            fact=f"Dispute {dispute.dispute} ({dispute.direction}) is not on the payment system's balance yet.",
            releases="The payment system books it; the next look releases it.",
            by_itself=True,
        )
    currency = dispute.settled.currency
    lost = dispute.direction is Direction.LOST
    return DisputeMovement(
        id=dispute.id,
        number=dispute.number,
        reference=reference(dispute, policies),
        direction=dispute.direction,
        receipt=dispute.payment,
        customer=dispute.customer,
        dated=day(dispute.occurred, policies),
        amount=dispute.settled,
        fee=zero(currency) if lost or dispute.fee is None else dispute.fee,
        clearing=account("clearing", currency),
        disputes=account("disputes"),
        losses=account("dispute_losses"),
        fees=account("dispute_fees"),
        opened=None if dispute.direction is Direction.WITHDRAWN else dispute.opening,
        owed=lost and policies.get("lost_disputes") == "customer_owes",
        text=dispute.reason,
    )


def _where(record: Payment | Refund) -> Code:
    """The account the money is on: of the gateway and currency it settled in, or the bank it went to directly."""
    currency = (record.settled or record.amount).currency
    gateway = record.gateway if isinstance(record, Payment) else ""
    name, own = ("received", record.method) if record.outside else ("clearing", gateway)
    return nearest(_by_currency(f"{name}/{own}" if own else "", name, currency=currency))


def _returns(policies: Policies) -> Code | None:
    return account("refunds") if policies.get("refunds_to") == "account" else None


def _settled(record: Payment | Refund) -> Money | None:
    """Only an exchange makes it another amount. A partial capture is first booked whole and then lowered by a row of
    its own: together they are what was captured."""
    if record.settled is None or record.settled.currency == record.amount.currency:
        return None
    return record.settled


def _by_currency(*names: str, currency: str) -> tuple[str, ...]:
    return tuple(key for name in names if name for key in (f"{name}/{currency}", name))


def _applications(allocations: Iterable[Allocation], policies: Policies) -> tuple[Application, ...]:
    return tuple(
        Application(invoice=one.invoice if _booked(one, policies) else None, amount=one.amount)
        for one in allocations
        if one.amount.amount > 0
    )


def _booked(allocation: Allocation, policies: Policies) -> bool:
    """An invoice of the payment system's own is in the ledger only where the policy puts it there."""
    return not allocation.own or policies.get("own_invoices") == "invoice"
