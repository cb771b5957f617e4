"""What happens to an invoice: finalized, sent, paid in one or several payments, voided, given up, reopened.

The status machine is here and nowhere else. `paid` and `void` are final, except that a bank can take a debit back.
"""

from __future__ import annotations

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import lines, money, payments
from connectors.systems.stripe.sandbox.books import Books, enveloped
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import INCLUDABLE, show
from connectors.systems.stripe.sandbox.refusal import Refusal, missing

AUTO_STEP_SECONDS = 3600
AUTO_WAIT_SECONDS = 72 * 3600


def existing(books: Books, id: str) -> Row:
    invoice = books.get("invoices", id)
    if invoice.get("_gone"):
        raise missing("invoice", id)
    return invoice


def finalized(books: Books, invoice: Row, auto_advance: bool | None = None) -> None:
    if invoice["status"] != "draft":
        _no(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
            "invoice_not_editable",
        )
    if not lines.of(books, invoice):
        said = "Nothing to invoice for customer: the invoice has no line items."
        raise Refusal(said, code="invoice_no_customer_line_items")
    customer = books.get("customers", invoice["customer"])
    if auto_advance is not None:
        invoice["auto_advance"] = auto_advance
    invoice["number"] = invoice["number"] or _number(customer)
    page = f"https://invoice.stripe.com/i/{books.account['id']}/{books.mode}_{invoice['id']}"
    invoice |= {"status": "open", "hosted_invoice_url": page, "invoice_pdf": f"{page}/pdf"}
    invoice["effective_at"] = invoice["effective_at"] or books.now
    invoice["status_transitions"]["finalized_at"] = books.now
    _with_balance(invoice, customer)
    emit(books, "invoice.finalized", invoice, status="draft")
    if invoice["amount_due"] == 0:
        _paid(books, invoice)
        return
    _request(books, invoice, invoice["amount_due"], default=True)
    if invoice["due_date"]:
        books.later(invoice["due_date"] - books.now, "overdue", invoice=invoice["id"])


def auto_finalized(books: Books, invoice: str) -> None:
    """An hour after it was made, unless some endpoint has not yet taken the news: then up to three days later."""
    row = books.get("invoices", invoice)
    if row["status"] != "draft" or row.get("_gone") or not row["auto_advance"]:
        return
    waiting = any(
        event["pending_webhooks"] and event["data"]["object"]["id"] == invoice
        for event in books.where("events", type="invoice.created")
    )
    if waiting and books.now - row["created"] < AUTO_WAIT_SECONDS:
        books.later(AUTO_STEP_SECONDS, "auto_finalize", invoice=invoice)
    elif lines.of(books, row):
        finalized(books, row)
        if row["status"] == "open" and row["collection_method"] == "charge_automatically":
            _try(books, row)
        elif row["status"] == "open":
            emit(books, "invoice.sent", row)


def _try(books: Books, invoice: Row) -> None:
    try:
        collected(books, invoice)
    except Refusal:
        return  # the events have told it


def sent(books: Books, invoice: Row) -> None:
    if invoice["collection_method"] != "send_invoice":
        raise Refusal("You can only manually send an invoice if its collection method is 'send_invoice'.")
    if invoice["status"] == "draft":
        finalized(books, invoice)
    if invoice["status"] not in ("open", "uncollectible"):
        _no(f"You can't send an invoice that is {invoice['status']}.")
    emit(books, "invoice.sent", invoice)


def collected(books: Books, invoice: Row) -> None:
    """Charge the customer's card now."""
    if invoice["status"] == "draft":
        finalized(books, invoice)
        if invoice["status"] == "paid":
            return
    _payable(invoice)
    customer = books.get("customers", invoice["customer"])
    if not customer["_card"]:
        said = "This customer has no attached payment source or default payment method. Please consider adding one."
        raise Refusal(said, code="resource_missing", status=400)
    payment(books, invoice, declines=customer["_card"] != "ok")
    if invoice["status"] != "paid":
        raise Refusal(
            "Your card was declined.", code="card_declined", status=402, decline_code="generic_decline"
        )


def payment(
    books: Books, invoice: Row, amount: int | None = None, *, method: str = "card", declines: bool = False
) -> Row:
    """One payment on the invoice: in full, in part, or too much. Returns the charge."""
    _payable(invoice)
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
        _cancel_open(books, invoice)
        _paid(books, invoice)
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
    if invoice["status"] == "draft":
        finalized(books, invoice)
    _payable(invoice)
    _cancel_open(books, invoice)
    invoice["amount_paid_off_stripe"] += invoice["amount_remaining"]
    invoice["amount_paid"] += invoice["amount_remaining"]
    _remaining(invoice)
    _paid(books, invoice)


