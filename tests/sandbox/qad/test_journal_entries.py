"""Journals balance per currency, keep away from control accounts, and stay as they were posted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.qad.client import Qad, day
from tests.sandbox.qad.records import credit, debit, journal


def test_a_payout_moves_money_from_clearing_to_bank(qad: Qad) -> None:
    row = qad.post("journalEntries", journal(debit("1010", "4812.35"), credit("1090", "4812.35")))
    assert row["voucher"] == 1
    assert qad.lines("journal_entry", row) == [("1010", Decimal("4812.35")), ("1090", Decimal("-4812.35"))]


def test_an_external_daybook_takes_them_too(qad: Qad) -> None:
    qad.post("journalEntries", journal(debit("6100", "1.00"), credit("1090", "1.00"), daybookCode="EXTJE"))


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"daybookCode": "OPSJE"}, "daybookCode", "operational control"),
        ({"daybookCode": "CBINV"}, "daybookCode", "invalid"),
        ({"daybookCode": "OLDJE"}, "daybookCode", "inactive"),
        ({"period": 6}, "postingDate", "outside GL period 2026/6"),
        ({"postingDate": day("2025-02-01"), "year": 2025, "period": 2}, "postingDate", "closed"),
        ({"period": 0}, "postingDate", "outside GL period"),
        ({"description": ""}, "description", "mandatory"),
        ({"description": "x" * 41}, "Description", "less than 41"),
        ({"journalEntryLines": [debit("1010", "5.00"), credit("1090", "4.00")]}, "amountTC", "balance"),
        ({"journalEntryLines": [debit("1010", "5.00")]}, "journalEntryLines", "two lines"),
        (
            {"journalEntryLines": [debit("1010", "5.00"), credit("1200", "5.00")]},
            "glAccountCode",
            "control account",
        ),
        (
            {"journalEntryLines": [debit("1010", "5.00"), credit("2000", "5.00")]},
            "glAccountCode",
            "control account",
        ),
        ({"journalEntryLines": [debit("1010", "-5.00"), credit("1090", "-5.00")]}, "debitTC", "below zero"),
        (
            {"journalEntryLines": [debit("1011", "5.00"), credit("1090", "5.00")]},
            "glAccountCode",
            "kept in EUR",
        ),
        (
            {"journalEntryLines": [debit("6200", "5.00"), credit("1090", "5.00")]},
            "costCenterCode",
            "analysis",
        ),
    ],
)
def test_what_is_wrong_is_refused(qad: Qad, changes: dict, field: str, text: str) -> None:
    where, message = qad.refusal(
        "journalEntries", journal(debit("1010", "5.00"), credit("1090", "5.00"), **changes)
    )
    assert where.lower() == field.lower()
    assert text in message
    assert qad.act("rows", kind="glEntries") == []


def test_a_mixed_entry_balances_in_base_currency(qad: Qad) -> None:
    lines = (
        debit("1011", "100.00", "EUR", exchangeRate=Decimal("1.1")),
        credit("1090", "109.00"),
        credit("7000", "1.00"),
    )
    row = qad.post("journalEntries", journal(*lines))
    assert [amount for _, amount in qad.lines("journal_entry", row)] == [110, -109, -1]
    off = (debit("1011", "100.00", "EUR", exchangeRate=Decimal("1.1")), credit("1090", "100.00"))
    assert "balance" in qad.refusal("journalEntries", journal(*off))[1]


def test_stated_base_amounts_are_taken(qad: Qad) -> None:
    lines = (
        debit("1011", "100.00", "EUR", debitBC=Decimal("111.11")),
        credit("1091", "100.00", "EUR", creditBC=Decimal("111.11")),
    )
    row = qad.post("journalEntries", journal(*lines))
    assert qad.lines("journal_entry", row) == [("1011", Decimal("111.11")), ("1091", Decimal("-111.11"))]


def test_cents_lost_in_rating_get_their_own_line(qad: Qad) -> None:
    rate = {"exchangeRate": Decimal("1.05")}
    lines = [debit("6100", "0.10", "EUR", **rate) for _ in range(3)]
    row = qad.post("journalEntries", journal(*lines, credit("1091", "0.30", "EUR", **rate)))
    assert qad.lines("journal_entry", row)[-1] == ("7090", Decimal("-0.01"))


def test_an_auto_reversal_mirrors_it_on_the_first_day_of_the_next_period(qad: Qad) -> None:
    row = qad.post(
        "journalEntries", journal(debit("6100", "5.00"), credit("1190", "5.00"), autoReversal=True)
    )
    assert len(qad.lines("journal_entry", row)) == 4
    dates = [entry["postingDate"] for entry in qad.act("journal", entity="10USACO", daybook="STRJE")]
    assert dates == ["2026-05-06", "2026-06-01"]
    assert qad.balance("6100") == 0


def test_a_posted_journal_stays(qad: Qad) -> None:
    row = qad.post("journalEntries", journal(debit("6100", "5.00"), credit("1090", "5.00")))
    assert "cannot be changed" in qad.refusal("journalEntries", {**row, "description": "other"})[1]
    answer = qad.call("DELETE", "/api/erp/journalEntries", _key(row))
    assert answer.json()["submitResult"]["success"] is False


def test_a_transient_one_can_be_changed_and_deleted_and_is_not_in_the_trial_balance(qad: Qad) -> None:
    row = qad.post(
        "journalEntries", journal(debit("6100", "5.00"), credit("1090", "5.00"), daybookCode="TRNJE")
    )
    assert qad.balance("6100") == 0
    changed = qad.post("journalEntries", {**row, "description": "other"})
    assert changed["description"] == "other"
    assert qad.call("DELETE", "/api/erp/journalEntries", _key(row)).json()["submitResult"]["success"] is True
    assert qad.get("journalEntries", **_key(row)) == []


def _key(row: dict) -> dict:
    return {name: row[name] for name in ("entityCode", "year", "daybookCode", "voucher")}
