"""Disputes: a bank takes the money back with a fee, and perhaps returns it. An inquiry moves no money."""

from __future__ import annotations

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import ledger, listing, money, params
from connectors.systems.stripe.sandbox.books import Books, shown
from connectors.systems.stripe.sandbox.events import emit
from connectors.systems.stripe.sandbox.expand import SHOW, show
from connectors.systems.stripe.sandbox.front import Call, on
from connectors.systems.stripe.sandbox.payments import settle

FINAL = ("won", "lost", "prevented", "warning_closed")
ANSWER_SECONDS = 9 * 86_400


def opened(
    books: Books, charge: Row, amount: int | None = None, *, reason: str = "fraudulent", inquiry: bool = False
) -> Row:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or not left:
        raise ValueError(f"charge {charge['id']} has nothing left to dispute")
    settle(books, charge["id"])
    dispute = books.add(
        "disputes",
        amount=left if amount is None else amount,
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        evidence={},
        evidence_details={
            "due_by": books.now + ANSWER_SECONDS,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        metadata={},
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
        _rows=[],
    )
    charge["disputed"] = True
    emit(books, "charge.dispute.created", dispute)
    if not inquiry:
        _withdraw(books, dispute)
    return dispute


def escalated(books: Books, dispute: Row) -> None:
    """An inquiry becomes a dispute."""
    if dispute["status"] not in ("warning_needs_response", "warning_under_review"):
        raise ValueError(f"dispute {dispute['id']} is {dispute['status']} and no open inquiry")
    _change(books, dispute, "needs_response")
    dispute["is_charge_refundable"] = False
    _withdraw(books, dispute)


def _withdraw(books: Books, dispute: Row) -> None:
    currency = money.settlement_currency(books.account, dispute["currency"])
    amount, rate = money.exchanged(books.account, dispute["amount"], dispute["currency"], currency)
    fee = money.fee_row(money.dispute_fee(books.account, currency), currency, "stripe_fee", "Dispute fee")
    row = ledger.moved(
        books,
        -amount,
        currency,
        type="adjustment",
        category="dispute",
        source=dispute["id"],
        fee_details=[fee],
        description=f"Chargeback withdrawal for {dispute['charge']}",
        rate=rate,
    )
    dispute["_rows"].append(row["id"])
    emit(books, "charge.dispute.funds_withdrawn", dispute)


def answered(books: Books, dispute: Row) -> None:
    """Evidence was sent."""
    dispute["evidence_details"] |= {"has_evidence": True, "submission_count": 1}
    warning = dispute["status"].startswith("warning")
    _change(books, dispute, "warning_under_review" if warning else "under_review")


def won(books: Books, dispute: Row, *, return_fee: bool = False) -> None:
    _end(books, dispute, "won")
    if not dispute["_rows"]:
        return
    out = books.get("balance_transactions", dispute["_rows"][0])
    fees = [{**row, "amount": -row["amount"]} for row in out["fee_details"]] if return_fee else []
    row = ledger.moved(
        books,
        -out["amount"],
        out["currency"],
        type="adjustment",
        category="dispute_reversal",
        source=dispute["id"],
        fee_details=fees,
        description=f"Chargeback reversal for {dispute['charge']}",
        rate=out["exchange_rate"],
    )
    dispute["_rows"].append(row["id"])
    emit(books, "charge.dispute.funds_reinstated", dispute)


def lost(books: Books, dispute: Row) -> None:
    _end(books, dispute, "lost")
    books.get("charges", dispute["charge"])["_lost"] = True


def closed(books: Books, dispute: Row, status: str = "warning_closed") -> None:
    """An inquiry ends, or a dispute is prevented."""
    _end(books, dispute, status)


def _end(books: Books, dispute: Row, status: str) -> None:
    if dispute["status"] in FINAL:
        raise ValueError(f"dispute {dispute['id']} is {dispute['status']} already")
    if dispute["status"].startswith("warning") and status in ("won", "lost"):
        raise ValueError(f"dispute {dispute['id']} is only an inquiry; escalate it first")
    dispute["status"] = status
    emit(books, "charge.dispute.closed", dispute)


def _change(books: Books, dispute: Row, status: str) -> None:
    before, dispute["status"] = dispute["status"], status
    emit(books, "charge.dispute.updated", dispute, status=before)


@on("GET", "/disputes/{id}")
def get(call: Call) -> Row:
    call.read({})
    return show(call.books, call.books.get("disputes", call.id))


@on("GET", "/disputes")
def list_disputes(call: Call) -> Row:
    names = ("charge", "payment_intent")
    asked = call.read({**listing.PAGING, **dict.fromkeys(names, params.text()), "created": params.when})
    return listing.page(call, "disputes", asked, lambda row: listing.matches(row, asked, names))


def _show(books: Books, dispute: Row) -> Row:
    rows = [show(books, books.get("balance_transactions", id)) for id in dispute["_rows"]]
    return {**shown(dispute), "balance_transactions": rows}


SHOW["dispute"] = _show
