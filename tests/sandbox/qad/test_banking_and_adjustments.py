"""Bank lines pay in and out; adjustments move balances without cash; both leave the sub-ledger true."""

from __future__ import annotations

from decimal import Decimal

from tests.sandbox.qad.client import Qad
from tests.sandbox.qad.records import (
    adjustment,
    allocated,
    bank_line,
    bill,
    credit_note,
    invoice,
    moves,
    on_account,
    payment,
    posting,
)

KEYS = ("entityCode", "bankGlAccountCode", "year", "statementNumber", "line")


def test_a_refund_is_paid_out_of_an_open_credit_note(qad: Qad) -> None:
    note = qad.post("customerInvoices", credit_note("200.00"))
    row = qad.post(
        "bankingEntries",
        bank_line("OUT", "200.00", allocated("CREDITNOTE", "200.00", note, customerCode="C1")),
    )
    assert row["status"] == "ALLOCATED"
    assert qad.lines("banking_entry", row, *KEYS) == [("1090", Decimal(-200)), ("1210", Decimal(200))]


def test_a_refund_without_credit_note_stays_on_the_customer(qad: Qad) -> None:
    row = qad.post(
        "bankingEntries", bank_line("OUT", "75.00", allocated("UNALLOCATED", "75.00", customerCode="C1"))
    )
    assert row["status"] == "NOTALLOCATED"
    assert qad.lines("banking_entry", row, *KEYS) == [("1090", Decimal(-75)), ("2400", Decimal(75))]
    owed = qad.list("customerInvoices", "isOpen,eq,true,literal")
    assert [(item["invoiceType"], item["balanceTC"]) for item in owed] == [("ADJUSTMENT", 75)]


def test_and_is_settled_when_the_credit_note_comes(qad: Qad) -> None:
    qad.post(
        "bankingEntries", bank_line("OUT", "75.00", allocated("UNALLOCATED", "75.00", customerCode="C1"))
    )
    owed = qad.list("customerInvoices", "isOpen,eq,true,literal")[0]
    note = qad.post("customerInvoices", credit_note("75.00"))
    qad.post(
        "openItemAdjustments",
        adjustment(moves("CREDITNOTE", "-75.00", note), moves("ADJUSTMENT", "75.00", owed)),
    )
    assert qad.act("open_items", entity="10USACO") == []


def test_one_line_serves_several_customers_and_an_account(qad: Qad) -> None:
    one = qad.post("customerInvoices", invoice("100.00"))
    two = qad.post("customerInvoices", invoice("60.00", customerCode="C2"))
    row = qad.post(
        "bankingEntries",
        bank_line(
            "IN",
            "170.00",
            allocated("INVOICE", "100.00", one, customerCode="C1"),
            allocated("INVOICE", "60.00", two, customerCode="C2"),
            allocated("GL", "4.00", glAccountCode="6100"),
        ),
    )
    assert row["status"] == "PARTLYALLOCATED"
    assert dict(qad.lines("banking_entry", row, *KEYS))["1099"] == -6


def test_a_supplier_is_paid_from_the_bank(qad: Qad) -> None:
    costs = [{"glAccountCode": "5300", "amountTC": Decimal("40.00")}]
    owed = qad.post("supplierInvoices", bill("40.00", invoiceStatusCode="AP-GLALLOC", costLines=costs))
    line = allocated("SUPPLIERINVOICE", "40.00", owed, supplierCode="S1")
    row = qad.post("bankingEntries", bank_line("OUT", "40.00", line, bankGlAccountCode="1010"))
    assert dict(qad.lines("banking_entry", row, *KEYS)) == {"1010": Decimal(-40), "2000": Decimal(40)}


def test_statements_and_lines_are_numbered(qad: Qad) -> None:
    first = qad.post("bankingEntries", bank_line("IN", "1.00"))
    second = qad.post("bankingEntries", bank_line("IN", "1.00", statementNumber=first["statementNumber"]))
    assert [(row["statementNumber"], row["line"]) for row in (first, second)] == [(1, 1), (1, 2)]


