"""Stripe invoices and credit notes, read. What they brought in cash is told by payments, never by these."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from connectors.canon.kind import Ref
from connectors.canon.money import Money, zero
from connectors.canon.parties import Customer
from connectors.canon.receivables import (
    Allocation,
    CreditNote,
    CreditSort,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    LineSort,
    Tax,
)
from connectors.systems.stripe.records.traces import traces
from connectors.systems.stripe.units import money, money_or
from connectors.transport.stated import Stated

STATUSES = {
    "draft": InvoiceStatus.DRAFT,
    "open": InvoiceStatus.OPEN,
    "paid": InvoiceStatus.PAID,
    "void": InvoiceStatus.VOID,
    "uncollectible": InvoiceStatus.WRITTEN_OFF,
}


def invoice(stated: Stated, lines: tuple[Stated, ...], zone: ZoneInfo) -> Invoice:
    """`lines` are all of them: the object itself embeds the first ten only."""
    read = tuple(part for line in lines for part in _line(line, stated))
    on_lines = any(line.taxes for line in read)
    moments = stated.part_or("status_transitions")
    return Invoice(
        id=stated.text("id"),
        number=stated.text_or("number"),
        url=stated.text_or("hosted_invoice_url"),
        customer=Ref(Customer, stated.text("customer")),
        status=_status(stated),
        dated=_day(stated.epoch_or("effective_at") or stated.epoch("created"), zone),
        due=_maybe_day(stated.epoch_or("due_date"), zone),
        total=money(stated, "total"),
        balance=money(stated, "amount_remaining"),
        lines=read,
        taxes=() if on_lines else tuple(_tax(tax, stated) for tax in stated.parts_or("total_taxes")),
        text=stated.text_or("description"),
        email=stated.text_or("customer_email"),
        paid_outside=_paid_outside(stated),
        pushed=bool(traces(stated)),
        known_as=traces(stated),
        paid_on=_maybe_day(moments.epoch_or("paid_at"), zone),
        voided_on=_maybe_day(moments.epoch_or("voided_at"), zone),
    )


def credit_note(stated: Stated, lines: tuple[Stated, ...], zone: ZoneInfo) -> CreditNote:
    """Issued before payment it has already lowered its invoice; after payment it says how money went back."""
    before = money_or(stated, "pre_payment_amount")
    invoice_ref = Ref(Invoice, stated.text("invoice"))
    after = money_or(stated, "post_payment_amount")
    read = tuple(part for line in lines for part in _line(line, stated))
    on_lines = any(line.taxes for line in read)
    return CreditNote(
        id=stated.text("id"),
        number=stated.text_or("number"),
        customer=Ref(Customer, stated.text("customer")),
        status=InvoiceStatus.VOID if stated.text("status") == "void" else InvoiceStatus.PAID,
        dated=_day(stated.epoch_or("effective_at") or stated.epoch("created"), zone),
        total=money(stated, "total"),
        balance=zero(before.currency),
        lines=read,
        taxes=() if on_lines else tuple(_tax(tax, stated) for tax in stated.parts_or("total_taxes")),
        sort=CreditSort.REFUNDABLE if after else CreditSort.ADJUSTMENT,
        invoice=invoice_ref,
        allocations=(Allocation(invoice=invoice_ref, amount=before),) if before else (),
        reason=stated.text_or("reason"),
        text=stated.text_or("memo"),
        voided_on=_maybe_day(stated.epoch_or("voided_at"), zone),
    )


def _status(stated: Stated) -> InvoiceStatus:
    status = stated.text("status")
    return STATUSES[status] if status in STATUSES else stated.odd("status", " or ".join(STATUSES), status)


def _paid_outside(stated: Stated) -> bool:
    """Settled off Stripe altogether: it brings no cash here."""
    paid_off = stated.whole_or("amount_paid_off_stripe", 0) or 0
    return (
        stated.text("status") == "paid"
        and paid_off > 0
        and paid_off >= (stated.whole_or("amount_due", 0) or 0)
    )


def _line(line: Stated, owner: Stated) -> tuple[InvoiceLine, ...]:
    """The line before tax and before discount, and each discount as a line of its own.

    Lines of a credit note state no currency: it is the note's.
    """
    stated = Stated({"currency": owner.text("currency"), **line.body}, line.what)
    amount = money(stated, "amount")
    taxes = tuple(stated.parts_or("taxes"))
    inclusive = [_amount(tax, stated) for tax in taxes if tax.text_or("tax_behavior") == "inclusive"]
    for part in inclusive:
        amount = amount - part
    discounts = tuple(
        InvoiceLine(amount=-_amount(one, stated), text="Discount", sort=LineSort.DISCOUNT)
        for one in stated.parts_or("discount_amounts")
        if one.whole("amount")
    )
    priced = stated.part_or("pricing")
    return (
        InvoiceLine(
            id=stated.text_or("id"),
            amount=amount,
            text=stated.text_or("description"),
            quantity=_quantity(stated),
            unit_price=None,
            taxes=tuple(_tax(tax, stated) for tax in taxes),
            coded=_coded(priced.part_or("price_details")),
            first=_period(stated, "start"),
            last=_period(stated, "end"),
        ),
        *discounts,
    )


def _quantity(stated: Stated) -> Decimal | None:
    if stated.has("quantity_decimal"):
        return stated.decimal("quantity_decimal")
    return stated.decimal("quantity") if stated.body.get("quantity") is not None else None


def _coded(details: Stated) -> tuple[str, ...]:
    words = (("price", details.text_or("price")), ("item", details.text_or("product")))
    return tuple(f"{table}:{id}" for table, id in words if id)


def _period(stated: Stated, end: str) -> date | None:
    moment = stated.part_or("period").epoch_or(end)
    return moment.date() if moment else None


def _tax(tax: Stated, owner: Stated) -> Tax:
    return Tax(amount=_amount(tax, owner), name=tax.part_or("tax_rate_details").text_or("tax_rate"))


def _amount(part: Stated, owner: Stated) -> Money:
    """Parts of a line state no currency of their own: it is the line's."""
    return money(Stated({**part.body, "currency": owner.text("currency")}, part.what), "amount")


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _maybe_day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return _day(moment, zone) if moment else None
