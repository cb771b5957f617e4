"""Invoice items: lines that wait for a customer's next invoice, or stand on a draft at once."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import lines, listing, money, params
from connectors.systems.stripe.sandbox.books import Books
from connectors.systems.stripe.sandbox.customers import alive
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.refusal import Refusal

SPEC = {**lines.LINE, "unit_amount_decimal": params.decimal()}
CREATED = {**SPEC, "customer": params.text(), "invoice": params.text(), "currency": params.currency}


@on("POST", "/invoiceitems")
def create(call: Call) -> Row:
    asked = call.read(CREATED, ("customer",))
    books = call.books
    customer = alive(books, asked["customer"], "customer")
    invoice = draft(books, asked["invoice"], "invoice") if asked.get("invoice") else None
    if invoice and invoice["customer"] != customer["id"]:
        raise Refusal(
            f"Invoice {invoice['id']} does not belong to customer {customer['id']}.", param="invoice"
        )
    currency = asked.get("currency") or (invoice["currency"] if invoice else customer["currency"])
    currency = currency or books.account["default_currency"]
    if invoice:
        lines.room(books, invoice, 1)
    if invoice and currency != invoice["currency"]:
        said = f"The currency of the invoice item ({currency}) must match that of the invoice ({invoice['currency']})."
        raise Refusal(said, param="currency")
    return show(books, made(books, customer, currency, asked, invoice))


def made(books: Books, customer: Row, currency: str, asked: Row, invoice: Row | None) -> Row:
    price = lines.priced(books, asked, currency)
    money.chargeable(price["amount"], currency)
    item = books.add(
        "invoiceitems",
        **{**price, "pricing": price["pricing"]},
        currency=currency,
        customer=customer["id"],
        date=books.now,
        description=asked.get("description") or None,
        discountable=asked.get("discountable", True),
        discounts=[],
        invoice=None,
        metadata=params.merged({}, asked.get("metadata", {})),
        net_amount=price["amount"],
        parent=None,
        period=asked.get("period") or {"start": books.now, "end": books.now},
        proration=False,
        tax_rates=[books.get("tax_rates", id, "tax_rates")["id"] for id in asked.get("tax_rates", [])],
    )
    if invoice:
        put_on(books, item, invoice)
    emit(books, "invoiceitem.created", item)
    return item


def put_on(books: Books, item: Row, invoice: Row) -> Row:
    """The item becomes a line of that draft."""
    taxes = lines.rate_taxes(
        books, item["amount"], item["currency"], item["tax_rates"] or invoice["_tax_rates"]
    )
    price = {name: item[name] for name in ("amount", "quantity", "quantity_decimal", "pricing")}
    line = lines.written(books, invoice, price, item, lines.item_parent(item["id"]), taxes)
    item |= {"invoice": invoice["id"], "_line": line["id"]}
    lines.added_up(books, invoice)
    return line


@on("POST", "/invoiceitems/{id}")
def update(call: Call) -> Row:
    asked = call.read(SPEC)
    books, item = call.books, call.books.get("invoiceitems", call.id)
    invoice = draft(books, item["invoice"]) if item["invoice"] else None
    changed(books, item, asked)
    if invoice:
        books.table("lines")[item["_line"]]["_gone"] = True
        put_on(books, item, invoice)
    return show(books, item)


def changed(books: Books, item: Row, asked: Row) -> None:
    """New words or a new price on an item or a line."""
    if any(
        name in asked
        for name in ("amount", "quantity", "quantity_decimal", "price_data", "unit_amount_decimal")
    ):
        item |= lines.priced(books, asked, item["currency"])
    for name in ("description", "discountable", "period", "tax_rates"):
        if name in asked and name in item:
            item[name] = asked[name] or None
    item["metadata"] = params.merged(item["metadata"], asked.get("metadata", {}))


@on("DELETE", "/invoiceitems/{id}")
def delete(call: Call) -> Row:
    call.read({})
    books, item = call.books, call.books.get("invoiceitems", call.id)
    invoice = draft(books, item["invoice"]) if item["invoice"] else None
    item["_gone"] = True
    if invoice:
        books.table("lines")[item["_line"]]["_gone"] = True
        lines.added_up(books, invoice)
    emit(books, "invoiceitem.deleted", item)
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}


@on("GET", "/invoiceitems/{id}")
def get(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("invoiceitems", call.id))


@on("GET", "/invoiceitems")
def list_items(call: Call) -> Row:
    names = ("customer", "invoice")
    spec = {
        **listing.PAGING,
        **dict.fromkeys(names, params.text()),
        "pending": params.boolean,
        "created": params.when,
    }
    asked = call.read(spec)
    return listing.page(call, "invoiceitems", asked, lambda row: _matches(row, asked, names))


def _matches(item: Row, asked: Row, names: tuple[str, ...]) -> bool:
    pending: Any = asked.get("pending", item["invoice"] is None)
    return listing.matches(item, asked, names) and pending is (item["invoice"] is None)


def draft(books: Books, id: str, param: str = "id") -> Row:
    """An invoice that can still be changed."""
    invoice = books.get("invoices", id, param)
    if invoice["status"] != "draft" or invoice.get("_gone"):
        said = "Finalized invoices can't be updated in this way"
        raise Refusal(said, code="invoice_not_editable", param=param)
    return invoice