def test_a_bank_line_is_refused(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("100.00"))
    note = qad.post("customerInvoices", credit_note("20.00"))
    takes = allocated("INVOICE", "100.00", row, customerCode="C1")
    cases = [
        (bank_line("UP", "100.00", takes), "Direction UP is invalid"),
        (bank_line("IN", "99.00", takes), "exceed"),
        (bank_line("OUT", "100.00", takes), "exceeds its open balance"),
        (bank_line("IN", "20.00", allocated("CREDITNOTE", "20.00", note, customerCode="C1")), "exceeds"),
        (bank_line("IN", "100.00", {**takes, "customerCode": "C2"}), "another account"),
        (bank_line("IN", "5.00", allocated("GL", "5.00", glAccountCode="1200")), "control account"),
        (bank_line("IN", "5.00", allocated("CASH", "5.00")), "Allocation type CASH is invalid"),
        (bank_line("IN", "5.00", bankGlAccountCode="4100"), "no bank account"),
    ]
    for record, text in cases:
        assert text in qad.refusal("bankingEntries", record)[1]


def test_a_prepayment_is_applied_later_without_cash(qad: Qad) -> None:
    qad.post("customerPayments", payment("50.00", on_account("50.00")))
    prepaid = qad.list("customerInvoices", "invoiceType,eq,PREPAYMENT,literal")[0]
    row = qad.post("customerInvoices", invoice("80.00"))
    done = qad.post(
        "openItemAdjustments",
        adjustment(moves("PREPAYMENT", "-50.00", prepaid), moves("INVOICE", "50.00", row)),
    )
    assert dict(qad.lines("open_item_adjustment", done)) == {"2400": Decimal(50), "1200": Decimal(-50)}
    left = {item["itemType"]: item["balanceTC"] for item in qad.act("open_items", entity="10USACO")}
    assert left == {"INVOICE": "30"}


def test_a_rest_is_written_off_to_an_account(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("80.00"))
    done = qad.post(
        "openItemAdjustments",
        adjustment(moves("INVOICE", "80.00", row), moves("GL", "-80.00", glAccountCode="6130")),
    )
    assert dict(qad.lines("open_item_adjustment", done)) == {"6130": Decimal(80), "1200": Decimal(-80)}


def test_an_adjustment_is_refused(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("80.00"))
    note = qad.post("customerInvoices", credit_note("20.00"))
    cases = [
        (adjustment(moves("CREDITNOTE", "-20.00", note), moves("INVOICE", "19.00", row)), "must balance"),
        (adjustment(moves("CREDITNOTE", "-30.00", note), moves("INVOICE", "30.00", row)), "exceeds"),
        (
            adjustment(
                moves("CREDITNOTE", "-20.00", note), moves("INVOICE", "20.00", row), customerCode="C2"
            ),
            "another",
        ),
        (
            adjustment(moves("INVOICE", "80.00", row), moves("GL", "-80.00", glAccountCode="2400")),
            "control account",
        ),
        (
            adjustment(
                moves("CREDITNOTE", "-20.00", note), moves("INVOICE", "20.00", row), daybookCode="STRJE"
            ),
            "invalid",
        ),
        (adjustment(moves("OTHER", "0.00"), moves("OTHER", "0.00")), "Item type OTHER is invalid"),
        (adjustment(), "balance"),
    ]
    for record, text in cases:
        assert text in qad.refusal("openItemAdjustments", record)[1]


def test_items_at_different_rates_leave_an_exchange_difference(qad: Qad) -> None:
    way = {"customerCode": "C2", "currencyCode": "EUR"}
    row = qad.post("customerInvoices", invoice("100.00", **way, exchangeRate=Decimal("1.10")))
    lines = [posting("100.00", side="D")]
    note = qad.post(
        "customerInvoices",
        credit_note("100.00", **way, exchangeRate=Decimal("1.25"), customerInvoicePostings=lines),
    )
    done = qad.post(
        "openItemAdjustments",
        adjustment(moves("CREDITNOTE", "-100.00", note), moves("INVOICE", "100.00", row), **way),
    )
    assert dict(qad.lines("open_item_adjustment", done))["7000"] == -15
