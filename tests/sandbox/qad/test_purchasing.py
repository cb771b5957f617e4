"""Orders, receivers and returns: the accrual always equals what came and was not vouchered."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.qad.client import Qad, exact
from tests.sandbox.qad.records import order, order_line

ITEM = {"domainCode": "10USA", "itemCode": "BRG-6204", "unitOfMeasure": "EA", "isActive": True}
PO = {"purchaseOrderNumber": "PO102233"}


@pytest.fixture
def ordered(qad: Qad) -> Qad:
    qad.post("items", ITEM)
    qad.post("purchaseOrderHeaders", order())
    return qad


def test_an_order_carries_its_lines(ordered: Qad) -> None:
    row = ordered.get("purchaseOrderHeaders", **PO)[0]
    assert row["uri"] == "urn:be:com.qad.purchasing.purchaseorders.IPurchaseOrderHeader:10USA.PO102233"
    line = row["purchaseOrderLines"][0]
    assert (line["quantityOrdered"], line["quantityReceived"], line["purchaseCost"]) == (
        100,
        0,
        Decimal("4.25"),
    )


def test_lines_may_only_be_on_the_grid(ordered: Qad) -> None:
    ordered.act("switch", lines_embedded=False)
    assert "purchaseOrderLines" not in ordered.get("purchaseOrderHeaders", **PO)[0]
    lines = exact(ordered.call("GET", "/api/erp/purchaseOrderLinesGrid", {"domainCode": "10USA", **PO}))
    assert [line["itemCode"] for line in lines["data"]["purchaseOrderLines"]] == ["BRG-6204"]


def test_the_grid_gives_the_next_line_and_saves_it(ordered: Qad) -> None:
    where = {"domainCode": "10USA", **PO, "initialize": "true"}
    fresh = exact(ordered.call("GET", "/api/erp/purchaseOrderLinesGrid", where))["data"][
        "purchaseOrderLines"
    ][0]
    assert fresh["purchaseOrderLine"] == 2
    line = {**fresh, **order_line(2, "10", "9.99")}
    ordered.call("POST", "/api/erp/purchaseOrderLinesGrid", body={"purchaseOrderLines": [line]})
    assert len(ordered.get("purchaseOrderHeaders", **PO)[0]["purchaseOrderLines"]) == 2


def test_a_field_change_recomputes_defaults(ordered: Qad) -> None:
    body = {"purchaseOrderLines": [{"itemCode": "BRG-6204"}]}
    path = "/api/erp/purchaseOrderLinesGrid/fieldChange"
    assert exact(ordered.call("POST", path, {"fieldName": "itemCode"}, body))["data"]["unitOfMeasure"] == "EA"
    body = {"purchaseOrderHeaders": [{"supplierCode": "S1"}]}
    path = "/api/erp/purchaseOrderHeaders/fieldChangeV2"
    assert (
        exact(ordered.call("POST", path, {"fieldName": "supplierCode"}, body))["data"]["currencyCode"]
        == "USD"
    )


def test_a_receipt_is_accrued_at_order_cost(ordered: Qad) -> None:
    number = ordered.act("receive", order="PO102233", line=1, quantity="40")
    row = ordered.get("purchaseOrderReceipts", receiverNumber=number, line=1)[0]
    assert (row["quantityReceived"], row["quantityVouchered"], row["isReturn"]) == (40, 0, False)
    assert ordered.lines("po_receipt", row, "domainCode", "receiverNumber", "line") == [
        ("2060", Decimal(-170)),
        ("1400", Decimal(170)),
    ]
    line = ordered.get("purchaseOrderHeaders", **PO)[0]["purchaseOrderLines"][0]
    assert line["quantityReceived"] == 40


def test_whether_a_line_was_received_can_be_asked(ordered: Qad) -> None:
    path = "/api/erp/purchaseOrderLines/isReceivedPurchaseOrderLineV2"
    asked = {"domainCode": "10USA", **PO, "purchaseOrderLine": 1}
    assert ordered.call("GET", path, asked).json() == {"data": {"isReceived": False}}
    ordered.act("receive", order="PO102233", line=1, quantity="1")
    assert ordered.call("GET", path, asked).json() == {"data": {"isReceived": True}}


def test_a_return_takes_back_what_was_accrued(ordered: Qad) -> None:
    number = ordered.act("receive", order="PO102233", line=1, quantity="40")
    back = ordered.act("give_back", receiver=number, line=1, quantity="15")
    row = ordered.get("purchaseOrderReceipts", receiverNumber=back, line=1)[0]
    assert (row["isReturn"], row["quantityReceived"]) == (True, 15)
    assert ordered.balance("2060") == Decimal("-106.25")
    with pytest.raises(ValueError, match="exceeds"):
        ordered.act("give_back", receiver=number, line=1, quantity="26")


def test_the_legacy_history_shows_returns_below_zero(ordered: Qad) -> None:
    number = ordered.act("receive", order="PO102233", line=1, quantity="40")
    ordered.act("give_back", receiver=number, line=1, quantity="15")
    rows = ordered.browse("urn:browse:mfg:po501", "prh_hist.prh_nbr,eq,PO102233,literal")["data"]
    assert [row["prh_hist.prh_rcvd"] for row in rows] == [40, -15]


def test_open_receivers_are_those_with_something_to_voucher(ordered: Qad) -> None:
    first = ordered.act("receive", order="PO102233", line=1, quantity="40")
    ordered.act("give_back", receiver=first, line=1, quantity="40")
    second = ordered.act("receive", order="PO102233", line=1, quantity="5")
    rows = ordered.browse("urn:browse:mfg:ap007")["data"]
    assert [row["prh_hist.prh_receiver"] for row in rows] == [second]


def test_a_receipt_needs_an_open_order_line_and_period(ordered: Qad) -> None:
    for changes, text in (
        ({"order": "PO9"}, "does not exist"),
        ({"line": 7}, "does not exist"),
        ({"quantity": "0"}, "greater than zero"),
        ({"on": "2025-01-05"}, "closed"),
    ):
        with pytest.raises(ValueError, match=text):
            ordered.act("receive", **{"order": "PO102233", "line": 1, "quantity": "1", **changes})
    ordered.act("edit", kind="purchase_order", key="10USA|PO102233", orderStatus="C")
    with pytest.raises(ValueError, match="not open"):
        ordered.act("receive", order="PO102233", line=1, quantity="1")


def test_an_order_is_checked(ordered: Qad) -> None:
    for record, text in (
        (order(supplierCode="S9"), "does not exist"),
        (order("PO102233456"), "less than 9"),
        (order("PO2", order_line(itemCode="NONE")), "does not exist"),
        (order("PO2", order_line(1), order_line(1)), "already exists"),
        (order("PO2", order_line(1, "0")), "invalid"),
        (order(domainCode="20EUR"), "invalid in workspace"),
    ):
        assert text in ordered.refusal("purchaseOrderHeaders", record)[1]


def test_receipts_are_not_written_from_outside(ordered: Qad) -> None:
    assert ordered.send("purchaseOrderReceipts", {"receiverNumber": "RC1"}).status_code == 405
