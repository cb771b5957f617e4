"""A knock of Stripe counts when one of our secrets made its signature over these very bytes, recently."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.canon.receivables import Dispute, Payment
from connectors.errors import Forged, Unreadable
from connectors.system import Mode
from connectors.systems.stripe.webhooks import StripeWebhooks

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
OLD, NEW = "whsec_" + "o" * 20, "whsec_" + "n" * 20
HOOKS = StripeWebhooks()


def body(type: str, id: str) -> bytes:
    event = {
        "id": "evt_1",
        "type": type,
        "livemode": False,
        "created": int(NOW.timestamp()),
        "data": {"object": {"id": id, "amount": 5}},
    }
    return json.dumps(event).encode()


def signed(raw: bytes, *secrets: str, at: datetime = NOW) -> dict[str, str]:
    stamp = int(at.timestamp())
    marks = [
        hmac.new(one.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest() for one in secrets
    ]
    return {"Stripe-Signature": ",".join([f"t={stamp}", *(f"v1={mark}" for mark in marks)])}


def test_either_secret_of_a_roll_is_accepted() -> None:
    raw = body("charge.succeeded", "ch_1")
    HOOKS.verify(raw, signed(raw, OLD), (NEW, OLD), NOW)
    HOOKS.verify(raw, signed(raw, OLD, NEW), (NEW,), NOW)


def test_a_retired_secret_is_refused() -> None:
    raw = body("charge.succeeded", "ch_1")
    with pytest.raises(Forged):
        HOOKS.verify(raw, signed(raw, OLD), (NEW,), NOW)


@pytest.mark.parametrize(
    "change", [lambda raw: raw[:-1] + b" }", lambda raw: json.dumps(json.loads(raw), indent=1).encode()]
)
def test_changed_or_rewritten_bytes_are_refused(change) -> None:  # type: ignore[no-untyped-def]
    raw = body("charge.succeeded", "ch_1")
    with pytest.raises(Forged):
        HOOKS.verify(change(raw), signed(raw, NEW), (NEW,), NOW)


@pytest.mark.parametrize("off", [timedelta(seconds=-301), timedelta(seconds=301)])
def test_a_stale_or_future_signature_is_refused(off: timedelta) -> None:
    raw = body("charge.succeeded", "ch_1")
    with pytest.raises(Forged):
        HOOKS.verify(raw, signed(raw, NEW, at=NOW + off), (NEW,), NOW)


def test_no_header_is_refused() -> None:
    with pytest.raises(Forged, match="missing"):
        HOOKS.verify(b"{}", {}, (NEW,), NOW)


def test_a_notice_says_where_to_look_and_nothing_else() -> None:
    (notice,) = HOOKS.notices(body("invoice_payment.paid", "inpay_1"))
    assert (notice.kind, notice.id, notice.mode, notice.event_id) == (Payment, "inpay_1", Mode.TEST, "evt_1")


def test_a_dispute_notice_points_at_its_step() -> None:
    (notice,) = HOOKS.notices(body("charge.dispute.funds_reinstated", "dp_1"))
    assert (notice.kind, notice.id) == (Dispute, "dp_1/reinstated")


def test_an_unknown_type_is_told_apart_from_an_unreadable_body() -> None:
    (notice,) = HOOKS.notices(body("account.updated", "acct_1"))
    assert notice.kind is None
    for raw in (b"not json", b'{"id": NaN}', b'{"id":"a","id":"b"}', b"[]"):
        with pytest.raises(Unreadable):
            HOOKS.notices(raw)
