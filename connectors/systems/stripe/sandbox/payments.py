"""Payment intents and charges: money asked for, taken, late, failed.

A charge's balance transaction comes a moment after the charge itself, and `charge.updated` says so. Money is made by
acts (a customer pays) and by paying an invoice; nobody creates charges through this API.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import ledger, listing, money, params
from connectors.systems.stripe.sandbox.books import Books, shown
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import SHOW, show
from connectors.systems.stripe.sandbox.front import Call, on

DEBIT = "us_bank_account"
AVAILABLE_DAYS = {"card": 2, DEBIT: 4}
DEBIT_DAYS = 4


def intended(books: Books, amount: int, currency: str, **values: Any) -> Row:
    """A payment intent, before any money has moved."""
    method = values.pop("method", "card")
    intent = books.add(
        "payment_intents",
        **{
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": "automatic_async",
            "currency": currency,
            "customer": None,
            "description": None,
            "last_payment_error": None,
            "latest_charge": None,
            "metadata": {},
            "payment_method_types": [method],
            "receipt_email": None,
            "status": "requires_payment_method",
            "_payments": [],
            **values,
        },
    )
    emit(books, "payment_intent.created", intent)
    return intent


def charged(
    books: Books, amount: int, currency: str, *, intent: Row | None, method: str = "card", **values: Any
) -> Row:
    """A charge that has succeeded, or is pending when it is a bank debit."""
    debit = method != "card"
    charge = books.add(
        "charges",
        **{
            **EMPTY,
            "amount": amount,
            "amount_captured": 0 if debit else amount,
            "captured": not debit,
            "currency": currency,
            "paid": not debit,
            "payment_intent": intent["id"] if intent else None,
            "payment_method_details": {"type": method, method: {}},
            "status": "pending" if debit else "succeeded",
            **values,
        },
    )
    charge["receipt_url"] = f"https://pay.stripe.com/receipts/{charge['id']}"
    if intent:
        intent["latest_charge"] = charge["id"]
    if debit:
        _started(books, charge, intent)
    else:
        succeeded(books, charge)
    return charge


def _started(books: Books, charge: Row, intent: Row | None) -> None:
    emit(books, "charge.pending", charge)
    if intent:
        intent["status"] = "processing"
        emit(books, "payment_intent.processing", intent)


def succeeded(books: Books, charge: Row) -> None:
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
    if charge["payment_intent"]:
        intent = books.get("payment_intents", charge["payment_intent"])
        intent |= {"status": "succeeded", "amount_received": charge["amount"], "latest_charge": charge["id"]}
        emit(books, "payment_intent.succeeded", intent)
    emit(books, "charge.succeeded", charge)
    wait = books.world.state["async_seconds"]
    if wait:
        books.later(wait, "settle_charge", charge=charge["id"])
    else:
        settle(books, charge["id"])


def settle(books: Books, charge: str) -> None:
    """The balance transaction of a charge becomes known."""
    row = books.get("charges", charge)
    if row["balance_transaction"] or row["status"] != "succeeded":
        return
    currency = money.settlement_currency(books.account, row["currency"])
    amount, rate = money.exchanged(books.account, row["amount_captured"], row["currency"], currency)
    booked = ledger.moved(
        books,
        amount,
        currency,
        type="charge" if row["payment_method_details"]["type"] == "card" else "payment",
        category="charge",
        source=row["id"],
        fee_details=money.fees(books.account, amount, currency),
        description=row["description"] or "",
        rate=rate,
        available_in_days=AVAILABLE_DAYS.get(row["payment_method_details"]["type"], 2),
    )
    row["balance_transaction"] = booked["id"]
    emit(books, "charge.updated", row, balance_transaction=None)


def failed(
    books: Books,
    amount: int,
    currency: str,
    *,
    intent: Row | None,
    code: str = "card_declined",
    **values: Any,
) -> Row:
    """A charge that never took money."""
    error = {
        "type": "card_error",
        "code": code,
        "decline_code": "generic_decline",
        "message": "Your card was declined.",
    }
    charge = books.add(
        "charges",
        **{
            **EMPTY,
            "amount": amount,
            "currency": currency,
            "failure_code": code,
            "failure_message": error["message"],
            "payment_intent": intent["id"] if intent else None,
            "payment_method_details": {"type": "card", "card": {}},
            "status": "failed",
            **values,
        },
    )
    if intent:
        intent |= {
            "status": "requires_payment_method",
            "last_payment_error": error,
            "latest_charge": charge["id"],
        }
        emit(books, "payment_intent.payment_failed", intent)
    emit(books, "charge.failed", charge)
    return charge


def bounced(books: Books, charge: Row, code: str = "insufficient_funds") -> None:
    """A bank debit that fails: while it is pending nothing was booked, after success the money goes back."""
    settle(books, charge["id"])
    charge |= {
        "status": "failed",
        "paid": False,
        "failure_code": code,
        "failure_message": "The bank returned the debit.",
    }
    if charge["balance_transaction"]:
        row = books.get("balance_transactions", charge["balance_transaction"])
        back = ledger.moved(
            books,
            -row["amount"],
            row["currency"],
            type="payment_failure_refund",
            category="charge_failure",
            source=charge["id"],
            description="Payment failure refund",
            rate=row["exchange_rate"],
        )
        charge["failure_balance_transaction"] = back["id"]
    emit(books, "charge.failed", charge)
    if charge["payment_intent"]:
        intent = books.get("payment_intents", charge["payment_intent"])
        intent |= {"status": "requires_payment_method", "amount_received": 0}
        intent["last_payment_error"] = {
            "type": "card_error",
            "code": code,
            "message": charge["failure_message"],
        }
        emit(books, "payment_intent.payment_failed", intent)


def canceled(books: Books, intent: Row, reason: str = "abandoned") -> None:
    intent |= {"status": "canceled", "canceled_at": books.now, "cancellation_reason": reason}
    emit(books, "payment_intent.canceled", intent)


@on("GET", "/payment_intents/{id}")
def get_intent(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("payment_intents", call.id))


@on("GET", "/payment_intents")
def list_intents(call: Call) -> Row:
    return _listed(call, "payment_intents", ("customer",))


@on("GET", "/charges/{id}")
def get_charge(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("charges", call.id))


@on("GET", "/charges")
def list_charges(call: Call) -> Row:
    return _listed(call, "charges", ("customer", "payment_intent"))


def _listed(call: Call, table: str, names: tuple[str, ...]) -> Row:
    asked = call.read({**listing.PAGING, **dict.fromkeys(names, params.text()), "created": params.when})
    return listing.page(call, table, asked, lambda row: listing.matches(row, asked, names))


EMPTY: Row = {
    "amount_captured": 0,
    "amount_refunded": 0,
    "balance_transaction": None,
    "billing_details": {"address": None, "email": None, "name": None, "phone": None},
    "captured": False,
    "customer": None,
    "description": None,
    "disputed": False,
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "metadata": {},
    "outcome": None,
    "paid": False,
    "presentment_details": None,
    "receipt_email": None,
    "receipt_url": None,
    "refunded": False,
    "statement_descriptor": None,
}


def _show_charge(_books: Books, charge: Row) -> Row:
    shown_charge = shown(charge)
    if shown_charge["presentment_details"] is None:
        del shown_charge["presentment_details"]
    return shown_charge


SHOW["charge"] = _show_charge
