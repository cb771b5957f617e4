"""Purchase orders and receivers: what was ordered, what came, what went back, and what is still to be vouchered.

A receipt accrues its value at once; matching an invoice clears that accrual, so the two may never drift apart.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.systems.qad.sandbox import currencies
from connectors.systems.qad.sandbox.dates import stamp
from connectors.systems.qad.sandbox.ledger import ZERO, Heading, Line
from connectors.systems.qad.sandbox.periods import daybook
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row, key_of, plain
from connectors.systems.qad.sandbox.workspace import Workspace

RECEIPT = "po_receipt"


def order(desk: Workspace, number: str) -> Row:
    row = desk.world.table("purchase_order").get(key_of(desk.domain, number))
    if row is None:
        refuse("purchaseOrderNumber", f"Purchase order {number} does not exist.", number, code="11")
    return row


def order_line(desk: Workspace, number: str, place: int) -> Row:
    for line in order(desk, number)["purchaseOrderLines"]:
        if line["purchaseOrderLine"] == place:
            found: Row = line
            return found
    return refuse("purchaseOrderLine", f"Line {place} of {number} does not exist.", place, code="11")


def receive(desk: Workspace, number: str, place: int, quantity: Decimal, on: date, slip: str = "") -> Row:
    """Goods come in: a receiver, an accrual, and more received on the order line."""
    line = order_line(desk, number, place)
    if order(desk, number)["orderStatus"] not in ("", "O"):
        refuse("purchaseOrderNumber", f"Purchase order {number} is invalid: not open.", number)
    row = _receiver(desk, number, line, quantity, on, slip)
    _accrue(desk, row, Decimal(1))
    line["quantityReceived"] = plain(Decimal(line["quantityReceived"]) + quantity)
    return row


def give_back(desk: Workspace, receiver: str, place: int, quantity: Decimal, on: date) -> Row:
    """Goods go back: first what no invoice has claimed yet; the rest waits for the supplier's credit note."""
    origin = receipt(desk, receiver, place)
    if quantity > Decimal(origin["quantityReceived"]) - Decimal(origin["returned"]):
        refuse("quantityReceived", f"Return of {quantity} exceeds what {receiver} received.", quantity)
    line = order_line(desk, origin["purchaseOrderNumber"], origin["purchaseOrderLine"])
    row = _receiver(desk, origin["purchaseOrderNumber"], line, quantity, on, origin["packingSlip"])
    row["isReturn"] = True
    _accrue(desk, row, Decimal(-1))
    row["settled"] = plain(min(quantity, open_quantity(origin)))
    _net(desk, origin, row, Decimal(row["settled"]))
    origin["returned"] = plain(Decimal(origin["returned"]) + quantity)
    line["quantityReceived"] = plain(Decimal(line["quantityReceived"]) - quantity)
    desk.touch(origin)
    return row


def receipt(desk: Workspace, receiver: str, place: int) -> Row:
    for row in desk.world.table(RECEIPT).values():
        named = row["domainCode"] == desk.domain and row["receiverNumber"] == receiver
        if named and row["purchaseOrderLine"] == place:
            return row
    return refuse("receiverNumber", f"Receiver {receiver} line {place} does not exist.", receiver, code="11")


def open_quantity(row: Row) -> Decimal:
    """Received and neither vouchered nor netted against a return."""
    return Decimal(row["quantityReceived"]) - Decimal(row["quantityVouchered"]) - Decimal(row["settled"])


def cleared(desk: Workspace, row: Row, quantity: Decimal) -> Line:
    """The line that takes a quantity's share out of the accrual, at the base value it was accrued with."""
    tc, bc = _share(desk, row, quantity)
    account = desk.settings["accruedReceiptsAccount"]
    return Line(account, row["currencyCode"], -tc, -bc, text=row["receiverNumber"])


