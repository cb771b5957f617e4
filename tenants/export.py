"""The trail of one tenant as a file for an auditor, which `audit_checker.py` verifies without us.

Personal data stands on lines of its own beneath its entry, as far as it has not been erased and its key still exists.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tenants import audit, sealer, vault
from tenants.audit_checker import FORMAT, START
from tenants.models import AuditPart, Tenant
from tenants.scoping import tenant_scope
from tenants.secrets import KeyMissing

FETCH_ENTRIES = 1000


def lines(tenant: UUID, personal: bool = True) -> Iterator[str]:
    """Seals what waits, then the whole chain. Each page is a scope of its own, so it may be streamed to a browser."""
    sealer.seal(tenant)
    with tenant_scope(tenant):
        last, head = sealer.head()
        name = Tenant.objects.get().name
    about = {"format": FORMAT, "tenant": str(tenant), "name": name, "entries": last, "head": head}
    yield "# " + json.dumps(about | {"made": audit.stamp(timezone.now())}) + "\n"
    previous = START
    for start in range(1, last + 1, FETCH_ENTRIES):
        with tenant_scope(tenant):
            page = _page(tenant, start, min(start + FETCH_ENTRIES, last + 1))
            parts = _parts(tenant, [row[2] for row in page]) if personal else {}
        for number, hash_, *row in page:
            yield f"{number} {previous} {hash_.hex()} {audit.text_of(*row)}\n"
            yield from (f"+ {body}\n" for body in parts.get(row[0], ()))
            previous = hash_.hex()


def _page(
    tenant: UUID, first: int, end: int
) -> list[tuple[int, bytes, str, str, str, str, str, str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, [tenant, first, end])
        return list(cursor.fetchall())


def _parts(tenant: UUID, entries: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in AuditPart.objects.filter(entry_id__in=entries):
        try:
            body = vault.open_sealed(tenant, f"audit:{part.entry_id}", part.body)
        except KeyMissing:  # the tenant's key was destroyed: what it sealed is as good as erased
            continue
        found.setdefault(str(part.entry_id), []).append(body)
    return found


_PAGE = f"""
select s.number, s.hash, {sealer.TEXT_COLUMNS}
from tenants_auditseal s join tenants_auditentry e on e.id = s.entry_id
where s.tenant_id = %s and s.number >= %s and s.number < %s order by s.number
"""  # noqa: S608
