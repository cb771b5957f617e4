"""How an invoice is settled: in one payment or several, elsewhere, by credit, and sometimes taken back by a bank."""

from __future__ import annotations

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import money, payments
from connectors.systems.stripe.sandbox.books import Books, enveloped
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import INCLUDABLE, show
from connectors.systems.stripe.sandbox.refusal import Refusal


def payment(
    books: Books, invoice: Row, amount: int | None = None, *, method: str = "card", declines: bool = False
) -> Row:
    """One payment on the invoice: in full, in part, or too much. Returns the charge."""
    payable(invoice)
    amount = invoice["amount_remaining"] if amount is None else amount
    money.chargeable(amount, invoice["currency"])
    money.large_enough(amount, invoice["currency"])
    link = _link(books, invoice, amount)
    intent = books.get("payment_intents", link["payment"]["payment_intent"])
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    words = {"customer": invoice["customer"], "description": f"Payment for Invoice {invoice['number']}"}
    if declines:
        charge = payments.failed(books, amount, invoice["currency"], intent=intent, **words)
        emit(books, "invoice.payment_failed", invoice)
        return charge
    charge = payments.charged(books, amount, invoice["currency"], intent=intent, method=method, **words)
    if charge["status"] == "succeeded":
        applied(books, link)
    return charge


def applied(books: Books, link: Row) -> None:
    """The money of this payment is on the invoice."""
    invoice = books.get("invoices", link["invoice"])
    link |= {"status": "paid", "amount_paid": link["amount_requested"]}
    link["status_transitions"]["paid_at"] = books.now
    invoice["amount_paid"] += link["amount_paid"]
    _remaining(invoice)
    emit(books, "invoice_payment.paid", link)
    if invoice["amount_remaining"] == 0:
        cancel_open(books, invoice)
        paid(books, invoice)
    else:
        emit(books, "invoice.updated", invoice, amount_paid=invoice["amount_paid"] - link["amount_paid"])


def unapplied(books: Books, charge: Row) -> None:
    """The bank has taken a payment back: the invoice is open again by it."""
    for link in links_of(books, charge["payment_intent"]):
        if link["status"] != "paid":
            continue
        invoice = books.get("invoices", link["invoice"])
        invoice["amount_paid"] -= link["amount_paid"]
        link |= {"status": "open", "amount_paid": None}
        link["status_transitions"]["paid_at"] = None
        _remaining(invoice)
        if invoice["status"] == "paid":
            invoice["status"] = "open"
            invoice["status_transitions"]["paid_at"] = None
        emit(books, "invoice.payment_failed", invoice)


def settled_elsewhere(books: Books, invoice: Row) -> None:
    """Paid outside: nobody is charged and no money comes."""
    payable(invoice)
    cancel_open(books, invoice)
    invoice["amount_paid_off_stripe"] += invoice["amount_remaining"]
    invoice["amount_paid"] += invoice["amount_remaining"]
    _remaining(invoice)
    paid(books, invoice)


def attached(books: Books, invoice: Row, intent: Row) -> None:
    payable(invoice)
    amount = intent["amount_received"] or intent["amount"]
    if intent["currency"] != invoice["currency"]:
        raise Refusal("The payment's currency does not match the invoice's.", param="payment_intent")
    link = _linked(books, invoice, intent, amount, default=False)
    if intent["status"] == "succeeded":
        applied(books, link)


def credited(books: Books, invoice: Row, amount: int) -> None:
    """A credit note on an open invoice: less is due."""
    invoice["pre_payment_credit_notes_amount"] += amount
    invoice["amount_due"] -= amount
    _remaining(invoice)
    if invoice["amount_remaining"] == 0:
        cancel_open(books, invoice)
        paid(books, invoice)
    else:
        emit(books, "invoice.updated", invoice, amount_due=invoice["amount_due"] + amount)


def links_of(books: Books, intent: str | None) -> list[Row]:
    if not intent:
        return []
    return [books.get("invoice_payments", id) for id in books.get("payment_intents", intent)["_payments"]]


def _remaining(invoice: Row) -> None:
    invoice["amount_remaining"] = max(0, invoice["amount_due"] - invoice["amount_paid"])
    invoice["amount_overpaid"] = max(0, invoice["amount_paid"] - invoice["amount_due"])


def requested(books: Books, invoice: Row, amount: int, *, default: bool) -> Row:
    words = {"customer": invoice["customer"], "description": f"Payment for Invoice {invoice['number']}"}
    intent = payments.intended(books, amount, invoice["currency"], **words)
    return _linked(books, invoice, intent, amount, default=default)


def _linked(books: Books, invoice: Row, intent: Row, amount: int, *, default: bool) -> Row:
    link = books.add(
        "invoice_payments",
        amount_paid=None,
        amount_requested=amount,
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=default,
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )
    invoice["_payments"].append(link["id"])
    intent["_payments"].append(link["id"])
    return link


def _link(books: Books, invoice: Row, amount: int) -> Row:
    """The request that waits, when it asks for just that sum; otherwise one beside it."""
    if amount == invoice["amount_remaining"]:
        for link, intent in _waiting(books, invoice):
            link["amount_requested"] = intent["amount"] = amount
            return link
    return requested(books, invoice, amount, default=False)


def _waiting(books: Books, invoice: Row) -> list[tuple[Row, Row]]:
    links = [books.get("invoice_payments", id) for id in invoice["_payments"]]
    pairs = [(link, books.get("payment_intents", link["payment"]["payment_intent"])) for link in links]
    return [(link, intent) for link, intent in pairs if intent["status"] == "requires_payment_method"]


def cancel_open(books: Books, invoice: Row) -> None:
    for link, intent in _waiting(books, invoice):
        link["status"] = "canceled"
        link["status_transitions"]["canceled_at"] = books.now
        payments.canceled(books, intent, "void_invoice")


def paid(books: Books, invoice: Row) -> None:
    before, invoice["status"] = invoice["status"], "paid"
    invoice["status_transitions"]["paid_at"] = books.now
    emit(books, "invoice.updated", invoice, status=before)
    emit(books, "invoice.paid", invoice)
    if not invoice["amount_paid_off_stripe"]:
        emit(books, "invoice.payment_succeeded", invoice)


def payable(invoice: Row) -> None:
    if invoice["status"] not in ("open", "uncollectible"):
        said = "Invoice is already paid" if invoice["status"] == "paid" else f"Invoice is {invoice['status']}"
        no(said)


def no(said: str, code: str = "status_transition_invalid") -> None:
    raise Refusal(said, code=code)


def _payments(books: Books, invoice: Row) -> Row:
    ids = books.get("invoices", invoice["id"])["_payments"]
    rows = [show(books, books.get("invoice_payments", id)) for id in ids]
    return enveloped(rows, f"/v1/invoice_payments?invoice={invoice['id']}")


INCLUDABLE["invoice", "payments"] = _payments
