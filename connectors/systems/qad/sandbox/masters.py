"""Master records: the same code sent twice is an update, and what an update leaves out is blank afterwards.

A code that another record refers to must exist and be active, or the whole record is refused.
"""

from __future__ import annotations

from decimal import Decimal

from connectors.systems.qad.sandbox.fields import check_mandatory
from connectors.systems.qad.sandbox.kinds import Kind, Scope
from connectors.systems.qad.sandbox.master_kinds import CUSTOMER
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row, key_of
from connectors.systems.qad.sandbox.workspace import Workspace

OF_THE_DOMAIN = ("site", "item")


def save(desk: Workspace, kind: Kind, record: Row, payload: Row) -> tuple[Row, bool]:
    """Store it; the answer says whether it is new."""
    check_mandatory(kind.own_fields, payload)
    _check_owner(desk, kind, record)
    for field, (table, name) in kind.codes.items():
        if record[field]:
            code = key_of(desk.domain, record[field]) if table in OF_THE_DOMAIN else record[field]
            desk.one(table, code, field, name)
    rows = desk.world.table(kind.slug)
    key = kind.key(record)
    old = rows.get(key)
    row = {**(old or {}), **record}
    if kind.set_code:
        row["sharedSetCode"] = kind.set_code
    if old is None and "isActive" not in payload:
        row["isActive"] = True
    if kind.slug == "purchase_order":
        _check_order(desk, row)
    rows[key] = desk.touch(row)
    if kind is CUSTOMER and old is None:
        _appear_in_domains(desk, row)
    return row, old is None


def _check_owner(desk: Workspace, kind: Kind, record: Row) -> None:
    if kind.scope is Scope.SHARED and record.get("sharedSetCode") not in (kind.set_code, ""):
        refuse(
            "sharedSetCode", f"Shared set {record['sharedSetCode']} does not exist.", record["sharedSetCode"]
        )
    if kind.scope is Scope.DOMAIN and record[kind.owner_field] != desk.domain:
        domain = record[kind.owner_field]
        refuse(kind.owner_field, f"Domain {domain} is invalid in workspace {desk.domain}.", domain)


def _appear_in_domains(desk: Workspace, customer: Row) -> None:
    """QAD makes the domain records by itself, without the site and daybook set that they need."""
    code = customer["customerCode"]
    for domain in sorted({row["domainCode"] for row in desk.world.table("entities").values()}):
        row = {"domainContext": domain, "customerCode": code, "siteCode": "", "daybookSetCode": ""}
        desk.world.table("customer_domain")[key_of(domain, code)] = desk.touch(row)


def _check_order(desk: Workspace, row: Row) -> None:
    places = [line["purchaseOrderLine"] for line in row["purchaseOrderLines"]]
    if len(set(places)) < len(places):
        refuse("purchaseOrderLine", "A line number already exists on this order.", places[-1])
    for line in row["purchaseOrderLines"]:
        desk.one("item", key_of(desk.domain, line["itemCode"]), "itemCode", "Item")
        if Decimal(line["quantityOrdered"]) <= 0 or Decimal(line["purchaseCost"]) < 0:
            refuse("quantityOrdered", "Quantity and cost of an order line are invalid below zero.")
