"""The one sealer: gives each committed entry its number and its link in the tenant's chain.

Writers only insert and never meet it; it takes what has been committed since, in short transactions under a lock that a second sealer
does not wait for. Killed half-way it has done nothing, and the next one goes on.
"""

from __future__ import annotations

import hmac
import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from tenants import anchors, audit, vault
from tenants.audit_checker import START, link
from tenants.models import AuditPending, AuditSeal
from tenants.scoping import everywhere, tenant_scope

log = logging.getLogger(__name__)
BATCH_ENTRIES = 1000
LATE_AFTER = timedelta(minutes=5)


def seal_all() -> int:
    """Seals what waits, of every tenant; returns how many entries. Run it every few seconds, in as many processes as you like."""
    with everywhere("seal the audit trail"):
        waiting = list(AuditPending.objects.order_by().values_list("tenant_id", flat=True).distinct())
    return sum(seal(tenant) for tenant in waiting)


def seal(tenant: UUID) -> int:
    """Seals what waits of one tenant, and notes the new head outside the database."""
    done = 0
    while batch := _seal_batch(tenant):
        done += batch
    if done:
        with tenant_scope(tenant):
            number, hash_ = head()
        anchors.note(tenant, number, hash_)
    return done


def head() -> tuple[int, str]:
    """Number and hash of the last link, of the tenant in scope."""
    last = AuditSeal.objects.order_by("-number").values_list("number", "hash").first()
    return (last[0], bytes(last[1]).hex()) if last else (0, START)


def late() -> timedelta | None:
    """How old the oldest unsealed entry is, if that is older than it should be: then no sealer is running."""
    with everywhere("see whether the audit trail is being sealed"):
        oldest = AuditPending.objects.aggregate(at=Min("at"))["at"]
    age = timezone.now() - oldest if oldest else timedelta()
    return age if age > LATE_AFTER else None


def _seal_batch(tenant: UUID) -> int:
    with tenant_scope(tenant), connection.cursor() as cursor:
        # Taken in a statement of its own: the next one then sees what the sealer before us committed.
        cursor.execute("select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit seal {tenant}"])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_WAITING, [tenant, BATCH_ENTRIES])
        entries = cursor.fetchall()
        if entries:
            cursor.execute(_SEAL, [tenant, *_links(tenant, entries)])
        return len(entries)


def _links(tenant: UUID, entries: list[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    number, previous = head()
    key = vault.audit_key(tenant)
    ids, numbers, hashes, macs = [], [], [], []
    for *row, mac in entries:
        number += 1
        text = audit.text_of(*row)
        untouched = hmac.compare_digest(hmac.digest(key, text.encode(), "sha256"), bytes(mac))
        previous = link(previous, number, text)
        ids.append(row[0])
        numbers.append(number)
        hashes.append(bytes.fromhex(previous))
        # An entry that was altered while it waited gets its number, and nobody's word for it.
        macs.append(hmac.digest(key, hashes[-1], "sha256") if untouched else b"")
        if not untouched:
            log.error("audit entry %s of tenant %s was altered before it was sealed", row[0], tenant)
    return ids, numbers, hashes, macs


TEXT_COLUMNS = """
e.id::text, e.tenant_id::text, to_char(e.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00',
e.what, e.actor, e.about, e.facts, e.parts
"""
_WAITING = f"""
select {TEXT_COLUMNS}, e.mac from tenants_auditpending p join tenants_auditentry e on e.id = p.entry_id
where p.tenant_id = %s order by p.at, p.entry_id limit %s
"""  # noqa: S608
_SEAL = """
with sealed as (
    insert into tenants_auditseal (tenant_id, entry_id, number, hash, mac)
    select %s, s.id, s.number, s.hash, s.mac
    from unnest(%s::uuid[], %s::bigint[], %s::bytea[], %s::bytea[]) as s (id, number, hash, mac) returning entry_id
)
delete from tenants_auditpending where entry_id in (select entry_id from sealed)
"""
