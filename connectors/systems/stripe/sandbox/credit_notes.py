"""Credit notes: less is due on an open invoice; on a paid one the money is given back or kept as credit."""

from __future__ import annotations

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import lines, listing, params, refunds, settling
from connectors.systems.stripe.sandbox.books import Books, enveloped, shown
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import SHOW, show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.refusal import Invalid, Refusal

REASONS = ("duplicate", "fraudulent", "order_change", "product_unsatisfactory")
SHARES = ("refund_amount", "credit_amount", "out_of_band_amount")
LINE = params.fields(
    type=params.choice("custom_line_item", "invoice_line_item"),
    amount=params.integer(0),
    description=params.text(),
    invoice_line_item=params.text(),
    quantity=params.integer(0),
    unit_amount=params.integer(0),
    unit_amount_decimal=params.decimal(),
)
SPEC = {
    "invoice": params.text(),
    "amount": params.integer(1),
    "lines": params.many(LINE),
    "shipping_cost": params.fields(shipping_rate=params.text()),
    "reason": params.choice(*REASONS),
    "memo": params.text(),
    "email_type": params.choice("credit_note", "none"),
    "effective_at": params.integer(0),
    "metadata": params.metadata,
    "refunds": params.many(params.fields(refund=params.text(), amount_refunded=params.integer(1))),
    **dict.fromkeys(SHARES, params.integer(0)),
}


@on("POST", "/credit_notes")
def create(call: Call) -> Row:
    asked = call.read(SPEC, ("invoice",))
    return show(call.books, made(call.books, asked))


@on("GET", "/credit_notes/preview")
def preview(call: Call) -> Row:
    asked = call.read(SPEC, ("invoice",))
    return shown(_worked_out(call.books, asked))


@on("POST", "/credit_notes/{id}/void")
def void(call: Call) -> Row:
    call.read({})
    note = call.books.get("credit_notes", call.id)
    invoice = call.books.get("invoices", note["invoice"])
    if note["status"] == "void" or note["type"] != "pre_payment" or invoice["status"] != "open":
        said = "You can only void an issued credit note of an open invoice."
        raise Refusal(said, code="status_transition_invalid")
    note |= {"status": "void", "voided_at": call.books.now}
    settling.credited(call.books, invoice, -note["total"])
    emit(call.books, "credit_note.voided", note)
    return show(call.books, note)


@on("POST", "/credit_notes/{id}")
def update(call: Call) -> Row:
    asked = call.read({"memo": params.text(), "metadata": params.metadata})
    note = call.books.get("credit_notes", call.id)
    note["memo"] = asked.get("memo", note["memo"]) or None
    note["metadata"] = params.merged(note["metadata"], asked.get("metadata", {}))
    emit(call.books, "credit_note.updated", note)
    return show(call.books, note)


@on("GET", "/credit_notes/{id}")
def get(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("credit_notes", call.id))


@on("GET", "/credit_notes/{id}/lines")
def list_lines(call: Call) -> Row:
    call.read(listing.PAGING)
    return enveloped(call.books.get("credit_notes", call.id)["_lines"], call.path)


@on("GET", "/credit_notes")
def list_notes(call: Call) -> Row:
    names = ("customer", "invoice")
    asked = call.read({**listing.PAGING, **dict.fromkeys(names, params.text()), "created": params.when})
    return listing.page(call, "credit_notes", asked, lambda row: listing.matches(row, asked, names))


def made(books: Books, asked: Row) -> Row:
    """Issue it, and do to the invoice, its payment and its customer what it says."""
    values = _worked_out(books, asked)
    invoice = books.get("invoices", asked["invoice"])
    customer = books.get("customers", invoice["customer"])
    refund_amount = asked.get("refund_amount", 0)
    if refund_amount:
        refund = refunds.refunded(books, _charge(books, invoice, refund_amount), refund_amount)
        values["refunds"].append({"refund": refund["id"], "amount_refunded": refund_amount, "type": "refund"})
    invoice["_notes"] = invoice.get("_notes", 0) + 1
    note = books.add(
        "credit_notes", **values, number=f"{invoice['number']}-CN-{invoice['_notes']:02d}", status="issued"
    )
    if asked.get("credit_amount"):
        customer["balance"] -= asked["credit_amount"]
    invoice["post_payment_credit_notes_amount"] += values["post_payment_amount"]
    emit(books, "credit_note.created", note)
    if values["pre_payment_amount"]:
        settling.credited(books, invoice, values["pre_payment_amount"])
    return note


