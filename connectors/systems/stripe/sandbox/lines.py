"""The lines of an invoice: from invoice items or added directly, with their taxes, and the totals they make.

Only a draft's lines can change; every change works the invoice's totals out again.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import money, params
from connectors.systems.stripe.sandbox.books import Books
from connectors.systems.stripe.sandbox.params import Reader
from connectors.systems.stripe.sandbox.refusal import Invalid, Refusal

LINES_MAX = 250
TAXES_MAX = 20
PRICE_DATA = params.fields(
    currency=params.currency,
    product=params.text(),
    product_data=params.fields(name=params.text()),
    tax_behavior=params.choice("exclusive", "inclusive", "unspecified"),
    unit_amount=params.integer(),
    unit_amount_decimal=params.decimal(),
)
PERIOD = params.fields(start=params.integer(0), end=params.integer(0))
LINE: dict[str, Reader] = {
    "amount": params.integer(),
    "description": params.text(),
    "discountable": params.boolean,
    "metadata": params.metadata,
    "period": PERIOD,
    "price_data": PRICE_DATA,
    "pricing": params.fields(price=params.text()),
    "quantity": params.integer(0),
    "quantity_decimal": params.decimal(),
    "tax_rates": params.many(params.text(), TAXES_MAX),
}
TAX_AMOUNT = params.fields(
    amount=params.integer(),
    taxable_amount=params.integer(),
    tax_rate_data=params.fields(
        display_name=params.text(100),
        inclusive=params.boolean,
        percentage=params.decimal(4),
        country=params.text(2),
        description=params.text(),
        jurisdiction=params.text(200),
        state=params.text(),
        tax_type=params.text(),
    ),
)
ADDED: dict[str, Reader] = {
    **LINE,
    "invoice_item": params.text(),
    "tax_amounts": params.many(TAX_AMOUNT, TAXES_MAX),
}


def priced(books: Books, asked: Row, currency: str, at: str = "") -> Row:
    """What a line costs: an `amount`, or a quantity at a unit price; never both."""
    ways = [name for name in ("amount", "price_data", "pricing", "unit_amount_decimal") if name in asked]
    if len(ways) > 1:
        raise Invalid(
            f"You may only specify one of these parameters: {', '.join(ways)}.",
            param=params.within(at, ways[1]),
        )
    if not ways:
        raise params.needed(params.within(at, "amount"))
    quantity = Decimal(asked.get("quantity_decimal") or asked.get("quantity", 1))
    if "amount" in asked:
        if "quantity" in asked or "quantity_decimal" in asked:
            raise Invalid(
                "You may not specify quantity together with amount.", param=params.within(at, "quantity")
            )
        return _price(asked["amount"], Decimal(asked["amount"]), Decimal(1), None)
    unit, price = _unit(books, asked, currency, at)
    return _price(int((unit * quantity).quantize(Decimal(1), ROUND_HALF_UP)), unit, quantity, price)


def _price(amount: int, unit: Decimal, quantity: Decimal, price: Row | None) -> Row:
    details = {"price": price["id"] if price else None, "product": price["product"] if price else None}
    whole = quantity == quantity.to_integral_value()
    return {
        "amount": amount,
        "quantity": int(quantity) if whole else None,
        "quantity_decimal": f"{quantity.normalize():f}",
        "pricing": {"type": "price_details", "price_details": details, "unit_amount_decimal": f"{unit:f}"},
    }


def _unit(books: Books, asked: Row, currency: str, at: str) -> tuple[Decimal, Row | None]:
    if "unit_amount_decimal" in asked:
        return asked["unit_amount_decimal"], None
    if "pricing" in asked:
        price = books.get("prices", asked["pricing"].get("price", ""), params.within(at, "pricing[price]"))
        _same_currency(price["currency"], currency, at)
        return Decimal(price["unit_amount_decimal"]), price
    data = asked["price_data"]
    for name in ("currency", "product"):
        if name not in data and not (name == "product" and "product_data" in data):
            raise params.needed(params.within(at, f"price_data[{name}]"))
    _same_currency(data["currency"], currency, at)
    return Decimal(data.get("unit_amount_decimal", data.get("unit_amount", 0))), None


def _same_currency(given: str, currency: str, at: str) -> None:
    if given != currency:
        raise Refusal(
            f"The currency {given} does not match the invoice's currency {currency}.",
            param=params.within(at, "currency"),
        )


def written(books: Books, invoice: Row, price: Row, asked: Row, parent: Row, taxes: list[Row]) -> Row:
    """A line on that invoice."""
    period = asked.get("period") or {"start": books.now, "end": books.now}
    line = books.add(
        "lines",
        **price,
        currency=invoice["currency"],
        description=asked.get("description") or None,
        discount_amounts=[],
        discountable=asked.get("discountable", True),
        discounts=[],
        invoice=invoice["id"],
        metadata=params.merged({}, asked.get("metadata", {})),
        parent=parent,
        period=period,
        subtotal=price["amount"],
        taxes=taxes,
    )
    invoice["_lines"].append(line["id"])
    return line


def item_parent(item: str) -> Row:
    details = {"invoice_item": item, "proration": False, "subscription": None}
    return {
        "type": "invoice_item_details",
        "invoice_item_details": details,
        "subscription_item_details": None,
    }


def rate_taxes(books: Books, amount: int, currency: str, rates: Iterable[str]) -> list[Row]:
    """The tax of tax-rate objects on an amount."""
    rows = []
    for id in rates:
        rate = books.get("tax_rates", id, "tax_rates")
        percent = Decimal(str(rate["percentage"]))
        if rate["inclusive"]:
            tax = amount - int((amount / (1 + percent / 100)).quantize(Decimal(1), ROUND_HALF_UP))
        else:
            tax = money.percent_of(amount, percent, currency)
        taxable = amount - tax if rate["inclusive"] else amount
        rows.append(tax_row(tax, taxable, rate["inclusive"], rate["id"]))
    return rows


def check_taxes(asked: list[Row], at: str) -> None:
    for index, tax in enumerate(asked):
        where = f"{at}[tax_amounts][{index}]"
        for name in ("amount", "taxable_amount", "tax_rate_data"):
            if name not in tax:
                raise params.needed(f"{where}[{name}]")
        for name in ("display_name", "inclusive", "percentage"):
            if name not in tax["tax_rate_data"]:
                raise params.needed(f"{where}[tax_rate_data][{name}]")


def given_taxes(books: Books, asked: list[Row]) -> list[Row]:
    """The tax that the caller has worked out; each kind of it becomes a tax rate of its own."""
    rows = []
    for tax in asked:
        data = tax["tax_rate_data"]
        rate = books.add(
            "tax_rates",
            **{**data, "percentage": float(data["percentage"])},
            active=False,
            metadata={},
        )
        rows.append(tax_row(tax["amount"], tax["taxable_amount"], data["inclusive"], rate["id"]))
    return rows


def tax_row(amount: int, taxable: int, inclusive: bool, rate: str) -> Row:
    return {
        "amount": amount,
        "tax_behavior": "inclusive" if inclusive else "exclusive",
        "tax_rate_details": {"tax_rate": rate},
        "taxability_reason": "not_available",
        "taxable_amount": taxable,
        "type": "tax_rate_details",
    }


def of(books: Books, invoice: Row) -> list[Row]:
    table = books.table("lines")
    return [table[id] for id in invoice["_lines"] if not table[id].get("_gone")]


def room(books: Books, invoice: Row, more: int) -> None:
    if len(of(books, invoice)) + more > LINES_MAX:
        raise Refusal(f"An invoice can have at most {LINES_MAX} line items.")


def added_up(books: Books, invoice: Row) -> None:
    """Work the totals out again from the lines."""
    lines = of(books, invoice)
    taxes = [tax for line in lines for tax in line["taxes"]]
    subtotal = sum(line["amount"] for line in lines)
    exclusive = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    total = subtotal + exclusive
    invoice |= {
        "subtotal": subtotal,
        "total": total,
        "total_excluding_tax": total - sum(tax["amount"] for tax in taxes),
        "subtotal_excluding_tax": subtotal - sum(tax["amount"] for tax in taxes) + exclusive,
        "total_taxes": _together(taxes),
        "amount_due": max(total, 0),
        "amount_remaining": max(total, 0),
    }


def _together(taxes: list[Row]) -> list[Row]:
    """One row for each rate."""
    by_rate: dict[Any, Row] = {}
    for tax in taxes:
        row = by_rate.setdefault(
            tax["tax_rate_details"]["tax_rate"], {**tax, "amount": 0, "taxable_amount": 0}
        )
        row["amount"] += tax["amount"]
        row["taxable_amount"] += tax["taxable_amount"]
    return list(by_rate.values())
