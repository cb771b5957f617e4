"""Customer payments: one bill-to and one sum, moved along the statuses that the payment instrument is set up for.

Each status posts to its own account; PAID reaches the bank, BOUNCED takes everything back and reopens the invoices.
"""

from __future__ import annotations

from decimal import Decimal

from connectors.systems.qad.sandbox import currencies
from connectors.systems.qad.sandbox.accounts import checked_account
from connectors.systems.qad.sandbox.allocations import LeftOver, Plan, carry_out
from connectors.systems.qad.sandbox.customer_invoices import paying_customer
from connectors.systems.qad.sandbox.dates import day_of
from connectors.systems.qad.sandbox.ledger import ZERO, Heading, Line
from connectors.systems.qad.sandbox.open_items import allocation, named_item, restore, untouched, withdraw
from connectors.systems.qad.sandbox.periods import daybook, open_period
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row, key_of, plain
from connectors.systems.qad.sandbox.workspace import Workspace

KIND = "customer_payment"
STATUSES = ("INITIAL", "ACCEPTED", "ALLOCATED", "FORCOLLECTION", "PAID", "BOUNCED")
WITHOUT_POSTING = ("INITIAL", "ACCEPTED")
MOVABLE = ("status", "postingDate", "paymentDate", "dueDate", "subType")
LINE_SIGN = {"INVOICE": 1, "PREPAYMENT": 1, "CREDITNOTE": -1, "DEDUCTION": -1}


def enter(desk: Workspace, record: Row) -> Row:
    instrument = _instrument(desk, record)
    plan = _plan(desk, record, instrument)
    period = open_period(desk.world, desk.entity, plan.head.daybook, plan.head.posted_on)
    if record["status"] == "BOUNCED":
        refuse("status", "A new payment cannot be BOUNCED: status invalid.", "BOUNCED")
    row = {**record, "entityCode": desk.entity, "year": period["year"]}
    if record["status"] not in WITHOUT_POSTING:
        _post(desk, row, plan, instrument, record["status"])
    else:
        _numbered(desk, row)
    row["isOpen"] = record["status"] != "PAID"
    desk.world.table(KIND)[_key(row)] = row
    return desk.touch(row)


def change(desk: Workspace, row: Row, record: Row) -> Row:
    """Only the status moves, and only forward."""
    for name, value in record.items():
        if name in row and name not in MOVABLE and not name.startswith("custom") and value != row[name]:
            refuse(name, f"{name} cannot be changed on an existing payment.", value, code="81")
    instrument = _instrument(desk, record)
    before, after = STATUSES.index(row["status"]), STATUSES.index(record["status"])
    if after < before:
        refuse("status", f"Status {record['status']} is invalid after {row['status']}.", record["status"])
    if after > before:
        _move(desk, row, record, instrument)
    row.update({name: record[name] for name in record if name in MOVABLE or name.startswith("custom")})
    row["isOpen"] = row["status"] not in ("PAID", "BOUNCED")
    return desk.touch(row)


def _instrument(desk: Workspace, record: Row) -> Row:
    code = record["paymentInstrument"]
    instrument = desk.one("paymentInstruments", code, "paymentInstrument", "Payment instrument")
    if record["status"] not in STATUSES:
        refuse("status", f"Status {record['status']} is invalid.", record["status"])
    if record["status"] not in (*WITHOUT_POSTING, "BOUNCED", *instrument["accounts"]):
        refuse("status", f"Status {record['status']} is invalid: not set up for {code}.", record["status"])
    return instrument


def _plan(desk: Workspace, record: Row, instrument: Row) -> Plan:
    customer = paying_customer(desk, record["customerCode"])
    amount = currencies.exact(desk.world, Decimal(record["amountTC"]), record["currencyCode"], "amountTC")
    if amount <= 0:
        refuse("amountTC", "amountTC must be greater than zero.", amount, code="25")
    bank = checked_account(
        desk.world, record["bankGlAccountCode"], record["currencyCode"], "bankGlAccountCode"
    )
    if bank["glType"] not in ("BANK", "CASH"):
        refuse(
            "bankGlAccountCode",
            f"{bank['glAccountCode']} is invalid: no bank account.",
            bank["glAccountCode"],
        )
    plan = Plan(_heading(desk, record, instrument))
    for line in record["customerPaymentLines"]:
        _plan_line(desk, plan, line, customer, record["currencyCode"])
    allocated = sum((Decimal(line["allocatedAmountTC"]) for line in record["customerPaymentLines"]), ZERO)
    if allocated != amount:
        refuse("amountTC", f"Lines of {allocated} do not balance with the payment of {amount}.", amount, "61")
    return plan


