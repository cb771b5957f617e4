"""Kinds as Stripe's documents: the steps that will be sent, word for word as the preview shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.canon.kind import Kind
from connectors.canon.parties import Address, Customer
from connectors.canon.receivables import Invoice, InvoiceLine, InvoiceStatus, Tax
from connectors.errors import Refused
from connectors.system import Document, Step
from connectors.systems.stripe.records.traces import DUE, NUMBER, REFERENCE
from connectors.systems.stripe.units import UNITS

NAME_MAX, EMAIL_MAX, PHONE_MAX, MEMO_MAX, FIELD_MAX, TRACE_MAX = 256, 512, 20, 1500, 140, 500
LINES_MAX = 250
DUE_HOURS_MIN = 1
INACTIVE = "mlc_inactive"

CHECK = "check"
"""The one step that reads: totals must be the ledger's before the invoice may leave its draft."""


def document(body: Kind, zone: ZoneInfo, settings: Mapping[str, Any], now: datetime) -> Document:
    match body:
        case Customer():
            return _customer(body)
        case Invoice():
            return _invoice(body, zone, bool(settings.get("mail_invoices")), now)
        case _:
            raise Refused(f"Stripe takes no {type(body).__name__}.", system="stripe")


def _customer(body: Customer) -> Document:
    notes: list[str] = []
    fields = {
        "name": _cut(body.name, NAME_MAX, "name", notes),
        "email": _cut(body.email.strip(), EMAIL_MAX, "email", notes),
        "phone": _cut(body.phone, PHONE_MAX, "phone", notes),
        "address": _address(body.address),
        "metadata": {REFERENCE: _reference(body), NUMBER: body.number[:TRACE_MAX], INACTIVE: _inactive(body)},
    }
    step = Step("customer", "POST", "/v1/customers", {name: value for name, value in fields.items() if value})
    return Document("Customer", "Customer", _reference(body), None, (step,), notes=tuple(notes))


def _inactive(body: Customer) -> str:
    """Noted, never deleted: a deletion there is final and cancels subscriptions."""
    return "" if body.active else "yes"


def _invoice(body: Invoice, zone: ZoneInfo, mails: bool, now: datetime) -> Document:
    dated = body.dated
    reference = _reference(body)
    match body.status:
        case InvoiceStatus.VOID:
            steps = (Step("void", "POST", "/v1/invoices/{id}/void", {}),)
        case InvoiceStatus.PAID if body.paid_outside:
            steps = (Step("pay", "POST", "/v1/invoices/{id}/pay", {"paid_out_of_band": True}),)
        case InvoiceStatus.OPEN:
            return _open_invoice(body, reference, zone, mails, now)
        case _:
            raise Refused(f"An invoice that is {body.status} has no place in Stripe.", system="stripe")
    return Document("Invoice", "Invoice", reference, dated, steps)


def _open_invoice(body: Invoice, reference: str, zone: ZoneInfo, mails: bool, now: datetime) -> Document:
    _refuse_unfit(body)
    notes: list[str] = []
    lines = [_line(line) for line in body.lines] + [_tax_line(tax) for tax in _taxes(body)]
    steps = [
        Step("create", "POST", "/v1/invoices", _head(body, reference, zone, now, notes)),
        Step("lines", "POST", "/v1/invoices/{id}/add_lines", {"lines": lines}),
        Step(CHECK, "GET", "/v1/invoices/{id}", {"total": UNITS.to_minor(body.total)}),
        Step("finalize", "POST", "/v1/invoices/{id}/finalize", {"auto_advance": False}),
    ]
    if mails:
        steps.append(Step("send", "POST", "/v1/invoices/{id}/send", {}))
    return Document("Invoice", "Invoice", reference, body.dated, tuple(steps), notes=tuple(notes))


