"""Charges, refunds and disputes, read. Money moved is known by its charge, whichever of five events spoke of it."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from connectors.canon.kind import Ref
from connectors.canon.money import Money
from connectors.canon.parties import Customer
from connectors.canon.receivables import (
    Allocation,
    Direction,
    Dispute,
    Invoice,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from connectors.systems.stripe.records.traces import traces
from connectors.systems.stripe.units import money
from connectors.transport.stated import Stated

PAYMENT_STATUSES = {
    "succeeded": PaymentStatus.SUCCEEDED,
    "pending": PaymentStatus.PENDING,
    "failed": PaymentStatus.FAILED,
}
REFUND_STATUSES = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
S = TypeVar("S")


def payment(stated: Stated, allocations: tuple[Allocation, ...]) -> Payment:
    """What was captured, not what was authorised. `settled` stays open while Stripe has not booked it."""
    entry = _entry(stated, "balance_transaction")
    returned = _entry(stated, "failure_balance_transaction")
    billed = stated.part_or("billing_details")
    return Payment(
        id=stated.text("id"),
        url=stated.text_or("receipt_url"),
        status=_payment_status(stated, returned),
        amount=money(stated, "amount_captured" if stated.flag("captured", True) else "amount"),
        occurred=entry.epoch("created") if entry else stated.epoch("created"),
        customer=Ref(Customer, stated.text("customer")) if stated.has("customer") else None,
        allocations=allocations,
        settled=money(entry, "amount") if entry else None,
        fee=money(entry, "fee") if entry else None,
        method=stated.part_or("payment_method_details").text_or("type"),
        payer=billed.text_or("name"),
        email=billed.text_or("email"),
        text=stated.text_or("description"),
        reversed_on=returned.epoch("created") if returned else None,
    )


def allocation(stated: Stated) -> Allocation:
    """An invoice payment: part of a charge used on one invoice, which must have been asked for expanded."""
    paid = stated.part_or("status_transitions").epoch_or("paid_at")
    return Allocation(
        invoice=Ref(Invoice, stated.part("invoice").text("id")),
        amount=money(stated, "amount_paid"),
        on=paid.date() if paid else None,
        own=not traces(stated.part("invoice")),
    )


def refund(stated: Stated, of_payment: tuple[Allocation, ...], payment_amount: Money | None) -> Refund:
    entry = _entry(stated, "balance_transaction")
    returned = _entry(stated, "failure_balance_transaction")
    amount = money(stated, "amount")
    return Refund(
        id=stated.text("id"),
        status=_known(stated, REFUND_STATUSES),
        amount=amount,
        occurred=entry.epoch("created") if entry else stated.epoch("created"),
        payment=Ref(Payment, stated.text("charge")) if stated.has("charge") else None,
        customer=Ref(Customer, stated.text("customer")) if stated.has("customer") else None,
        allocations=_reopened(amount, of_payment, payment_amount),
        settled=-money(entry, "amount") if entry else None,
        fee=money(entry, "fee") if entry else None,
        reason=stated.text_or("reason"),
        failed_on=returned.epoch("created") if returned else None,
    )


def _reopened(amount: Money, used: tuple[Allocation, ...], whole: Money | None) -> tuple[Allocation, ...]:
    """Which invoices a refund opens again is only certain when one was paid, or all of the payment went back."""
    if len(used) == 1 and used[0].amount >= amount:
        return (Allocation(invoice=used[0].invoice, amount=amount),)
    return used if whole == amount else ()


def dispute_steps(stated: Stated, closed: datetime | None) -> tuple[Dispute, ...]:
    """The steps that moved money or ended the matter. The rows tell, not the status: an inquiry has none."""
    steps = tuple(_moved(stated, entry) for entry in stated.parts("balance_transactions"))
    withdrawn = next((step for step in steps if step.direction is Direction.WITHDRAWN), None)
    if stated.text("status") == "lost" and withdrawn:
        ended = closed or stated.part_or("evidence_details").epoch_or("due_by") or withdrawn.occurred
        return (*steps, _step(stated, Direction.LOST, ended, withdrawn.settled, None))
    return steps


def _moved(stated: Stated, entry: Stated) -> Dispute:
    gross, fee = money(entry, "amount"), money(entry, "fee")
    direction = Direction.WITHDRAWN if gross.amount < 0 else Direction.REINSTATED
    return _step(stated, direction, entry.epoch("created"), abs(gross), fee)


def _step(
    stated: Stated, direction: Direction, occurred: object, settled: Money | None, fee: Money | None
) -> Dispute:
    if not isinstance(occurred, datetime):
        stated.odd("balance_transactions", "the time of each step", occurred)
    return Dispute(
        id=f"{stated.text('id')}/{direction}",
        number=stated.text("id"),
        dispute=stated.text("id"),
        direction=direction,
        payment=Ref(Payment, stated.text("charge")),
        amount=money(stated, "amount"),
        occurred=occurred,
        settled=settled,
        fee=fee,
        reason=stated.text_or("reason"),
    )


def _payment_status(stated: Stated, returned: Stated | None) -> PaymentStatus:
    if returned:
        return PaymentStatus.REVERSED
    if stated.text("status") == "succeeded" and not stated.flag("captured", True):
        return PaymentStatus.PENDING
    return _known(stated, PAYMENT_STATUSES)


def _known(stated: Stated, statuses: dict[str, S]) -> S:
    status = stated.text("status")
    return statuses[status] if status in statuses else stated.odd("status", " or ".join(statuses), status)


def _entry(stated: Stated, name: str) -> Stated | None:
    """The balance transaction, which must have been asked for expanded."""
    return stated.part(name) if stated.body.get(name) is not None else None
