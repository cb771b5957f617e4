"""Banking entries: one statement line each, money in or out, allocated to items of several parties or to accounts.

What is not allocated is kept where it can be found: on the customer if one is named, else on the unallocated account.
"""

from __future__ import annotations

from decimal import Decimal

from connectors.systems.qad.sandbox import currencies
from connectors.systems.qad.sandbox.accounts import checked_account, manual_account
from connectors.systems.qad.sandbox.allocations import LeftOver, Plan, carry_out
from connectors.systems.qad.sandbox.dates import day_of
from connectors.systems.qad.sandbox.ledger import ZERO, Heading, Line
from connectors.systems.qad.sandbox.open_items import PAYABLE, RECEIVABLE, allocation, named_item
from connectors.systems.qad.sandbox.periods import daybook, open_period
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row, key_of
from connectors.systems.qad.sandbox.workspace import Workspace

KIND = "banking_entry"
DIRECTIONS = {"IN": 1, "OUT": -1}
ITEM_TYPES = ("INVOICE", "CREDITNOTE", "SUPPLIERINVOICE")


def enter(desk: Workspace, record: Row) -> Row:
    sign = DIRECTIONS.get(record["direction"])
    if sign is None:
        refuse("direction", f"Direction {record['direction']} is invalid.", record["direction"])
    plan, amount = _plan(desk, record)
    allocated = [_plan_line(desk, plan, line, record, sign) for line in record["bankingEntryAllocations"]]
    used = sum((Decimal(line["amountTC"]) for line in record["bankingEntryAllocations"]), ZERO)
    if used > amount:
        refuse(
            "amountTC", f"Allocations of {used} exceed the bank line: they do not balance.", used, code="61"
        )
    currency = record["currencyCode"]
    if used < amount:
        plan.lines.append(Line(desk.settings["unallocatedAccount"], currency, -sign * (amount - used)))
    bank = Line(record["bankGlAccountCode"], currency, sign * amount, text=record["description"])
    plan.lines.append(bank)
    row = _numbered(desk, record, plan.head)
    row["status"] = _status(sum(allocated, ZERO), amount)
    done = carry_out(desk, plan, KIND, _key(row))
    row.update(applied=done.applied, opened=done.opened)
    desk.world.table(KIND)[_key(row)] = row
    return desk.touch(row)


def change(_desk: Workspace, row: Row, _record: Row) -> Row:
    refuse(
        "statementNumber", "A banking entry cannot be changed once posted.", row["statementNumber"], code="81"
    )


def _plan(desk: Workspace, record: Row) -> tuple[Plan, Decimal]:
    currency, bank = record["currencyCode"], record["bankGlAccountCode"]
    if checked_account(desk.world, bank, currency, "bankGlAccountCode")["glType"] not in ("BANK", "CASH"):
        refuse("bankGlAccountCode", f"{bank} is invalid: no bank account.", bank)
    amount = currencies.exact(desk.world, Decimal(record["amountTC"]), currency, "amountTC")
    if amount <= 0:
        refuse("amountTC", "amountTC must be greater than zero.", amount, code="25")
    book = daybook(desk.world, desk.settings["bankingDaybook"])
    posted_on = day_of(record["postingDate"], "postingDate")
    return Plan(
        Heading(desk.entity, book, posted_on, record["description"], desk.settled_rate(record))
    ), amount


def _plan_line(desk: Workspace, plan: Plan, line: Row, record: Row, sign: int) -> Decimal:
    """Add one allocation to the plan; the answer is how much of the money it has found a use for."""
    type, currency = line["allocationType"], record["currencyCode"]
    amount = currencies.exact(desk.world, Decimal(line["amountTC"]), currency, "amountTC")
    if amount <= 0:
        refuse("amountTC", "An allocation must be greater than zero.", amount, code="25")
    if type in ITEM_TYPES or (type == "PREPAYMENT" and line["invoiceVoucher"]):
        _plan_item(desk, plan, line, record, sign * amount)
    elif type == "GL":
        manual_account(desk.world, line, currency)
        plan.lines.append(Line.written(line, currency, -sign * amount))
    elif type in ("PREPAYMENT", "UNALLOCATED") and line["customerCode"]:
        customer = desk.one("customer", line["customerCode"], "customerCode", "Customer")
        account = desk.account_of(customer["prePaymentControlGLProfileCode"])
        plan.left_over.append(LeftOver(customer, Line(account, currency, -sign * amount)))
    elif type == "UNALLOCATED":
        plan.lines.append(Line(desk.settings["unallocatedAccount"], currency, -sign * amount))
    else:
        refuse("allocationType", f"Allocation type {type} is invalid here.", type)
    return ZERO if type == "UNALLOCATED" else amount


def _plan_item(desk: Workspace, plan: Plan, line: Row, record: Row, signed: Decimal) -> None:
    currency, type = record["currencyCode"], line["allocationType"]
    kind = PAYABLE if type == "SUPPLIERINVOICE" else RECEIVABLE
    party = line["supplierCode"] if kind == PAYABLE else line["customerCode"]
    item = named_item(desk, line, type, party, currency, kind)
    discount = currencies.exact(desk.world, Decimal(line["discountAmountTC"]), currency, "discountAmountTC")
    if discount < 0:
        refuse("discountAmountTC", "A discount is invalid below zero.", discount)
    discount = discount if signed > 0 else -discount
    plan.applied.append(allocation(desk, item, signed + discount))
    if discount:
        plan.lines.append(Line(desk.settings["discountAccount"], currency, discount, text="Payment discount"))


def _numbered(desk: Workspace, record: Row, head: Heading) -> Row:
    """0 means the next statement, and the next line on it."""
    period = open_period(desk.world, desk.entity, head.daybook, head.posted_on)
    row = {**record, "entityCode": desk.entity, "year": period["year"]}
    series = ("statement", desk.entity, row["bankGlAccountCode"], row["year"])
    row["statementNumber"] = row["statementNumber"] or desk.world.count(key_of(*series))
    row["line"] = row["line"] or desk.world.count(key_of(*series, row["statementNumber"]))
    if _key(row) in desk.world.table(KIND):
        refuse("line", f"Statement line {row['statementNumber']}/{row['line']} already exists.", row["line"])
    return row


def _key(row: Row) -> str:
    keys = ("entityCode", "bankGlAccountCode", "year", "statementNumber", "line")
    return key_of(*(row[name] for name in keys))


def _status(allocated: Decimal, amount: Decimal) -> str:
    if not allocated:
        return "NOTALLOCATED"
    return "ALLOCATED" if allocated == amount else "PARTLYALLOCATED"