def voucher(desk: Workspace, row: Row, quantity: Decimal) -> None:
    tc, bc = _share(desk, row, quantity)
    row["accrualTC"] = plain(Decimal(row["accrualTC"]) - tc)
    row["accrualBC"] = plain(Decimal(row["accrualBC"]) - bc)
    row["quantityVouchered"] = plain(Decimal(row["quantityVouchered"]) + quantity)
    desk.touch(row)


def _receiver(desk: Workspace, number: str, line: Row, quantity: Decimal, on: date, slip: str) -> Row:
    if quantity <= 0:
        refuse("quantityReceived", "A quantity must be greater than zero.", quantity, code="25")
    header = order(desk, number)
    head = _heading(desk, on)
    currencies.rate(desk.world, header["currencyCode"], desk.ledger.base_currency(desk.entity), on)
    desk.ledger.prepare(head, [])
    row: Row = {
        "domainCode": desk.domain,
        "receiverNumber": f"RC{desk.world.count('receiver'):06}",
        "line": 1,
        "purchaseOrderNumber": number,
        "purchaseOrderLine": line["purchaseOrderLine"],
        **{name: line[name] for name in ("itemCode", "siteCode", "unitOfMeasure", "purchaseCost")},
        **{name: header[name] for name in ("supplierCode", "currencyCode")},
        "receiptDate": stamp(on),
        "quantityReceived": plain(quantity),
        "quantityVouchered": "0",
        "packingSlip": slip,
        "isReturn": False,
        "returned": "0",
        "settled": "0",
    }
    return row


def _accrue(desk: Workspace, row: Row, sign: Decimal) -> None:
    """Dr inventory / Cr accrued receipts at order cost; a return is the mirror of it."""
    currency, settings = row["currencyCode"], desk.settings
    on = date.fromisoformat(row["receiptDate"][:10])
    worth = Decimal(row["quantityReceived"]) * Decimal(row["purchaseCost"])
    tc = sign * currencies.rounded(desk.world, worth, currency)
    lines = [
        Line(settings["accruedReceiptsAccount"], currency, -tc, text=row["receiverNumber"]),
        Line(settings["inventoryAccount"], currency, tc, text=row["itemCode"]),
    ]
    entry = desk.ledger.prepare(_heading(desk, on), lines)
    key = key_of(desk.domain, row["receiverNumber"], row["line"])
    desk.ledger.store(entry, RECEIPT, key)
    accrued = entry["lines"][0]
    row["accrualTC"] = plain(Decimal(accrued["debitTC"]) - Decimal(accrued["creditTC"]))
    row["accrualBC"] = plain(Decimal(accrued["debitBC"]) - Decimal(accrued["creditBC"]))
    desk.world.table(RECEIPT)[key] = row
    desk.touch(row)


def _net(desk: Workspace, origin: Row, back: Row, quantity: Decimal) -> None:
    """What was received and returned before any invoice is settled by itself: both accruals shrink together."""
    shares = _share(desk, {**back, "settled": "0"}, quantity)
    for name, share in zip(("accrualTC", "accrualBC"), shares, strict=True):
        origin[name] = plain(Decimal(origin[name]) + share)
        back[name] = plain(Decimal(back[name]) - share)
    origin["settled"] = plain(Decimal(origin["settled"]) + quantity)


def _share(desk: Workspace, row: Row, quantity: Decimal) -> tuple[Decimal, Decimal]:
    tc, bc, left = Decimal(row["accrualTC"]), Decimal(row["accrualBC"]), open_quantity(row)
    if quantity >= left:
        return tc, bc
    base = desk.ledger.base_currency(desk.entity)
    share = quantity / left if left else ZERO
    in_currency = currencies.rounded(desk.world, tc * share, row["currencyCode"])
    return in_currency, currencies.rounded(desk.world, bc * share, base)


def _heading(desk: Workspace, on: date) -> Heading:
    return Heading(desk.entity, daybook(desk.world, desk.settings["receiptsDaybook"]), on, "PO receipt")
