"""The special calls around purchase orders: the lines grid, recomputed defaults, and the question for a receipt.

A header/line document is edited line by line on QAD's screens, and these calls are what the screens use.
"""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from typing import Any

from connectors.sandbox.kit import Reply, Request
from connectors.systems.qad.sandbox import masters
from connectors.systems.qad.sandbox.document_kinds import PURCHASE_ORDER, PURCHASE_ORDER_LINE
from connectors.systems.qad.sandbox.fields import check_mandatory, read
from connectors.systems.qad.sandbox.jsontext import understood
from connectors.systems.qad.sandbox.purchasing import order
from connectors.systems.qad.sandbox.refusals import Denied, Refused
from connectors.systems.qad.sandbox.replies import accepted, json_reply, refused
from connectors.systems.qad.sandbox.rows import shown, visible
from connectors.systems.qad.sandbox.store import Row, key_of
from connectors.systems.qad.sandbox.switches import switches
from connectors.systems.qad.sandbox.workspace import Workspace


def grid(desk: Workspace, request: Request) -> Reply:
    """All lines of an order, one of them, or with `initialize` the next line with its defaults."""
    asked = dict(request.pairs())
    number = asked.get("purchaseOrderNumber", "")
    if not number or "domainCode" not in asked:
        raise Denied(
            HTTPStatus.BAD_REQUEST, "Key field purchaseOrderNumber is missing.", "purchaseOrderNumber"
        )
    rows = [row for row in visible(desk, PURCHASE_ORDER_LINE) if row["purchaseOrderNumber"] == number]
    if asked.get("initialize") == "true":
        rows = [_next_line(desk, number, rows)]
    elif "purchaseOrderLine" in asked:
        rows = [row for row in rows if str(row["purchaseOrderLine"]) == asked["purchaseOrderLine"]]
    lines = [shown(desk, PURCHASE_ORDER_LINE, row) for row in rows]
    return json_reply(
        {"data": {"purchaseOrderLines": lines}, "submitResult": {"success": True, "errors": []}}
    )


def save_line(desk: Workspace, request: Request) -> Reply:
    payload = _record(request)
    try:
        check_mandatory(PURCHASE_ORDER_LINE.own_fields, payload)
        line = read(PURCHASE_ORDER_LINE.own_fields, payload)
        header = order(desk, line["purchaseOrderNumber"])
        place = line["purchaseOrderLine"]
        others = [each for each in header["purchaseOrderLines"] if each["purchaseOrderLine"] != place]
        lines = sorted([*others, line], key=lambda each: int(each["purchaseOrderLine"]))
        changed = {**header, "purchaseOrderLines": lines}
        masters.save(desk, PURCHASE_ORDER, changed, changed)
    except Refused as refusal:
        return refused(refusal, switches(desk.world).refusal_status)
    text = f"Line {place} saved."
    made = f"purchase_order_line {line['purchaseOrderNumber']}|{place}"
    return accepted("purchaseOrderLines", shown(desk, PURCHASE_ORDER_LINE, line), text, (), made)


def field_change(desk: Workspace, request: Request) -> Reply:
    """What follows from a field: the supplier brings currency and terms, the item its unit and agreed price."""
    payload, changed = _record(request), dict(request.pairs()).get("fieldName", "")
    if changed == "supplierCode":
        supplier = desk.world.table("supplier").get(str(payload.get("supplierCode")), {})
        payload |= {name: supplier[name] for name in ("currencyCode", "creditTermsCode") if name in supplier}
    if changed == "itemCode":
        payload |= _item_defaults(desk, payload)
    return json_reply({"data": payload, "submitResult": {"success": True, "errors": []}})


def is_received(desk: Workspace, request: Request) -> Reply:
    asked = dict(request.pairs())
    for row in visible(desk, PURCHASE_ORDER_LINE):
        if (row["purchaseOrderNumber"], str(row["purchaseOrderLine"])) == (
            asked.get("purchaseOrderNumber"),
            asked.get("purchaseOrderLine"),
        ):
            return json_reply({"data": {"isReceived": Decimal(row["quantityReceived"]) > 0}})
    raise Denied(HTTPStatus.NOT_FOUND, "Purchase order line does not exist.", "purchaseOrderLine")


def _next_line(desk: Workspace, number: str, rows: list[Row]) -> Row:
    header = desk.world.table("purchase_order").get(key_of(desk.domain, number), {})
    place = max((row["purchaseOrderLine"] for row in rows), default=0) + 1
    return {
        "domainCode": desk.domain,
        "purchaseOrderNumber": number,
        "purchaseOrderLine": place,
        "siteCode": header.get("shipToSite", ""),
        "dueDate": header.get("dueDate"),
    }


def _item_defaults(desk: Workspace, payload: Row) -> Row:
    code = str(payload.get("itemCode"))
    found: Row = {}
    if item := desk.world.table("item").get(key_of(desk.domain, code)):
        found["unitOfMeasure"] = item["unitOfMeasure"]
    for row in desk.world.table("supplier_item").values():
        if row["itemCode"] == code and row["domainCode"] == desk.domain:
            found["purchaseCost"] = Decimal(row["price"])
    return found


def _record(request: Request) -> dict[str, Any]:
    try:
        body = understood(request.body)
    except (ValueError, RecursionError) as wrong:
        raise Denied(HTTPStatus.BAD_REQUEST, "The body is no JSON.") from wrong
    rows = (
        body.get("purchaseOrderLines") or body.get("purchaseOrderHeaders") if isinstance(body, dict) else None
    )
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        raise Denied(HTTPStatus.BAD_REQUEST, "The body must hold one record.", "purchaseOrderLines")
    record: dict[str, Any] = rows[0]
    return record
