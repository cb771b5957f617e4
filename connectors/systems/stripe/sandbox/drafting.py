"""A draft of an invoice: what a caller may say about one, and what is wrong with what was said."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import params
from connectors.systems.stripe.sandbox.books import Books
from connectors.systems.stripe.sandbox.customers import alive
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.invoice_items import put_on
from connectors.systems.stripe.sandbox.params import UNSET
from connectors.systems.stripe.sandbox.refusal import Invalid, Refusal

HOUR_SECONDS = 3600
SPEC = {
    "auto_advance": params.boolean,
    "automatic_tax": params.fields(enabled=params.boolean),
    "collection_method": params.choice("charge_automatically", "send_invoice"),
    "custom_fields": params.many(params.fields(name=params.text(40), value=params.text(140)), 4),
    "days_until_due": params.integer(0),
    "default_tax_rates": params.many(params.text()),
    "description": params.text(1500),
    "due_date": params.integer(0),
    "effective_at": params.integer(0),
    "footer": params.text(5000),
    "metadata": params.metadata,
    "number": params.text(26),
    "statement_descriptor": params.text(22),
}


def made(books: Books, customer: str, **asked: Any) -> Row:
    buyer = alive(books, customer, "customer")
    pending = asked.pop("pending_invoice_items_behavior", "exclude")
    currency = asked.pop("currency", None) or buyer["currency"] or books.account["default_currency"]
    check(books, {"collection_method": "charge_automatically", **asked})
    values = _empty(books, buyer, currency)
    write(books, values, asked)
    invoice = books.add("invoices", **values)
    buyer["currency"] = buyer["currency"] or currency
    if pending == "include":
        for item in books.where("invoiceitems", customer=buyer["id"], invoice=None, currency=currency):
            if not item.get("_gone"):
                put_on(books, item, invoice)
    emit(books, "invoice.created", invoice)
    if invoice["auto_advance"]:
        books.later(HOUR_SECONDS, "auto_finalize", invoice=invoice["id"])
    return invoice


def check(books: Books, asked: Row, invoice: Row | None = None) -> None:
    sends = asked["collection_method"] == "send_invoice"
    dues = [name for name in ("due_date", "days_until_due") if asked.get(name) not in (None, UNSET)]
    if sends and not dues and not invoice:
        said = "You must pass `due_date` or `days_until_due` when `collection_method` is `send_invoice`."
        raise Invalid(said, code="parameter_missing", param="days_until_due")
    if not sends and dues:
        said = f"`{dues[0]}` can only be used when `collection_method` is `send_invoice`."
        raise Invalid(said, param=dues[0])
    if len(dues) > 1 and not invoice:
        raise Invalid(
            "You may only specify one of these parameters: due_date, days_until_due.", param=dues[0]
        )
    if (
        "due_date" in dues
        and asked["due_date"] <= books.now
        and (invoice or {}).get("due_date") != asked["due_date"]
    ):
        raise Invalid("`due_date` must be in the future.", param="due_date")
    number = asked.get("number")
    if number and any(
        row["number"] == number and row is not invoice for row in books.table("invoices").values()
    ):
        raise Refusal(f"The invoice number {number} is already used.", param="number")


def write(books: Books, invoice: Row, asked: Row) -> None:
    for name, value in asked.items():
        if name == "metadata":
            invoice[name] = params.merged(invoice[name], value)
        elif name == "days_until_due":
            invoice["due_date"] = books.now + value * 86_400
        elif name == "default_tax_rates":
            invoice["_tax_rates"] = [books.get("tax_rates", id, name)["id"] for id in value]
        elif name == "automatic_tax":
            invoice[name] = {**invoice[name], **value}
        else:
            invoice[name] = None if value == UNSET else value


def _empty(books: Books, customer: Row, currency: str) -> Row:
    return {
        "account_country": books.account["country"],
        "account_name": books.account["name"],
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {"enabled": False, "liability": None, "status": None},
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "currency": currency,
        "custom_fields": None,
        "customer": customer["id"],
        **{
            f"customer_{name}": customer[name]
            for name in ("address", "email", "name", "phone", "shipping", "tax_exempt")
        },
        "default_tax_rates": [],
        "description": None,
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "metadata": {},
        "number": None,
        "parent": None,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": dict.fromkeys(
            ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
        ),
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "total": 0,
        "total_discount_amounts": [],
        "total_excluding_tax": 0,
        "total_taxes": [],
        "_lines": [],
        "_payments": [],
        "_tax_rates": [],
    }
