"""Payouts and the rows of Stripe's balance, read. A category that is not listed here is unknown, never guessed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from connectors.canon.kind import Ref
from connectors.canon.receivables import (
    BalanceMovement,
    BalanceRow,
    Category,
    Direction,
    Dispute,
    FeeDetail,
    FeeSort,
    Payment,
    Payout,
    PayoutStatus,
    Refund,
)
from connectors.systems.stripe.units import money
from connectors.transport.stated import Stated

CATEGORIES = {
    "charge": Category.CHARGE,
    "charge_failure": Category.CHARGE_FAILURE,
    "partial_capture_reversal": Category.CAPTURE_REVERSAL,
    "refund": Category.REFUND,
    "refund_failure": Category.REFUND_FAILURE,
    "dispute": Category.DISPUTE,
    "dispute_reversal": Category.DISPUTE_REVERSAL,
    "payout": Category.PAYOUT,
    "payout_reversal": Category.PAYOUT_REVERSAL,
    "fee": Category.FEE,
    "tax": Category.TAX,
    "risk_reserved_funds": Category.RESERVE,
    "payout_minimum_balance_hold": Category.RESERVE,
    "payout_minimum_balance_release": Category.RESERVE,
    "topup": Category.TOPUP,
    "topup_reversal": Category.TOPUP,
}
FEE_SORTS = {
    "stripe_fee": FeeSort.PROCESSING,
    "payment_method_passthrough_fee": FeeSort.PROCESSING,
    "tax": FeeSort.TAX,
    "withheld_tax": FeeSort.TAX,
}
STATUSES = {
    "pending": PayoutStatus.PENDING,
    "in_transit": PayoutStatus.PENDING,
    "paid": PayoutStatus.PAID,
    "failed": PayoutStatus.FAILED,
    "canceled": PayoutStatus.CANCELLED,
}
OWN_ROW = "payout"
"""The payout itself appears among its rows; it is not one of the things it pays out."""

Source = Ref[Payment] | Ref[Refund] | Ref[Dispute] | Ref[Payout]


def listable(stated: Stated) -> bool:
    """Stripe can tell the rows of automatic payouts only, and only once it has finished tying them."""
    return stated.flag("automatic") and stated.text_or("reconciliation_status") == "completed"


def payout(stated: Stated, rows: tuple[BalanceRow, ...], own: Stated | None, zone: ZoneInfo) -> Payout:
    failed = stated.body.get("failure_balance_transaction")
    fee = money(own, "fee") if own else None
    return Payout(
        id=stated.text("id"),
        status=_status(stated),
        amount=money(stated, "amount"),
        # A date only, stated as midnight UTC: moving it into a zone would move the day.
        arrives=stated.epoch("arrival_date").date(),
        automatic=stated.flag("automatic"),
        complete=listable(stated),
        rows=rows,
        fee=fee if fee else None,
        trace=stated.part_or("trace_id").text_or("value"),
        failed_on=Stated(failed, f"{stated.what} failure").epoch("created").astimezone(zone)
        if isinstance(failed, dict)
        else None,
        failure=stated.text_or("failure_message") or stated.text_or("failure_code"),
    )


def row(stated: Stated) -> BalanceRow:
    category = CATEGORIES.get(stated.text_or("reporting_category"), Category.UNKNOWN)
    return BalanceRow(
        id=stated.text("id"),
        category=category,
        gross=money(stated, "amount"),
        fee=money(stated, "fee"),
        net=money(stated, "net"),
        fees=tuple(_fee(one) for one in stated.parts_or("fee_details")),
        stated=stated.text_or("reporting_category") or stated.text_or("type"),
        source=_source(stated, category),
        occurred=stated.epoch("created"),
        text=stated.text_or("description"),
    )


def movement(stated: Stated) -> BalanceMovement:
    return BalanceMovement(id=stated.text("id"), row=row(stated), occurred=stated.epoch("created"))


def is_own_row(stated: Stated) -> bool:
    return stated.text_or("reporting_category") == OWN_ROW


def of_payments_balance(stated: Stated) -> bool:
    return stated.text_or("balance_type", "payments") == "payments"


def _status(stated: Stated) -> PayoutStatus:
    status = stated.text("status")
    return STATUSES[status] if status in STATUSES else stated.odd("status", " or ".join(STATUSES), status)


def _fee(stated: Stated) -> FeeDetail:
    sort = FEE_SORTS.get(stated.text_or("type"), FeeSort.OTHER)
    return FeeDetail(amount=money(stated, "amount"), sort=sort, text=stated.text_or("description"))


def _source(stated: Stated, category: Category) -> Source | None:
    """By category, because the prefixes of ids are not promised."""
    value = stated.body.get("source")
    id = value.get("id") if isinstance(value, dict) else value
    if not isinstance(id, str) or not id:
        return None
    match category:
        case Category.CHARGE | Category.CHARGE_FAILURE:
            return Ref(Payment, id)
        case Category.REFUND | Category.REFUND_FAILURE:
            return Ref(Refund, id)
        case Category.DISPUTE:
            return Ref(Dispute, f"{id}/{Direction.WITHDRAWN}")
        case Category.DISPUTE_REVERSAL:
            return Ref(Dispute, f"{id}/{Direction.REINSTATED}")
        case Category.PAYOUT_REVERSAL:
            return Ref(Payout, id)
    return None
