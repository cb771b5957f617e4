"""The browses: flat rows with dotted names, in pages that must be asked for in just the right way.

Without `page` and `pageAction` the answer is 200 and empty, and whether there is more is told as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from connectors.sandbox.kit import Reply, Request
from connectors.systems.qad.sandbox.document_kinds import PO_RECEIPT
from connectors.systems.qad.sandbox.entity_api import search
from connectors.systems.qad.sandbox.fields import show
from connectors.systems.qad.sandbox.kinds import LEGACY, Kind
from connectors.systems.qad.sandbox.listing import window
from connectors.systems.qad.sandbox.purchasing import open_quantity
from connectors.systems.qad.sandbox.refusals import Denied
from connectors.systems.qad.sandbox.replies import json_reply
from connectors.systems.qad.sandbox.rows import KINDS, columns
from connectors.systems.qad.sandbox.store import Row, key_of
from connectors.systems.qad.sandbox.switches import switches
from connectors.systems.qad.sandbox.workspace import Workspace

PAGE_ROWS_MAX = 100
CALLS_KEPT = 500
OPEN_RECEIVERS = f"{LEGACY}ap007"
LEFT_OUT = ("uri", "instanceURI", "dataOperation", "changeStatus", "concurrencyHash")
BROWSES: dict[str, Kind] = {browse: kind for kind in KINDS for browse in kind.browses}


def kind_of(request: Request) -> Kind:
    browse = dict(request.pairs()).get("browseId", "")
    if browse not in BROWSES:
        raise Denied(HTTPStatus.NOT_FOUND, f"Browse {browse} does not exist.", "browseId")
    return BROWSES[browse]


def browse(desk: Workspace, kind: Kind, request: Request) -> Reply:
    asked = dict(request.pairs())
    size = _number(asked.get("pageSize", str(PAGE_ROWS_MAX)), "pageSize")
    if not asked["browseId"].startswith(LEGACY):
        size = min(size, PAGE_ROWS_MAX)
    page = _number(asked.get("page", "0"), "page")
    if not page or not _turns_the_page(desk, asked, page):
        return _answer([], more=False)
    found = _found(desk, kind, request, asked)
    start = (page - 1) * size
    shift = switches(desk.world).shift_rows
    rows = window(found, start, size, request.lens, desk.world.clock.time(), shift)
    return _answer(
        [_flat(desk, kind, row, asked["browseId"]) for row in rows], more=start + size < len(found)
    )


def total(desk: Workspace, kind: Kind, request: Request) -> Reply:
    return json_reply({"totalCount": len(_found(desk, kind, request, dict(request.pairs())))})


def names(desk: Workspace, kind: Kind, browse_id: str) -> dict[str, str]:
    """Column of the browse to field of the kind."""
    if browse_id.startswith(LEGACY) and kind.legacy:
        return {column: field for column, field in kind.legacy.items() if field in columns(desk, kind)}
    renamed = switches(desk.world).fields.get(kind.slug, {})
    scalar = [field for field in columns(desk, kind) if field not in LEFT_OUT]
    return {f"{kind.singular}.{renamed.get(field, field)}": field for field in scalar}


def _found(desk: Workspace, kind: Kind, request: Request, asked: Mapping[str, str]) -> list[Row]:
    known = names(desk, kind, asked["browseId"])
    filters = []
    for text in (value for name, value in request.pairs() if name == "filter"):
        column, comma, rest = text.partition(",")
        if column not in known:
            raise Denied(HTTPStatus.BAD_REQUEST, f"Field {column} does not exist in this browse.", column)
        filters.append(f"{known[column]}{comma}{rest}")
    rows = search(desk, kind, filters)
    if asked["browseId"] == OPEN_RECEIVERS:
        return [row for row in rows if not row["isReturn"] and open_quantity(row) > 0]
    return rows


def _turns_the_page(desk: Workspace, asked: Mapping[str, str], page: int) -> bool:
    """The first page opens a call; the next ones belong to it."""
    calls = desk.world.table("browseCalls")
    call = key_of(asked.get("callId", ""), asked["browseId"])
    if asked.get("pageAction") == "first" and page == 1:
        calls[call] = {}
        while len(calls) > CALLS_KEPT:
            del calls[next(iter(calls))]
        return True
    return asked.get("pageAction") == "next" and page > 1 and call in calls


def _answer(rows: list[Any], *, more: bool) -> Reply:
    """Both spellings are QAD's own."""
    return json_reply({"data": rows, "auxillaryData": {"HasMoreParams": "true" if more else "false"}})


def _flat(desk: Workspace, kind: Kind, row: Row, browse_id: str) -> dict[str, Any]:
    whole = show(kind.fields, row)
    if kind is PO_RECEIPT and row["isReturn"]:
        whole["quantityReceived"] = _legacy_return(whole["quantityReceived"], browse_id)
    return {column: whole[field] for column, field in names(desk, kind, browse_id).items()}


def _legacy_return(quantity: Decimal, browse_id: str) -> Decimal:
    """The legacy receipt history has no return flag: what went back is below zero there."""
    return -quantity if browse_id.startswith(LEGACY) else quantity


def _number(text: str, name: str) -> int:
    if not text.isdecimal():
        raise Denied(HTTPStatus.BAD_REQUEST, f"{name} must be a whole number.", name)
    return int(text)
