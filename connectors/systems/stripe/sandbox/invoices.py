"""Invoices as a caller makes, fills, reads and moves them; what a move does is in `collecting`."""

from __future__ import annotations

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import collecting, drafting, lines, listing, money, params, settling
from connectors.systems.stripe.sandbox.books import Books, enveloped, shown
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import SHOW, show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.invoice_items import changed, draft, put_on
from connectors.systems.stripe.sandbox.refusal import Refusal

EMBEDDED_LINES = 10
ALWAYS_EDITABLE = frozenset({"metadata", "auto_advance"})
STATUSES = ("draft", "open", "paid", "uncollectible", "void")


@on("POST", "/invoices")
def create(call: Call) -> Row:
    more = {
        "customer": params.text(),
        "currency": params.currency,
        "pending_invoice_items_behavior": params.choice("exclude", "include"),
    }
    asked = call.read({**drafting.SPEC, **more}, ("customer",))
    return show(call.books, drafting.made(call.books, **asked))


@on("POST", "/invoices/{id}")
def update(call: Call) -> Row:
    asked = call.read(drafting.SPEC)
    books, invoice = call.books, collecting.existing(call.books, call.id)
    if invoice["status"] != "draft" and not set(asked) <= ALWAYS_EDITABLE:
        frozen = sorted(set(asked) - ALWAYS_EDITABLE)[0]
        raise Refusal(
            "Finalized invoices can't be updated in this way", code="invoice_not_editable", param=frozen
        )
    drafting.check(
        books,
        {**{name: invoice[name] for name in ("collection_method", "due_date") if invoice[name]}, **asked},
        invoice,
    )
    before, after = {name: invoice.get(name) for name in asked}, dict(invoice)
    drafting.write(books, after, asked)
    invoice.update(after)
    differs = {name: old for name, old in before.items() if invoice.get(name) != old}
    if differs:
        emit(books, "invoice.updated", invoice, **differs)
    return show(books, invoice)


@on("POST", "/invoices/{id}/add_lines")
def add_lines(call: Call) -> Row:
    spec = {
        "lines": params.many(params.fields(**lines.ADDED), lines.LINES_MAX),
        "invoice_metadata": params.metadata,
    }
    asked = call.read(spec, ("lines",))
    books, invoice = call.books, draft(call.books, call.id)
    prices = [_priced(books, invoice, line, f"lines[{index}]") for index, line in enumerate(asked["lines"])]
    lines.room(books, invoice, len(prices))
    for line, price in zip(asked["lines"], prices, strict=True):
        _add(books, invoice, line, price)
    return _relined(books, invoice, asked)


@on("POST", "/invoices/{id}/update_lines")
def update_lines(call: Call) -> Row:
    one = params.fields(id=params.text(), **lines.ADDED)
    asked = call.read({"lines": params.many(one), "invoice_metadata": params.metadata}, ("lines",))
    books, invoice = call.books, draft(call.books, call.id)
    found = [_line(books, invoice, line, index) for index, line in enumerate(asked["lines"])]
    for index, new in enumerate(asked["lines"]):
        lines.check_taxes(new.get("tax_amounts", []), f"lines[{index}]")
    for line, new in zip(found, asked["lines"], strict=True):
        changed(books, line, new)
        line["subtotal"] = line["amount"]
        if "tax_amounts" in new:
            line["taxes"] = lines.given_taxes(books, new["tax_amounts"])
    return _relined(books, invoice, asked)


@on("POST", "/invoices/{id}/remove_lines")
def remove_lines(call: Call) -> Row:
    one = params.fields(id=params.text(), behavior=params.choice("delete", "unassign"))
    asked = call.read({"lines": params.many(one), "invoice_metadata": params.metadata}, ("lines",))
    books, invoice = call.books, draft(call.books, call.id)
    found = [_line(books, invoice, line, index) for index, line in enumerate(asked["lines"])]
    for line, wish in zip(found, asked["lines"], strict=True):
        line["_gone"] = True
        item = books.table("invoiceitems").get(line["parent"]["invoice_item_details"]["invoice_item"])
        if item:
            item |= {"invoice": None, "_gone": wish.get("behavior") != "unassign"}
    return _relined(books, invoice, asked)


@on("GET", "/invoices/{id}/lines")
def list_lines(call: Call) -> Row:
    asked = call.read(listing.PAGING)
    rows = lines.of(call.books, collecting.existing(call.books, call.id))
    return listing.page(call, "lines", asked, rows=rows, oldest_first=True)


@on("POST", "/invoices/{id}/finalize")
def finalize(call: Call) -> Row:
    asked = call.read({"auto_advance": params.boolean})
    invoice = collecting.existing(call.books, call.id)
    collecting.finalized(call.books, invoice, asked.get("auto_advance"))
    return show(call.books, invoice)


@on("POST", "/invoices/{id}/send")
def send(call: Call) -> Row:
    call.read({})
    invoice = collecting.existing(call.books, call.id)
    collecting.sent(call.books, invoice)
    return show(call.books, invoice)


@on("POST", "/invoices/{id}/pay")
def pay(call: Call) -> Row:
    spec = {
        "forgive": params.boolean,
        "off_session": params.boolean,
        "paid_out_of_band": params.boolean,
        "payment_method": params.text(),
    }
    asked = call.read(spec)
    invoice = collecting.existing(call.books, call.id)
    if asked.get("paid_out_of_band"):
        if invoice["status"] == "draft":
            collecting.finalized(call.books, invoice)
        settling.settled_elsewhere(call.books, invoice)
    else:
        collecting.collected(call.books, invoice)
    return show(call.books, invoice)


