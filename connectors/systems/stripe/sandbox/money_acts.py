"""The business acts that move money: charges, refunds, disputes, payouts, and what banks do to them later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import (
    disputes,
    ledger,
    payments,
    payouts,
    refunds,
    settling,
)
from connectors.systems.stripe.sandbox.books import Books


def charge(
    books: Books,
    amount: int,
    currency: str,
    customer: str | None = None,
    method: str = "card",
    intent: bool = True,
    fails: bool = False,
    captured: bool = True,
    **values: Any,
) -> Row:
    """Money without an invoice: a payment link, a checkout, or an old-style charge without an intent."""
    words = {"customer": customer, **values}
    asked = payments.intended(books, amount, currency, customer=customer, method=method) if intent else None
    if fails:
        return payments.failed(books, amount, currency, intent=asked, **words)
    if not captured:
        return _authorised(books, amount, currency, asked, words)
    made = payments.charged(books, amount, currency, intent=asked, method=method, **words)
    if made["status"] == "pending":
        books.later(payments.DEBIT_DAYS * 86_400, "debit_succeeds", charge=made["id"])
    return made


def _authorised(
    books: Books, amount: int, currency: str, intent: Row | None, words: Mapping[str, Any]
) -> Row:
    values = {
        **payments.EMPTY,
        "amount": amount,
        "currency": currency,
        "paid": True,
        "payment_intent": intent["id"] if intent else None,
        "payment_method_details": {"type": "card", "card": {}},
        "status": "succeeded",
        **words,
    }
    made = books.add("charges", **values)
    if intent:
        intent |= {"status": "requires_capture", "latest_charge": made["id"], "amount_capturable": amount}
    return made


def debit_succeeds(books: Books, charge: str) -> Row:
    """The bank has paid a debit that was pending."""
    row = books.get("charges", charge)
    if row["status"] == "pending":
        payments.succeeded(books, row)
        for link in settling.links_of(books, row["payment_intent"]):
            if link["status"] == "open":
                settling.applied(books, link)
    return row


def debit_fails(books: Books, charge: str, code: str = "insufficient_funds") -> Row:
    """The bank does not pay a debit, perhaps only after it had succeeded."""
    row = books.get("charges", charge)
    payments.bounced(books, row, code)
    settling.unapplied(books, row)
    return row


def refund(
    books: Books, charge: str, amount: int | None = None, pending: str = "", reason: str | None = None
) -> Row:
    return refunds.refunded(books, books.get("charges", charge), amount, pending=pending, reason=reason)


def complete_refund(books: Books, refund: str) -> Row:
    row = books.get("refunds", refund)
    refunds.completed(books, row)
    return row


def fail_refund(
    books: Books, refund: str, reason: str = "expired_or_canceled_card", canceled: bool = False
) -> Row:
    row = books.get("refunds", refund)
    refunds.returned(books, row, reason, canceled=canceled)
    return row


def open_dispute(
    books: Books, charge: str, amount: int | None = None, reason: str = "fraudulent", inquiry: bool = False
) -> Row:
    return disputes.opened(books, books.get("charges", charge), amount, reason=reason, inquiry=inquiry)


def escalate_dispute(books: Books, dispute: str) -> Row:
    row = books.get("disputes", dispute)
    disputes.escalated(books, row)
    return row


def answer_dispute(books: Books, dispute: str) -> Row:
    row = books.get("disputes", dispute)
    disputes.answered(books, row)
    return row


def win_dispute(books: Books, dispute: str, return_fee: bool = False) -> Row:
    row = books.get("disputes", dispute)
    disputes.won(books, row, return_fee=return_fee)
    return row


def lose_dispute(books: Books, dispute: str) -> Row:
    row = books.get("disputes", dispute)
    disputes.lost(books, row)
    return row


def close_dispute(books: Books, dispute: str, status: str = "warning_closed") -> Row:
    row = books.get("disputes", dispute)
    disputes.closed(books, row, status)
    return row


def run_payout(books: Books, currency: str = "", kind: str = "automatic", amount: int = 0) -> Row | None:
    """Pay out now: "automatic" takes all that is available; "manual" and "instant" take the amount given."""
    currency = currency or books.account["default_currency"]
    if kind == "automatic":
        return payouts.automatic(books, currency)
    return payouts.manual(books, amount, currency, instant=kind == "instant")


def fail_payout(books: Books, payout: str, code: str = "account_closed") -> Row:
    row = books.get("payouts", payout)
    payouts.failed(books, row, code)
    return row


def cancel_payout(books: Books, payout: str) -> Row:
    row = books.get("payouts", payout)
    payouts.canceled(books, row)
    return row


def book(books: Books, amount: int, currency: str, type: str, category: str, description: str = "") -> Row:
    """A row that comes from none of the objects here: a monthly fee, a reserve, a top-up, something unheard of."""
    return ledger.moved(
        books, amount, currency, type=type, category=category, source="", description=description
    )


MOVES = (
    charge,
    debit_succeeds,
    debit_fails,
    refund,
    complete_refund,
    fail_refund,
    open_dispute,
    escalate_dispute,
    answer_dispute,
    win_dispute,
    lose_dispute,
    close_dispute,
    run_payout,
    fail_payout,
    cancel_payout,
    book,
)
