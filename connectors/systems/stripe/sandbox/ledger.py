"""The balance: every movement of money is one immutable row, and what is available is the sum of rows.

Rows are in the settlement currency; the object that caused one is in the currency its customer saw.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import listing, params
from connectors.systems.stripe.sandbox.books import Books, shown
from connectors.systems.stripe.sandbox.expand import SHOW, show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.refusal import Refusal

DAY_SECONDS = 86_400


def moved(
    books: Books,
    amount: int,
    currency: str,
    *,
    type: str,
    category: str,
    source: str,
    fee_details: list[Row] | None = None,
    description: str = "",
    rate: Any = None,
    available_in_days: int = 0,
) -> Row:
    """Book one row. What waits becomes available at midnight UTC, so a day's rows become available together."""
    fee_details = fee_details or []
    fee = sum(row["amount"] for row in fee_details)
    midnight = books.now - books.now % DAY_SECONDS
    available = midnight + available_in_days * DAY_SECONDS if available_in_days else books.now
    running = books.world.state.setdefault(f"running/{books.mode}", {})
    running[currency] = running.get(currency, 0) + amount - fee
    return books.add(
        "balance_transactions",
        amount=amount,
        available_on=available,
        balance_type="payments",
        currency=currency,
        description=description or None,
        exchange_rate=None if rate is None else float(rate),
        fee=fee,
        fee_details=fee_details,
        net=amount - fee,
        reporting_category=category,
        source=source,
        type=type,
        _payout="",
    )


def is_available(books: Books, row: Row) -> bool:
    return bool(row["available_on"] <= books.now)


def unpaid(books: Books, currency: str) -> list[Row]:
    """Available rows that no automatic payout has carried yet."""
    rows = books.where("balance_transactions", currency=currency, _payout="")
    return [row for row in rows if is_available(books, row)]


def total(books: Books, currency: str, *, available: bool) -> int:
    rows = books.where("balance_transactions", currency=currency)
    return sum(row["net"] for row in rows if is_available(books, row) is available)


def currencies(books: Books) -> list[str]:
    seen = {row["currency"] for row in books.table("balance_transactions").values()}
    return sorted(seen | {books.account["default_currency"]})


@on("GET", "/balance")
def balance(call: Call) -> Row:
    call.read({})
    books = call.books
    return {
        "object": "balance",
        "available": [_amount(books, currency, True) for currency in currencies(books)],
        "pending": [_amount(books, currency, False) for currency in currencies(books)],
        "livemode": books.livemode,
    }


def _amount(books: Books, currency: str, available: bool) -> Row:
    amount = total(books, currency, available=available)
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


@on("GET", "/balance_transactions")
def list_rows(call: Call) -> Row:
    spec = {
        **listing.PAGING,
        "payout": params.text(),
        "type": params.text(),
        "source": params.text(),
        "currency": params.currency,
        "created": params.when,
    }
    asked = call.read(spec)
    if "payout" in asked:
        _listable(call.books, asked["payout"])
        asked["_payout"] = asked.pop("payout")
    names = ("_payout", "type", "source", "currency")
    return listing.page(call, "balance_transactions", asked, lambda row: listing.matches(row, asked, names))


@on("GET", "/balance_transactions/{id}")
def get(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("balance_transactions", call.id))


def _listable(books: Books, id: str) -> None:
    """Only automatic payouts know their rows, and only once they are reconciled."""
    payout = books.get("payouts", id, "payout")
    if not payout["automatic"]:
        said = "Balance transaction history can only be filtered on automatic payouts, not manual."
        raise Refusal(said, param="payout")
    if payout["reconciliation_status"] != "completed":
        said = f"The balance transactions of payout {id} are not ready yet. Wait for payout.reconciliation_completed."
        raise Refusal(said, code="payout_reconciliation_not_ready", param="payout")


def _show(books: Books, row: Row) -> Row:
    return {**shown(row), "status": "available" if is_available(books, row) else "pending"}


SHOW["balance_transaction"] = _show
