"""What a ledger books, as business meaning: how it is rendered (journal, deposit, receipt) is the ledger adapter's business.

Each of these adds up when it is made or is not made at all, and carries the reference by which it is found again.
"""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal
from enum import StrEnum
from typing import Annotated

from connectors.canon.kind import (
    AFTER,
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
from connectors.canon.parties import Customer
from connectors.canon.receivables import (
    CreditNote,
    Direction,
    Dispute,
    Invoice,
    LineSort,
    Payment,
    Payout,
    Refund,
)

RATE_DIGITS = 12


@part
class Application(Part):
    """Part of a receipt or credit used on an invoice; on the customer's account where no invoice is bound."""

    invoice: Ref[Invoice] | None
    amount: Money


@kind
class CashReceipt(Kind):
    """Money of a customer arrives on the clearing account (or a bank): debit clearing, credit receivable."""

    reference: str
    customer: Ref[Customer]
    dated: date
    amount: Money
    clearing: GlAccountCode
    settled: Money | None = None
    """What reached the clearing account where that is another currency; the rate follows from it."""
    applications: tuple[Application, ...] = ()
    method: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _settles("CashReceipt", self.amount, self.settled)
        _applied_within("CashReceipt", self.amount, self.applications)

    @property
    def unapplied(self) -> Money:
        return self.amount - _applied(self.amount, self.applications)

    @property
    def rate(self) -> Decimal | None:
        return rate_between(self.amount, self.settled)


@kind
class ReceiptReversal(Kind):
    """A receipt turned out not to be money: the customer owes again."""

    reference: str
    receipt: Ref[Payment]
    customer: Ref[Customer]
    dated: date
    amount: Money
    clearing: GlAccountCode
    settled: Money | None = None
    applications: tuple[Application, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _settles("ReceiptReversal", self.amount, self.settled)
        _applied_within("ReceiptReversal", self.amount, self.applications)


@kind
class RefundOut(Kind):
    """Money goes back to a customer out of clearing. Invoices named in `applications` are open again by it."""

    reference: str
    customer: Ref[Customer]
    dated: date
    amount: Money
    clearing: GlAccountCode
    returns: GlAccountCode | None = None
    """Where it is booked that does not stand on the customer's account."""
    receipt: Ref[Payment] | None = None
    credit_note: Ref[CreditNote] | None = None
    settled: Money | None = None
    applications: tuple[Application, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _settles("RefundOut", self.amount, self.settled)
        _applied_within("RefundOut", self.amount, self.applications)

    @property
    def rate(self) -> Decimal | None:
        return rate_between(self.amount, self.settled)


@kind
class RefundReturned(Kind):
    """A refund that failed: its money is back on clearing, its booking is put back."""

    reference: str
    refund: Ref[Refund]
    customer: Ref[Customer]
    dated: date
    amount: Money
    clearing: GlAccountCode
    returns: GlAccountCode | None = None
    settled: Money | None = None
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _settles("RefundReturned", self.amount, self.settled)


@kind
class DisputeMovement(Kind):
    """Disputed money leaves clearing, comes back to it, or is finally lost; its fee moves with it.

    Amounts are of the clearing account's currency. Lost money moves from the disputes account to the losses account.
    """

    reference: str
    direction: Direction
    receipt: Ref[Payment]
    customer: Ref[Customer] | None
    dated: date
    amount: Money
    fee: Money
    clearing: GlAccountCode
    disputes: GlAccountCode
    losses: GlAccountCode
    fees: GlAccountCode
    opened: Annotated[Ref[Dispute] | None, AFTER] = None
    owed: bool = False
    """Lost, and the customer is asked to pay again: onto the customer's account instead of the losses account."""
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_currency("DisputeMovement", self.amount, self.fee)


class SettlementSort(StrEnum):
    CHARGES = "charges"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    RETURNED = "returned"
    FEES = "fees"
    FEE_TAX = "fee_tax"
    RESERVE = "reserve"
    TOPUPS = "topups"
    SUSPENSE = "suspense"
    TRANSFER = "transfer"
    """A payout that nobody can itemise: its amount only."""


@part
class SettlementLine(Part):
    """What makes a payout larger (positive) or smaller (negative), on the account it is booked to."""

    sort: SettlementSort
    amount: Money
    account: GlAccountCode
    text: str = ""
    rows: int = 0


@kind
class Settlement(Kind):
    """A payout reaches the bank: its lines add up to exactly what the bank sees, or it is not made."""

    reference: str
    dated: date
    net: Money
    bank: GlAccountCode
    clearing: GlAccountCode
    lines: tuple[SettlementLine, ...]
    covers: Annotated[tuple[Ref[Payment] | Ref[Refund] | Ref[Dispute] | Ref[Payout], ...], AFTER] = ()
    trace: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_currency("Settlement", self.net, *(line.amount for line in self.lines))
        _adds_up("Settlement", self.net, self.lines)


@kind
class SettlementReversal(Kind):
    """A payout came back: the bank gives, the clearing account receives. Fees taken stay taken."""

    reference: str
    settlement: Ref[Payout]
    dated: date
    net: Money
    bank: GlAccountCode
    clearing: GlAccountCode
    text: str = ""


@kind
class ClearingEntry(Kind):
    """A movement of clearing outside any payout, as its lines: fees, reserves, rows a person has classified."""

    reference: str
    dated: date
    clearing: GlAccountCode
    net: Money
    lines: tuple[SettlementLine, ...]
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_currency("ClearingEntry", self.net, *(line.amount for line in self.lines))
        _adds_up("ClearingEntry", self.net, self.lines)


@part
class BookedLine(Part):
    """A line of a customer invoice on its account; a discount is negative."""

    amount: Money
    account: GlAccountCode
    text: str = ""
    sort: LineSort = LineSort.SALE
    tax_code: TaxCodeCode | None = None
    cost_centre: CostCentreCode | None = None
    project: ProjectCode | None = None
    quantity: Decimal | None = None


@kind
class CustomerInvoice(Kind):
    reference: str
    customer: Ref[Customer]
    dated: date
    total: Money
    lines: tuple[BookedLine, ...]
    due: date | None = None
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _positive("CustomerInvoice.total", self.total)
        _adds_up("CustomerInvoice", self.total, self.lines)


@kind
class CreditMemo(Kind):
    """The customer owes less: positive lines on the accounts they take back from, and what it is used on."""

    reference: str
    customer: Ref[Customer]
    dated: date
    total: Money
    lines: tuple[BookedLine, ...]
    invoice: Ref[Invoice] | None = None
    applications: tuple[Application, ...] = ()
    reverses: bool = False
    """It takes a whole invoice back (voided at its source) rather than correcting it."""
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _positive("CreditMemo.total", self.total)
        _adds_up("CreditMemo", self.total, self.lines)
        _applied_within("CreditMemo", self.total, self.applications)


@kind
class CreditMemoReversal(Kind):
    """A credit memo voided at its source: the customer owes again what it had taken off."""

    reference: str
    credit_note: Ref[CreditNote]
    customer: Ref[Customer]
    dated: date
    total: Money
    lines: tuple[BookedLine, ...]
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _positive("CreditMemoReversal.total", self.total)
        _adds_up("CreditMemoReversal", self.total, self.lines)


@kind
class Adjustment(Kind):
    """An open invoice lowered without cash and without a sale taken back: a write-off."""

    reference: str
    customer: Ref[Customer]
    invoice: Ref[Invoice] | None
    dated: date
    amount: Money
    account: GlAccountCode
    text: str = ""


def rate_between(amount: Money, settled: Money | None) -> Decimal | None:
    """Units of the settled currency for one of the other, to twelve digits; None where no exchange took place."""
    if settled is None or settled.currency == amount.currency or not amount:
        return None
    return Context(prec=RATE_DIGITS).divide(settled.amount, amount.amount)


def _applied(amount: Money, applications: tuple[Application, ...]) -> Money:
    return total((one.amount for one in applications if one.invoice), amount.currency)


def _applied_within(where: str, amount: Money, applications: tuple[Application, ...]) -> None:
    one_currency(where, amount, *(one.amount for one in applications))
    used = total((one.amount for one in applications), amount.currency)
    if used > amount or any(one.amount.amount < 0 for one in applications):
        raise Unfit(f"{used} is applied of {amount}", f"{where}.applications")


def _adds_up(where: str, stated: Money, lines: tuple[SettlementLine, ...] | tuple[BookedLine, ...]) -> None:
    added = total((line.amount for line in lines), stated.currency)
    if added != stated:
        raise Unfit(f"its lines are {added}, its total is {stated}", f"{where}.lines")


def _settles(where: str, amount: Money, settled: Money | None) -> None:
    """In one currency what settles is the amount itself; only an exchange may make it another."""
    _positive(f"{where}.amount", amount)
    if settled is not None:
        _positive(f"{where}.settled", settled)
        if settled.currency == amount.currency and settled != amount:
            raise Unfit(f"{amount} cannot settle as {settled}", f"{where}.settled")


def _positive(where: str, amount: Money) -> None:
    if amount.amount <= 0:
        raise Unfit(f"{amount} is not more than nothing", where)
