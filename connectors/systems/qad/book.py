"""One set of books inside an instance: its company, its codes and the rules a finance team chose for it.

Nothing here has a silent default that posts: a code that a document needs and nobody entered is a clear refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.errors import Refused

LABELS = {
    "domain": "Domain",
    "entity": "Entity",
    "customer_set": "Shared set of customers",
    "supplier_set": "Shared set of suppliers",
    "gl_set": "Shared set of GL accounts",
    "daybook_journal": "Daybook for journal entries",
    "daybook_invoice": "Daybook for customer invoices",
    "daybook_credit": "Daybook for customer credit notes",
    "daybook_adjustment": "Daybook for open item adjustments",
    "daybook_bill": "Daybook for supplier invoices",
    "daybook_match": "Daybook for receiver matching",
    "payment_instrument": "Payment instrument",
    "invoice_status": "Invoice status code",
    "bill_status": "Supplier invoice status code",
}


@dataclass(frozen=True)
class Book:
    codes: Mapping[str, str]
    zone: ZoneInfo
    base_currency: str
    customer_defaults: Mapping[str, str] = field(default_factory=dict)
    """The mandatory codes of a customer that no other system knows (credit terms, GL profiles …)."""
    country_codes: Mapping[str, str] = field(default_factory=dict)
    """From two letters to this instance's own country table."""
    conversion_accounts: Mapping[str, str] = field(default_factory=dict)
    """By currency: where money of it passes through that the payment system converted at its own rate."""
    controls: Mapping[str, str] = field(default_factory=dict)
    """Names of control accounts for previews: QAD itself chooses them by GL profile."""

    def code(self, name: str) -> str:
        value = self.codes.get(name, "")
        if not value:
            raise Refused(
                f"{LABELS.get(name, name)} is not set for this book.",
                system="qad",
                remedy=f"Choose it under Settings of the QAD connection ({LABELS.get(name, name)}).",
            )
        return value

    def control(self, name: str) -> str:
        return self.controls.get(name) or name.replace("_", " ").capitalize()


def read_book(settings: Mapping[str, Any]) -> Book:
    stored = dict(settings.get("book") or {})
    maps = {name: dict(stored.pop(name, None) or {}) for name in MAPS}
    zone = _zone(str(stored.pop("time_zone", "") or "UTC"))
    base = str(stored.pop("base_currency", ""))
    return Book(
        codes={name: str(value) for name, value in stored.items()}, zone=zone, base_currency=base, **maps
    )


MAPS = ("customer_defaults", "country_codes", "conversion_accounts", "controls")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Refused(
            f"{name} is no time zone.",
            system="qad",
            remedy="Choose one like America/New_York in the book's settings.",
        ) from None
