"""Reads one lane's pages. What a page held and how far we came are stored together or not at all.

A process that dies anywhere in here loses at most the page it was reading; the next one resumes behind the last stored one.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from uuid import UUID

from django.utils import timezone

from connectors.canon.kind import Kind
from connectors.canon.portable import fingerprint
from connectors.engine.dial import dial
from connectors.engine.plan import Known, known, plan, plan_spoiled
from connectors.models import Connection, Delivery, Lane, Record
from connectors.system import Page, Spoiled
from tenants.scoping import tenant_of, tenant_scope

PAGES_MAX = 10_000


class Overtaken(RuntimeError):
    """The lease ended and another worker reads this lane: the page is theirs to store."""


def poll(lane: Lane) -> Counter[str]:
    """What was seen and what became of it, by word. Nothing at all when somebody else is reading this lane."""
    counts: Counter[str] = Counter()
    with tenant_scope(tenant_of(lane)):
        lease = lane.take()
        lane = Lane.objects.select_related("integration__left", "integration__right").get(pk=lane.pk)
        source = lane.source
    if lease is None:
        return counts
    try:
        for page in islice(dial(source).changes(lane.declared.reads, lane.cursor), PAGES_MAX):
            with tenant_scope(tenant_of(lane)):
                counts += store(lane, lease, source, page)
    finally:
        with tenant_scope(tenant_of(lane)):
            lane.give_back(lease)
    return counts


def store(lane: Lane, lease: UUID, source: Connection, page: Page) -> Counter[str]:
    """One transaction of the caller: records, what they mean for the lane, and the cursor."""
    bodies = {row.id: row for row in page.rows if isinstance(row, Kind)}
    spoiled = {row.id: row for row in page.rows if isinstance(row, Spoiled)}
    records = _kept(source, lane.declared.reads, bodies)
    before = known(lane, [*bodies, *spoiled])
    made: list[Delivery | None] = [
        plan(lane, records[id], bodies[id], before.get(id, Known())) for id in sorted(bodies)
    ]
    made += [plan_spoiled(lane, spoiled[id], before.get(id, Known())) for id in sorted(spoiled)]
    if not lane.move(lease, page.cursor):
        raise Overtaken(f"{lane.flow} is read by another worker")
    return Counter({"seen": len(bodies) + len(spoiled)}) + Counter(str(one.status) for one in made if one)


def keep(lane: Lane, source: Connection, body: Kind) -> Delivery | None:
    """One object that was looked at outside of a listing: the record, and what it means for the lane."""
    records = _kept(source, lane.declared.reads, {body.id: body})
    return plan(lane, records[body.id], body, known(lane, [body.id]).get(body.id, Known()))


def _kept(source: Connection, kind: type[Kind], bodies: dict[str, Kind]) -> dict[str, Record]:
    """The rows of these objects, each saying what was just read. In one order, so that two readers never wait in a ring."""
    rows = Record.objects.filter(connection=source, kind=kind.__name__, source_id__in=list(bodies))
    prints = dict(rows.values_list("source_id", "fingerprint"))
    changed = [id for id in sorted(bodies) if prints.get(id) != fingerprint(bodies[id])]
    rows.exclude(source_id__in=changed).update(read_at=timezone.now())
    Record.objects.bulk_create(
        [Record.stating(source.pk, bodies[id]) for id in changed],
        update_conflicts=True,
        unique_fields=["tenant", "connection", "kind", "source_id"],
        update_fields=["sealed", "fingerprint", "read_at"],
    )
    return {row.source_id: row for row in rows}
