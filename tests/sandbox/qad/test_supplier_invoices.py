"""Supplier invoices: the three-way match, its variances, and what happens when receipt, order or reference is off."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.qad.client import Qad, day, exact
from tests.sandbox.qad.records import bill, matching, order, supplier
from tests.sandbox.qad.test_purchasing import ITEM

COSTS = "AP-GLALLOC"


@pytest.fixture
def received(qad: Qad) -> Qad:
    """100 bearings at 4.25 came with receiver RC000001."""
    qad.post("items", ITEM)
    qad.post("purchaseOrderHeaders", order())
    assert qad.act("receive", order="PO102233", line=1, quantity="100") == "RC000001"
    return qad


def totals(qad: Qad, row: dict) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for account, amount in qad.lines("supplier_invoice", row):
        found[account] = found.get(account, Decimal(0)) + amount
    return {account: amount for account, amount in found.items() if amount}


def test_a_full_match_clears_the_accrual(received: Qad) -> None:
    row = received.post("supplierInvoices", bill("425.00", matching("RC000001", "100", finished=True)))
    assert (row["voucher"], row["balanceTC"], row["isMatchingFinal"]) == (1, 425, True)
    assert totals(received, row) == {"2000": Decimal(-425), "2060": Decimal(425)}
    receipt = received.get("purchaseOrderReceipts", receiverNumber="RC000001", line=1)[0]
    assert receipt["quantityVouchered"] == 100


def test_a_partial_match_leaves_the_rest_to_voucher(received: Qad) -> None:
    received.post("supplierInvoices", bill("170.00", matching("RC000001", "40")))
    assert received.balance("2060") == -255
    received.post("supplierInvoices", bill("255.00", matching("RC000001", "60"), supplierReference="HV-2"))
    assert received.balance("2060") == 0
    again = bill("4.25", matching("RC000001", "1"), supplierReference="HV-3")
    assert "no open quantity" in received.refusal("supplierInvoices", again)[1]


def test_another_price_goes_to_rate_variance(received: Qad) -> None:
    row = received.post("supplierInvoices", bill("435.00", matching("RC000001", "100", "4.35")))
    assert totals(received, row) == {"2000": Decimal(-435), "2060": Decimal(425), "5210": Decimal(10)}
    assert row["holdAmountTC"] == 0


def test_a_price_beyond_tolerance_is_put_on_hold(received: Qad) -> None:
    row = received.post("supplierInvoices", bill("500.00", matching("RC000001", "100", "5.00")))
    assert row["holdAmountTC"] == Decimal("32.5")


def test_more_than_received_goes_to_usage_variance(received: Qad) -> None:
    row = received.post("supplierInvoices", bill("467.50", matching("RC000001", "110")))
    assert totals(received, row) == {"2000": Decimal("-467.5"), "2060": Decimal(425), "5220": Decimal("42.5")}


def test_finished_with_less_gives_the_rest_back(received: Qad) -> None:
    row = received.post("supplierInvoices", bill("382.50", matching("RC000001", "90", finished=True)))
    assert totals(received, row) == {
        "2000": Decimal("-382.5"),
        "2060": Decimal(425),
        "5220": Decimal("-42.5"),
    }


def test_freight_and_tax_are_posted_beside_the_match(received: Qad) -> None:
    received.post("supplierV2s", supplier("S1", taxZone="US-OH"))
    freight = [{"glAccountCode": "5300", "amountTC": Decimal("75.00"), "description": "freight"}]
    record = bill("540.00", matching("RC000001", "100"), costLines=freight, isTaxable=True)
    assert totals(received, received.post("supplierInvoices", record)) == {
        "2000": Decimal(-540),
        "2060": Decimal(425),
        "5300": Decimal(75),
        "2360": Decimal(40),
    }


def test_a_registered_invoice_is_matched_later(received: Qad) -> None:
    first = received.post(
        "supplierInvoices", bill("425.00", isInitialStatus=True, invoiceStatusCode="AP-INITIAL")
    )
    assert totals(received, first) == {"2000": Decimal(-425), "2050": Decimal(425)}
    matched = {"receiverMatchings": [matching("RC000001", "100")], "isInitialStatus": False}
    row = received.post("supplierInvoices", {**first, **matched, "invoiceStatusCode": "AP-RMALLOC"})
    assert totals(received, row) == {"2000": Decimal(-425), "2060": Decimal(425)}
    assert "cannot be changed" in received.refusal("supplierInvoices", {**row, "receiverMatchings": []})[1]


def test_a_known_supplier_reference_only_warns(received: Qad) -> None:
    received.post("supplierInvoices", bill("170.00", matching("RC000001", "40")))
    answer = exact(received.send("supplierInvoices", bill("170.00", matching("RC000001", "40"))))
    assert answer["submitResult"]["success"] is True
    warning = answer["submitResult"]["errors"][0]
    assert (warning["severity"], "already exists" in warning["message"]) == (2, True)
    assert answer["data"]["supplierInvoices"][0]["voucher"] == 2


def test_a_credit_note_is_matched_with_the_return(received: Qad) -> None:
    received.post("supplierInvoices", bill("425.00", matching("RC000001", "100")))
    back = received.act("give_back", receiver="RC000001", line=1, quantity="20")
    assert received.balance("2060") == 85
    note = bill("85.00", matching(back, "20"), invoiceType="CREDITNOTE", supplierReference="HV-CN1")
    row = received.post("supplierInvoices", note)
    assert totals(received, row) == {"2010": Decimal(85), "2060": Decimal(-85)}


def test_an_invoice_without_order_goes_to_accounts(received: Qad) -> None:
    costs = [{"glAccountCode": "5000", "amountTC": Decimal("40.00")}]
    row = received.post("supplierInvoices", bill("40.00", costLines=costs, invoiceStatusCode=COSTS))
    assert totals(received, row) == {"2000": Decimal(-40), "5000": Decimal(40)}


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (bill("425.00", matching("RC999999", "100")), "does not exist"),
        (bill("425.00", {**matching("RC000001", "100"), "purchaseOrderNumber": "PO9"}), "does not exist"),
        (bill("425.00", {**matching("RC000001", "100"), "purchaseOrderLine": 2}), "does not exist"),
        (bill("424.99", matching("RC000001", "100")), "Matched 425.00 does not balance"),
        (bill("425.00"), "mandatory"),
        (bill("425.00", matching("RC000001", "100"), currencyCode="EUR"), "currency invalid"),
        (bill("425.00", matching("RC000001", "100"), supplierCode="S9"), "does not exist"),
        (bill("425.00", matching("RC000001", "100"), supplierReference=""), "mandatory"),
        (bill("425.00", matching("RC000001", "100"), daybookCode="CBINV"), "invalid"),
        (bill("425.00", matching("RC000001", "100"), matchingDaybookCode="APINV"), "invalid"),
        (bill("425.00", matching("RC000001", "100"), invoiceStatusCode="AR-ALLOC"), "invalid"),
        (bill("425.00", matching("RC000001", "100"), postingDate=day("2025-01-31")), "closed"),
        (bill("425.00", matching("RC000001", "100"), description="x" * 41), "less than 41"),
        (bill("425.00", matching("RC000001", "50"), matching("RC000001", "50")), "more than one"),
        (
            bill("5.00", invoiceStatusCode=COSTS, costLines=[{"glAccountCode": "1200", "amountTC": 5}]),
            "control",
        ),
        (bill("425.00", matching("RC000001", "100"), invoiceType="CREDITNOTE"), "no open quantity"),
    ],
)
def test_what_does_not_match_is_refused(received: Qad, record: dict, text: str) -> None:
    assert text in received.refusal("supplierInvoices", record)[1]
    assert received.act("rows", kind="supplier_invoice") == []
    assert received.balance("2060") == -425


def test_an_inactive_supplier_and_one_of_another_order_are_refused(received: Qad) -> None:
    received.post(
        "businessRelationV2s", {"businessRelationCode": "S2", "businessRelationName1": "B", "isActive": True}
    )
    received.post("supplierV2s", supplier("S2"))
    other = bill("425.00", matching("RC000001", "100"), supplierCode="S2")
    assert "ordered from S1" in received.refusal("supplierInvoices", other)[1]
    received.act("edit", kind="supplier", key="S1", isActive=False)
    assert "inactive" in received.refusal("supplierInvoices", bill("425.00", matching("RC000001", "100")))[1]


def test_a_receipt_at_another_rate_leaves_an_exchange_difference(qad: Qad) -> None:
    qad.post("items", ITEM)
    qad.post("supplierV2s", supplier("S1", currencyCode="EUR"))
    qad.post("purchaseOrderHeaders", order(currencyCode="EUR"))
    qad.act("set_rate", currency="EUR", rate="1.10", on="2026-05-01")
    receiver = qad.act("receive", order="PO102233", line=1, quantity="100", on="2026-05-02")
    record = bill("425.00", matching(receiver, "100"), currencyCode="EUR", exchangeRate=Decimal("1.20"))
    assert totals(qad, qad.post("supplierInvoices", record)) == {
        "2000": Decimal(-510),
        "2060": Decimal("467.5"),
        "7010": Decimal("42.5"),
    }
