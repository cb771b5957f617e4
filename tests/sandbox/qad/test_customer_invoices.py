"""Customer invoices post at once, stay open until settled, and are refused for the reasons QAD refuses them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.qad.client import Qad, day
from tests.sandbox.qad.records import credit_note, customer, invoice, payment, pays, posting, relation


def test_an_invoice_is_numbered_opened_and_posted(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("1080.00"))
    assert (row["year"], row["period"], row["voucher"]) == (2026, 5, 1)
    assert (row["balanceTC"], row["isOpen"]) == (Decimal("1080"), True)
    assert qad.lines("customer_invoice", row) == [("1200", Decimal(1080)), ("4100", Decimal(-1080))]


def test_voucher_zero_always_makes_another_document(qad: Qad) -> None:
    vouchers = [qad.post("customerInvoices", invoice())["voucher"] for _ in range(3)]
    assert vouchers == [1, 2, 3]


def test_terms_give_the_due_date(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice(creditTermsCode="N45"))
    assert row["dueDate"] == day("2026-06-19")


def test_a_credit_note_has_its_own_control_account(qad: Qad) -> None:
    row = qad.post("customerInvoices", credit_note("200.00"))
    assert qad.lines("customer_invoice", row) == [("1210", Decimal(-200)), ("4100", Decimal(200))]


@pytest.mark.parametrize(
    ("type", "book", "side", "account", "sign"),
    [
        ("INVOICECORRECTION", "CBINV", "D", "1200", -1),
        ("CREDITNOTECORRECTION", "CBCRN", "C", "1210", 1),
        ("PREPAYMENT", "CBINV", "D", "2400", -1),
        ("ADJUSTMENT", "CUSTADJ", "D", "1200", -1),
        ("ADJUSTMENT", "CUSTADJ", "C", "1200", 1),
    ],
)
def test_each_type_goes_its_own_way(
    qad: Qad, type: str, book: str, side: str, account: str, sign: int
) -> None:
    lines = [posting("50.00", "6130", side)]
    row = qad.post(
        "customerInvoices",
        invoice("50.00", invoiceType=type, daybookCode=book, customerInvoicePostings=lines),
    )
    assert qad.lines("customer_invoice", row)[0] == (account, Decimal(50 * sign))


def test_without_postings_qad_takes_sales_account_and_zone_tax(qad: Qad) -> None:
    qad.post("customerV2s", customer("C1", taxZone="US-OH"))
    row = qad.post("customerInvoices", invoice("108.00", isTaxable=True, customerInvoicePostings=[]))
    assert dict(qad.lines("customer_invoice", row)) == {
        "1200": Decimal("108"),
        "4100": Decimal("-100"),
        "2350": Decimal("-8"),
    }


def test_a_foreign_invoice_is_rated_and_rounded_half_up(qad: Qad) -> None:
    lines = [posting("33.33"), posting("33.33"), posting("33.34")]
    row = qad.post(
        "customerInvoices",
        invoice(
            "100.00",
            customerCode="C2",
            currencyCode="EUR",
            exchangeRate=Decimal("1.10555"),
            customerInvoicePostings=lines,
        ),
    )
    assert qad.lines("customer_invoice", row) == [
        ("1200", Decimal("110.56")),
        ("4100", Decimal("-36.85")),
        ("4100", Decimal("-36.85")),
        ("4100", Decimal("-36.86")),
    ]


REFUSED = [
    ({"amountTC": Decimal("1080.01")}, "amountTC", "balance"),
    ({"amountTC": Decimal("0.005")}, "amountTC", "decimals"),
    ({"amountTC": "1,080.00"}, "amountTC", "must be a number"),
    ({"amountTC": Decimal(-5)}, "amountTC", "greater than zero"),
    ({"customerCode": "NOBODY"}, "customerCode", "does not exist"),
    ({"currencyCode": "XXX"}, "currencyCode", "does not exist"),
    ({"daybookCode": "NOPE"}, "daybookCode", "does not exist"),
    ({"daybookCode": "CBCRN"}, "daybookCode", "invalid"),
    ({"daybookCode": "OLDJE"}, "daybookCode", "inactive"),
    ({"invoiceType": "BILL"}, "invoiceType", "invalid"),
    ({"invoiceStatusCode": "AP-RMALLOC"}, "invoiceStatusCode", "invalid"),
    ({"invoiceStatusCode": ""}, "invoiceStatusCode", "mandatory"),
    ({"creditTermsCode": "N99"}, "creditTermsCode", "does not exist"),
    ({"postingDate": day("2025-09-30")}, "postingDate", "closed"),
    ({"invoiceDate": day("2025-09-30")}, "invoiceDate", "closed"),
    ({"postingDate": day("2035-01-01")}, "postingDate", "period"),
    ({"postingDate": "05/05/2026"}, "postingDate", "must be a date"),
    ({"linkedInvoice": "2026/CBINV/77"}, "linkedInvoice", "does not exist"),
    ({"description": "x" * 41}, "description", "Field length should be less than 41."),
    ({"customerInvoicePostings": [posting("1080.00", "9999")]}, "glAccountCode", "does not exist"),
    ({"customerInvoicePostings": [posting("1080.00", "6900")]}, "glAccountCode", "inactive"),
    ({"customerInvoicePostings": [posting("1080.00", "1200")]}, "glAccountCode", "control account"),
    ({"customerInvoicePostings": [posting("1080.00", "1091")]}, "glAccountCode", "invalid"),
    ({"customerInvoicePostings": [posting("1080.00", "6200")]}, "costCenterCode", "analysis"),
    (
        {"customerInvoicePostings": [posting("1080.00", "2350", costCenterCode="0100")]},
        "costCenterCode",
        "analysis",
    ),
    (
        {"customerInvoicePostings": [posting("1080.00", costCenterCode="0999")]},
        "costCenterCode",
        "does not exist",
    ),
    (
        {
            "customerInvoicePostings": [
                posting("1080.00", "4000", subAccountCode="SERV", costCenterCode="0300")
            ]
        },
        "glAccountCode",
        "COA mask",
    ),
]


@pytest.mark.parametrize(("change", "field", "text"), REFUSED)
def test_what_is_wrong_is_refused_by_field(qad: Qad, change: dict, field: str, text: str) -> None:
    where, message = qad.refusal("customerInvoices", {**invoice(), **change})
    assert where.lower() == field.lower()
    assert text in message
    assert qad.act("rows", kind="glEntries") == []


def test_an_inactive_customer_is_refused(qad: Qad) -> None:
    qad.act("edit", kind="customer", key="C1", isActive=False)
    assert qad.refusal("customerInvoices", invoice()) == ("customerCode", "Customer C1 is inactive.")


def test_a_customer_on_credit_hold_is_refused(qad: Qad) -> None:
    qad.act("edit", kind="customer", key="C1", isLockedCreditLimit=True)
    assert "locked" in qad.refusal("customerInvoices", invoice())[1]


def test_a_customer_without_its_domain_record_is_refused(qad: Qad) -> None:
    qad.post("businessRelationV2s", relation("C9"))
    qad.post("customerV2s", customer("C9"))
    assert "site" in qad.refusal("customerInvoices", invoice(customerCode="C9"))[1]


def test_a_locked_daybook_refuses_while_the_period_is_open(qad: Qad) -> None:
    qad.act("lock_daybook", daybook="CBINV", year=2026, period=5)
    assert "locked" in qad.refusal("customerInvoices", invoice())[1]
    qad.post("customerInvoices", credit_note())
    qad.act("lock_daybook", daybook="CBINV", year=2026, period=5, locked=False)
    qad.post("customerInvoices", invoice())


def test_a_period_closes_and_opens(qad: Qad) -> None:
    qad.act("close_period", year=2026, period=5)
    assert qad.refusal("customerInvoices", invoice())[0] == "postingDate"
    qad.act("close_period", year=2026, period=5, closed=False)
    qad.post("customerInvoices", invoice())


@pytest.mark.parametrize(("currency", "good", "bad"), [("JPY", "1250", "12.5"), ("KWD", "1.235", "1.2345")])
def test_amounts_are_whole_units_of_their_currency(qad: Qad, currency: str, good: str, bad: str) -> None:
    asked = {"customerCode": "C2", "currencyCode": currency}
    row = qad.post("customerInvoices", invoice(good, **asked))
    assert row["amountTC"] == Decimal(good)
    assert "decimals" in qad.refusal("customerInvoices", invoice(bad, **asked))[1]


def test_large_amounts_stay_exact(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("99999999999.99"))
    assert row["balanceTC"] == Decimal("99999999999.99")


def test_a_posted_invoice_changes_only_where_no_money_moves(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice())
    changed = qad.post("customerInvoices", {**row, "dueDate": day("2026-07-01"), "customShort1": "late"})
    assert (changed["dueDate"], changed["customShort1"]) == (day("2026-07-01"), "late")
    assert qad.refusal("customerInvoices", {**changed, "amountTC": 1})[0] == "amountTC"


def test_a_part_of_a_record_is_not_enough_to_change_it(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice())
    part = {name: row[name] for name in ("entityCode", "year", "daybookCode", "voucher", "dueDate")}
    assert "cannot be changed" in qad.refusal("customerInvoices", part)[1]


def test_a_contested_invoice_takes_no_allocation(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice(invoiceStatusCode="AR-CONTESTED"))
    assert "no allocation" in qad.refusal("customerPayments", payment("1080.00", pays(row, "1080.00")))[1]
