"""Journal entries written by hand or by another system, into daybooks of financial or external control only.

They may not touch a control account, and what is posted stays: only the transient layer can be changed or deleted.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from connectors.systems.qad.sandbox import currencies
from connectors.systems.qad.sandbox.accounts import manual_account
from connectors.systems.qad.sandbox.dates import day_of
from connectors.systems.qad.sandbox.ledger import Heading, Line
from connectors.systems.qad.sandbox.periods import daybook, manual, open_period, period_of
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row, key_of
from connectors.systems.qad.sandbox.workspace import Workspace

KIND = "journal_entry"
LINES_MIN = 2


def enter(desk: Workspace, record: Row) -> Row:
    head = _heading(desk, record)
    entry = desk.ledger.prepare(head, [_line(desk, line) for line in _lines(record)])
    mirror = _mirror(desk, head, entry) if record["autoReversal"] else None
    key = desk.ledger.store(entry, KIND)
    row = {**record, **{name: entry[name] for name in ("entityCode", "year", "period", "voucher")}}
    desk.world.table(KIND)[key] = row
    if mirror:
        desk.ledger.store(mirror, KIND, key)
    return desk.touch(row)


def change(desk: Workspace, row: Row, record: Row) -> Row:
    _check_transient(desk, row)
    head = _heading(desk, record)
    entry = desk.ledger.prepare(head, [_line(desk, line) for line in _lines(record)])
    _forget(desk, row)
    entry["voucher"] = row["voucher"]
    key = desk.ledger.store(entry, KIND)
    desk.world.table(KIND)[key] = {**row, **record, "entityCode": desk.entity, "voucher": entry["voucher"]}
    return desk.touch(desk.world.table(KIND)[key])


def delete(desk: Workspace, row: Row) -> None:
    _check_transient(desk, row)
    _forget(desk, row)


def _heading(desk: Workspace, record: Row) -> Heading:
    book = manual(daybook(desk.world, record["daybookCode"], "JOURNALENTRIES"))
    posted_on = day_of(record["postingDate"], "postingDate")
    period = open_period(desk.world, desk.entity, book, posted_on)
    if (record["year"], record["period"]) != (period["year"], period["period"]):
        stated = f"{record['year']}/{record['period']}"
        refuse(
            "postingDate", f"Posting date {posted_on} lies outside GL period {stated}.", posted_on, code="34"
        )
    return Heading(desk.entity, book, posted_on, record["description"])


def _lines(record: Row) -> list[Row]:
    lines: list[Row] = record["journalEntryLines"]
    if len(lines) < LINES_MIN:
        refuse(
            "journalEntryLines", "A journal entry must balance on at least two lines.", len(lines), code="62"
        )
    return lines


def _line(desk: Workspace, line: Row) -> Line:
    currency = line["currencyCode"]
    manual_account(desk.world, line, currency)
    debit = currencies.exact(desk.world, Decimal(line["debitTC"]), currency, "debitTC")
    credit = currencies.exact(desk.world, Decimal(line["creditTC"]), currency, "creditTC")
    if debit < 0 or credit < 0 or (debit and credit):
        refuse("debitTC", "A line is a debit or a credit, and invalid below zero.", debit, code="63")
    written = Line.written(line, currency, debit - credit)
    return Line(**{**vars(written), "bc": _base(desk, line, debit - credit)})


def _base(desk: Workspace, line: Row, tc: Decimal) -> Decimal | None:
    """What the line states in base currency, or by its own rate; None leaves it to the rate of the day."""
    stated = Decimal(line["debitBC"]) - Decimal(line["creditBC"])
    base = desk.ledger.base_currency(desk.entity)
    if stated:
        if stated * tc < 0:
            refuse(
                "debitBC", "Base and transaction amount do not balance to the same side.", stated, code="64"
            )
        return currencies.exact(desk.world, stated, base, "debitBC")
    rate = desk.settled_rate(line)
    return (
        None
        if rate is None or line["currencyCode"] == base
        else currencies.rounded(desk.world, tc * rate, base)
    )


def _mirror(desk: Workspace, head: Heading, entry: Row) -> Row:
    """An auto-reversal is the same entry turned round on the first day of the next period."""
    after = _first_day_after(desk, head.posted_on)
    return desk.ledger.mirrored(Heading(head.entity, head.daybook, after, head.text), [entry])


def _first_day_after(desk: Workspace, on: date) -> date:
    return day_of(period_of(desk.world, desk.entity, on)["endDate"], "postingDate") + timedelta(days=1)


def _check_transient(desk: Workspace, row: Row) -> None:
    book = daybook(desk.world, row["daybookCode"])
    if book.layer != "TRANSIENT":
        refuse(
            "voucher",
            f"{row['daybookCode']}/{row['voucher']} cannot be changed: it is posted.",
            row["voucher"],
        )


def _forget(desk: Workspace, row: Row) -> None:
    key = key_of(*(row[name] for name in ("entityCode", "year", "daybookCode", "voucher")))
    desk.world.table(KIND).pop(key)
    for posted in desk.ledger.postings(f"{KIND}:{key}"):
        posted_key = key_of(*(posted[name] for name in ("entityCode", "year", "daybookCode", "voucher")))
        desk.world.table("glEntries").pop(posted_key)