def _head(body: Invoice, reference: str, zone: ZoneInfo, now: datetime, notes: list[str]) -> dict[str, Any]:
    number = _cut(body.label, FIELD_MAX, "number", notes)
    metadata = {REFERENCE: reference, NUMBER: number}
    if body.due:
        metadata[DUE] = body.due.isoformat()
    head: dict[str, Any] = {
        "customer": body.customer.id,
        "currency": body.currency.lower(),
        "collection_method": "send_invoice",
        "due_date": _due(body, zone, now, notes),
        "auto_advance": False,
        # Pending items of the tenant's other tools must not slip into our invoice.
        "pending_invoice_items_behavior": "exclude",
        "custom_fields": [{"name": "ERP invoice", "value": number}],
        "metadata": metadata,
    }
    memo = _cut(body.text, MEMO_MAX, "description", notes)
    return head | ({"description": memo} if memo else {})


def _due(body: Invoice, zone: ZoneInfo, now: datetime, notes: list[str]) -> int:
    """The end of the due day there. One that is over would be refused: then today's end, so that all day long the
    same document is rendered."""
    soonest = now + timedelta(hours=DUE_HOURS_MIN)
    day = body.due or body.dated
    if _end(day, zone) >= soonest:
        return int(_end(day, zone).timestamp())
    notes.append(
        f"due {day.isoformat()} is over: due at once in Stripe, the true date is kept in its metadata"
    )
    today = now.astimezone(zone).date()
    ends = (_end(today + timedelta(days=days), zone) for days in (0, 1))
    return int(next(end for end in ends if end >= soonest).timestamp())


def _end(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def _line(line: InvoiceLine) -> dict[str, Any]:
    text = line.text or "Item"
    if line.quantity is not None and line.quantity != 1:
        text = f"{text} ({line.quantity.normalize():f})"
    return {"amount": UNITS.to_minor(line.amount), "description": text[:FIELD_MAX]}


def _tax_line(tax: Tax) -> dict[str, Any]:
    """Tax was computed by the ledger: a line of its own, so that no total can move."""
    return {"amount": UNITS.to_minor(tax.amount), "description": (tax.name or "Sales tax")[:FIELD_MAX]}


def _taxes(body: Invoice) -> tuple[Tax, ...]:
    return (*(tax for line in body.lines for tax in line.taxes), *body.taxes)


def _refuse_unfit(body: Invoice) -> None:
    if not body.collectable:
        raise Refused("The ledger says this invoice is not to be collected.", system="stripe")
    if body.total.amount <= 0 or UNITS.too_small(body.total):
        raise Refused(
            f"{body.total} is below what Stripe collects in {body.currency}.",
            system="stripe",
            remedy="Collect it elsewhere, or ignore it with that reason. Stripe would carry it to the next invoice.",
        )
    if body.adrift:
        raise Refused(
            f"Its lines and taxes differ from its total by {body.adrift}.",
            system="stripe",
            remedy="Correct the invoice at its source.",
        )
    if len(body.lines) + len(_taxes(body)) > LINES_MAX:
        raise Refused(
            f"{len(body.lines)} lines are more than the {LINES_MAX} that Stripe takes on one invoice.",
            system="stripe",
            remedy="Split the invoice at its source.",
        )


def _reference(body: Customer | Invoice) -> str:
    if not body.known_as:
        raise Refused(f"{type(body).__name__} {body.label} carries no reference of ours.", system="stripe")
    return body.known_as[0]


def _address(address: Address | None) -> dict[str, str]:
    if address is None:
        return {}
    fields = {
        "line1": " ".join(address.lines[:1]),
        "line2": ", ".join(address.lines[1:]),
        "city": address.city,
        "state": address.region,
        "postal_code": address.postal_code,
        "country": address.country if len(address.country) == 2 else "",
    }
    return {name: value for name, value in fields.items() if value}


def _cut(text: str, most: int, what: str, notes: list[str]) -> str:
    if len(text) > most:
        notes.append(f"{what} cut to the {most} characters that Stripe takes")
    return text[:most]
