"""Products, prices and tax rates: only what invoices need of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import listing, params
from connectors.systems.stripe.sandbox.books import Books
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.params import Reader
from connectors.systems.stripe.sandbox.refusal import Invalid

TAX_RATE: dict[str, Reader] = {
    "display_name": params.text(100),
    "percentage": params.decimal(4),
    "inclusive": params.boolean,
    "active": params.boolean,
    "country": params.text(2),
    "description": params.text(),
    "jurisdiction": params.text(200),
    "state": params.text(),
    "tax_type": params.text(),
    "metadata": params.metadata,
}
PRODUCT: dict[str, Reader] = {
    "name": params.text(),
    "active": params.boolean,
    "description": params.text(),
    "metadata": params.metadata,
}
PRICE: dict[str, Reader] = {
    "currency": params.currency,
    "product": params.text(),
    "unit_amount": params.integer(),
    "unit_amount_decimal": params.decimal(),
    "active": params.boolean,
    "nickname": params.text(),
    "metadata": params.metadata,
    "recurring": params.fields(
        interval=params.choice("day", "week", "month", "year"), interval_count=params.integer(1)
    ),
}


@on("POST", "/tax_rates")
def create_tax_rate(call: Call) -> Row:
    asked = call.read(TAX_RATE, ("display_name", "inclusive", "percentage"))
    asked["percentage"] = float(asked["percentage"])
    asked["metadata"] = params.merged({}, asked.get("metadata", {}))
    rate = call.books.add("tax_rates", **{"active": True, **asked})
    emit(call.books, "tax_rate.created", rate)
    return show(call.books, rate)


@on("POST", "/products")
def create_product(call: Call) -> Row:
    asked = call.read(PRODUCT, ("name",))
    asked["metadata"] = params.merged({}, asked.get("metadata", {}))
    product = call.books.add("products", **{"active": True, "description": None, **asked})
    emit(call.books, "product.created", product)
    return show(call.books, product)


@on("POST", "/prices")
def create_price(call: Call) -> Row:
    asked = call.read(PRICE, ("currency", "product"))
    call.books.get("products", asked["product"], "product")
    return show(call.books, priced(call.books, **asked))


def priced(books: Books, **asked: Any) -> Row:
    unit = asked.pop("unit_amount_decimal", asked.get("unit_amount"))
    if unit is None:
        raise Invalid("You must specify either unit_amount or unit_amount_decimal.", param="unit_amount")
    amount = Decimal(str(unit))
    whole = amount == amount.to_integral_value()
    price = books.add(
        "prices",
        **{
            "active": True,
            "metadata": {},
            "nickname": None,
            "recurring": None,
            **asked,
            "unit_amount": int(amount) if whole else None,
            "unit_amount_decimal": f"{amount:f}",
        },
    )
    price["type"] = "recurring" if price["recurring"] else "one_time"
    emit(books, "price.created", price)
    return price


def _get(table: str) -> None:
    @on("GET", f"/{table}/{{id}}")
    def get(call: Call) -> Row:
        call.read({})
        return show(call.books, call.books.get(table, call.id))


def _list(table: str, names: tuple[str, ...] = ()) -> None:
    @on("GET", f"/{table}")
    def list_rows(call: Call) -> Row:
        spec = {
            **listing.PAGING,
            **dict.fromkeys(names, params.text()),
            "active": params.boolean,
            "created": params.when,
        }
        asked = call.read(spec)
        return listing.page(call, table, asked, lambda row: listing.matches(row, asked, (*names, "active")))


for table, names in (("tax_rates", ()), ("products", ()), ("prices", ("product", "currency"))):
    _get(table)
    _list(table, names)
