"""Disputed money: it leaves clearing, comes back, is lost, or is owed by the customer again."""

from __future__ import annotations

from dataclasses import replace

from connectors.canon.bookings import DisputeMovement
from connectors.canon.journal import Journal, JournalLine
from connectors.canon.receivables import Direction
from connectors.system import Document
from connectors.systems.qad.book import Book
from connectors.systems.qad.profile import Profile
from connectors.systems.qad.records.entries import journal_document
from connectors.systems.qad.records.receipts import bounced


def dispute(body: DisputeMovement, book: Book, profile: Profile) -> Document:
    if body.owed and body.direction is Direction.LOST:
        return _owed_again(body, book, profile)
    both = body.amount + body.fee
    match body.direction:
        case Direction.WITHDRAWN:
            lines = [
                (body.disputes, body.amount, "Disputed"),
                (body.fees, body.fee, "Dispute fee"),
                (body.clearing, -both, "Withdrawn"),
            ]
        case Direction.REINSTATED:
            # A fee that comes back with the money is stated negative.
            lines = [
                (body.clearing, body.amount - body.fee, "Returned"),
                (body.disputes, -body.amount, "Dispute won"),
                (body.fees, body.fee, "Dispute fee"),
            ]
        case Direction.LOST:
            lines = [
                (body.losses, body.amount, "Dispute lost"),
                (body.disputes, -body.amount, "Dispute lost"),
            ]
    return journal_document("DisputeMovement", body.reference, body.dated, lines, book, profile, body.text)


def _owed_again(body: DisputeMovement, book: Book, profile: Profile) -> Document:
    """The customer is to pay again: the receipt bounces, and what clearing loses by it was withdrawn long ago."""
    lines = [(body.clearing, body.amount, "Dispute lost"), (body.disputes, -body.amount, "Dispute lost")]
    document = journal_document(
        "DisputeMovement", body.reference, body.dated, lines, book, profile, body.text
    )
    whole = {"amountTC": body.amount.amount, "currencyCode": body.amount.currency}
    back = bounced(body.receipt.id, body.dated, book, profile, **whole)
    party = body.customer.id if body.customer else ""
    journal = (
        *(document.journal.lines if document.journal else ()),
        JournalLine(book.control("customer_control"), debit=body.amount, text="Owed again", party=party),
        JournalLine(body.clearing.key, credit=body.amount, text="Owed again"),
    )
    return replace(document, steps=(back, *document.steps), journal=Journal(journal))
