"""Small records to tell cases with; every figure that matters is named in the case itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from connectors.canon.kind import Kind, Ref
from connectors.canon.money import Money
from connectors.canon.parties import Customer, Supplier
from connectors.canon.payables import (
    Bill,
    BillLine,
    BillStatus,
    GoodsReceipt,
    OrderLine,
    OrderStatus,
    PurchaseOrder,
)
from connectors.canon.receivables import (
    Allocation,
    BalanceRow,
    Category,
    CreditNote,
    Direction,
    Dispute,
    FeeDetail,
    FeeSort,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Payout,
    PayoutStatus,
    Refund,
    RefundStatus,
)
from connectors.flow import Hold, outcome, revision
from connectors.flows import BY_NAME

B = TypeVar("B", bound=Kind)
POLICIES = {"source": "pay", "target": "books", "time_zone": "UTC", "today": date(2026, 6, 1)}
MOMENT = datetime(2026, 5, 4, 12, tzinfo=UTC)


def money(text: str) -> Money:
    amount, _, currency = text.partition(" ")
    return Money(Decimal(amount), currency or "USD")


def run(flow: str, record: Kind, **policies: Any) -> Any:
    return outcome(BY_NAME[flow], record, {**POLICIES, **policies})


def change(flow: str, record: Kind, **policies: Any) -> Any:
    return revision(BY_NAME[flow], record, {**POLICIES, **policies})


def held(result: object, name: str) -> Hold:
    assert isinstance(result, Hold), result
    assert result.name == name
    assert result.fact and result.releases
    return result


def of(kind: type[B], result: object) -> B:
    assert isinstance(result, kind), result
    return result


def payment(**changes: Any) -> Payment:
    made = Payment(
        id="ch_1",
        status=PaymentStatus.SUCCEEDED,
        amount=money("100"),
        settled=money("100"),
        fee=money("3.20"),
        occurred=MOMENT,
        customer=Ref(Customer, "cus_1"),
        allocations=(Allocation(invoice=Ref(Invoice, "in_1"), amount=money("100")),),
        method="card",
    )
    return replace(made, **changes)


def refund(**changes: Any) -> Refund:
    made = Refund(
        id="re_1",
        status=RefundStatus.SUCCEEDED,
        amount=money("30"),
        settled=money("30"),
        occurred=MOMENT,
        payment=Ref(Payment, "ch_1"),
        customer=Ref(Customer, "cus_1"),
    )
    return replace(made, **changes)


def dispute(direction: Direction = Direction.WITHDRAWN, **changes: Any) -> Dispute:
    made = Dispute(
        id=f"dp_1/{direction}",
        dispute="dp_1",
        direction=direction,
        payment=Ref(Payment, "ch_1"),
        amount=money("100"),
        settled=money("100"),
        fee=money("15"),
        occurred=MOMENT,
    )
    return replace(made, **changes)


def row(
    id: str, category: Category, gross: str, fee: str = "0", tax: str = "0", **changes: Any
) -> BalanceRow:
    whole, of_it = money(fee), money(tax)
    details = (FeeDetail(amount=whole - of_it), FeeDetail(amount=of_it, sort=FeeSort.TAX))
    made = BalanceRow(
        id=f"txn_{id}",
        category=category,
        gross=money(gross),
        fee=whole,
        net=money(gross) - whole,
        fees=tuple(detail for detail in details if detail.amount),
        stated=category.value,
        source=_source(category, id),
    )
    return replace(made, **changes)


def _source(category: Category, id: str) -> Any:
    match category:
        case Category.CHARGE | Category.CHARGE_FAILURE | Category.CAPTURE_REVERSAL:
            return Ref(Payment, id)
        case Category.REFUND | Category.REFUND_FAILURE:
            return Ref(Refund, id)
        case Category.DISPUTE | Category.DISPUTE_REVERSAL:
            return Ref(Dispute, id)
        case Category.PAYOUT_REVERSAL:
            return Ref(Payout, id)
    return None


def payout(amount: str, *rows: BalanceRow, **changes: Any) -> Payout:
    made = Payout(
        id="po_1",
        status=PayoutStatus.PAID,
        amount=money(amount),
        arrives=date(2026, 5, 6),
        complete=True,
        rows=rows,
        trace="TRACE-1",
    )
    return replace(made, **changes)


def invoice(total: str = "119", **changes: Any) -> Invoice:
    made = Invoice(
        id="in_1",
        number="INV-1",
        customer=Ref(Customer, "C1"),
        status=InvoiceStatus.OPEN,
        dated=date(2026, 5, 1),
        due=date(2026, 5, 31),
        total=money(total),
        balance=money(total),
        lines=(InvoiceLine(amount=money(total), text="Seats", coded=("price:pro", "item:seat")),),
    )
    return replace(made, **changes)


def credit(total: str = "119", **changes: Any) -> CreditNote:
    made = CreditNote(
        id="CN-1",
        customer=Ref(Customer, "C1"),
        status=InvoiceStatus.OPEN,
        dated=date(2026, 5, 9),
        total=money(total),
        balance=money(total),
        lines=(InvoiceLine(amount=money(total), coded=("price:pro",)),),
        invoice=Ref(Invoice, "in_1"),
    )
    return replace(made, **changes)


def bill(quantity: str = "100", price: str = "4.25", **changes: Any) -> Bill:
    amount = Money(Decimal(quantity) * Decimal(price), "USD")
    line = BillLine(
        line="1",
        amount=amount,
        order="PO1",
        order_line="1",
        quantity=Decimal(quantity),
        unit="EA",
        unit_price=Decimal(price),
    )
    made = Bill(
        id="918273",
        supplier=Ref(Supplier, "311"),
        supplier_code="S2001",
        status=BillStatus.APPROVED,
        credit=False,
        supplier_number="HV-88121",
        dated=date(2026, 5, 4),
        total=amount,
        lines=(line,),
    )
    return replace(made, **changes)


def order(**changes: Any) -> PurchaseOrder:
    line = OrderLine(line="1", quantity=Decimal(100), unit="EA", unit_price=Decimal("4.25"))
    made = PurchaseOrder(
        id="10USA/PO1",
        number="PO1",
        supplier=Ref(Supplier, "S2001"),
        status=OrderStatus.OPEN,
        currency="USD",
        lines=(line,),
    )
    return replace(made, **changes)


def goods(quantity: str, open: str | None = None, receipt: str = "RC1", on: int = 3) -> GoodsReceipt:
    return GoodsReceipt(
        id=f"{receipt}/1",
        order="PO1",
        order_line="1",
        receipt=receipt,
        line="1",
        supplier=Ref(Supplier, "S2001"),
        dated=date(2026, 5, on),
        quantity=Decimal(quantity),
        open=Decimal(quantity if open is None else open),
        unit="EA",
    )
