"""Reasons to wait that one record shows by itself. Each says what was seen, with its figures, and what ends it."""

from __future__ import annotations

from connectors.canon.kind import Kind
from connectors.canon.money import Money, ledger_unit, total
from connectors.canon.payables import Bill
from connectors.canon.receivables import CreditNote, Invoice, Payment, Payout, Refund
from connectors.flow import Hold, Policies
from connectors.flows.terms import stated


def currency_allowed(record: Kind, policies: Policies) -> Hold | None:
    """No list means every currency."""
    amount, allowed = stated(record), policies.get("currencies") or ()
    if amount is None or not allowed or amount.currency in allowed:
        return None
    return Hold(
        name="currency_not_allowed",
        fact=f"{record.label} is in {amount.currency}; this integration takes {', '.join(sorted(allowed))}.",
        releases=f"Allow {amount.currency} in the integration's policies, or ignore the record with a reason.",
        by_itself=False,
        who="admin",
        group=f"currency:{amount.currency}",
    )


def one_currency_throughout(record: Payment | Refund | CreditNote, _policies: Policies) -> Hold | None:
    """A receipt in one currency cannot be applied to an invoice in another by us: the rate would be a guess."""
    whole = stated(record)
    assert whole is not None
    others = sorted({one.amount.currency for one in record.allocations} - {whole.currency})
    if not others:
        return None
    return Hold(
        name="currency_differs",
        fact=f"{record.label} is {whole}, the invoice it is for is in {' and '.join(others)}.",
        releases="Book it by hand and ignore this record, or correct it at its source.",
        by_itself=False,
    )


def applied_within(record: Payment | Refund | CreditNote, _policies: Policies) -> Hold | None:
    """What is used of it is part of it: no more than all, and nothing below zero."""
    whole = stated(record)
    assert whole is not None
    used = total((one.amount for one in record.allocations), whole.currency)
    if used <= whole and all(one.amount.amount >= 0 for one in record.allocations):
        return None
    parts = ", ".join(str(one.amount) for one in record.allocations)
    return Hold(
        name="over_applied",
        fact=f"{record.label} is {whole}, but what is used of it is {parts}.",
        releases="Correct it at its source.",
        by_itself=True,
    )


def settled_known(record: Payment | Refund, _policies: Policies) -> Hold | None:
    """The payment system books a moment after it reports; without that the clearing account would be a guess."""
    if record.settled is not None:
        return None
    return Hold(
        name="not_settled_yet",
        fact=f"{record.label} of {record.amount} is not on the payment system's balance yet.",
        releases="The payment system books it, usually within minutes; the next look releases it.",
        by_itself=True,
    )


def settled_fits(record: Payment | Refund, _policies: Policies) -> Hold | None:
    """In one currency the balance moves by the amount itself. A capture of less than the charge is the exception."""
    settled, amount = record.settled, record.amount
    if settled is None:
        return None
    captured_less = isinstance(record, Payment) and settled.currency == amount.currency and settled > amount
    if settled.amount > 0 and (settled.currency != amount.currency or settled == amount or captured_less):
        return None
    return Hold(
        name="settled_differs",
        fact=f"{record.label} is {amount}, but moved the payment system's balance by {settled}.",
        releases="A later look may show it corrected; otherwise ask the payment system's support.",
        by_itself=True,
    )


def adds_up(record: Invoice | CreditNote | Bill, policies: Policies) -> Hold | None:
    """Nothing is adjusted in silence: a difference is a rounding line by policy, or a hold."""
    if not record.adrift or rounding_allowed(record.adrift, len(record.lines), policies):
        return None
    return Hold(
        name="lines_differ",
        fact=f"{record.label}: the lines and taxes come to {record.total - record.adrift}, "
        f"the total says {record.total}.",
        releases="Correct it at its source, or allow a rounding line in the policies if it is a rounding.",
        by_itself=True,
        who="admin",
    )


def rounding_allowed(adrift: Money, lines: int, policies: Policies) -> bool:
    return policies.get("rounding") == "line" and abs(adrift.amount) <= ledger_unit(adrift.currency) * max(
        lines, 1
    )


def payout_told(record: Payout, _policies: Policies) -> Hold | None:
    """Rows of an automatic payout are known only once the payment system has reconciled it."""
    if not record.automatic or record.complete:
        return None
    return Hold(
        name="payout_not_reconciled",
        fact=f"Payout {record.label} of {record.amount} is paid, its rows are not listed yet.",
        releases="The payment system lists them, usually within a day; the next look releases it.",
        by_itself=True,
    )


def payout_adds_up(record: Payout, _policies: Policies) -> Hold | None:
    """Posted only when the rows explain it to the cent."""
    if not record.automatic or not record.complete or not record.adrift:
        return None
    explained = record.amount - record.adrift
    return Hold(
        name="payout_differs",
        fact=f"Payout {record.label}: its {len(record.rows)} rows explain {explained}, the bank gets "
        f"{record.amount}; {record.adrift} is not explained.",
        releases="A later look may find the missing row; otherwise ask the payment system's support.",
        by_itself=True,
    )
