"""Payments to suppliers, made inside QAD: a confirmed selection first, then paid from the bank, perhaps voided.

The interface only reads them; whoever pays a bill does it on QAD's own screens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.systems.qad.sandbox.accounts import checked_account
from connectors.systems.qad.sandbox.dates import stamp
from connectors.systems.qad.sandbox.ledger import ZERO, Heading, Line
from connectors.systems.qad.sandbox.open_items import PAYABLE, Applied, allocation, once_each, restore, settle
from connectors.systems.qad.sandbox.periods import daybook, open_period
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row, key_of, plain
from connectors.systems.qad.sandbox.workspace import Workspace

KIND = "supplier_payment"
BACK = ("VOID", "BOUNCED")


@dataclass(frozen=True)
class Bill:
    """What is paid of one supplier invoice: its key in the sub-ledger, the sum, and a discount taken."""

    item: str
    amount: Decimal
    discount: Decimal = ZERO


def pay(
    desk: Workspace,
    bills: Sequence[Bill],
    *,
    instrument: str,
    bank: str,
    on: date,
    status: str = "PAID",
) -> Row:
    """Dr supplier control / Cr payments under way, and with PAID on to the bank at once."""
    items = [_payable(desk, bill) for bill in bills]
    supplier, currency = items[0]["party"], items[0]["currencyCode"]
    if any((item["party"], item["currencyCode"]) != (supplier, currency) for item in items):
        refuse("supplierCode", "One payment is for one supplier in one currency: invalid.", supplier)
    head = _heading(desk, instrument, on)
    parts = once_each(
        [
            allocation(desk, item, -(bill.amount + bill.discount))
            for item, bill in zip(items, bills, strict=True)
        ]
    )
    amount = sum((bill.amount for bill in bills), ZERO)
    entry = desk.ledger.prepare(head, _selection(desk, head, parts, bills, currency, amount))
    checked_account(desk.world, bank, currency, "bankGlAccountCode")
    year = open_period(desk.world, desk.entity, head.daybook, on)["year"]
    row: Row = {
        "entityCode": desk.entity,
        "year": year,
        "number": desk.world.count(key_of("payment", desk.entity, year, instrument)),
        "paymentInstrument": instrument,
        "supplierCode": supplier,
        "bankGlAccountCode": bank,
        "currencyCode": currency,
        "amountTC": plain(amount),
        "paymentDate": stamp(on),
        "postingDate": stamp(on),
        "reference": f"{instrument}-{desk.world.count('supplier payment'):06}",
        "status": "FORCOLLECTION",
        "supplierPaymentLines": [
            _line(desk, place, item, bill)
            for place, (item, bill) in enumerate(zip(items, bills, strict=True), 1)
        ],
        "applied": [part.row() for part in parts],
        "underWayBC": plain(-_under_way(desk, entry)),
    }
    desk.ledger.store(entry, KIND, _key(row))
    settle(desk, parts, paid=status == "PAID")
    desk.world.table(KIND)[_key(row)] = desk.touch(row)
    return confirm(desk, row, on) if status == "PAID" else row


def confirm(desk: Workspace, row: Row, on: date) -> Row:
    """The bank has paid: Dr payments under way / Cr bank."""
    if row["status"] != "FORCOLLECTION":
        refuse("status", f"Status PAID is invalid after {row['status']}.", "PAID")
    head = _heading(desk, row["paymentInstrument"], on)
    currency, amount = row["currencyCode"], Decimal(row["amountTC"])
    under_way = Line(desk.settings["supplierPaymentAccount"], currency, amount, Decimal(row["underWayBC"]))
    out = desk.ledger.rated(head, Line(row["bankGlAccountCode"], currency, -amount, text=row["reference"]))
    lines = desk.ledger.with_exchange_difference(desk.entity, [under_way, out])
    desk.ledger.store(desk.ledger.prepare(head, lines), KIND, _key(row))
    for part in row["applied"]:
        paid = desk.world.table(PAYABLE)[part["item"]]
        paid["lastPaidDate"] = stamp(on)
        desk.touch(paid)
    row.update(status="PAID", paymentDate=stamp(on))
    return desk.touch(row)


def take_back(desk: Workspace, row: Row, status: str, on: date) -> Row:
    """VOID or BOUNCED: every posting mirrored, every invoice open again."""
    if row["status"] in BACK or status not in BACK:
        refuse("status", f"Status {status} is invalid after {row['status']}.", status)
    head = _heading(desk, row["paymentInstrument"], on)
    entry = desk.ledger.mirrored(head, desk.ledger.postings(f"{KIND}:{_key(row)}"))
    desk.ledger.store(entry, KIND, _key(row))
    for part in row["applied"]:
        restore(desk, part)
    row["status"] = status
    return desk.touch(row)


def _payable(desk: Workspace, bill: Bill) -> Row:
    item = desk.world.table("openItems").get(bill.item)
    if item is None or item["kind"] != PAYABLE:
        refuse("invoiceVoucher", f"Invoice {bill.item} does not exist.", bill.item, code="11")
    status = desk.status(desk.world.table(PAYABLE)[bill.item]["invoiceStatusCode"], "AP")
    if not status["allocation"]:
        refuse("invoiceStatusCode", f"Status {status['invoiceStatusCode']} allows no payment.", bill.item)
    return item


def _heading(desk: Workspace, instrument: str, on: date) -> Heading:
    row = desk.one("paymentInstruments", instrument, "paymentInstrument", "Payment instrument")
    return Heading(desk.entity, daybook(desk.world, row["daybookCode"]), on, f"{instrument} payment")


def _selection(
    desk: Workspace,
    head: Heading,
    parts: Sequence[Applied],
    bills: Sequence[Bill],
    currency: str,
    amount: Decimal,
) -> list[Line]:
    discount = sum((bill.discount for bill in bills), ZERO)
    lines = [Line(desk.settings["supplierPaymentAccount"], currency, -amount, text=head.text)]
    if discount:
        lines.append(Line(desk.settings["discountAccount"], currency, -discount, text="Payment discount"))
    rated = [*(desk.ledger.rated(head, line) for line in lines), *(part.line for part in parts)]
    return desk.ledger.with_exchange_difference(desk.entity, rated)


def _under_way(desk: Workspace, entry: Row) -> Decimal:
    account = desk.settings["supplierPaymentAccount"]
    lines = [line for line in entry["lines"] if line["glAccountCode"] == account]
    return sum((Decimal(line["debitBC"]) - Decimal(line["creditBC"]) for line in lines), ZERO)


def _line(desk: Workspace, place: int, item: Row, bill: Bill) -> Row:
    return {
        "line": place,
        "invoiceYear": item["year"],
        "invoiceDaybookCode": item["daybookCode"],
        "invoiceVoucher": item["voucher"],
        "supplierReference": desk.world.table(PAYABLE)[bill.item]["supplierReference"],
        "paidAmountTC": plain(bill.amount),
        "discountAmountTC": plain(bill.discount),
    }


def _key(row: Row) -> str:
    return key_of(row["entityCode"], row["year"], row["paymentInstrument"], row["number"])
