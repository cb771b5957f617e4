"""What systems state about what customers owe and pay: invoices, credits, payments, refunds, disputes, payouts.

A statement is taken as it is, also when it does not add up: that is for a hold to say, with both figures, not for a crash.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from connectors.canon.kind import Kind, Part, Ref, kind, one_currency, part
from connectors.canon.money import Money, Unfit, total
from connectors.canon.parties import Customer


class InvoiceStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    WRITTEN_OFF = "written_off"


class LineSort(StrEnum):
    SALE = "sale"
    DISCOUNT = "discount"
    SHIPPING = "shipping"
    TAX = "tax"
    ROUNDING = "rounding"


@part
class Tax(Part):
    amount: Money
    name: str = ""
    rate: Decimal | None = None
    """In percent."""
    jurisdiction: str = ""


@part
class InvoiceLine(Part):
    """`amount` is what the line adds to the total before tax: a discount is its own, negative line."""

    amount: Money
    text: str = ""
    sort: LineSort = LineSort.SALE
    id: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    taxes: tuple[Tax, ...] = ()
    coded: tuple[str, ...] = ()
    """What an account may be chosen by, nearest first: `price:pro-monthly`, `item:pro`, `family:saas`."""
    first: date | None = None
    last: date | None = None
    """The service period it bills."""


@part
class Allocation(Part):
    """Money of one document used on an invoice. No invoice: money that is known to be unused."""

    invoice: Ref[Invoice] | None
    amount: Money
    on: date | None = None
    own: bool = False
    """The invoice was born in the system that states this, not put there by us."""


@kind
class Invoice(Kind):
    customer: Ref[Customer]
    status: InvoiceStatus
    dated: date
    total: Money
    balance: Money
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[Tax, ...] = ()
    """Taxes stated on the document; those stated on a line stand there and not here again."""
    due: date | None = None
    text: str = ""
    purchase_order: str = ""
    email: str = ""
    collectable: bool = True
    """False where the ledger says not to collect it (contested, already selected for payment)."""
    paid_outside: bool = False
    """Settled by other means than this system's own collection: it brings no cash here."""
    pushed: bool = False
    """Here because we put it here; it was born in the other system."""
    known_as: tuple[str, ...] = ()
    """Our references found on it, or to be written to it, first the one it is looked up by."""
    paid_on: date | None = None
    voided_on: date | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _invoice_currency("Invoice", self.total, self.lines, self.taxes, self.balance)

    @property
    def currency(self) -> str:
        return self.total.currency

    @property
    def adrift(self) -> Money:
        """What the total says beyond its lines and taxes; zero when it adds up."""
        return self.total - lines_total(self.lines, self.taxes, self.currency)


class CreditSort(StrEnum):
    ADJUSTMENT = "adjustment"
    REFUNDABLE = "refundable"
    WRITE_OFF = "write_off"


@kind
class CreditNote(Kind):
    """Amounts are positive: what the customer owes less."""

    customer: Ref[Customer]
    status: InvoiceStatus
    dated: date
    total: Money
    balance: Money
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[Tax, ...] = ()
    sort: CreditSort = CreditSort.ADJUSTMENT
    invoice: Ref[Invoice] | None = None
    allocations: tuple[Allocation, ...] = ()
    reason: str = ""
    text: str = ""
    voided_on: date | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _invoice_currency("CreditNote", self.total, self.lines, self.taxes, self.balance)

    @property
    def currency(self) -> str:
        return self.total.currency

    @property
    def adrift(self) -> Money:
        return self.total - lines_total(self.lines, self.taxes, self.currency)


class PaymentStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Never was money."""
    REVERSED = "reversed"
    """Was money, and went back to the bank it came from (a late bank-debit failure, a voided or deleted entry)."""


@kind
class Payment(Kind):
    """Money received from a customer: what was captured, not what was authorised and not what is left of it."""

    status: PaymentStatus
    amount: Money
    occurred: datetime | date
    customer: Ref[Customer] | None = None
    allocations: tuple[Allocation, ...] = ()
    settled: Money | None = None
    """What it added to the payment system's own balance, before fees, in that balance's currency. None: not known yet."""
    fee: Money | None = None
    method: str = ""
    outside: bool = False
    """Recorded there but never held there (cash, cheque, a bank transfer): it is not on the clearing account."""
    gateway: str = ""
    gateway_id: str = ""
    """The same money's id in the payment system that a billing system collects through."""
    payer: str = ""
    email: str = ""
    text: str = ""
    reversed_on: datetime | date | None = None


class RefundStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@kind
class Refund(Kind):
    """Money sent back to a customer; the amount is positive."""

    status: RefundStatus
    amount: Money
    occurred: datetime | date
    payment: Ref[Payment] | None = None
    credit_note: Ref[CreditNote] | None = None
    customer: Ref[Customer] | None = None
    allocations: tuple[Allocation, ...] = ()
    """Invoices that are open again by it."""
    settled: Money | None = None
    fee: Money | None = None
    method: str = ""
    reason: str = ""
    outside: bool = False
    failed_on: datetime | date | None = None


