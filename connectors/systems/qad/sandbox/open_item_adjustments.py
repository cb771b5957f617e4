"""Open item adjustments: balances of one customer moved between items, or written off to an account, without cash.

A positive line takes from what the customer owes, a negative one from what is owed to it; together they are nothing.
"""

from __future__ import annotations

from decimal import Decimal

from connectors.systems.qad.sandbox import currencies
from connectors.systems.qad.sandbox.accounts import manual_account
from connectors.systems.qad.sandbox.allocations import Plan, carry_out
from connectors.systems.qad.sandbox.dates import day_of
from connectors.systems.qad.sandbox.ledger import ZERO, Heading, Line
from connectors.systems.qad.sandbox.open_items import MAY_NAME, allocation, named_item
from connectors.systems.qad.sandbox.periods import daybook
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row, key_of
from connectors.systems.qad.sandbox.workspace import Workspace

KIND = "open_item_adjustment"
LINES_MIN = 2


def enter(desk: Workspace, record: Row) -> Row:
    desk.one("customer", record["customerCode"], "customerCode", "Customer")
    book = daybook(desk.world, record["daybookCode"], "OPENITEMADJUSTMENTS")
    posted_on = day_of(record["postingDate"], "postingDate")
    plan = Plan(Heading(desk.entity, book, posted_on, record["description"]))
    lines = record["openItemAdjustmentLines"]
    off = sum((_plan_line(desk, plan, line, record) for line in lines), ZERO)
    if off or len(lines) < LINES_MIN:
        refuse("amountTC", f"The lines of an adjustment must balance: {off} is left.", off, code="61")
    done = carry_out(desk, plan, KIND)
    row = {**record, **{name: done.entry[name] for name in ("entityCode", "year", "period", "voucher")}}
    row["applied"] = done.applied
    desk.world.table(KIND)[
        key_of(*(row[name] for name in ("entityCode", "year", "daybookCode", "voucher")))
    ] = row
    return desk.touch(row)


def change(_desk: Workspace, row: Row, _record: Row) -> Row:
    refuse("voucher", "An adjustment cannot be changed once posted.", row["voucher"], code="81")


def _plan_line(desk: Workspace, plan: Plan, line: Row, record: Row) -> Decimal:
    type, currency = line["itemType"], record["currencyCode"]
    amount = currencies.exact(desk.world, Decimal(line["amountTC"]), currency, "amountTC")
    if type == "GL":
        manual_account(desk.world, line, currency)
        plan.lines.append(Line.written(line, currency, -amount))
    elif type in MAY_NAME and type != "SUPPLIERINVOICE":
        item = named_item(desk, line, type, record["customerCode"], currency)
        plan.applied.append(allocation(desk, item, amount))
    else:
        refuse("itemType", f"Item type {type} is invalid.", type)
    return amount
