"""What happens to an invoice: finalized, sent, charged, voided, given up.

The status machine is here and in `settling`, nowhere else. `paid` and `void` are final, except that a bank can take a
debit back.
"""

from __future__ import annotations

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import lines, money, settling
from connectors.systems.stripe.sandbox.books import Books
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.refusal import Refusal, missing
from connectors.systems.stripe.sandbox.settling import no, payable

AUTO_STEP_SECONDS = 3600
AUTO_WAIT_SECONDS = 72 * 3600


def existing(books: Books, id: str) -> Row:
    invoice = books.get("invoices", id)
    if invoice.get("_gone"):
        raise missing("invoice", id)
    return invoice


def finalized(books: Books, invoice: Row, auto_advance: bool | None = None) -> None:
    if invoice["status"] != "draft":
        no(
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
        settling.paid(books, invoice)
        return
    settling.requested(books, invoice, invoice["amount_due"], default=True)
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
        no(f"You can't send an invoice that is {invoice['status']}.")
    emit(books, "invoice.sent", invoice)


def collected(books: Books, invoice: Row) -> None:
    """Charge the customer's card now."""
    if invoice["status"] == "draft":
        finalized(books, invoice)
        if invoice["status"] == "paid":
            return
    payable(invoice)
    customer = books.get("customers", invoice["customer"])
    if not customer["_card"]:
        said = "This customer has no attached payment source or default payment method. Please consider adding one."
        raise Refusal(said, code="resource_missing", status=400)
    settling.payment(books, invoice, declines=customer["_card"] != "ok")
    if invoice["status"] != "paid":
        raise Refusal(
            "Your card was declined.", code="card_declined", status=402, decline_code="generic_decline"
        )


def voided(books: Books, invoice: Row) -> None:
    if invoice["status"] not in ("open", "uncollectible"):
        no(f"You can't void an invoice that is {invoice['status']}.")
    if invoice["amount_paid"]:
        no("You can't void an invoice that has payments. Use a credit note.")
    settling.cancel_open(books, invoice)
    before, invoice["status"] = invoice["status"], "void"
    invoice["status_transitions"]["voided_at"] = books.now
    emit(books, "invoice.voided", invoice, status=before)


def given_up(books: Books, invoice: Row) -> None:
    if invoice["status"] != "open":
        no(f"You can't mark an invoice uncollectible that is {invoice['status']}.")
    invoice["status"] = "uncollectible"
    invoice["status_transitions"]["marked_uncollectible_at"] = books.now
    emit(books, "invoice.marked_uncollectible", invoice, status="open")


def overdue(books: Books, invoice: str) -> None:
    row = books.get("invoices", invoice)
    if row["status"] == "open":
        emit(books, "invoice.overdue", row)


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
