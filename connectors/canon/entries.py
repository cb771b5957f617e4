"""The double entry behind each booking: which accounts it moves, by how much, in every ledger alike.

An adapter renders its own document; this is what the books must show afterwards, for previews, approvals and proofs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors.canon import bookings as b
from connectors.canon.journal import Journal, JournalLine, entry
from connectors.canon.kind import Code, Kind
from connectors.canon.money import Money, total
from connectors.canon.payables import CostLine, SupplierCredit, SupplierInvoice
from connectors.canon.receivables import Direction

RECEIVABLE, PAYABLE, EXCHANGE, UNINVOICED = "receivable", "payable", "exchange", "received, not invoiced"
"""Accounts a ledger finds by itself: by the customer, the supplier, its own exchange set-up, the receipt matched."""

Move = tuple[Code | str, Money, str, str]
"""Account, amount (positive for a debit), text, party."""


def journal_of(body: Kind) -> Journal | None:
    """None for what moves no account, master data above all."""
    moves = [move for move in _moves(body) if move[1]]
    return Journal(tuple(_line(move) for move in moves)) if moves else None


def _line(move: Move) -> JournalLine:
    account, amount, text, party = move
    return entry(account, amount, text, party)


def _moves(body: Kind) -> Iterable[Move]:
    match body:
        case b.CashReceipt():
            return _exchanged(body.clearing, body.settled or body.amount, RECEIVABLE, body.amount, body)
        case b.ReceiptReversal():
            return _exchanged(body.clearing, -(body.settled or body.amount), RECEIVABLE, -body.amount, body)
        case b.RefundOut():
            given = body.returns or RECEIVABLE
            return _exchanged(body.clearing, -(body.settled or body.amount), given, -body.amount, body)
        case b.RefundReturned():
            given = body.returns or RECEIVABLE
            return _exchanged(body.clearing, body.settled or body.amount, given, body.amount, body)
        case b.DisputeMovement():
            return _dispute(body)
        case b.Settlement():
            return _settled(body.bank, body)
        case b.ClearingEntry():
            return _settled(body.clearing, body)
        case b.SettlementReversal():
            return ((body.clearing, body.net, body.text, ""), (body.bank, -body.net, body.text, ""))
        case b.CustomerInvoice() | b.CreditMemoReversal():
            return _invoiced(body.total, body.lines, body.customer.id, body.text)
        case b.CreditMemo():
            return [
                (a, -m, text, party)
                for a, m, text, party in _invoiced(body.total, body.lines, body.customer.id, body.text)
            ]
        case b.Adjustment():
            party = body.customer.id
            return ((body.account, body.amount, body.text, ""), (RECEIVABLE, -body.amount, body.text, party))
        case SupplierInvoice():
            return _billed(body.total, body.costs, body.supplier.id, body.text)
        case SupplierCredit():
            return [
                (a, -m, text, party)
                for a, m, text, party in _billed(body.total, body.costs, body.supplier.id, body.text)
            ]
    return ()


def _exchanged(
    clearing: Code,
    settled: Money,
    against: Code | str,
    amount: Money,
    body: b.CashReceipt | b.ReceiptReversal | b.RefundOut | b.RefundReturned,
) -> Iterator[Move]:
    """Two currencies meet on the exchange account, so that each balances by itself."""
    yield clearing, settled, body.text, ""
    if settled.currency != amount.currency:
        yield EXCHANGE, -settled, body.text, ""
        yield EXCHANGE, amount, body.text, ""
    yield against, -amount, body.text, body.customer.id if against == RECEIVABLE else ""


def _dispute(body: b.DisputeMovement) -> Iterator[Move]:
    party = body.customer.id if body.customer else ""
    match body.direction:
        case Direction.WITHDRAWN:
            yield body.disputes, body.amount, body.text, ""
            yield body.fees, body.fee, body.text, ""
            yield body.clearing, -(body.amount + body.fee), body.text, ""
        case Direction.REINSTATED:
            yield body.clearing, body.amount - body.fee, body.text, ""
            yield body.fees, body.fee, body.text, ""
            yield body.disputes, -body.amount, body.text, ""
        case Direction.LOST:
            yield RECEIVABLE if body.owed else body.losses, body.amount, body.text, party if body.owed else ""
            yield body.disputes, -body.amount, body.text, ""


def _settled(to: Code, body: b.Settlement | b.ClearingEntry) -> Iterator[Move]:
    yield to, body.net, body.text, ""
    for line in body.lines:
        yield line.account, -line.amount, line.text or line.sort, ""


def _invoiced(owed: Money, lines: tuple[b.BookedLine, ...], party: str, text: str) -> Iterator[Move]:
    yield RECEIVABLE, owed, text, party
    for line in lines:
        yield line.account, -line.amount, line.text, ""


def _billed(owed: Money, costs: tuple[CostLine, ...], party: str, text: str) -> Iterator[Move]:
    """What is not a cost was received before it was billed and waits on the ledger's own account for that."""
    extra = total((cost.amount for cost in costs), owed.currency)
    yield UNINVOICED, owed - extra, text, ""
    for cost in costs:
        yield cost.account, cost.amount, cost.text, ""
    yield PAYABLE, -owed, text, party
