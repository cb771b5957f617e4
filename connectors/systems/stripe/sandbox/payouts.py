"""Payouts: the available balance goes to the bank, or comes from it; and a paid one can still fail days later.

Only an automatic payout knows which rows it carries, and only after it has been reconciled.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import ledger, listing, money, params
from connectors.systems.stripe.sandbox.books import Books
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import show
from connectors.systems.stripe.sandbox.front import Call, on

BANK_DAYS = 2
INSTANT_PERCENT = Decimal(1)
STATUSES = ("pending", "paid", "failed", "canceled", "in_transit")


def automatic(books: Books, currency: str) -> Row | None:
    """Everything available, as one payout; a negative balance is taken from the bank. None when there is nothing."""
    rows = ledger.unpaid(books, currency)
    amount = sum(row["net"] for row in rows)
    if not rows or not amount:
        return None
    payout = _made(books, amount, currency, automatic=True, reconciliation_status="in_progress")
    for row in rows:
        row["_payout"] = payout["id"]
    books.get("balance_transactions", payout["balance_transaction"])["_payout"] = payout["id"]
    books.later(books.world.state["reconciliation_seconds"], "reconcile_payout", payout=payout["id"])
    return payout


def manual(books: Books, amount: int, currency: str, *, instant: bool = False) -> Row:
    """A sum that somebody asked for; an instant one costs a fee, on its own row."""
    if currency in money.PAYOUT_HUNDREDS and amount % 100:
        raise ValueError(f"a manual payout in {currency} must be a multiple of 100")
    if amount > ledger.total(books, currency, available=True):
        raise ValueError("more than is available")
    method = "instant" if instant else "standard"
    fee = money.percent_of(amount, INSTANT_PERCENT, currency) if instant else 0
    fees = [money.fee_row(fee, currency, "stripe_fee", "Instant payout fee")] if fee else []
    return _made(
        books, amount, currency, fees, automatic=False, method=method, reconciliation_status="not_applicable"
    )


def _made(books: Books, amount: int, currency: str, fees: list[Row] | None = None, **values: Any) -> Row:
    instant = values.get("method") == "instant"
    payout = books.add(
        "payouts",
        **{
            "amount": amount,
            "application_fee": None,
            "arrival_date": books.now if instant else _midnight(books.now) + BANK_DAYS * ledger.DAY_SECONDS,
            "currency": currency,
            "description": "STRIPE PAYOUT",
            "destination": f"ba_{currency}_sandbox",
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "metadata": {},
            "method": "standard",
            "original_payout": None,
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": None,
            "status": "pending",
            "trace_id": {"status": "pending", "value": None},
            "type": "bank_account",
            **values,
        },
    )
    row = ledger.moved(
        books,
        -amount,
        currency,
        type="payout",
        category="payout",
        source=payout["id"],
        fee_details=fees,
        description="STRIPE PAYOUT",
    )
    payout["balance_transaction"] = row["id"]
    emit(books, "payout.created", payout)
    books.later(1, "send_payout", payout=payout["id"])
    books.later(1 if instant else payout["arrival_date"] - books.now, "pay_payout", payout=payout["id"])
    return payout


def sent(books: Books, payout: str) -> None:
    row = books.get("payouts", payout)
    if row["status"] == "pending":
        _change(books, row, "in_transit")


def paid(books: Books, payout: str) -> None:
    row = books.get("payouts", payout)
    if row["status"] in ("pending", "in_transit"):
        row["trace_id"] = {"status": "supported", "value": books.world.new_id("", 14)}
        _change(books, row, "paid")
        emit(books, "payout.paid", row)


def reconciled(books: Books, payout: str) -> None:
    row = books.get("payouts", payout)
    row["reconciliation_status"] = "completed"
    emit(books, "payout.reconciliation_completed", row)


def failed(books: Books, payout: Row, code: str = "account_closed") -> None:
    """Also after it was paid: the money is in the balance again, as a row of its own."""
    if payout["status"] not in ("failed", "canceled"):
        payout |= {"failure_code": code, "failure_message": "The bank has returned the payout."}
    _reverse(books, payout, "failed", "payout_failure")
    emit(books, "payout.failed", payout)


def canceled(books: Books, payout: Row) -> None:
    if payout["status"] != "pending":
        raise ValueError(f"payout {payout['id']} is {payout['status']}")
    _reverse(books, payout, "canceled", "payout_cancel")
    emit(books, "payout.canceled", payout)


def _reverse(books: Books, payout: Row, status: str, type: str) -> None:
    if payout["status"] in ("failed", "canceled"):
        raise ValueError(f"payout {payout['id']} is {payout['status']} already")
    row = ledger.moved(
        books,
        payout["amount"],
        payout["currency"],
        type=type,
        category="payout_reversal",
        source=payout["id"],
        description=f"Payout {status}",
    )
    payout["failure_balance_transaction"] = row["id"]
    _change(books, payout, status)


def _change(books: Books, payout: Row, status: str) -> None:
    before, payout["status"] = payout["status"], status
    emit(books, "payout.updated", payout, status=before)


def _midnight(at: int) -> int:
    return at - at % ledger.DAY_SECONDS


@on("GET", "/payouts/{id}")
def get(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("payouts", call.id))


@on("GET", "/payouts")
def list_payouts(call: Call) -> Row:
    spec = {
        **listing.PAGING,
        "arrival_date": params.when,
        "created": params.when,
        "destination": params.text(),
        "status": params.choice(*STATUSES),
    }
    asked = call.read(spec)
    return listing.page(call, "payouts", asked, lambda row: _matches(row, asked))


def _matches(payout: Row, asked: Row) -> bool:
    arrival = asked.get("arrival_date")
    if arrival and not listing.within(payout["arrival_date"], arrival):
        return False
    return listing.matches(payout, asked, ("destination", "status"))
