"""The sub-ledgers: what each customer owes and each supplier is owed, document by document.

Balances are signed like the ledger (debit positive), so that their sum is the balance of the control account, always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.sandbox.world import World
from connectors.systems.qad.sandbox import currencies
from connectors.systems.qad.sandbox.ledger import ZERO, Line
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row, key_of, plain
from connectors.systems.qad.sandbox.workspace import Workspace

RECEIVABLE = "customer_invoice"
PAYABLE = "supplier_invoice"
PARTY = {RECEIVABLE: "customerCode", PAYABLE: "supplierCode"}

MAY_NAME = {
    # what a line of that type may settle
    "INVOICE": ("INVOICE", "CREDITNOTECORRECTION", "ADJUSTMENT"),
    "CREDITNOTE": ("CREDITNOTE", "INVOICECORRECTION", "ADJUSTMENT"),
    "PREPAYMENT": ("PREPAYMENT", "ADJUSTMENT"),
    "ADJUSTMENT": ("ADJUSTMENT",),
    "SUPPLIERINVOICE": ("INVOICE", "CREDITNOTECORRECTION"),
}


@dataclass(frozen=True)
class Applied:
    """A part of an open item that another document has settled, and what it was worth in base currency."""

    item: str
    tc: Decimal
    bc: Decimal
    line: Line

    def row(self) -> Row:
        return {"item": self.item, "tc": plain(self.tc), "bc": plain(self.bc)}


def open_item(desk: Workspace, kind: str, document: Row, control: str, tc: Decimal, bc: Decimal) -> Row:
    item: Row = {
        "kind": kind,
        "entityCode": desk.entity,
        "year": document["year"],
        "daybookCode": document["daybookCode"],
        "voucher": document["voucher"],
        "party": document[PARTY[kind]],
        "itemType": document["invoiceType"],
        "controlAccount": control,
        "currencyCode": document["currencyCode"],
        "originalTC": plain(tc),
        "balanceTC": plain(tc),
        "balanceBC": plain(bc),
    }
    desk.world.table("openItems")[item_key(item)] = item
    _show(desk, item)
    return item


def item_key(row: Mapping[str, object]) -> str:
    return key_of(row["entityCode"], row["year"], row["daybookCode"], row["voucher"])


def named_item(
    desk: Workspace, line: Row, type: str, party: str, currency: str, kind: str = RECEIVABLE
) -> Row:
    """The open item that an allocation line names; it must be this party's own and in this currency."""
    year, book, voucher = (line.get(f"invoice{part}") for part in ("Year", "DaybookCode", "Voucher"))
    name = f"{year}/{book}/{voucher}"
    item = desk.world.table("openItems").get(key_of(desk.entity, year, book, voucher))
    if item is None or item["kind"] != kind:
        refuse("invoiceVoucher", f"Invoice {name} does not exist.", name, code="11")
    if item["itemType"] not in MAY_NAME[type]:
        refuse("invoiceVoucher", f"{name} is no {type} but {item['itemType']}: invalid.", name, code="74")
    if item["party"] != party:
        refuse(
            "invoiceVoucher", f"Invoice {name} is invalid: it belongs to another account.", name, code="71"
        )
    if item["currencyCode"] != currency:
        refuse("currencyCode", f"Invoice {name} is in {item['currencyCode']}: {currency} is invalid.", name)
    status = desk.world.table("invoiceStatuses")[invoice_of(desk, item)["invoiceStatusCode"]]
    if not status["allocation"]:
        refuse(
            "invoiceVoucher", f"Status {status['invoiceStatusCode']} of {name} allows no allocation.", name
        )
    return item


def allocation(desk: Workspace, item: Row, amount: Decimal) -> Applied:
    """What settling `amount` of an item would do (signed as the item is); nothing moves yet.

    Base value leaves in proportion to what is left, so the last part takes the last cent with it.
    """
    balance = Decimal(item["balanceTC"])
    worth = Decimal(item["balanceBC"])
    if not amount or (amount > 0) != (balance > 0) or abs(amount) > abs(balance):
        name = f"{item['year']}/{item['daybookCode']}/{item['voucher']}"
        message = f"Allocation of {amount} to {name} exceeds its open balance of {balance}."
        refuse("allocatedAmountTC", message, amount, code="72")
    base = desk.ledger.base_currency(desk.entity)
    bc = currencies.rounded(desk.world, worth * amount / balance, base)
    return Applied(
        item_key(item), amount, bc, Line(item["controlAccount"], item["currencyCode"], -amount, -bc)
    )


def settle(desk: Workspace, parts: Iterable[Applied], *, paid: bool = False) -> None:
    for part in parts:
        _move(desk, desk.world.table("openItems")[part.item], -part.tc, -part.bc, paid)


def once_each(parts: Sequence[Applied]) -> Sequence[Applied]:
    """A document names an open item once; a second line on it would spend the same balance twice."""
    if len({part.item for part in parts}) < len(parts):
        refuse("invoiceVoucher", "An invoice is invalid on more than one allocation line.", code="73")
    return parts


def restore(desk: Workspace, applied: Row) -> None:
    """Put back what a bounced or voided payment had settled."""
    _move(
        desk,
        desk.world.table("openItems")[applied["item"]],
        Decimal(applied["tc"]),
        Decimal(applied["bc"]),
        paid=False,
    )


def withdraw(desk: Workspace, item: Row) -> None:
    """An item whose origin is taken back owes nothing more."""
    _move(desk, item, -Decimal(item["balanceTC"]), -Decimal(item["balanceBC"]), paid=False)


def untouched(item: Row) -> bool:
    return bool(item["balanceTC"] == item["originalTC"])


def invoice_of(desk: Workspace, item: Row) -> Row:
    return desk.world.table(item["kind"])[item_key(item)]


def control_totals(world: World, entity: str) -> dict[str, Decimal]:
    """What the open items say each control account must hold, in base currency."""
    totals: dict[str, Decimal] = {}
    for item in world.table("openItems").values():
        if item["entityCode"] == entity:
            totals[item["controlAccount"]] = totals.get(item["controlAccount"], ZERO) + Decimal(
                item["balanceBC"]
            )
    return totals


def _move(desk: Workspace, item: Row, tc: Decimal, bc: Decimal, paid: bool) -> None:
    item["balanceTC"] = plain(Decimal(item["balanceTC"]) + tc)
    item["balanceBC"] = plain(Decimal(item["balanceBC"]) + bc)
    _show(desk, item)
    if paid:
        invoice_of(desk, item)["lastPaidDate"] = desk.touch(invoice_of(desk, item))["lastModifiedDate"]


def _show(desk: Workspace, item: Row) -> None:
    """The document carries its own balance, positive on the side of its type."""
    document = invoice_of(desk, item)
    document["balanceTC"] = plain(abs(Decimal(item["balanceTC"])))
    document["isOpen"] = bool(Decimal(item["balanceTC"]))
    desk.touch(document)