def _heading(desk: Workspace, record: Row, instrument: Row) -> Heading:
    book = daybook(desk.world, instrument["daybookCode"])
    posted_on = day_of(record["postingDate"], "postingDate")
    return Heading(desk.entity, book, posted_on, record["reference"], desk.settled_rate(record))


def _plan_line(desk: Workspace, plan: Plan, line: Row, customer: Row, currency: str) -> None:
    type = line["lineType"]
    sign = LINE_SIGN.get(type)
    if sign is None:
        refuse("lineType", f"Line type {type} is invalid.", type)
    amount = currencies.exact(desk.world, Decimal(line["allocatedAmountTC"]), currency, "allocatedAmountTC")
    discount = currencies.exact(desk.world, Decimal(line["discountAmountTC"]), currency, "discountAmountTC")
    if amount * sign <= 0 or discount < 0 or (discount and type != "INVOICE"):
        refuse("allocatedAmountTC", f"Amount {amount} is invalid on a line of type {type}.", amount)
    if type in ("PREPAYMENT", "DEDUCTION"):
        _check_no_invoice(line)
        field = "prePaymentControlGLProfileCode" if type == "PREPAYMENT" else "deductionControlGLProfileCode"
        account = desk.account_of(customer[field])
        plan.left_over.append(LeftOver(customer, Line(account, currency, -amount)))
        return
    item = named_item(desk, line, type, customer["customerCode"], currency)
    plan.applied.append(allocation(desk, item, amount + discount))
    if discount:
        plan.lines.append(Line(desk.settings["discountAccount"], currency, discount, text="Payment discount"))


def _check_no_invoice(line: Row) -> None:
    if line["invoiceVoucher"] or line["invoiceDaybookCode"]:
        refuse(
            "invoiceVoucher", f"A {line['lineType']} line has no invoice: invalid.", line["invoiceVoucher"]
        )


def _post(desk: Workspace, row: Row, plan: Plan, instrument: Row, status: str) -> None:
    account = instrument["accounts"][status] or row["bankGlAccountCode"]
    line = Line(account, row["currencyCode"], Decimal(row["amountTC"]), text=row["reference"])
    line = desk.ledger.rated(plan.head, line)
    plan.lines.append(line)
    done = carry_out(desk, plan, KIND, _numbered(desk, row))
    row.update(applied=done.applied, opened=done.opened, statusAccount=account, statusBC=plain(line.bc))


def _numbered(desk: Workspace, row: Row) -> str:
    row["number"] = row["number"] or desk.world.count(
        key_of("payment", row["entityCode"], row["year"], row["paymentInstrument"])
    )
    return _key(row)


def _key(row: Row) -> str:
    return key_of(row["entityCode"], row["year"], row["paymentInstrument"], row["number"])


def _move(desk: Workspace, row: Row, record: Row, instrument: Row) -> None:
    posted = "statusAccount" in row
    if record["status"] == "BOUNCED":
        if posted:
            _bounce(desk, row, _heading(desk, record, instrument))
    elif record["status"] in WITHOUT_POSTING:
        return
    elif not posted:
        plan = _plan(desk, {**row, "postingDate": record["postingDate"]}, instrument)
        _post(desk, row, plan, instrument, record["status"])
    else:
        _transfer(desk, row, record, instrument)


def _transfer(desk: Workspace, row: Row, record: Row, instrument: Row) -> None:
    """From the account of the previous status to that of the next one."""
    account = instrument["accounts"][record["status"]] or row["bankGlAccountCode"]
    currency, amount, text = row["currencyCode"], Decimal(row["amountTC"]), row["reference"]
    head = _heading(desk, record, instrument)
    now = desk.ledger.rated(head, Line(account, currency, amount, text=text))
    before = Line(row["statusAccount"], currency, -amount, -Decimal(row["statusBC"]), text=text)
    entry = desk.ledger.prepare(head, desk.ledger.with_exchange_difference(desk.entity, [now, before]))
    desk.ledger.store(entry, KIND, _key(row))
    row.update(statusAccount=account, statusBC=plain(now.bc))


def _bounce(desk: Workspace, row: Row, head: Heading) -> None:
    items = desk.world.table("openItems")
    for key in row["opened"]:
        if not untouched(items[key]):
            refuse("status", f"BOUNCED is invalid: {key} has been settled already.", row["status"], code="82")
    entry = desk.ledger.mirrored(head, desk.ledger.postings(f"{KIND}:{_key(row)}"))
    desk.ledger.store(entry, KIND, _key(row))
    for applied in row["applied"]:
        restore(desk, applied)
    for key in row["opened"]:
        withdraw(desk, items[key])
