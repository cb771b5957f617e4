"""The rows of a kind that a workspace may see, and how one of them goes out over the wire.

A row of another entity, domain or shared set is simply not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.systems.qad.sandbox.document_kinds import DOCUMENTS, PURCHASE_ORDER, PURCHASE_ORDER_LINE
from connectors.systems.qad.sandbox.fields import Field, show
from connectors.systems.qad.sandbox.kinds import Kind, Scope
from connectors.systems.qad.sandbox.master_kinds import MASTERS
from connectors.systems.qad.sandbox.store import Row
from connectors.systems.qad.sandbox.switches import outward, switches
from connectors.systems.qad.sandbox.workspace import Workspace

KINDS = (*MASTERS, *DOCUMENTS)
SCALAR = ("text", "integer", "amount", "flag", "day")


def visible(desk: Workspace, kind: Kind) -> Iterator[Row]:
    if kind is PURCHASE_ORDER_LINE:
        for order in visible(desk, PURCHASE_ORDER):
            yield from (_line_of(order, line) for line in order["purchaseOrderLines"])
        return
    owner = {Scope.ENTITY: desk.entity, Scope.DOMAIN: desk.domain}.get(kind.scope)
    for row in desk.world.table(kind.slug).values():
        if owner is None or row[kind.owner_field] == owner:
            yield row


def with_key(desk: Workspace, kind: Kind, wanted: Mapping[str, str]) -> list[Row]:
    """The row of a whole key, if this workspace may see it."""
    if kind is PURCHASE_ORDER_LINE:
        found = list(visible(desk, kind))
    else:
        row = desk.world.table(kind.slug).get(kind.key(wanted))
        owner = {Scope.ENTITY: desk.entity, Scope.DOMAIN: desk.domain}.get(kind.scope)
        found = [row] if row and owner in (None, row.get(kind.owner_field)) else []
    return [row for row in found if all(str(row[name]) == wanted[name] for name in kind.keys)]


def columns(desk: Workspace, kind: Kind) -> dict[str, Field]:
    """The fields that a listing of this kind can filter and sort by, under their usual names."""
    closed = switches(desk.world).unfilterable.get(kind.slug, ())
    return {field.name: field for field in kind.fields if field.type in SCALAR and field.name not in closed}


def shown(desk: Workspace, kind: Kind, row: Row) -> Any:
    whole = show(kind.fields, row)
    whole["dataOperation"], whole["changeStatus"] = "", "2"
    if kind.view_uri:
        whole["uri"] = whole["instanceURI"] = kind.uri(whole)
    if kind is PURCHASE_ORDER and not switches(desk.world).lines_embedded:
        del whole["purchaseOrderLines"]
    return outward(desk.world, kind.slug, whole)


def _line_of(order: Row, line: Row) -> Row:
    own = (
        "domainCode",
        "purchaseOrderNumber",
        "lastModifiedDate",
        "lastModifiedTime",
        "lastModifiedUser",
        "born",
    )
    return {**line, **{name: order[name] for name in own if name in order}}