def attached(books: Books, invoice: Row, intent: Row) -> None:
    _payable(invoice)
    amount = intent["amount_received"] or intent["amount"]
    if intent["currency"] != invoice["currency"]:
        raise Refusal("The payment's currency does not match the invoice's.", param="payment_intent")
    link = _linked(books, invoice, intent, amount, default=False)
    if intent["status"] == "succeeded":
        applied(books, link)


def voided(books: Books, invoice: Row) -> None:
    if invoice["status"] not in ("open", "uncollectible"):
        _no(f"You can't void an invoice that is {invoice['status']}.")
    if invoice["amount_paid"]:
        _no("You can't void an invoice that has payments. Use a credit note.")
    _cancel_open(books, invoice)
    before, invoice["status"] = invoice["status"], "void"
    invoice["status_transitions"]["voided_at"] = books.now
    emit(books, "invoice.voided", invoice, status=before)


def given_up(books: Books, invoice: Row) -> None:
    if invoice["status"] != "open":
        _no(f"You can't mark an invoice uncollectible that is {invoice['status']}.")
    invoice["status"] = "uncollectible"
    invoice["status_transitions"]["marked_uncollectible_at"] = books.now
    emit(books, "invoice.marked_uncollectible", invoice, status="open")


def overdue(books: Books, invoice: str) -> None:
    row = books.get("invoices", invoice)
    if row["status"] == "open":
        emit(books, "invoice.overdue", row)


def credited(books: Books, invoice: Row, amount: int) -> None:
    """A credit note on an open invoice: less is due."""
    invoice["pre_payment_credit_notes_amount"] += amount
    invoice["amount_due"] -= amount
    _remaining(invoice)
    if invoice["amount_remaining"] == 0:
        _cancel_open(books, invoice)
        _paid(books, invoice)
    else:
        emit(books, "invoice.updated", invoice, amount_due=invoice["amount_due"] + amount)


def links_of(books: Books, intent: str | None) -> list[Row]:
    if not intent:
        return []
    return [books.get("invoice_payments", id) for id in books.get("payment_intents", intent)["_payments"]]


def _number(customer: Row) -> str:
    sequence = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] = sequence + 1
    return f"{customer['invoice_prefix']}-{sequence:04d}"


def _with_balance(invoice: Row, customer: Row) -> None:
    """The customer's balance goes into what is due; a sum too small to charge waits there for the next invoice."""
    starting = customer["balance"] if customer["currency"] == invoice["currency"] else 0
    due = invoice["total"] + starting
    if invoice["currency"] == "ugx" and due > 0:
        due -= due % 100
    if due < money.least_charge(invoice["currency"]):
        due = 0
    invoice |= {"starting_balance": starting, "ending_balance": invoice["total"] + starting - due}
    invoice |= {"amount_due": due, "amount_remaining": due}
    if customer["currency"] == invoice["currency"]:
        customer["balance"] = invoice["ending_balance"]


def _remaining(invoice: Row) -> None:
    invoice["amount_remaining"] = max(0, invoice["amount_due"] - invoice["amount_paid"])
    invoice["amount_overpaid"] = max(0, invoice["amount_paid"] - invoice["amount_due"])


def _request(books: Books, invoice: Row, amount: int, *, default: bool) -> Row:
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
    return _request(books, invoice, amount, default=False)


def _waiting(books: Books, invoice: Row) -> list[tuple[Row, Row]]:
    links = [books.get("invoice_payments", id) for id in invoice["_payments"]]
    pairs = [(link, books.get("payment_intents", link["payment"]["payment_intent"])) for link in links]
    return [(link, intent) for link, intent in pairs if intent["status"] == "requires_payment_method"]


def _cancel_open(books: Books, invoice: Row) -> None:
    for link, intent in _waiting(books, invoice):
        link["status"] = "canceled"
        link["status_transitions"]["canceled_at"] = books.now
        payments.canceled(books, intent, "void_invoice")


def _paid(books: Books, invoice: Row) -> None:
    before, invoice["status"] = invoice["status"], "paid"
    invoice["status_transitions"]["paid_at"] = books.now
    emit(books, "invoice.updated", invoice, status=before)
    emit(books, "invoice.paid", invoice)
    if not invoice["amount_paid_off_stripe"]:
        emit(books, "invoice.payment_succeeded", invoice)


def _payable(invoice: Row) -> None:
    if invoice["status"] not in ("open", "uncollectible"):
        said = "Invoice is already paid" if invoice["status"] == "paid" else f"Invoice is {invoice['status']}"
        _no(said)


def _no(said: str, code: str = "status_transition_invalid") -> None:
    raise Refusal(said, code=code)


def _payments(books: Books, invoice: Row) -> Row:
    ids = books.get("invoices", invoice["id"])["_payments"]
    rows = [show(books, books.get("invoice_payments", id)) for id in ids]
    return enveloped(rows, f"/v1/invoice_payments?invoice={invoice['id']}")


INCLUDABLE["invoice", "payments"] = _payments