@on("POST", "/invoices/{id}/void")
def void(call: Call) -> Row:
    call.read({})
    invoice = collecting.existing(call.books, call.id)
    collecting.voided(call.books, invoice)
    return show(call.books, invoice)


@on("POST", "/invoices/{id}/mark_uncollectible")
def mark_uncollectible(call: Call) -> Row:
    call.read({})
    invoice = collecting.existing(call.books, call.id)
    collecting.given_up(call.books, invoice)
    return show(call.books, invoice)


@on("POST", "/invoices/{id}/attach_payment")
def attach_payment(call: Call) -> Row:
    asked = call.read({"payment_intent": params.text(), "payment_record": params.text()})
    if not asked.get("payment_intent"):
        raise params.needed("payment_intent")
    invoice = collecting.existing(call.books, call.id)
    settling.attached(
        call.books, invoice, call.books.get("payment_intents", asked["payment_intent"], "payment_intent")
    )
    return show(call.books, invoice)


@on("DELETE", "/invoices/{id}")
def delete(call: Call) -> Row:
    call.read({})
    invoice = collecting.existing(call.books, call.id)
    if invoice["status"] != "draft":
        raise Refusal("You can only delete draft invoices.", code="invoice_not_editable", param="id")
    invoice["_gone"] = True
    for line in lines.of(call.books, invoice):
        line["_gone"] = True
    emit(call.books, "invoice.deleted", invoice)
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


@on("GET", "/invoices/{id}")
def get(call: Call) -> Row:
    call.read({})
    return show(call.books, collecting.existing(call.books, call.id))


@on("GET", "/invoices")
def list_invoices(call: Call) -> Row:
    names = ("customer", "status", "collection_method")
    spec = {
        **listing.PAGING,
        "customer": params.text(),
        "status": params.choice(*STATUSES),
        "collection_method": params.choice("charge_automatically", "send_invoice"),
        "created": params.when,
        "due_date": params.when,
        "subscription": params.text(),
    }
    asked = call.read(spec)
    return listing.page(call, "invoices", asked, lambda row: _matches(row, asked, names))


def _matches(invoice: Row, asked: Row, names: tuple[str, ...]) -> bool:
    if "due_date" in asked and not listing.within(invoice["due_date"], asked["due_date"]):
        return False
    parent = (invoice["parent"] or {}).get("subscription_details") or {}
    if "subscription" in asked and parent.get("subscription") != asked["subscription"]:
        return False
    return listing.matches(invoice, asked, names)


def _priced(books: Books, invoice: Row, line: Row, at: str) -> Row | None:
    """None for a line that is an invoice item already."""
    if line.get("invoice_item"):
        item = books.get("invoiceitems", line["invoice_item"], f"{at}[invoice_item]")
        if item["invoice"] or item["customer"] != invoice["customer"]:
            raise Refusal(
                f"Invoice item {item['id']} cannot be added to this invoice.", param=f"{at}[invoice_item]"
            )
        return None
    price = lines.priced(books, line, invoice["currency"], at)
    money.chargeable(price["amount"], invoice["currency"], f"{at}[amount]")
    lines.check_taxes(line.get("tax_amounts", []), at)
    for rate in line.get("tax_rates", []):
        books.get("tax_rates", rate, f"{at}[tax_rates]")
    return price


def _add(books: Books, invoice: Row, line: Row, price: Row | None) -> None:
    if price is None:
        put_on(books, books.get("invoiceitems", line["invoice_item"]), invoice)
        return
    if line.get("tax_amounts"):
        taxes = lines.given_taxes(books, line["tax_amounts"])
    else:
        rates = line["tax_rates"] if "tax_rates" in line else invoice["_tax_rates"]
        taxes = lines.rate_taxes(books, price["amount"], invoice["currency"], rates)
    item = books.world.new_id("ii_", 24)
    lines.written(books, invoice, price, line, lines.item_parent(item), taxes)


def _relined(books: Books, invoice: Row, asked: Row) -> Row:
    lines.added_up(books, invoice)
    invoice["metadata"] = params.merged(invoice["metadata"], asked.get("invoice_metadata", {}))
    emit(books, "invoice.updated", invoice, lines={})
    return show(books, invoice)


def _line(books: Books, invoice: Row, asked: Row, index: int) -> Row:
    if "id" not in asked:
        raise params.needed(f"lines[{index}][id]")
    line = books.get("lines", asked["id"], f"lines[{index}][id]")
    if line["invoice"] != invoice["id"] or line.get("_gone"):
        raise Refusal(
            f"No such line item: '{asked['id']}'", code="resource_missing", param=f"lines[{index}][id]"
        )
    return line


def _show(books: Books, invoice: Row) -> Row:
    rows = lines.of(books, invoice)
    url = f"/v1/invoices/{invoice['id']}/lines"
    embedded = enveloped([show(books, row) for row in rows[:EMBEDDED_LINES]], url, len(rows) > EMBEDDED_LINES)
    return {**shown(invoice), "lines": {**embedded, "total_count": len(rows)}}


SHOW["invoice"] = _show
