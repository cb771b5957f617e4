"""Customer invoices, credit notes, corrections and adjustments: posted to the ledger at once, open until settled.

A voucher of 0 always makes another document. A posted one changes only in the few fields that move no money.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from connectors.systems.qad.sandbox import currencies
from connectors.systems.qad.sandbox.accounts import manual_account
from connectors.systems.qad.sandbox.dates import day_of, stamp
from connectors.systems.qad.sandbox.ledger import ZERO, Heading, Line
from connectors.systems.qad.sandbox.open_items import RECEIVABLE, item_key, open_item
from connectors.systems.qad.sandbox.periods import daybook, open_period
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row, key_of, plain
from connectors.systems.qad.sandbox.workspace import Workspace


@dataclass(frozen=True)
class Side:
    """Which way a type of invoice goes: its sign on the control account, 0 where its own lines decide."""

    sign: int
    profile: str
    daybooks: tuple[str, ...]


INVOICES, CREDIT_NOTES, ADJUSTMENTS = "CUSTOMERINVOICES", "CUSTOMERCREDITNOTES", "CUSTOMERADJUSTMENTS"

TYPES = {
    "INVOICE": Side(1, "invoiceControlGLProfileCode", (INVOICES,)),
    "CREDITNOTE": Side(-1, "creditNoteControlGLProfileCode", (CREDIT_NOTES,)),
    "INVOICECORRECTION": Side(-1, "invoiceControlGLProfileCode", (INVOICES,)),
    "CREDITNOTECORRECTION": Side(1, "creditNoteControlGLProfileCode", (CREDIT_NOTES,)),
    "PREPAYMENT": Side(-1, "prePaymentControlGLProfileCode", (INVOICES, "CUSTOMERPREPAYMENTS")),
    "ADJUSTMENT": Side(0, "invoiceControlGLProfileCode", (INVOICES, CREDIT_NOTES, ADJUSTMENTS)),
}

CHANGEABLE = ("dueDate", "discountDueDate", "description", "invoiceStatusCode")


def enter(desk: Workspace, record: Row) -> Row:
    side = _side(record)
    customer = paying_customer(desk, record["customerCode"])
    _check_domain_record(desk, customer)
    _check_link(desk, record)
    head = _heading(desk, record, side)
    amount = _positive(desk, record)
    lines = list(_lines(desk, record, customer, amount, side))
    tc = -sum((line.tc for line in lines), ZERO)
    if abs(tc) != amount or (side.sign and tc != side.sign * amount):
        refuse("amountTC", f"Postings of {-tc} do not balance with the amount {amount}.", amount, code="61")
    control = desk.account_of(customer[side.profile])
    row = _with_terms(desk, {**record}, customer)
    entry = desk.ledger.prepare(head, [Line(control, record["currencyCode"], tc, text=head.text), *lines])
    key = desk.ledger.store(entry, RECEIVABLE)
    row.update({name: entry[name] for name in ("entityCode", "year", "period", "voucher")})
    desk.world.table(RECEIVABLE)[key] = row
    worth = Decimal(entry["lines"][0]["debitBC"]) - Decimal(entry["lines"][0]["creditBC"])
    open_item(desk, RECEIVABLE, row, control, tc, worth)
    return row


def change(desk: Workspace, row: Row, record: Row) -> Row:
    """Left-out fields are blank in a whole record, so whoever sends a part of it changes what may not change."""
    for name, value in record.items():
        if name in row and name not in CHANGEABLE and not name.startswith("custom") and value != row[name]:
            refuse(name, f"{name} cannot be changed: the document is posted.", value, code="81")
    desk.status(record["invoiceStatusCode"], "AR")
    row.update({name: record[name] for name in record if name in CHANGEABLE or name.startswith("custom")})
    return desk.touch(row)


def paying_customer(desk: Workspace, code: str) -> Row:
    customer = desk.one("customer", code, "customerCode", "Customer")
    if customer["isLockedCreditLimit"]:
        refuse("customerCode", f"Customer {code} is locked: credit hold.", code, code="13")
    return customer


def side_item(desk: Workspace, customer: Row, entry: Row, head: Heading, line: Line) -> str:
    """An open item that a payment leaves behind (money on account, a deduction); it is listed like an invoice."""
    on = stamp(head.posted_on)
    row: Row = {
        **{name: entry[name] for name in ("entityCode", "year", "period", "daybookCode")},
        "voucher": desk.ledger.number(entry),
        "invoiceType": "PREPAYMENT" if line.tc < 0 else "ADJUSTMENT",
        "customerCode": customer["customerCode"],
        "currencyCode": line.currency,
        "amountTC": plain(abs(line.tc)),
        "description": head.text,
        "invoiceStatusCode": customer["invoiceStatusCode"],
        **dict.fromkeys(("invoiceDate", "postingDate", "taxPointDate", "dueDate"), on),
    }
    desk.world.table(RECEIVABLE)[item_key(row)] = row
    open_item(desk, RECEIVABLE, row, line.account, line.tc, line.bc or ZERO)
    return item_key(row)


def _side(record: Row) -> Side:
    side = TYPES.get(record["invoiceType"])
    if side is None:
        refuse("invoiceType", f"Invoice type {record['invoiceType']} is invalid.", record["invoiceType"])
    return side


def _check_domain_record(desk: Workspace, customer: Row) -> None:
    code = customer["customerCode"]
    row = desk.world.table("customer_domain").get(key_of(desk.domain, code))
    if row is None or not row["siteCode"] or not row["daybookSetCode"]:
        refuse("customerCode", f"Customer {code} is invalid: no site and daybook set in {desk.domain}.", code)


def _check_link(desk: Workspace, record: Row) -> None:
    """A credit note may name the invoice that it is for, as year/daybook/voucher."""
    linked = record["linkedInvoice"]
    item = desk.world.table("openItems").get(key_of(desk.entity, *linked.split("/")))
    if linked and (item is None or item["party"] != record["customerCode"]):
        refuse("linkedInvoice", f"Invoice {linked} does not exist for this customer.", linked, code="11")


def _heading(desk: Workspace, record: Row, side: Side) -> Heading:
    book = daybook(desk.world, record["daybookCode"], *side.daybooks)
    posted_on = day_of(record["postingDate"], "postingDate")
    open_period(desk.world, desk.entity, book, posted_on)
    open_period(desk.world, desk.entity, None, day_of(record["invoiceDate"], "invoiceDate"), "invoiceDate")
    desk.status(record["invoiceStatusCode"], "AR")
    return Heading(desk.entity, book, posted_on, record["description"], desk.settled_rate(record))


def _positive(desk: Workspace, record: Row) -> Decimal:
    amount = currencies.exact(desk.world, Decimal(record["amountTC"]), record["currencyCode"], "amountTC")
    if amount <= 0:
        refuse("amountTC", "amountTC must be greater than zero.", amount, code="25")
    return amount


def _lines(desk: Workspace, record: Row, customer: Row, amount: Decimal, side: Side) -> Iterator[Line]:
    currency = record["currencyCode"]
    if not record["customerInvoicePostings"]:
        yield from _default_lines(desk, record, customer, amount * (side.sign or 1))
    for posting in record["customerInvoicePostings"]:
        manual_account(desk.world, posting, currency)
        if posting["taxCode"]:
            desk.one("tax_class", posting["taxCode"], "taxCode", "Tax code")
        value = currencies.exact(desk.world, Decimal(posting["amountTC"]), currency, "amountTC")
        if value < 0 or posting["debitCredit"] not in ("D", "C"):
            refuse(
                "debitCredit", "A posting is a positive amount with D or C: invalid.", posting["debitCredit"]
            )
        yield Line.written(posting, currency, value if posting["debitCredit"] == "D" else -value)


def _default_lines(desk: Workspace, record: Row, customer: Row, tc: Decimal) -> Iterator[Line]:
    """Without postings QAD takes the customer's sales account, and computes the tax from the zone."""
    currency = record["currencyCode"]
    tax = ZERO
    if record["isTaxable"] and customer["taxZone"]:
        percent = Decimal(desk.one("tax_zone", customer["taxZone"], "taxZone", "Tax zone")["taxPercent"])
        tax = currencies.rounded(desk.world, tc * percent / (100 + percent), currency)
    yield Line(desk.account_of(customer["salesAccountGLProfileCode"]), currency, tax - tc)
    if tax:
        yield Line(desk.settings["taxAccount"], currency, -tax)


def _with_terms(desk: Workspace, row: Row, customer: Row) -> Row:
    row["creditTermsCode"] = row["creditTermsCode"] or customer["creditTermsCode"]
    terms = desk.one("credit_terms", row["creditTermsCode"], "creditTermsCode", "Credit terms")
    invoiced = day_of(row["invoiceDate"], "invoiceDate")
    row["dueDate"] = row["dueDate"] or stamp(invoiced + timedelta(days=terms["netDays"]))
    row["discountDueDate"] = row["discountDueDate"] or stamp(invoiced + timedelta(days=terms["discountDays"]))
    row["shipToBusinessRelation"] = row["shipToBusinessRelation"] or customer["businessRelationCode"]
    row["isPaymentAllowed"] = True
    return row
