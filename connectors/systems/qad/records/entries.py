"""Journal entries: what moves between clearing, bank, fees and disputes without touching a customer's account."""

from __future__ import annotations

from datetime import date
from typing import Any

from connectors.canon.bookings import ClearingEntry, Settlement, SettlementReversal
from connectors.canon.journal import Journal, JournalLine, entry
from connectors.canon.money import Money
from connectors.canon.ref import Code
from connectors.system import Document, Step
from connectors.systems.qad.book import Book
from connectors.systems.qad.profile import Profile
from connectors.systems.qad.records.ids import fitted

DESCRIPTION_MAX = 40
Signed = tuple[Code, Money, str]


def settlement(body: Settlement, book: Book, profile: Profile) -> Document:
    """The bank receives what the lines add up to; each line leaves the account it stood on."""
    lines = [(body.bank, body.net, body.trace or "Payout")]
    lines += [(line.account, -line.amount, line.text) for line in body.lines]
    return journal_document("Settlement", body.reference, body.dated, lines, book, profile, body.text)


def settlement_reversal(body: SettlementReversal, book: Book, profile: Profile) -> Document:
    lines = [(body.clearing, body.net, "Payout returned"), (body.bank, -body.net, "Payout returned")]
    return journal_document("SettlementReversal", body.reference, body.dated, lines, book, profile, body.text)


def clearing_entry(body: ClearingEntry, book: Book, profile: Profile) -> Document:
    """What the lines add up to is what the clearing account gains."""
    lines = [(body.clearing, body.net, body.text)]
    lines += [(line.account, -line.amount, line.text) for line in body.lines]
    return journal_document("ClearingEntry", body.reference, body.dated, lines, book, profile, body.text)


def journal_document(
    kind: str, reference: str, dated: date, lines: list[Signed], book: Book, profile: Profile, text: str
) -> Document:
    journal = Journal(tuple(entry(account.key, amount, said) for account, amount, said in lines if amount))
    row = journal_row(reference, dated, journal, book, text)
    step = Step("journal_entry", "POST", profile.kind("journal_entry").path, row)
    return Document(kind, "Journal entry", reference, dated, (step,), journal)


def journal_row(reference: str, dated: date, journal: Journal, book: Book, text: str) -> dict[str, Any]:
    return {
        "entityCode": book.code("entity"),
        "daybookCode": book.code("daybook_journal"),
        "year": dated.year,
        "period": dated.month,
        "voucher": 0,
        "postingDate": day(dated),
        "description": described(reference, text),
        "invoiceReferenceText": reference,
        "journalEntryLines": [_line(number, line) for number, line in enumerate(journal.lines, 1)],
    }


def _line(number: int, line: JournalLine) -> dict[str, Any]:
    signed = line.signed
    nothing = signed.amount - signed.amount
    return {
        "line": number,
        "glAccountCode": str(line.account),
        "currencyCode": signed.currency,
        "debitTC": line.debit.amount if line.debit else nothing,
        "creditTC": line.credit.amount if line.credit else nothing,
        "description": line.text[:DESCRIPTION_MAX],
    }


def described(reference: str, text: str) -> str:
    """The reference first and whole: a look-up reads it back; what a person reads follows while there is room."""
    short = fitted(reference, DESCRIPTION_MAX)
    return f"{short} {text}"[:DESCRIPTION_MAX].strip() if text and len(short) < DESCRIPTION_MAX else short


def day(value: date) -> str:
    return f"{value.isoformat()}T00:00:00.000Z"
