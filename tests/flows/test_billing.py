from datetime import date

import pytest

from connectors.canon.bookings import Adjustment, CreditMemo, CreditMemoReversal, CustomerInvoice
from connectors.canon.entries import journal_of
from connectors.canon.kind import Ref
from connectors.canon.receivables import (
    Allocation,
    CreditNote,
    CreditSort,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    LineSort,
    Tax,
)
from tests.flows.made import change, credit, held, invoice, money, of, run

SOLD = (
    InvoiceLine(amount=money("100"), text="Seats", coded=("price:pro", "item:seat"), taxes=(Tax(amount=money("17.10"), name="MwSt"),)),
    InvoiceLine(amount=money("-10"), text="10 % off", sort=LineSort.DISCOUNT, coded=("coupon:TEN",)),
)  # fmt: skip


def test_an_invoice_is_booked_line_by_line_on_its_mapped_accounts() -> None:
    booked = of(CustomerInvoice, run("invoices_from_billing", invoice("107.10", lines=SOLD)))
    assert [(line.sort.value, line.amount, line.account.keys) for line in booked.lines] == [
        ("sale", money("100"), ("price:pro", "item:seat", "lines/sale")),
        ("discount", money("-10"), ("coupon:TEN", "lines/discount")),
        ("tax", money("17.10"), ("tax:MwSt", "tax")),
    ]
    assert (booked.dated, booked.due, booked.reference) == (date(2026, 5, 1), date(2026, 5, 31), "PAY:in_1")
    journal = journal_of(booked)
    assert journal and journal.accounts()[("receivable", "USD")] == money("107.10")


@pytest.mark.parametrize(
    ("status", "booked"),
    [("open", True), ("paid", True), ("written_off", True), ("draft", False), ("void", False)],
)
def test_final_documents_differ_in_collection_only(status: str, booked: bool) -> None:
    result = run("invoices_from_billing", invoice(status=InvoiceStatus(status)))
    assert (result is not None) is booked


def test_an_invoice_of_nothing_makes_none() -> None:
    assert run("invoices_from_billing", invoice("0", lines=())) is None


def test_taxes_of_one_name_are_one_line_and_jurisdictions_stay_apart() -> None:
    taxes = tuple(
        Tax(amount=money(amount), name=name, jurisdiction=where)
        for amount, name, where in (
            ("6", "State", "OH"),
            ("1", "State", "OH"),
            ("2", "County", "Lucas"),
            ("0", "City", ""),
        )
    )
    booked = of(
        CustomerInvoice,
        run(
            "invoices_from_billing",
            invoice("109", lines=SOLD[:1] and (InvoiceLine(amount=money("100")),), taxes=taxes),
        ),
    )
    assert [(line.amount, line.account.keys) for line in booked.lines[1:]] == [
        (money("7"), ("tax:State/OH", "tax:State", "tax")),
        (money("2"), ("tax:County/Lucas", "tax:County", "tax")),
    ]


def test_tax_codes_are_asked_for_only_where_the_policy_says() -> None:
    source = invoice("107.10", lines=SOLD)
    plain = of(CustomerInvoice, run("invoices_from_billing", source))
    assert all(line.tax_code is None for line in plain.lines)
    coded = of(CustomerInvoice, run("invoices_from_billing", source, tax_codes="mapped"))
    assert [line.tax_code and line.tax_code.key for line in coded.lines] == ["MwSt", "none", "MwSt"]


@pytest.mark.parametrize(
    ("total", "policy", "fate"),
    [
        ("100.01", "hold", "held"),
        ("100.01", "line", "0.01"),
        ("99.97", "line", "-0.03"),
        ("100.04", "line", "held"),
    ],
)
def test_a_rounding_is_a_visible_line_or_a_hold(total: str, policy: str, fate: str) -> None:
    thirds = tuple(InvoiceLine(amount=money(amount)) for amount in ("33.33", "33.33", "33.34"))
    result = run("invoices_from_billing", invoice(total, lines=thirds), rounding=policy)
    if fate == "held":
        held(result, "lines_differ")
    else:
        last = of(CustomerInvoice, result).lines[-1]
        assert (last.sort, last.amount, last.account.key) == (LineSort.ROUNDING, money(fate), "rounding/USD")


