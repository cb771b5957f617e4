"""What a source says of money after it was booked: used elsewhere, on other invoices, by another customer.

Nothing in the books is changed behind an accountant's back: where the booking would look different now, a person is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.canon.kind import Kind
from connectors.canon.receivables import CreditNote, Payment
from connectors.flow import Hold, Policies, Replace, Revision

Takes = Callable[[Any, Policies], bool]
Translate = Callable[[Any, Policies], Kind | Hold]


def asked_when_different(takes: Takes, translate: Translate) -> Callable[[Any, Policies], Revision]:
    """No change for the books is no question."""

    def revise(record: Payment | CreditNote, policies: Policies) -> Revision:
        if not takes(record, policies):
            return None
        body = translate(record, policies)
        return None if isinstance(body, Hold) else Replace(body, held=_question(record))

    return revise


def _question(record: Payment | CreditNote) -> Hold:
    used = ", ".join(
        f"{one.amount} on {one.invoice.id if one.invoice else 'account'}" for one in record.allocations
    )
    return Hold(
        name="changed_after_booking",
        fact=f"{type(record).__name__} {record.label} was booked; its source now says otherwise"
        + (f", used as {used}." if used else ", and uses it on no invoice."),
        releases="Bring the ledger's document in line (apply it to the same invoices), then ignore this change.",
        by_itself=False,
    )
