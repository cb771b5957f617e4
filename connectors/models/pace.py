"""How fast each vendor account may be called, kept where all workers and machines see it, by the database's clock.

The rows are not a tenant's: two tenants that share one vendor account share its limit. A key is a digest and tells nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict

from django.db import connection, models, transaction

from connectors.transport.pace import Ask, Bucket, Grant, leave, reserve, slow


class PaceBucket(models.Model):
    key = models.CharField(max_length=64, primary_key=True)
    free_at = models.FloatField(default=0)
    shut_until = models.FloatField(default=0)
    slowed = models.FloatField(default=1)
    slowed_at = models.FloatField(default=0)
    strikes = models.IntegerField(default=0)
    leases = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.key[:12]


COLUMNS = ("free_at", "shut_until", "slowed", "slowed_at", "strikes", "leases")


class PaceRows:
    """The store; see `connectors.transport.pace.PaceStore`. Each step is one short transaction of its own."""

    def reserve(self, ask: Ask) -> Grant:
        with transaction.atomic(durable=True):
            buckets, now = _locked(claim.key for claim in ask.claims)
            grant, changed = reserve(buckets, ask, now)
            _save(changed)
        return grant

    def leave(self, key: str, lease: str) -> None:
        with transaction.atomic(durable=True):
            buckets, _ = _locked([key])
            _save({key: leave(buckets[key], lease)})

    def slow(self, key: str, asked_seconds: float | None) -> None:
        with transaction.atomic(durable=True):
            buckets, now = _locked([key])
            _save({key: slow(buckets[key], asked_seconds, now)})


def row_key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _locked(names: Iterable[str]) -> tuple[dict[str, Bucket], float]:
    """In the order of their keys, so that two callers never wait for each other. The clock is read under the lock."""
    keys = {row_key(name): name for name in names}
    ordered = sorted(keys)
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, [ordered])
        rows = list(PaceBucket.objects.select_for_update().filter(key__in=ordered).order_by("key"))
        cursor.execute("select extract(epoch from clock_timestamp())::float8")
        (now,) = cursor.fetchone()
    return {keys[row.key]: Bucket(**{name: getattr(row, name) for name in COLUMNS}) for row in rows}, now


def _save(changed: dict[str, Bucket]) -> None:
    for name, bucket in changed.items():
        PaceBucket.objects.filter(key=row_key(name)).update(**asdict(bucket))


_MAKE = """
insert into connectors_pacebucket (key, free_at, shut_until, slowed, slowed_at, strikes, leases)
select key, 0, 0, 1, 0, 0, '{}' from unnest(%s::text[]) as key on conflict do nothing
"""
