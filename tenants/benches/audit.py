"""How long a long trail takes to write, to seal, to check offline and to verify where it lies, and in how much memory.

The floor is reading the exported file and hashing each line, which no check of it can do without.
"""

from __future__ import annotations

import hashlib
import hmac
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tenants import audit, audit_checker, export, sealer, vault, verification
from tenants.benches.measure import against, peak_megabytes, seconds
from tenants.ids import new_id
from tenants.models import Person, Tenant
from tenants.scoping import tenant_scope

ENTRIES = 1_000_000
BATCH = 20_000
REPETITIONS = 3
GOAL = "10 s for a million entries"


def run(size: int) -> Iterator[str]:
    entries = size or ENTRIES
    tenant = Tenant.found("Bench", Person.objects.create_user("bench@localhost")).pk
    yield f"writing one entry in a transaction of its own: {_write_one(tenant):.2f} ms (median of 200)"
    yield f"made {entries:,} entries in {seconds(lambda: _fill(tenant, entries)):.1f} s"
    took = seconds(lambda: sealer.seal(tenant))
    yield f"sealed them in {took:.1f} s: {entries / took:,.0f} a second"
    with tempfile.TemporaryDirectory() as folder:
        trail, short = Path(folder) / "trail.txt", Path(folder) / "short.txt"
        took = seconds(lambda: _export(tenant, trail))
        yield f"exported {trail.stat().st_size / 1e6:,.0f} MB in {took:.1f} s"
        rounds = [(_hash(trail), _check(trail), _verify(tenant)) for _ in range(REPETITIONS)]
        floor, offline, online = (median(column) for column in zip(*rounds, strict=True))
        yield f"floor, reading and hashing the lines: {floor:.2f} s"
        yield against("checking the export offline", offline, floor, GOAL)
        yield against("verifying in the database, keys and anchors too", online, floor, GOAL)
        with trail.open() as lines, short.open("w") as out:
            out.writelines(islice(lines, 1, entries // 100))
        many, few = _peak(trail), _peak(short)
        yield f"memory of the offline check: {many:.0f} MB, of a hundredth of the entries {few:.0f} MB"


def _write_one(tenant: UUID) -> float:
    def one() -> None:
        with tenant_scope(tenant):
            audit.record(
                "bench.written", about="invoice:1", before={"total": "1.00"}, after={"total": "2.00"}
            )

    return quantiles([seconds(one) * 1000 for _ in range(200)], n=2)[0]


def _fill(tenant: UUID, entries: int) -> None:
    """Real entries with true keyed hashes, inserted a batch at a time."""
    for start in range(0, entries, BATCH):
        with tenant_scope(tenant), connection.cursor() as cursor:
            key = vault.audit_key(tenant)
            rows = [_row(tenant, key, number) for number in range(start, min(start + BATCH, entries))]
            cursor.execute(_INSERT, [tenant, *map(list, zip(*rows, strict=True))])


def _row(tenant: UUID, key: bytes, number: int) -> tuple[str, str, str, str, bytes]:
    entry = str(new_id())
    at = audit.stamp(timezone.now())
    about, facts = (
        f"invoice:{number}",
        audit.canonical({"before": {"total": "1.00"}, "after": {"total": "2.00"}}),
    )
    text = audit.text_of(entry, str(tenant), at, "bench.written", "system", about, facts, "[]")
    return entry, at, about, facts, hmac.digest(key, text.encode(), "sha256")


def _export(tenant: UUID, trail: Path) -> None:
    with trail.open("w", newline="\n") as out:
        out.writelines(export.lines(tenant))


def _hash(trail: Path) -> float:
    def floor() -> None:
        with trail.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                hashlib.sha256(line.encode()).hexdigest()

    return seconds(floor)


def _check(trail: Path) -> float:
    def check() -> None:
        with trail.open(encoding="utf-8", newline="\n") as lines:
            assert not list(audit_checker.check(lines))

    return seconds(check)


def _verify(tenant: UUID) -> float:
    start = time.perf_counter()
    report = verification.verify(tenant)
    assert report.is_whole, report.faults
    return time.perf_counter() - start


def _peak(trail: Path) -> float:
    return peak_megabytes(sys.executable, "-I", "-S", audit_checker.__file__, str(trail))


_INSERT = """
with entry as (
    insert into tenants_auditentry (id, tenant_id, at, what, actor, about, facts, parts, mac)
    select r.id, %s, r.at, 'bench.written', 'system', r.about, r.facts, '[]', r.mac
    from unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::bytea[]) as r (id, at, about, facts, mac)
    returning id, tenant_id, at
)
insert into tenants_auditpending (entry_id, tenant_id, at) select id, tenant_id, at from entry
"""
