"""Stripe knocks: verify the raw bytes, then read nothing from them but which object to look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import stripe

from connectors.canon.kind import Kind
from connectors.canon.parties import Customer
from connectors.canon.receivables import CreditNote, Direction, Dispute, Invoice, Payment, Payout, Refund
from connectors.errors import Forged, Unreadable
from connectors.system import Mode, Notice
from connectors.transport.reading import NotJson, load
from connectors.transport.stated import Stated, stated

TOLERANCE_SECONDS = 300

_OF_CHARGE = "succeeded failed updated refunded".split()
EVENT_KINDS: Mapping[str, type[Kind]] = (
    {f"customer.{what}": Customer for what in ("created", "updated", "deleted")}
    | {f"invoice.{what}": Invoice for what in ("finalized", "paid", "payment_failed", "overdue", "voided")}
    | {f"invoice.{what}": Invoice for what in ("marked_uncollectible", "deleted", "updated")}
    | {"invoice_payment.paid": Payment}
    | {
        f"payment_intent.{what}": Payment
        for what in ("succeeded", "payment_failed", "canceled", "processing")
    }
    | {f"charge.{what}": Payment for what in _OF_CHARGE}
    | {f"refund.{what}": Refund for what in ("created", "updated", "failed")}
    | {f"charge.dispute.{what}": Dispute for what in ("created", "updated", "funds_withdrawn")}
    | {f"charge.dispute.{what}": Dispute for what in ("funds_reinstated", "closed")}
    | {f"credit_note.{what}": CreditNote for what in ("created", "updated", "voided")}
    | {f"payout.{what}": Payout for what in ("created", "updated", "paid", "failed", "canceled")}
    | {"payout.reconciliation_completed": Payout}
)
EVENTS = tuple(sorted(EVENT_KINDS))
_STEPS = {
    "charge.dispute.funds_reinstated": Direction.REINSTATED,
    "charge.dispute.closed": Direction.LOST,
}


class StripeWebhooks:
    events = EVENTS

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: tuple[str, ...], now: datetime) -> None:
        header = next((value for name, value in headers.items() if name.lower() == "stripe-signature"), "")
        if not header:
            raise Forged("The signature header is missing.", system="stripe")
        if not any(_signed(raw, header, secret) for secret in secrets if secret):
            raise Forged("No secret of this endpoint made this signature.", system="stripe")
        _refuse_untimely(header, now)

    def notices(self, raw: bytes) -> tuple[Notice, ...]:
        event = _event(raw)
        object = event.part("data").part("object")
        type = event.text("type")
        live = event.flag("livemode")
        return (
            Notice(
                event_id=event.text("id"),
                event_type=type,
                kind=EVENT_KINDS.get(type),
                id=_id(type, object) if type in EVENT_KINDS else "",
                mode=Mode.LIVE if live else Mode.TEST,
                happened=event.epoch("created"),
            ),
        )


def _signed(raw: bytes, header: str, secret: str) -> bool:
    """The library compares in constant time; its clock is not ours, so the time is judged apart from it."""
    try:
        return bool(stripe.WebhookSignature.verify_header(raw, header, secret, tolerance=None))
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


def _refuse_untimely(header: str, now: datetime) -> None:
    """Both sides: the library never looks at the future one."""
    stamp = next((part[2:] for part in header.split(",") if part.startswith("t=")), "")
    try:
        apart = int(now.timestamp()) - int(stamp)
    except ValueError:
        raise Forged("The signature states no time.", system="stripe") from None
    if apart > TOLERANCE_SECONDS:
        raise Forged("The signature is too old.", system="stripe")
    if apart < -TOLERANCE_SECONDS:
        raise Forged("The signature is of the future.", system="stripe")


def _event(raw: bytes) -> Stated:
    try:
        return stated(load(raw), "event")
    except NotJson as odd:
        raise Unreadable(
            f"The event cannot be read: {odd}.", system="stripe", remedy="Open it in Stripe."
        ) from None


def _id(type: str, object: Stated) -> str:
    id = object.text("id")
    if EVENT_KINDS[type] is Dispute:
        return f"{id}/{_STEPS.get(type, Direction.WITHDRAWN)}"
    return id
