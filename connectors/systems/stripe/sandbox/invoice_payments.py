"""Invoice payments: the only link between an invoice and the money that paid it."""

from __future__ import annotations

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import listing, params
from connectors.systems.stripe.sandbox.expand import show
from connectors.systems.stripe.sandbox.front import Call, on

PAYMENT = {
    "type": params.choice("payment_intent", "payment_record"),
    "payment_intent": params.text(),
    "payment_record": params.text(),
}


@on("GET", "/invoice_payments/{id}")
def get(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("invoice_payments", call.id))


@on("GET", "/invoice_payments")
def list_payments(call: Call) -> Row:
    names = ("invoice", "status")
    spec = {
        **listing.PAGING,
        "invoice": params.text(),
        "status": params.choice("open", "paid", "canceled"),
        "created": params.when,
        "payment": params.fields(**PAYMENT),
    }
    asked = call.read(spec)
    if "payment" in asked and "type" not in asked["payment"]:
        raise params.needed("payment[type]")
    return listing.page(call, "invoice_payments", asked, lambda row: _matches(row, asked, names))


def _matches(row: Row, asked: Row, names: tuple[str, ...]) -> bool:
    wanted = asked.get("payment", {})
    return listing.matches(row, asked, names) and all(
        row["payment"].get(name) == wanted[name] for name in wanted
    )
