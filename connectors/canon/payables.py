"""What systems state about buying: orders, receipts, bills, and what a ledger pays; and what is booked from them.

Quantities travel with their unit, so that a match compares like with like or is held.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from connectors.canon.kind import (
    CostCentreCode,
    GlAccountCode,
    Kind,
    Part,
    ProjectCode,
    Ref,
    TaxCodeCode,
    kind,
    one_currency,
    part,
)
from connectors.canon.money import Money, Unfit, total
from connectors.canon.parties import Supplier


class OrderStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@part
class OrderLine(Part):
    line: str
    text: str = ""
    item: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    amount: Money | None = None
    received: Decimal | None = None
    billed: Decimal | None = None
    self_billed: bool = False
    """The ledger makes its own invoice from the receipt (evaluated receipt settlement): billing it too pays twice."""


@kind
class PurchaseOrder(Kind):
    supplier: Ref[Supplier]
    status: OrderStatus
    currency: str
    lines: tuple[OrderLine, ...]
    dated: date | None = None


@kind
class GoodsReceipt(Kind):
    """One posted receipt line, or a return when the quantity is negative. `open` is what no bill has used yet."""

    order: str
    order_line: str
    receipt: str
    line: str
    supplier: Ref[Supplier]
    dated: date
    quantity: Decimal
    open: Decimal
    item: str = ""
    unit: str = ""
    unit_price: Decimal | None = None
    currency: str = ""


class BillStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    VOID = "void"


class ChargeSort(StrEnum):
    FREIGHT = "freight"
    HANDLING = "handling"
    TAX = "tax"
    OTHER = "other"


@part
class Split(Part):
    """A share of a line's cost by the source's own account words."""

    amount: Money
    coded: tuple[str, ...] = ()


@part
class BillLine(Part):
    line: str
    amount: Money
    text: str = ""
    order: str = ""
    order_line: str = ""
    item: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    splits: tuple[Split, ...] = ()


@part
class Charge(Part):
    amount: Money
    sort: ChargeSort
    text: str = ""
    coded: tuple[str, ...] = ()


@kind
class Bill(Kind):
    """A supplier's invoice or credit note as procurement states it. Amounts are positive either way."""

    supplier: Ref[Supplier]
    status: BillStatus
    credit: bool
    supplier_number: str
    """The supplier's own invoice number: the ledger must not see it twice."""
    dated: date
    total: Money
    lines: tuple[BillLine, ...]
    charges: tuple[Charge, ...] = ()
    due: date | None = None
    terms: str = ""
    supplier_code: str = ""
    """The code the ledger should know the supplier by, where procurement states one."""
    original: str = ""
    """On a credit note: the invoice number it corrects."""
    corrects: Ref[Bill] | None = None
    paid_by_ledger: bool = True
    """False where procurement pays by itself: no payment is reported back to it."""
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        parts = (*(line.amount for line in self.lines), *(charge.amount for charge in self.charges))
        one_currency("Bill", self.total, *parts)

    @property
    def adrift(self) -> Money:
        parts = (*(line.amount for line in self.lines), *(charge.amount for charge in self.charges))
        return self.total - total(parts, self.total.currency)


@part
class Match(Part):
    """A quantity of an order line, taken from one receipt line."""

    order: str
    order_line: str
    receipt: str
    receipt_line: str
    quantity: Decimal
    unit_price: Decimal
    last: bool = False
    """Nothing more is expected against that receipt line."""


@part
class CostLine(Part):
    amount: Money
    account: GlAccountCode
    text: str = ""
    cost_centre: CostCentreCode | None = None
    project: ProjectCode | None = None
    tax_code: TaxCodeCode | None = None


@kind
class SupplierInvoice(Kind):
    """What the ledger books: matched to order and receipt lines, the rest of the total on cost lines."""

    reference: str
    supplier: Ref[Supplier]
    supplier_number: str
    dated: date
    posted: date
    total: Money
    matches: tuple[Match, ...]
    costs: tuple[CostLine, ...] = ()
    due: date | None = None
    terms: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_currency("SupplierInvoice", self.total, *(cost.amount for cost in self.costs))


@kind
class SupplierCredit(Kind):
    reference: str
    supplier: Ref[Supplier]
    supplier_number: str
    invoice: Ref[Bill] | None
    dated: date
    posted: date
    total: Money
    matches: tuple[Match, ...] = ()
    costs: tuple[CostLine, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_currency("SupplierCredit", self.total, *(cost.amount for cost in self.costs))


class SupplierPaymentStatus(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    VOID = "void"


@kind
class SupplierPayment(Kind):
    """What the ledger paid on one booked invoice: a payment over several invoices is several of these."""

    invoice: Ref[SupplierInvoice]
    supplier: Ref[Supplier]
    status: SupplierPaymentStatus
    amount: Money
    dated: date
    settles: bool = False
    """Nothing is left open on the invoice after it."""
    discount: Money | None = None
    method: str = ""
    voided_on: date | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        one_currency("SupplierPayment", self.amount, self.discount)


@kind
class BillPayment(Kind):
    """A payment as it is written on procurement's invoice; negative when an earlier one is taken back."""

    reference: str
    bill: Ref[SupplierInvoice]
    amount: Money
    dated: date
    settles: bool
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.amount:
            raise Unfit("a payment of nothing", "BillPayment.amount")
