"""Customer payments: allocated to the cent, posted by status, and taken back whole when they bounce."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.qad.client import Qad, day
from tests.sandbox.qad.records import (
    credit_note,
    customer,
    invoice,
    key_of,
    on_account,
    payment,
    pays,
    posting,
)

KEYS = ("entityCode", "year", "paymentInstrument", "number")


def test_paid_goes_from_the_customer_to_the_bank_at_once(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("1250.00"))
    paid = qad.post("customerPayments", payment("1250.00", pays(row, "1250.00")))
    assert qad.lines("customer_payment", paid, *KEYS) == [("1090", Decimal(1250)), ("1200", Decimal(-1250))]
    assert (paid["number"], paid["isOpen"]) == (1, False)
    again = qad.get("customerInvoices", **_key(row))[0]
    assert (again["isOpen"], again["balanceTC"]) == (False, 0)
    assert again["lastPaidDate"] == day("2026-05-15")


def test_a_part_leaves_the_rest_open(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("100.00"))
    qad.post("customerPayments", payment("30.00", pays(row, "30.00")))
    assert qad.get("customerInvoices", **_key(row))[0]["balanceTC"] == 70


def test_money_without_an_invoice_is_a_prepayment_on_its_own_control_account(qad: Qad) -> None:
    paid = qad.post("customerPayments", payment("50.00", on_account("50.00")))
    assert qad.lines("customer_payment", paid, *KEYS) == [("1090", Decimal(50)), ("2400", Decimal(-50))]
    found = qad.list("customerInvoices", "invoiceType,eq,PREPAYMENT,literal", "isOpen,eq,true,literal")
    assert [(row["balanceTC"], row["description"]) for row in found] == [(50, paid["reference"])]


def test_a_discount_settles_more_than_was_paid(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("100.00"))
    paid = qad.post("customerPayments", payment("98.00", pays(row, "98.00", discount="2.00")))
    assert dict(qad.lines("customer_payment", paid, *KEYS))["7100"] == 2
    assert qad.get("customerInvoices", **_key(row))[0]["isOpen"] is False


def test_a_credit_note_is_netted_and_a_deduction_is_claimed(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("100.00"))
    note = qad.post("customerInvoices", credit_note("20.00"))
    lines = (pays(row, "100.00"), pays(note, "-20.00", "CREDITNOTE"), on_account("-5.00", "DEDUCTION"))
    paid = qad.post("customerPayments", payment("75.00", *lines))
    assert dict(qad.lines("customer_payment", paid, *KEYS)) == {
        "1090": Decimal(75),
        "1200": Decimal(-100),
        "1210": Decimal(20),
        "1220": Decimal(5),
    }


def test_another_rate_is_realised_as_gain_or_loss(qad: Qad) -> None:
    line = {"customerCode": "C2", "currencyCode": "EUR", "bankGlAccountCode": "1091"}
    row = qad.post("customerInvoices", invoice("100.00", **{**line, "exchangeRate": Decimal("1.10")}))
    part = payment("40.00", pays(row, "40.00"), **line, exchangeRate=Decimal("1.15"))
    rest = payment("60.00", pays(row, "60.00"), **line, exchangeRate=Decimal("1.05"))
    assert dict(qad.lines("customer_payment", qad.post("customerPayments", part), *KEYS))["7000"] == -2
    assert dict(qad.lines("customer_payment", qad.post("customerPayments", rest), *KEYS))["7010"] == 3
    assert qad.act("open_items", entity="10USACO", party="C2") == []


def test_each_status_posts_to_its_own_account(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("80.00"))
    way = {"paymentInstrument": "CHECK", "bankGlAccountCode": "1010"}
    paid = qad.post("customerPayments", payment("80.00", pays(row, "80.00"), **way, status="INITIAL"))
    assert qad.lines("customer_payment", paid, *KEYS) == []
    seen = []
    for status in ("ALLOCATED", "FORCOLLECTION", "PAID"):
        paid = qad.post("customerPayments", {**paid, "status": status})
        seen.append([account for account, _ in qad.lines("customer_payment", paid, *KEYS)[-2:]])
    assert seen == [["1096", "1200"], ["1097", "1096"], ["1010", "1097"]]
    assert (qad.balance("1096"), qad.balance("1097"), qad.balance("1010")) == (0, 0, 80)


def test_a_bounced_receipt_opens_the_invoice_again(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("1080.00"))
    paid = qad.post("customerPayments", payment("1100.00", pays(row, "1080.00"), on_account("20.00")))
    back = qad.post("customerPayments", {**paid, "status": "BOUNCED", "postingDate": day("2026-05-12")})
    assert back["status"] == "BOUNCED"
    assert qad.get("customerInvoices", **_key(row))[0]["balanceTC"] == 1080
    assert (qad.balance("1090"), qad.balance("2400"), qad.balance("1200")) == (0, 0, 1080)


def test_a_bounce_restores_a_foreign_invoice_at_its_old_worth(qad: Qad) -> None:
    line = {"customerCode": "C2", "currencyCode": "EUR", "bankGlAccountCode": "1091"}
    row = qad.post("customerInvoices", invoice("100.00", **{**line, "exchangeRate": Decimal("1.10")}))
    paid = qad.post(
        "customerPayments", payment("100.00", pays(row, "100.00"), **line, exchangeRate=Decimal("1.2"))
    )
    qad.post("customerPayments", {**paid, "status": "BOUNCED"})
    assert qad.act("open_items", entity="10USACO", party="C2")[0]["balanceBC"] == "110.00"
    assert qad.balance("7000") == 0


def test_a_bounce_is_refused_once_the_money_on_account_is_used(qad: Qad) -> None:
    paid = qad.post("customerPayments", payment("50.00", on_account("50.00")))
    prepayment = qad.list("customerInvoices", "invoiceType,eq,PREPAYMENT,literal")[0]
    row = qad.post("customerInvoices", invoice("80.00"))
    lines = (pays(row, "80.00"), pays(prepayment, "-50.00", "CREDITNOTE"))
    assert "no CREDITNOTE" in qad.refusal("customerPayments", payment("30.00", *lines))[1]
    qad.post("openItemAdjustments", _applies(prepayment, row, "50.00"))
    assert "settled already" in qad.refusal("customerPayments", {**paid, "status": "BOUNCED"})[1]


def test_allocation_is_to_the_cent(qad: Qad) -> None:
    row = qad.post("customerInvoices", invoice("100.00"))
    other = qad.post("customerInvoices", invoice("100.00", customerCode="C2"))
    cases = [
        (payment("100.01", pays(row, "100.01")), "exceeds its open balance"),
        (payment("100.00", pays(row, "99.99")), "Lines of 99.99 do not balance"),
        (payment("100.00"), "balance"),
        (payment("100.00", pays(other, "100.00")), "another account"),
        (payment("100.00", pays({**row, "voucher": 99}, "100.00")), "does not exist"),
        (payment("100.00", pays(row, "50.00"), pays(row, "50.00")), "more than one allocation line"),
        (payment("100.00", pays(row, "100.00"), currencyCode="EUR", bankGlAccountCode="1091"), "in USD"),
        (payment("100.00", pays(row, "100.00"), bankGlAccountCode="1091"), "kept in EUR"),
        (payment("100.00", pays(row, "100.00"), bankGlAccountCode="4100"), "no bank account"),
        (payment("100.00", pays(row, "100.00"), paymentInstrument="PAYPAL"), "does not exist"),
        (payment("100.00", pays(row, "100.00"), status="FORCOLLECTION"), "not set up"),
        (payment("100.00", pays(row, "100.00"), status="BOUNCED"), "BOUNCED"),
        (payment("100.00", pays(row, "100.00"), reference="x" * 41), "less than 41"),
        (payment("100.00", pays(row, "100.00"), reference=""), "mandatory"),
        (payment("100.00", {**on_account("100.00"), "invoiceVoucher": 1}), "no invoice"),
    ]
    for record, text in cases:
        assert text in qad.refusal("customerPayments", record)[1]
    assert qad.act("rows", kind="customer_payment") == []
    assert qad.get("customerInvoices", **_key(row))[0]["balanceTC"] == 100


def test_an_inactive_customer_cannot_pay(qad: Qad) -> None:
    qad.post("customerV2s", customer("C1", isActive=False))
    assert "inactive" in qad.refusal("customerPayments", payment("10.00", on_account("10.00")))[1]


def test_a_closed_period_refuses_the_receipt(qad: Qad) -> None:
    refused = qad.refusal(
        "customerPayments", payment("10.00", on_account("10.00"), postingDate=day("2025-01-31"))
    )
    assert refused[0] == "postingDate"


def test_a_payment_changes_its_status_only_and_only_forward(qad: Qad) -> None:
    paid = qad.post("customerPayments", payment("50.00", on_account("50.00")))
    assert "cannot be changed" in qad.refusal("customerPayments", {**paid, "amountTC": 60})[1]
    assert "invalid after" in qad.refusal("customerPayments", {**paid, "status": "INITIAL"})[1]


@pytest.mark.parametrize(("currency", "amount", "bank"), [("JPY", "1250", "1094"), ("KWD", "1.235", "1095")])
def test_currencies_with_no_and_three_decimals(qad: Qad, currency: str, amount: str, bank: str) -> None:
    way = {"customerCode": "C2", "currencyCode": currency}
    lines = [posting(amount)]
    row = qad.post("customerInvoices", invoice(amount, **way, customerInvoicePostings=lines))
    paid = qad.post("customerPayments", payment(amount, pays(row, amount), **way, bankGlAccountCode=bank))
    assert paid["amountTC"] == Decimal(amount)
    assert qad.balance(bank, currency=currency) == Decimal(amount)


def _key(row: dict) -> dict:
    return {name: row[name] for name in ("year", "daybookCode", "voucher")}


def _applies(credit: dict, debit: dict, amount: str) -> dict:
    lines = [
        {"line": 1, "itemType": "PREPAYMENT", **key_of(credit), "amountTC": -Decimal(amount)},
        {"line": 2, "itemType": "INVOICE", **key_of(debit), "amountTC": Decimal(amount)},
    ]
    own = {
        "entityCode": "10USACO",
        "daybookCode": "ARADJ",
        "voucher": 0,
        "customerCode": "C1",
        "currencyCode": "USD",
    }
    return {
        **own,
        "postingDate": day("2026-05-12"),
        "description": "applied",
        "openItemAdjustmentLines": lines,
    }