def test_tax_inclusive_and_exclusive_come_to_the_same_total() -> None:
    net = (InvoiceLine(amount=money("100"), taxes=(Tax(amount=money("19")),)),)
    on_top = of(CustomerInvoice, run("invoices_from_billing", invoice("119", lines=net)))
    beside = invoice("119", lines=(InvoiceLine(amount=money("100")),), taxes=(Tax(amount=money("19")),))
    assert [line.amount for line in of(CustomerInvoice, run("invoices_from_billing", beside)).lines] == [
        line.amount for line in on_top.lines
    ]


def test_a_thousand_lines_are_booked_as_they_are() -> None:
    lines = tuple(InvoiceLine(amount=money("0.01"), text=f"Event {n}") for n in range(1000))
    assert len(of(CustomerInvoice, run("invoices_from_billing", invoice("10", lines=lines))).lines) == 1000


def test_a_voided_invoice_is_taken_back_by_the_same_lines() -> None:
    void = invoice("107.10", lines=SOLD, status=InvoiceStatus.VOID, voided_on=date(2026, 5, 20))
    memo = of(CreditMemo, run("voided_invoices", void))
    assert memo.reverses and memo.invoice == Ref(Invoice, "in_1") and memo.dated == date(2026, 5, 20)
    assert memo.applications[0].amount == money("107.10") and memo.reference == "PAY:in_1/void"
    booked = journal_of(of(CustomerInvoice, run("invoices_from_billing", invoice("107.10", lines=SOLD))))
    back = journal_of(memo)
    assert booked and back and back.accounts() == booked.reversed().accounts()
    assert run("invoices_from_billing", void) is None


def test_an_invoice_below_zero_is_a_credit() -> None:
    memo = of(CreditMemo, run("negative_invoices", invoice("-40")))
    assert memo.total == money("40") and memo.lines[0].amount == money("40")
    assert run("invoices_from_billing", invoice("-40")) is None


def test_a_credit_note_is_used_as_billing_used_it() -> None:
    used = (Allocation(invoice=Ref(Invoice, "in_7"), amount=money("19")),)
    memo = of(CreditMemo, run("credits_from_billing", credit(sort=CreditSort.REFUNDABLE, allocations=used)))
    assert [(str(one.invoice), one.amount) for one in memo.applications] == [("Invoice in_7", money("19"))]
    assert memo.invoice == Ref(Invoice, "in_1")


def test_an_adjustment_lowers_the_invoice_it_adjusts() -> None:
    memo = of(CreditMemo, run("credits_from_billing", credit()))
    assert [(str(one.invoice), one.amount) for one in memo.applications] == [("Invoice in_1", money("119"))]
    refundable = of(CreditMemo, run("credits_from_billing", credit(sort=CreditSort.REFUNDABLE)))
    assert refundable.applications == ()


def test_a_voided_credit_note_is_taken_back() -> None:
    back = of(
        CreditMemoReversal,
        run("voided_credits", credit(status=InvoiceStatus.VOID, voided_on=date(2026, 6, 2))),
    )
    assert back.credit_note == Ref(CreditNote, "CN-1") and back.dated == date(2026, 6, 2)
    assert run("voided_credits", credit()) is None


def test_a_write_off_goes_to_bad_debt_without_touching_sales() -> None:
    note = credit(sort=CreditSort.WRITE_OFF)
    lowered = of(Adjustment, run("write_offs", note))
    journal = journal_of(lowered)
    assert journal and journal.accounts() == {
        ("gl_account:write_off", "USD"): money("119"),
        ("receivable", "USD"): money("-119"),
    }
    assert run("credits_from_billing", note) is None and run("write_offs", credit()) is None


def test_what_is_booked_stands_whatever_its_collection_does_later() -> None:
    assert change("invoices_from_billing", invoice(status=InvoiceStatus.PAID)) is None


def test_invoices_of_the_payment_systems_own_are_booked_only_by_policy() -> None:
    paid = invoice(status=InvoiceStatus.PAID)
    assert run("own_invoices", paid) is None
    of(CustomerInvoice, run("own_invoices", paid, own_invoices="invoice"))
    assert run("own_invoices", invoice(), own_invoices="invoice") is None
    assert (
        run("own_invoices", invoice(status=InvoiceStatus.PAID, pushed=True), own_invoices="invoice") is None
    )
    assert run("own_credits", credit()) is None
    of(CreditMemo, run("own_credits", credit(), own_invoices="invoice"))
