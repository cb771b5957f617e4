"""The business entities: one record read by its whole key, a listing by offset, and writes of whole records.

A document whose number is 0 is always another one; anything else that has its key is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from connectors.sandbox.kit import Reply, Request
from connectors.systems.qad.sandbox import (
    banking_entries,
    customer_invoices,
    customer_payments,
    journal_entries,
    masters,
    open_item_adjustments,
    supplier_invoices,
)
from connectors.systems.qad.sandbox.fields import CUSTOM, check_mandatory, read
from connectors.systems.qad.sandbox.jsontext import understood
from connectors.systems.qad.sandbox.kinds import Kind, Scope
from connectors.systems.qad.sandbox.listing import comparable, tests, window
from connectors.systems.qad.sandbox.refusals import Complaint, Denied, Refused, refuse
from connectors.systems.qad.sandbox.replies import accepted, json_reply, refused
from connectors.systems.qad.sandbox.rows import columns, shown, visible, with_key
from connectors.systems.qad.sandbox.store import Row, key_of
from connectors.systems.qad.sandbox.switches import inward, next_refusal, switches, used_up
from connectors.systems.qad.sandbox.workspace import Workspace

PAGE_ROWS_MAX = 100
LISTING_PARAMETERS = ("offset", "limit", "filter", "sort")


@dataclass(frozen=True)
class Document:
    """How a kind of document is entered and changed, and which field numbers it."""

    enter: Callable[[Workspace, Row], Row]
    change: Callable[[Workspace, Row, Row], Row]
    number: str


DOCUMENTS: dict[str, Document] = {
    "customer_invoice": Document(customer_invoices.enter, customer_invoices.change, "voucher"),
    "customer_payment": Document(customer_payments.enter, customer_payments.change, "number"),
    "banking_entry": Document(banking_entries.enter, banking_entries.change, "line"),
    "open_item_adjustment": Document(open_item_adjustments.enter, open_item_adjustments.change, "voucher"),
    "journal_entry": Document(journal_entries.enter, journal_entries.change, "voucher"),
    "supplier_invoice": Document(supplier_invoices.enter, supplier_invoices.change, "voucher"),
}


def get(desk: Workspace, kind: Kind, request: Request) -> Reply:
    asked = dict(request.pairs())
    if any(name in asked for name in LISTING_PARAMETERS):
        return listing(desk, kind, request)
    rows = [shown(desk, kind, row) for row in keyed(desk, kind, asked)]
    return json_reply({"data": {plural(desk, kind): rows}, "submitResult": {"success": True, "errors": []}})


def keyed(desk: Workspace, kind: Kind, asked: Mapping[str, str]) -> list[Row]:
    """The one row of that key, or none. Half a key is an error, not a search."""
    _check_view(kind, asked)
    wanted = _key_asked(desk, kind, asked)
    missing = [name for name in kind.keys if name not in wanted]
    if missing:
        raise Denied(HTTPStatus.BAD_REQUEST, f"Key field {missing[0]} is missing.", missing[0])
    return with_key(desk, kind, wanted)


def listing(desk: Workspace, kind: Kind, request: Request) -> Reply:
    mode = switches(desk.world).offset
    if mode not in ("on", "ignored"):
        raise Denied(HTTPStatus(int(mode)), "Paging by offset is not available on this collection.")
    pairs = request.pairs()
    asked = dict(pairs)
    start = 0 if mode == "ignored" else _whole(asked.get("offset", "0"), "offset")
    size = _size(desk, _whole(asked.get("limit", str(PAGE_ROWS_MAX)), "limit"))
    names = _inward_filters(desk, kind, [value for name, value in pairs if name == "filter"])
    found = _sorted(desk, kind, search(desk, kind, names), asked.get("sort", ""))
    page = window(found, start, size, request.lens, desk.world.clock.time(), switches(desk.world).shift_rows)
    rows = [shown(desk, kind, row) for row in page]
    return json_reply({"data": {plural(desk, kind): rows}, "totalCount": len(found)})


def search(desk: Workspace, kind: Kind, filters: Iterable[str]) -> list[Row]:
    ignore_case = switches(desk.world).ignores_case
    passed = tests(filters, columns(desk, kind), ignore_case)
    return [row for row in visible(desk, kind) if all(test.passes(row, ignore_case) for test in passed)]


def post(desk: Workspace, kind: Kind, request: Request) -> Reply:
    payload = _payload(desk, kind, request)
    _check_view(kind, dict(request.pairs()))
    try:
        _cued_refusal(desk, kind)
        _check_query_key(desk, kind, request, payload)
        row, text, warnings = _saved(desk, kind, payload)
    except Refused as refusal:
        return refused(_in_own_names(desk, kind, refusal), switches(desk.world).refusal_status)
    key = kind.key(row)
    reply = accepted(plural(desk, kind), shown(desk, kind, row), text, warnings, f"{kind.slug} {key}")
    if used_up(desk.world, "no_submit_result"):
        return json_reply({"data": {}}, made=reply.made)
    return reply


def delete(desk: Workspace, kind: Kind, request: Request) -> Reply:
    try:
        for row in keyed(desk, kind, dict(request.pairs())):
            if kind.slug == "journal_entry":
                journal_entries.delete(desk, row)
            else:
                del desk.world.table(kind.slug)[kind.key(row)]
            done = {"submitResult": {"success": True, "errors": []}}
            return json_reply(done, made=f"{kind.slug} {kind.key(row)} deleted")
        refuse(kind.keys[-1], f"{kind.plural} record does not exist.", code="11")
    except Refused as refusal:
        return refused(refusal, switches(desk.world).refusal_status)


def plural(desk: Workspace, kind: Kind) -> str:
    return switches(desk.world).paths.get(kind.slug, kind.plural)


def _saved(desk: Workspace, kind: Kind, payload: Row) -> tuple[Row, str, list[Any]]:
    record = read((*kind.own_fields, *CUSTOM), payload)
    _note_unknown(desk, kind, payload)
    operation = payload.get("dataOperation") or ""
    document = DOCUMENTS.get(kind.slug)
    if document:
        return _saved_document(desk, kind, document, record, payload)
    old = desk.world.table(kind.slug).get(kind.key(record))
    if operation not in ("", "C", "U"):
        refuse("dataOperation", f"Operation {operation} is invalid.", operation)
    if operation == "U" and old is None:
        refuse(kind.keys[-1], f"{_human(kind, record)} does not exist.", code="11")
    _check_hash(desk, old, payload)
    row, new = masters.save(desk, kind, record, payload)
    return row, f"{_human(kind, row)} {'created' if new else 'updated'}.", []


def _saved_document(
    desk: Workspace, kind: Kind, document: Document, record: Row, payload: Row
) -> tuple[Row, str, list[Any]]:
    """The workspace decides the entity, whatever the record says."""
    record[Scope.ENTITY.value] = desk.entity
    if not record[document.number]:
        check_mandatory(kind.own_fields, payload)
        row = document.enter(desk, record)
        return row, f"{_human(kind, row)} created.", row.get("warnings", [])
    row = desk.world.table(kind.slug).get(kind.key(record), {})
    if not row:
        refuse(document.number, f"{_human(kind, record)} does not exist.", record[document.number], code="11")
    if payload.get("dataOperation") == "C":
        refuse(document.number, f"{_human(kind, record)} already exists.", record[document.number], code="10")
    _check_hash(desk, row, payload)
    return document.change(desk, row, record), f"{_human(kind, row)} updated.", []


def _payload(desk: Workspace, kind: Kind, request: Request) -> Row:
    if "json" not in request.headers.get("content-type", ""):
        raise Denied(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content type not supported.")
    try:
        body = understood(request.body)
    except (ValueError, RecursionError) as wrong:
        raise Denied(HTTPStatus.BAD_REQUEST, "The body is no JSON.") from wrong
    name = plural(desk, kind)
    records = body.get(name) if isinstance(body, dict) else None
    if not isinstance(records, list) or len(records) != 1 or not isinstance(records[0], dict):
        raise Denied(HTTPStatus.BAD_REQUEST, f"The body must hold one record in {name}.", name)
    payload: Row = inward(desk.world, kind.slug, records[0])
    return payload


def _check_view(kind: Kind, asked: Mapping[str, str]) -> None:
    view = asked.get("viewUri", "")
    if view and kind.view_uri and view != kind.view_uri:
        raise Denied(HTTPStatus.BAD_REQUEST, f"View {view} is invalid.", "viewUri")


def _check_query_key(desk: Workspace, kind: Kind, request: Request, payload: Row) -> None:
    for name, value in _key_asked(desk, kind, dict(request.pairs())).items():
        if value not in ("", "0") and name in payload and str(payload[name]) != value:
            refuse(name, f"Key {name} of the record is invalid: the address says {value}.", payload[name])


def _key_asked(desk: Workspace, kind: Kind, asked: Mapping[str, str]) -> dict[str, str]:
    renamed = {new: old for old, new in switches(desk.world).fields.get(kind.slug, {}).items()}
    usual = {renamed.get(name, name): value for name, value in asked.items()}
    return {name: usual[name] for name in kind.keys if name in usual}


def _in_own_names(desk: Workspace, kind: Kind, refusal: Refused) -> Refused:
    renamed = switches(desk.world).fields.get(kind.slug, {})
    return Refused(*(replace(each, field=renamed.get(each.field, each.field)) for each in refusal.complaints))


def _cued_refusal(desk: Workspace, kind: Kind) -> None:
    cued = next_refusal(desk.world, kind.slug)
    if cued:
        raise Refused(Complaint(cued.get("fieldName", ""), cued.get("message", "Refused."), code="99"))


def _check_hash(desk: Workspace, row: Row | None, payload: Row) -> None:
    given = payload.get("concurrencyHash")
    if row and given and given != row["concurrencyHash"] and switches(desk.world).stale_hash_refused:
        text = f"The record was changed by another user ({row['lastModifiedUser']}) in the meantime."
        refuse("concurrencyHash", text, given, code="92")


def _note_unknown(desk: Workspace, kind: Kind, payload: Row) -> None:
    """QAD drops what it does not know without a word; a test can ask for the list."""
    known = {field.name for field in kind.fields}
    for name in payload:
        if name not in known:
            desk.world.table("ignoredFields")[key_of(kind.slug, name)] = {"kind": kind.slug, "field": name}


def _inward_filters(desk: Workspace, kind: Kind, filters: Iterable[str]) -> list[str]:
    renamed = {new: old for old, new in switches(desk.world).fields.get(kind.slug, {}).items()}
    split = (text.partition(",") for text in filters)
    return [f"{renamed.get(name, name)}{comma}{rest}" for name, comma, rest in split]


def _sorted(desk: Workspace, kind: Kind, rows: list[Row], sort: str) -> list[Row]:
    if not sort:
        return rows
    field = columns(desk, kind).get(sort.lstrip("-"))
    if field is None:
        raise Denied(HTTPStatus.BAD_REQUEST, f"Field {sort} does not exist or cannot be sorted.", "sort")
    there = [row for row in rows if row.get(field.name) is not None]
    without = [row for row in rows if row.get(field.name) is None]
    there.sort(key=lambda row: comparable(field, row[field.name], True), reverse=sort.startswith("-"))
    return [*there, *without]


def _size(desk: Workspace, limit: int) -> int:
    if limit > PAGE_ROWS_MAX and switches(desk.world).limit_refused:
        raise Denied(HTTPStatus.BAD_REQUEST, f"limit must not exceed {PAGE_ROWS_MAX}.", "limit")
    return min(limit, PAGE_ROWS_MAX)


def _whole(text: str, name: str) -> int:
    if not text.isdecimal():
        raise Denied(HTTPStatus.BAD_REQUEST, f"{name} must be a whole number.", name)
    return int(text)


def _human(kind: Kind, row: Row) -> str:
    names = [name for name in kind.keys if name not in ("sharedSetCode", "entityCode", "domainCode")]
    return f"{kind.singular[:1].upper()}{kind.singular[1:]} " + "/".join(
        str(row.get(name, "")) for name in names
    )
