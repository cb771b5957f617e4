"""Refunds: in full or in parts, at once or later, and sometimes returned by the bank long after they succeeded."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import ledger, listing, money, params
from connectors.systems.stripe.sandbox.books import Books
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.params import needed
from connectors.systems.stripe.sandbox.payments import settle
from connectors.systems.stripe.sandbox.refusal import Invalid, Refusal

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
SPEC = {
    "charge": params.text(),
    "payment_intent": params.text(),
    "amount": params.integer(1),
    "reason": params.choice(*REASONS),
    "metadata": params.metadata,
}


@on("POST", "/refunds")
def create(call: Call) -> Row:
    asked = call.read(SPEC)
    charge = _charge(call.books, asked)
    metadata = params.merged({}, asked.get("metadata", {}))
    refund = refunded(call.books, charge, asked.get("amount"), reason=asked.get("reason"), metadata=metadata)
    return show(call.books, refund)


@on("POST", "/refunds/{id}")
def update(call: Call) -> Row:
    asked = call.read({"metadata": params.metadata})
    refund = call.books.get("refunds", call.id)
    refund["metadata"] = params.merged(refund["metadata"], asked.get("metadata", {}))
    emit(call.books, "refund.updated", refund)
    return show(call.books, refund)


@on("GET", "/refunds/{id}")
def get(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("refunds", call.id))


@on("GET", "/refunds")
def list_refunds(call: Call) -> Row:
    names = ("charge", "payment_intent")
    asked = call.read({**listing.PAGING, **dict.fromkeys(names, params.text()), "created": params.when})
    return listing.page(call, "refunds", asked, lambda row: listing.matches(row, asked, names))


def refunded(
    books: Books, charge: Row, amount: int | None = None, *, pending: str = "", **values: Any
) -> Row:
    """Give back what is asked, or all that is left; `pending` says why the bank has not moved yet."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = left if amount is None else amount
    _possible(charge, amount, left)
    settle(books, charge["id"])
    card = charge["payment_method_details"]["type"] == "card"
    refund = books.add(
        "refunds",
        prefix="" if card else "pyr_",
        amount=amount,
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        customer=charge["customer"],
        balance_transaction=None,
        failure_balance_transaction=None,
        failure_reason=None,
        pending_reason=pending or None,
        receipt_number=None,
        status="pending" if pending else "succeeded",
        **{"reason": None, "metadata": {}, **values},
    )
    refund["balance_transaction"] = _moved(books, charge, refund, -1, "refund")["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    emit(books, "refund.created", refund)
    emit(books, "charge.refunded", charge, amount_refunded=charge["amount_refunded"] - amount)
    return refund


def completed(books: Books, refund: Row) -> None:
    refund |= {"status": "succeeded", "pending_reason": None}
    emit(books, "refund.updated", refund, status="pending")


def returned(
    books: Books, refund: Row, reason: str = "expired_or_canceled_card", *, canceled: bool = False
) -> None:
    """The bank sends the refund back, or it is canceled: the money is in the balance again."""
    if refund["status"] in ("failed", "canceled"):
        raise ValueError(f"refund {refund['id']} is {refund['status']} already")
    charge, before = books.get("charges", refund["charge"]), refund["status"]
    back = _moved(books, charge, refund, 1, "refund_failure")
    refund |= {
        "status": "canceled" if canceled else "failed",
        "failure_reason": "merchant_request" if canceled else reason,
        "failure_balance_transaction": back["id"],
        "pending_reason": None,
    }
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    emit(books, "refund.updated", refund, status=before)
    if not canceled:
        emit(books, "refund.failed", refund)


def _moved(books: Books, charge: Row, refund: Row, sign: int, category: str) -> Row:
    """A refund is exchanged at its own day's rate; one that comes back, at the rate it went out with."""
    if category == "refund_failure":
        out = books.get("balance_transactions", refund["balance_transaction"])
        amount, currency, rate = -out["amount"], out["currency"], out["exchange_rate"]
    else:
        currency = money.settlement_currency(books.account, charge["currency"])
        gross, rate = money.exchanged(books.account, refund["amount"], charge["currency"], currency)
        amount = sign * gross
    card = charge["payment_method_details"]["type"] == "card"
    type = "refund_failure" if category == "refund_failure" else "refund" if card else "payment_refund"
    return ledger.moved(
        books,
        amount,
        currency,
        type=type,
        category=category,
        source=refund["id"],
        description="Refund",
        rate=rate,
    )


def _charge(books: Books, asked: Row) -> Row:
    if "charge" in asked and "payment_intent" in asked:
        raise Invalid("You may only specify one of these parameters: charge, payment_intent.", param="charge")
    if "charge" in asked:
        return books.get("charges", asked["charge"], "charge")
    if "payment_intent" not in asked:
        raise needed("charge")
    intent = books.get("payment_intents", asked["payment_intent"], "payment_intent")
    if not intent["latest_charge"]:
        raise Refusal(
            f"PaymentIntent {intent['id']} does not have a successful charge to refund.",
            param="payment_intent",
        )
    return books.get("charges", intent["latest_charge"])


def _possible(charge: Row, amount: int, left: int) -> None:
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise Refusal(f"Charge {charge['id']} has not succeeded and cannot be refunded.", param="charge")
    if charge["disputed"] and charge.get("_lost"):
        raise Refusal(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if left == 0:
        raise Refusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        said = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise Refusal(said, code="charge_already_refunded", param="amount")
    money.chargeable(amount, charge["currency"])
