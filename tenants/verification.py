"""Whether a tenant's trail is whole, asked of the database itself, with the keys that an auditor's copy does without.

Streams: a million entries take seconds and no more memory than a hundred.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from tenants import anchors, audit, vault
from tenants.audit_checker import START, Anchor, link
from tenants.models import Tenant
from tenants.models.trail import EntryField
from tenants.scoping import tenant_scope
from tenants.sealer import TEXT_COLUMNS

FETCH_ROWS = 5000
FAULTS_KEPT = 100


@dataclass
class Report:
    """What a verification found; `faults` are sentences that name entries by number."""

    entries: int = 0
    head: str = START
    waiting: int = 0
    anchors: int = 0
    faults: list[str] = field(default_factory=list)
    more_faults: int = 0

    @property
    def is_whole(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        if self.faults:
            return f"BROKEN: {len(self.faults) + self.more_faults} faults in {self.entries} sealed entries."
        waiting = f", {self.waiting} wait to be sealed" if self.waiting else ""
        return f"UNBROKEN: {self.entries} sealed entries{waiting}; {self.anchors} anchors agree. Last hash {self.head}."


def verify(tenant: UUID, more_anchors: Path | None = None) -> Report:
    """Chain, keyed hashes, anchors, entries that wait, and changes of state whose entry is gone."""
    noted = anchors.noted(tenant, more_anchors)
    report = Report(anchors=len(noted))
    with tenant_scope(tenant):
        for fault in (*_chain(tenant, report, noted), *_waiting(tenant, report), *_witnesses(tenant)):
            if len(report.faults) < FAULTS_KEPT:
                report.faults.append(fault)
            else:
                report.more_faults += 1
    return report


def _chain(tenant: UUID, report: Report, noted: dict[int, Anchor]) -> Iterator[str]:
    key, previous = vault.audit_key(tenant), START
    for number, hash_, mac, *row in _stream(_SEALED, [tenant]):
        stated = hash_.hex()
        if number != report.entries + 1:
            yield f"{_run(report.entries + 1, number - 1)} missing"
            previous = ""
        report.entries, report.head = number, stated
        if row[0] is None:
            yield f"entry {number} is missing: only its seal is left"
        elif not mac:
            yield f"entry {number} was changed before it was sealed"
        elif not hmac.compare_digest(hmac.digest(key, hash_, "sha256"), mac):
            yield f"entry {number}: its seal was not made with this tenant's key"
        elif previous and link(previous, number, audit.text_of(*row)) != stated:
            yield f"entry {number}: its content, its place or what it follows was changed"
        if (anchor := noted.pop(number, None)) and anchor.hash != stated:
            yield f"entry {number}: the chain was rewritten: on {anchor.at} this entry had another hash"
        previous = stated
    if newest := max(noted, default=0):
        yield f"{_run(report.entries + 1, newest)} missing: they were there on {noted[newest].at}. Was a backup restored?"


def _waiting(tenant: UUID, report: Report) -> Iterator[str]:
    key = vault.audit_key(tenant)
    for sealed, mac, *row in _stream(_UNSEALED, [tenant]):
        report.waiting += 1
        if not hmac.compare_digest(hmac.digest(key, audit.text_of(*row).encode(), "sha256"), mac):
            yield f"entry {row[0]} ({row[3]}) was changed before it was sealed"
        elif not sealed:
            yield f"entry {row[0]} ({row[3]}) is neither sealed nor waiting for it"


def _witnesses(tenant: UUID) -> Iterator[str]:
    """Rows that name the entry of their last change: an entry that is gone without a trace is missed here."""
    for model in apps.get_models():
        for name in (f.column for f in model._meta.local_concrete_fields if isinstance(f, EntryField)):
            owner = "id" if model is Tenant else "tenant_id"
            sql = _WITNESS.format(
                table=model._meta.db_table, key=model._meta.pk.column, entry=name, owner=owner
            )
            for key, entry in _stream(sql, [tenant]):
                yield f"{model._meta.model_name}:{key} changed, and the entry that told of it ({entry}) is gone"


def _stream(sql: str, parameters: list[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(FETCH_ROWS):
            yield from rows


def _run(first: int, last: int) -> str:
    return f"entry {first} is" if first >= last else f"entries {first} to {last} are"


_SEALED = f"""
select s.number, s.hash, s.mac, {TEXT_COLUMNS}
from tenants_auditseal s left join tenants_auditentry e on e.id = s.entry_id and e.tenant_id = s.tenant_id
where s.tenant_id = %s order by s.number
"""  # noqa: S608
_UNSEALED = f"""
select p.entry_id is not null, e.mac, {TEXT_COLUMNS}
from tenants_auditentry e left join tenants_auditpending p on p.entry_id = e.id
where e.tenant_id = %s and not exists(select from tenants_auditseal s where s.entry_id = e.id)
"""  # noqa: S608
_WITNESS = """
select t.{key}, t.{entry} from {table} t
where t.{owner} = %s and not exists(select from tenants_auditentry e where e.id = t.{entry})
"""