def _worked_out(books: Books, asked: Row) -> Row:
    invoice = books.get("invoices", asked["invoice"], "invoice")
    if invoice["status"] not in ("open", "paid"):
        said = (
            f"You can only create credit notes for open and paid invoices; this one is {invoice['status']}."
        )
        raise Refusal(said, param="invoice")
    total, rows = _total(books, invoice, asked)
    before = min(total, invoice["amount_remaining"])
    after = total - before
    given = sum(asked.get(name, 0) for name in SHARES)
    linked = sum(row.get("amount_refunded", 0) for row in asked.get("refunds", []))
    if given + linked != after:
        said = f"The sum of refund_amount, refunds, credit_amount and out_of_band_amount ({given + linked}) must equal the post-payment amount ({after})."
        raise Invalid(said, param="refund_amount")
    return {
        "object": "credit_note",
        "amount": total,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "effective_at": asked.get("effective_at", books.now),
        "invoice": invoice["id"],
        "memo": asked.get("memo") or None,
        "metadata": params.merged({}, asked.get("metadata", {})),
        "out_of_band_amount": asked.get("out_of_band_amount"),
        "post_payment_amount": after,
        "pre_payment_amount": before,
        "reason": asked.get("reason"),
        "refunds": [{**row, "type": "refund"} for row in asked.get("refunds", [])],
        "subtotal": total,
        "total": total,
        "total_excluding_tax": total,
        "total_taxes": [],
        "type": "mixed" if before and after else "pre_payment" if before else "post_payment",
        "voided_at": None,
        "_lines": rows,
    }


def _total(books: Books, invoice: Row, asked: Row) -> tuple[int, list[Row]]:
    ways = [name for name in ("amount", "lines", "shipping_cost") if name in asked]
    if len(ways) != 1:
        raise Invalid(
            "You must specify exactly one of these parameters: amount, lines, shipping_cost.", param="amount"
        )
    rows = [_row(books, invoice, line, index) for index, line in enumerate(asked.get("lines", []))]
    total = asked["amount"] if "amount" in asked else sum(row["amount"] for row in rows)
    creditable = invoice["total"] - _credited(books, invoice)
    if not 0 < total <= creditable:
        said = f"The credit note's total ({total}) must be between 1 and what can still be credited ({creditable})."
        raise Refusal(said, param=ways[0])
    return total, rows or [_line_row(books, total, "Credit", None)]


def _row(books: Books, invoice: Row, line: Row, index: int) -> Row:
    if line.get("type") == "invoice_line_item":
        source = books.get("lines", line.get("invoice_line_item", ""), f"lines[{index}][invoice_line_item]")
        if source not in lines.of(books, invoice):
            raise Refusal(f"No such line item: '{source['id']}'", code="resource_missing", param="lines")
        amount = line["amount"] if "amount" in line else source["amount"]
        return _line_row(books, amount, source["description"], source["id"])
    amount = line.get("amount", line.get("unit_amount", 0) * line.get("quantity", 1))
    return _line_row(books, amount, line.get("description"), None)


def _line_row(books: Books, amount: int, description: str | None, source: str | None) -> Row:
    return {
        "id": books.world.new_id("cnli_", 24),
        "object": "credit_note_line_item",
        "amount": amount,
        "description": description,
        "invoice_line_item": source,
        "livemode": books.livemode,
        "type": "invoice_line_item" if source else "custom_line_item",
    }


def _credited(books: Books, invoice: Row) -> int:
    return sum(note["total"] for note in books.where("credit_notes", invoice=invoice["id"], status="issued"))


def _charge(books: Books, invoice: Row, amount: int) -> Row:
    for link in books.where("invoice_payments", invoice=invoice["id"], status="paid"):
        intent = books.get("payment_intents", link["payment"]["payment_intent"])
        charge = books.get("charges", intent["latest_charge"])
        if charge["amount_captured"] - charge["amount_refunded"] >= amount:
            return charge
    raise Refusal("No payment of this invoice can be refunded by that amount.", param="refund_amount")


def _show(_books: Books, note: Row) -> Row:
    rows = enveloped(note["_lines"], f"/v1/credit_notes/{note['id']}/lines")
    return {**shown(note), "lines": rows}


SHOW["credit_note"] = _show
