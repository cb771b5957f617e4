"""Customers: nothing about them is required and nothing is unique, so the same one can be made twice."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import listing, params
from connectors.systems.stripe.sandbox.books import Books, enveloped, shown
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import INCLUDABLE, SHOW, show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.params import UNSET
from connectors.systems.stripe.sandbox.refusal import Invalid, Refusal

PREFIX_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
PREFIX_MAX = 12
TAX_ID_TYPES = ("eu_vat", "gb_vat", "us_ein", "ch_vat", "ca_bn", "au_abn", "jp_cn", "no_vat", "in_gst")


def _invoice_prefix(value: Any, at: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= PREFIX_MAX or not set(value) <= PREFIX_LETTERS:
        raise Invalid("Invoice prefix must be 1 to 12 upper case letters or numbers.", param=at)
    return value


TAX_ID = {"type": params.choice(*TAX_ID_TYPES), "value": params.text(50)}
SPEC = {
    "name": params.text(256),
    "business_name": params.text(150),
    "individual_name": params.text(150),
    "email": params.email,
    "phone": params.text(20),
    "address": params.ADDRESS,
    "shipping": params.fields(name=params.text(), phone=params.text(20), address=params.ADDRESS),
    "description": params.text(),
    "tax_exempt": params.choice("none", "exempt", "reverse", UNSET),
    "balance": params.integer(),
    "invoice_prefix": _invoice_prefix,
    "next_invoice_sequence": params.integer(1),
    "preferred_locales": params.many(params.text(10)),
    "metadata": params.metadata,
    "invoice_settings": params.fields(
        default_payment_method=params.text(),
        footer=params.text(),
        custom_fields=params.many(params.fields(name=params.text(40), value=params.text(140)), 4),
    ),
}


@on("POST", "/customers")
def create(call: Call) -> Row:
    asked = call.read({**SPEC, "tax_id_data": params.many(params.fields(**TAX_ID), 5)})
    customer = made(call.books, **asked)
    return show(call.books, customer)


def made(books: Books, **asked: Any) -> Row:
    tax_ids = asked.pop("tax_id_data", [])
    _prefix_is_free(books, asked.get("invoice_prefix"))
    values = {**EMPTY, "invoice_prefix": books.world.new_id("", 8).upper(), "_card": "ok"}
    _write(values, asked)
    customer = books.add("customers", **values)
    for tax_id in tax_ids:
        books.add("tax_ids", customer=customer["id"], **tax_id)
    emit(books, "customer.created", customer)
    return customer


@on("POST", "/customers/{id}")
def update(call: Call) -> Row:
    asked = call.read(SPEC)
    customer = alive(call.books, call.id)
    if asked.get("invoice_prefix") != customer["invoice_prefix"]:
        _prefix_is_free(call.books, asked.get("invoice_prefix"))
    before, after = {name: customer[name] for name in asked}, dict(customer)
    _write(after, asked)
    customer.update(after)
    changed = {name: old for name, old in before.items() if customer[name] != old}
    if changed:
        emit(call.books, "customer.updated", customer, **changed)
    return show(call.books, customer)


@on("GET", "/customers/{id}")
def get(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("customers", call.id))


@on("GET", "/customers")
def list_customers(call: Call) -> Row:
    asked = call.read({**listing.PAGING, "email": params.text(512), "created": params.when})
    return listing.page(call, "customers", asked, lambda row: listing.matches(row, asked, ("email",)))


@on("DELETE", "/customers/{id}")
def delete(call: Call) -> Row:
    call.read({})
    customer = alive(call.books, call.id)
    customer["_gone"] = True
    emit(call.books, "customer.deleted", customer)
    return show(call.books, customer)


@on("POST", "/customers/{id}/tax_ids")
def add_tax_id(call: Call) -> Row:
    asked = call.read(TAX_ID, ("type", "value"))
    customer = alive(call.books, call.id)
    return show(call.books, call.books.add("tax_ids", customer=customer["id"], **asked))


@on("GET", "/customers/{id}/tax_ids")
def list_tax_ids(call: Call) -> Row:
    asked = call.read(listing.PAGING)
    alive(call.books, call.id)
    return listing.page(call, "tax_ids", asked, lambda row: bool(row["customer"] == call.id))


def alive(books: Books, id: str, param: str = "id") -> Row:
    """A customer that can still be used."""
    customer = books.get("customers", id, param)
    if customer.get("_gone"):
        raise Refusal(f"No such customer: '{id}'", code="resource_missing", param=param, status=404)
    return customer


EMPTY: Row = {
    "address": None,
    "balance": 0,
    "business_name": None,
    "currency": None,
    "default_source": None,
    "delinquent": False,
    "description": None,
    "discount": None,
    "email": None,
    "individual_name": None,
    "invoice_credit_balance": {},
    "invoice_prefix": "",
    "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
    "metadata": {},
    "name": None,
    "next_invoice_sequence": 1,
    "phone": None,
    "preferred_locales": [],
    "shipping": None,
    "tax_exempt": "none",
}
ADDRESS_PARTS = ("city", "country", "line1", "line2", "postal_code", "state")


def _write(customer: Row, asked: Row) -> None:
    for name, value in asked.items():
        if name == "metadata":
            customer[name] = params.merged(customer[name], value)
        elif name == "address" and value != UNSET:
            customer[name] = _address(value)
        elif name == "invoice_settings" and value != UNSET:
            customer[name] = {**customer[name], **value}
        else:
            customer[name] = EMPTY[name] if value == UNSET else value


def _address(value: Row) -> Row:
    return {part: value.get(part) or None for part in ADDRESS_PARTS}


def _prefix_is_free(books: Books, prefix: str | None) -> None:
    if prefix and books.where("customers", invoice_prefix=prefix):
        raise Refusal(f"The invoice prefix {prefix} is already used.", param="invoice_prefix")


def _show(_books: Books, customer: Row) -> Row:
    if customer.get("_gone"):
        return {"id": customer["id"], "object": "customer", "deleted": True}
    return shown(customer)


def _tax_ids(books: Books, customer: Row) -> Row:
    rows = [shown(row) for row in books.where("tax_ids", customer=customer["id"])]
    return enveloped(rows, f"/v1/customers/{customer['id']}/tax_ids")


SHOW["customer"] = _show
INCLUDABLE["customer", "tax_ids"] = _tax_ids
