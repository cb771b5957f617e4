"""What people and banks do at the vendor: the business acts of the control channel.

Each takes the world, ids and plain values, and answers with the object it made or changed. They act in test mode
unless told `livemode=True`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from connectors.sandbox.world import Row, World
from connectors.systems.stripe.sandbox import (
    collecting,
    credit_notes,
    customers,
    drafting,
    endpoints,
    invoice_items,
    keys,
    money_acts,
    payments,
    payouts,
    settling,
)
from connectors.systems.stripe.sandbox.books import Books
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import show

Act = Callable[..., Any]


def _act(done: Callable[..., Any]) -> Act:
    """Run it in the books of one mode, and show what it gives back as a caller would see it."""

    @wraps(done)
    def act(world: World, livemode: bool = False, **args: Any) -> Any:
        books = Books(world, livemode)
        row = done(books, **args)
        return show(books, row) if isinstance(row, dict) and "_number" in row else row

    return act


def new_customer(books: Books, **values: Any) -> Row:
    """Somebody at the dashboard, or another program, makes a customer."""
    return customers.made(books, **values)


def edit_customer(books: Books, customer: str, **values: Any) -> Row:
    row = books.get("customers", customer)
    before = {name: row[name] for name in values}
    row.update(values)
    emit(books, "customer.updated", row, **before)
    return row


def delete_customer(books: Books, customer: str) -> Row:
    row = books.get("customers", customer)
    row["_gone"] = True
    emit(books, "customer.deleted", row)
    return row


def set_card(books: Books, customer: str, card: str) -> Row:
    """How the customer's card answers to `POST /pay`: "ok", "declines", or "" for no card at all."""
    row = books.get("customers", customer)
    row["_card"] = card
    return row


def new_invoice(
    books: Books, customer: str, amount: int, currency: str, description: str = "", **values: Any
) -> Row:
    """An invoice made by hand, open."""
    invoice = drafting.made(books, customer, currency=currency, auto_advance=False, **values)
    buyer = books.get("customers", customer)
    invoice_items.made(books, buyer, currency, {"amount": amount, "description": description}, invoice)
    collecting.finalized(books, invoice)
    return invoice


def subscription_invoice(
    books: Books,
    customer: str,
    amount: int,
    currency: str,
    description: str = "Subscription",
    pay: bool = True,
) -> Row:
    """An invoice that a subscription has made, finalized and as a rule charged at once."""
    invoice = drafting.made(books, customer, currency=currency, auto_advance=False)
    subscription, item = books.world.new_id("sub_", 24), books.world.new_id("si_", 14)
    invoice |= {"billing_reason": "subscription_cycle"}
    invoice["parent"] = {
        "quote_details": None,
        "subscription_details": {"metadata": {}, "subscription": subscription},
        "type": "subscription_details",
    }
    buyer = books.get("customers", customer)
    row = invoice_items.made(books, buyer, currency, {"amount": amount, "description": description}, invoice)
    line = books.get("lines", row["_line"])
    details = {"proration": False, "subscription": subscription, "subscription_item": item}
    line["parent"] = {"type": "subscription_item_details", "subscription_item_details": details}
    collecting.finalized(books, invoice)
    if pay and invoice["status"] == "open":
        settling.payment(books, invoice)
    return invoice


def pay_invoice(
    books: Books, invoice: str, amount: int | None = None, method: str = "card", declines: bool = False
) -> Row:
    """The customer pays on the invoice's page: all, a part, or too much. A bank debit takes days."""
    row = collecting.existing(books, invoice)
    charge = settling.payment(books, row, amount, method=method, declines=declines)
    if charge["status"] == "pending":
        books.later(payments.DEBIT_DAYS * 86_400, "debit_succeeds", charge=charge["id"])
    return charge


def void_invoice(books: Books, invoice: str) -> Row:
    row = collecting.existing(books, invoice)
    collecting.voided(books, row)
    return row


def credit_invoice(books: Books, invoice: str, **asked: Any) -> Row:
    return credit_notes.made(books, {"invoice": invoice, **asked})


def set_account(books: Books, **values: Any) -> Row:
    """Country, settlement currencies, rates, fees, `payouts_enabled`, `default_version` …"""
    books.account.update(values)
    return books.account


def set_rate(books: Books, currency: str, dollars: str) -> None:
    """What one major unit of a currency is worth from now on."""
    books.account["rates"][currency] = dollars


def set_waits(books: Books, **seconds: float) -> None:
    """`async_seconds`, `reconciliation_seconds`, `search_lag_seconds`."""
    books.world.state.update(seconds)


def set_status(books: Books, table: str, id: str, status: str) -> Row:
    """Any status at all: also one that nobody has heard of."""
    row = books.get(table, id)
    row["status"] = status
    return row


def tell(books: Books, type: str, table: str, id: str) -> Row:
    """An event of any type about an object: also a type that nobody has heard of."""
    return emit(books, type, books.get(table, id))


def break_next_write(books: Books, before: bool = True) -> None:
    """The next POST answers 500, before or after it has done its work, and that answer is kept under its key."""
    books.world.state["breaks"] = {"before": before}


BUSINESS = (
    break_next_write,
    credit_invoice,
    delete_customer,
    edit_customer,
    new_customer,
    new_invoice,
    pay_invoice,
    set_account,
    set_card,
    set_rate,
    set_status,
    set_waits,
    subscription_invoice,
    tell,
    void_invoice,
)
ACTS: dict[str, Act] = {
    **{act.__name__: _act(act) for act in (*BUSINESS, *money_acts.MOVES)},
    "roll_secret": _act(endpoints.roll_secret),
    **keys.ACTS,
}


def _timer(done: Callable[..., Any]) -> Callable[..., None]:
    def timer(world: World, livemode: bool, **args: Any) -> None:
        done(Books(world, livemode), **args)

    return timer


TIMERS = {
    "auto_finalize": _timer(collecting.auto_finalized),
    "debit_succeeds": _timer(money_acts.debit_succeeds),
    "overdue": _timer(collecting.overdue),
    "pay_payout": _timer(payouts.paid),
    "reconcile_payout": _timer(payouts.reconciled),
    "send_payout": _timer(payouts.sent),
    "settle_charge": _timer(payments.settle),
}