class Direction(StrEnum):
    WITHDRAWN = "withdrawn"
    REINSTATED = "reinstated"
    LOST = "lost"


@kind
class Dispute(Kind):
    """One step of a dispute, under its own id (`dp_1/withdrawn`), so that each step can have its one effect.

    Amounts are positive in the step's own direction; a fee that is given back with the money is negative.
    """

    dispute: str
    direction: Direction
    payment: Ref[Payment]
    amount: Money
    occurred: datetime | date
    settled: Money | None = None
    fee: Money | None = None
    customer: Ref[Customer] | None = None
    reason: str = ""

    @property
    def opening(self) -> Ref[Dispute]:
        """The step that took the money: the others follow it."""
        return Ref(Dispute, f"{self.dispute}/{Direction.WITHDRAWN}")


class Category(StrEnum):
    """What a row of a payment system's balance is about. What it does not know for sure is UNKNOWN, never a guess."""

    CHARGE = "charge"
    CHARGE_FAILURE = "charge_failure"
    CAPTURE_REVERSAL = "capture_reversal"
    REFUND = "refund"
    REFUND_FAILURE = "refund_failure"
    DISPUTE = "dispute"
    DISPUTE_REVERSAL = "dispute_reversal"
    PAYOUT = "payout"
    """The payout's own row: not one of the things it pays out."""
    PAYOUT_REVERSAL = "payout_reversal"
    FEE = "fee"
    TAX = "tax"
    RESERVE = "reserve"
    TOPUP = "topup"
    UNKNOWN = "unknown"


class FeeSort(StrEnum):
    PROCESSING = "processing"
    TAX = "tax"
    OTHER = "other"


@part
class FeeDetail(Part):
    amount: Money
    sort: FeeSort = FeeSort.PROCESSING
    text: str = ""


@part
class BalanceRow(Part):
    """One movement of the payment system's balance: `net` is what it did, fees included."""

    id: str
    category: Category
    gross: Money
    fee: Money
    net: Money
    fees: tuple[FeeDetail, ...] = ()
    stated: str = ""
    """The vendor's own word for it, shown where the category is unknown."""
    source: Ref[Payment] | Ref[Refund] | Ref[Dispute] | Ref[Payout] | None = None
    occurred: datetime | None = None
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_currency("BalanceRow", self.gross, self.fee, self.net, *(fee.amount for fee in self.fees))
        if self.gross - self.fee != self.net:
            raise Unfit(f"{self.gross} less {self.fee} is not {self.net}", f"BalanceRow {self.id}")


class PayoutStatus(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


@kind
class Payout(Kind):
    """A transfer between the payment system's balance and the bank; negative when the bank is debited."""

    status: PayoutStatus
    amount: Money
    arrives: date
    automatic: bool = True
    """False: nobody can say which rows it contains (manual and instant payouts)."""
    complete: bool = False
    """All its rows are known and listed below, its own row left out."""
    rows: tuple[BalanceRow, ...] = ()
    fee: Money | None = None
    """Taken on the payout's own row, beside the amount (instant payouts); part of what leaves the balance."""
    trace: str = ""
    failed_on: datetime | date | None = None
    failure: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_currency("Payout", self.amount, self.fee, *(row.net for row in self.rows))
        if any(row.category is Category.PAYOUT for row in self.rows):
            raise Unfit("its own row is among its rows", f"Payout {self.id}.rows")

    @property
    def adrift(self) -> Money:
        """What leaves the balance by it beyond what its rows come to; zero when they explain it."""
        leaves = (self.amount, self.fee) if self.fee else (self.amount,)
        return total(leaves, self.amount.currency) - total(
            (row.net for row in self.rows), self.amount.currency
        )


@kind
class BalanceMovement(Kind):
    """A row that belongs to no listed payout (a fee of a manual payout, a product fee): posted on its own."""

    row: BalanceRow
    occurred: datetime | date


def lines_total(lines: tuple[InvoiceLine, ...], taxes: tuple[Tax, ...], currency: str) -> Money:
    on_lines = (tax.amount for line in lines for tax in line.taxes)
    return total(
        (*(line.amount for line in lines), *on_lines, *(tax.amount for tax in taxes)),
        currency,
    )


def _invoice_currency(
    where: str, stated: Money, lines: tuple[InvoiceLine, ...], taxes: tuple[Tax, ...], *others: Money
) -> None:
    on_lines = (tax.amount for line in lines for tax in line.taxes)
    one_currency(
        where, stated, *others, *(line.amount for line in lines), *on_lines, *(tax.amount for tax in taxes)
    )
