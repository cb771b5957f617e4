"""Bills paid inside QAD: in full, in part, with discount, voided; and all of it readable from outside."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.qad.client import Qad, day
from tests.sandbox.qad.records import bill

KEYS = ("entityCode", "year", "paymentInstrument", "number")


@pytest.fixture
def owed(qad: Qad) -> str:
    """A posted bill of 425.00."""
    costs = [{"glAccountCode": "5000", "amountTC": Decimal("425.00")}]
    row = qad.post("supplierInvoices", bill("425.00", costLines=costs, invoiceStatusCode="AP-GLALLOC"))
    return f"{row['year']}/{row['daybookCode']}/{row['voucher']}"


def test_a_bill_is_paid_in_full(qad: Qad, owed: str) -> None:
    assert qad.act("pay_supplier", bills=[{"invoice": owed}], on="2026-05-14") == "2026/ACH/1"
    row = qad.list("supplierPayments")[0]
    assert (row["status"], row["amountTC"], row["paymentDate"]) == ("PAID", 425, day("2026-05-14"))
    line = row["supplierPaymentLines"][0]
    assert (line["supplierReference"], line["paidAmountTC"]) == ("HV-88121", 425)
    assert qad.lines("supplier_payment", row, *KEYS) == [
        ("2090", Decimal(-425)),
        ("2000", Decimal(425)),
        ("2090", Decimal(425)),
        ("1010", Decimal(-425)),
    ]
    invoice = qad.list("supplierInvoices")[0]
    assert (invoice["balanceTC"], invoice["isOpen"], invoice["lastPaidDate"]) == (0, False, day("2026-05-14"))


def test_a_part_then_the_rest_with_discount(qad: Qad, owed: str) -> None:
    qad.act("pay_supplier", bills=[{"invoice": owed, "amount": "200.00"}])
    assert qad.list("supplierInvoices")[0]["balanceTC"] == 225
    qad.act("pay_supplier", bills=[{"invoice": owed, "discount": "25.00"}])
    assert qad.list("supplierInvoices")[0]["isOpen"] is False
    assert [row["amountTC"] for row in qad.list("supplierPayments")] == [200, 200]
    assert qad.balance("7100") == -25


def test_a_payment_under_way_is_confirmed_later(qad: Qad, owed: str) -> None:
    paid = qad.act("pay_supplier", bills=[{"invoice": owed}], status="FORCOLLECTION")
    assert qad.list("supplierPayments", "status,eq,PAID,literal") == []
    assert (qad.balance("2090"), qad.list("supplierInvoices")[0]["lastPaidDate"]) == (-425, None)
    qad.act("move_supplier_payment", payment=paid, status="PAID")
    assert len(qad.list("supplierPayments", "status,eq,PAID,literal")) == 1
    assert (qad.balance("2090"), qad.balance("1010")) == (0, -425)


@pytest.mark.parametrize("status", ["VOID", "BOUNCED"])
def test_a_voided_payment_opens_the_bill_again(qad: Qad, owed: str, status: str) -> None:
    paid = qad.act("pay_supplier", bills=[{"invoice": owed}])
    assert qad.act("move_supplier_payment", payment=paid, status=status) == status
    assert qad.list("supplierInvoices")[0]["balanceTC"] == 425
    assert (qad.balance("1010"), qad.balance("2000")) == (0, -425)
    with pytest.raises(ValueError, match="invalid after"):
        qad.act("move_supplier_payment", payment=paid, status="VOID")


def test_a_voided_payment_cannot_be_paid_after_all(qad: Qad, owed: str) -> None:
    paid = qad.act("pay_supplier", bills=[{"invoice": owed}])
    qad.act("move_supplier_payment", payment=paid, status="VOID")
    with pytest.raises(ValueError, match="invalid after VOID"):
        qad.act("move_supplier_payment", payment=paid, status="PAID")


def test_more_than_is_owed_is_refused(qad: Qad, owed: str) -> None:
    with pytest.raises(ValueError, match="exceeds"):
        qad.act("pay_supplier", bills=[{"invoice": owed, "amount": "425.01"}])


def test_a_registered_bill_is_not_paid(qad: Qad) -> None:
    qad.post("supplierInvoices", bill("10.00", isInitialStatus=True, invoiceStatusCode="AP-INITIAL"))
    with pytest.raises(ValueError, match="allows no payment"):
        qad.act("pay_supplier", bills=[{"invoice": "2026/APINV/1"}])


def test_payments_are_read_only_from_outside(qad: Qad) -> None:
    assert qad.send("supplierPayments", {"supplierCode": "S1"}).status_code == 405
