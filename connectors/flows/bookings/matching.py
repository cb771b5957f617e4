"""The three-way match: a bill's lines against the ledger's own orders and posted receipts, figures compared.

It never takes more than what a receipt still has open, oldest first, and it takes all of a bill or none of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connectors.canon.money import Unfit, ledger_unit, parse_decimal, shortest
from connectors.canon.payables import (
    Bill,
    BillLine,
    GoodsReceipt,
    Match,
    OrderLine,
    OrderStatus,
    PurchaseOrder,
)
from connectors.flow import Hold, Policies

PERCENT = Decimal(100)


@dataclass(frozen=True)
class Matched:
    matches: tuple[Match, ...]
    unmatched: tuple[BillLine, ...]
    """Lines that name no order, where the policy lets them be booked as costs."""


def match(bill: Bill, policies: Policies) -> Matched | Hold:
    found = policies.get("beside") or {}
    orders = {order.label: order for order in found.get(PurchaseOrder, ())}
    stock = _Stock(found.get(GoodsReceipt, ()))
    matches: list[Match] = []
    unmatched: list[BillLine] = []
    for line in bill.lines:
        if not line.order and policies.get("no_order") == "cost_line":
            unmatched.append(line)
            continue
        order = _order_of(bill, line, orders)
        if isinstance(order, Hold):
            return order
        ordered = _ordered(bill, line, order)
        if isinstance(ordered, Hold):
            return ordered
        if hold := _dear(bill, line, ordered, policies):
            return hold
        taken = stock.take(bill, line)
        if isinstance(taken, Hold):
            return taken
        matches += taken
    return Matched(tuple(matches), tuple(unmatched))


def _order_of(bill: Bill, line: BillLine, orders: dict[str, PurchaseOrder]) -> PurchaseOrder | Hold:
    if not line.order:
        return _hold("no_order", bill, line, "names no purchase order.", "Add the order at its source.")
    order = orders.get(line.order)
    if order is None:
        return _hold(
            "order_missing", bill, line, f"order {line.order} is not in the ledger.", "Enter the order."
        )
    if order.status is not OrderStatus.OPEN:
        return _hold(
            "order_not_open", bill, line, f"order {line.order} is {order.status}.", "Reopen the order."
        )
    if bill.supplier_code and order.supplier.id != bill.supplier_code:
        what = f"order {line.order} is of supplier {order.supplier.id}, the bill of {bill.supplier_code}."
        return _hold("order_of_another", bill, line, what, "Correct the order number or the supplier.")
    if order.currency != bill.total.currency:
        what = f"order {line.order} is in {order.currency}, the bill in {bill.total.currency}."
        return _hold("order_currency", bill, line, what, "Correct the order or the bill.")
    return order


def _ordered(bill: Bill, line: BillLine, order: PurchaseOrder) -> OrderLine | Hold:
    ordered = next((one for one in order.lines if one.line == line.order_line), None)
    if ordered is None:
        what = f"order {line.order} has no line {line.order_line or '(none given)'}."
        return _hold("order_line_missing", bill, line, what, "Correct the line number at its source.")
    if ordered.self_billed:
        what = f"order {line.order} line {line.order_line} is invoiced by the ledger itself from its receipt."
        return _hold(
            "self_billed", bill, line, what, "Posting it too would pay twice: ignore it with that reason."
        )
    if line.quantity is None or line.unit_price is None:
        what = "is billed by amount, not by quantity: receipts cannot cover it."
        return _hold("amount_line", bill, line, what, "Book it by hand and ignore it here.")
    if ordered.unit and line.unit and ordered.unit != line.unit:
        what = f"is billed in {line.unit}, ordered in {ordered.unit}."
        return _hold("unit_differs", bill, line, what, "Correct the unit, or book it by hand.")
    return ordered


def _dear(bill: Bill, line: BillLine, ordered: OrderLine, policies: Policies) -> Hold | None:
    """More than the order's price and the tolerance; a unit of rounding is not a difference."""
    if ordered.unit_price is None or line.unit_price is None or line.quantity is None:
        return None
    tolerance = _percent(policies.get("price_tolerance_percent", "0"))
    excess = (line.unit_price - ordered.unit_price) * line.quantity
    allowed = abs(ordered.unit_price * line.quantity) * tolerance / PERCENT + ledger_unit(bill.total.currency)
    if excess <= allowed:
        return None
    what = f"costs {shortest(line.unit_price)}, ordered at {shortest(ordered.unit_price)} (tolerance {shortest(tolerance)} %)."
    return _hold(
        "price_differs", bill, line, what, "Agree the price with the supplier, or raise the tolerance."
    )


def _percent(stated: object) -> Decimal:
    try:
        return parse_decimal(stated)
    except Unfit:
        return Decimal(0)


class _Stock:
    """What receipts still have open, used up oldest first as the lines of one bill are matched."""

    def __init__(self, receipts: Iterable[GoodsReceipt]) -> None:
        self.receipts = sorted(receipts, key=lambda one: (one.dated, one.receipt, one.line))
        self.open = {one.id: one.open for one in self.receipts}

    def take(self, bill: Bill, line: BillLine) -> list[Match] | Hold:
        wanted, price = line.quantity or Decimal(0), line.unit_price or Decimal(0)
        here = [one for one in self.receipts if (one.order, one.order_line) == (line.order, line.order_line)]
        there = sum((max(self.open[one.id], Decimal(0)) for one in here), Decimal(0))
        if there < wanted:
            return _short(bill, line, here, there)
        matches = []
        for one in here:
            part = min(self.open[one.id], wanted)
            if part > 0:
                self.open[one.id] -= part
                wanted -= part
                matches.append(
                    Match(
                        order=line.order,
                        order_line=line.order_line,
                        receipt=one.receipt,
                        receipt_line=one.line,
                        quantity=part,
                        unit_price=price,
                        last=self.open[one.id] == 0,
                    )
                )
        return matches


def _short(bill: Bill, line: BillLine, here: list[GoodsReceipt], there: Decimal) -> Hold:
    wanted = shortest(line.quantity or Decimal(0))
    received = shortest(sum((one.quantity for one in here), Decimal(0)))
    return Hold(
        name="receipt_short" if here else "receipt_not_posted",
        fact=f"{line.order} line {line.order_line}: {wanted} billed by {bill.supplier_number}, {received} received, "
        f"{shortest(there)} not yet invoiced.",
        releases="The goods receipt is posted in the ledger; the next look releases it.",
        by_itself=True,
        group=f"receipt:{line.order}",
    )


def _hold(name: str, bill: Bill, line: BillLine, what: str, releases: str) -> Hold:
    return Hold(
        name=name,
        fact=f"{bill.supplier_number} line {line.line}: {what}",
        releases=releases,
        by_itself=name in ("order_missing", "order_not_open"),
        group=f"order:{line.order}" if line.order else "no_order",
    )
