"""How every document of a flow is named, dated and coded, so that two flows cannot do it differently.

The reference is computed from the source record alone: whoever computes it again finds the same document.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from connectors.canon.kind import Code, Kind, Ref
from connectors.canon.money import Money
from connectors.canon.parties import Customer
from connectors.flow import Hold, Policies

CURRENCY_FIELDS = ("amount", "total", "net")
DATE_FIELDS = ("dated", "occurred", "arrives")


def reference(record: Kind, policies: Policies, suffix: str = "") -> str:
    """`STRIPE:ch_3Abc`: short, searchable, the same each time it is computed."""
    return f"{policies['source'].upper()}:{record.id}{suffix}"


def day(moment: datetime | date, policies: Policies) -> date:
    """The date in the books' own zone. What is a date already is never shifted."""
    if isinstance(moment, datetime):
        return moment.astimezone(ZoneInfo(policies.get("time_zone", "UTC"))).date()
    return moment


def reversal_day(moment: datetime | date, policies: Policies) -> date:
    """When a counter-document is dated: by the event that caused it, or today."""
    if policies.get("reversal_date") == "today":
        today = policies["today"]
        assert isinstance(today, date)
        return today
    return day(moment, policies)


def when(record: Kind, policies: Policies) -> date | None:
    """The date that decides whether a record lies before the cut-over; None for what has none (master data)."""
    for name in DATE_FIELDS:
        moment = getattr(record, name, None)
        if isinstance(moment, date):
            return day(moment, policies)
    return None


def stated(record: Kind) -> Money | None:
    """The amount a record is about, for currencies, totals and approval limits."""
    for name in CURRENCY_FIELDS:
        amount = getattr(record, name, None)
        if isinstance(amount, Money):
            return amount
    return None


def account(name: str, currency: str = "") -> Code:
    """A GL account that the customer chooses for the integration; the one of the currency first."""
    return Code("gl_account", f"{name}/{currency}", (name,)) if currency else Code("gl_account", name)


def nearest(words: Iterable[str]) -> Code:
    """The GL account by whichever of these words is mapped, nearest first; a system that knows none says none."""
    first, *wider = [word for word in words if word]
    return Code("gl_account", first, tuple(wider))


def customer_of(record: Kind, customer: Ref[Customer] | None, policies: Policies) -> Ref[Customer] | Hold:
    """The customer a document is booked on; money of nobody goes to the named default customer or waits."""
    if customer is not None:
        return customer
    named = policies.get("default_customer")
    if policies.get("unmatched_customer") == "default" and named:
        return Ref(Customer, named, resolved=True)
    return Hold(
        name="no_customer",
        fact=f"{type(record).__name__} {record.label} names no customer.",
        releases="Name a default customer for such records, or ignore this one with a reason.",
        by_itself=False,
        group="no_customer",
    )
