"""Giving a tenant a new key while the product runs.

Three steps, each of which may be killed and run again: the new key is put in front and seals from then on; every sealed column is
re-encrypted in short batches; when no transaction is left that may still know only the old key, and no row needs it, it is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet
from django.apps import apps
from django.db import connection, models

from tenants import audit, vault
from tenants.fields import SealedColumn, mark
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tenants.secrets import Secret, fingerprint

BATCH_ROWS = 500
PATIENCE_SECONDS = 900
LOOK_AGAIN_SECONDS = 0.2


class StillInUse(Exception):
    """The old key cannot be dropped yet. Nothing is lost: run the rotation again later."""


def rotate(tenant: UUID) -> Iterator[int]:
    """Yields how many rows each batch re-encrypted; finished when it ends."""
    since = put_new_key_in_front(tenant)
    yield from reseal(tenant)
    wait_for_older_transactions(since)
    yield from reseal(tenant)
    drop_old_keys(tenant)


def put_new_key_in_front(tenant: UUID) -> datetime:
    """The moment after which nobody seals with the old key. A rotation that was cut short goes on with the key it had made."""
    with tenant_scope(tenant):
        row = Tenant.objects.select_for_update().get(pk=tenant)
        held = row.keys.split()
        if len(held) == 1:
            row.keys = Secret(" ".join([Fernet.generate_key().decode(), *held]))
            row.save(update_fields=["keys"])
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def reseal(tenant: UUID) -> Iterator[int]:
    """A batch is one transaction: after a kill the rows that were done are done."""
    for table, key, column in sealed_columns():
        last = None
        while True:
            with tenant_scope(tenant):
                last, seen, changed = _batch(tenant, table, key, column, last)
            if not seen:
                break
            yield changed


def wait_for_older_transactions(since: datetime) -> None:
    """Keys are never kept beyond a transaction, so only one that began before could still seal with the old key."""
    end = time.monotonic() + PATIENCE_SECONDS
    while _older_transactions(since):
        if time.monotonic() > end:
            raise StillInUse(
                "a transaction from before the rotation is still open; run it again when that has ended"
            )
        time.sleep(LOOK_AGAIN_SECONDS)


def drop_old_keys(tenant: UUID) -> None:
    with tenant_scope(tenant):
        row = Tenant.objects.select_for_update().get(pk=tenant)
        new, *old = row.keys.split()
        for table, _, column in sealed_columns():
            if needed := _stale_count(tenant, table, column, new):
                raise StillInUse(
                    f"{needed} values of {table}.{column} still need the old key; run the rotation again"
                )
        row.keys = Secret(new)
        row.entry = audit.record(
            "tenant.key rotated",
            about=row,
            before={"keys": [fingerprint(key) for key in old]},
            after={"key": fingerprint(new)},
        )
        row.save(update_fields=["keys", "entry"])


def sealed_columns() -> list[tuple[str, str, str]]:
    """Table, key and column of everything sealed with tenants' keys: whatever model declares a `SealedColumn` takes part."""
    return [
        (model._meta.db_table, _key(model), str(field.column))
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedColumn)
    ]


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _batch(tenant: UUID, table: str, key: str, column: str, last: Any) -> tuple[Any, int, int]:
    held = vault.keys(tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            _STALE.format(table=table, key=key, column=column),
            [tenant, last, last, mark(held[0]), BATCH_ROWS],
        )
        rows = cursor.fetchall()
        fresh = [(vault.reseal(held, bytes(old), f"{table} {pk}"), pk, old) for pk, old in rows]
        if fresh:
            cursor.executemany(_UPDATE.format(table=table, key=key, column=column), fresh)
        changed = cursor.rowcount if fresh else 0
    return (rows[-1][0] if rows else None), len(rows), changed


def _stale_count(tenant: UUID, table: str, column: str, key: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(table=table, column=column), [tenant, mark(key)])
        return int(cursor.fetchone()[0])


def _older_transactions(since: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OLDER, [since])
        return int(cursor.fetchone()[0])


# The mark of the key stands in a column's bytes 2 to 9, behind the version.
_STALE = """
select {key}, {column} from {table}
where tenant_id = %s and (%s::text is null or {key} > %s) and substring({column} from 2 for 8) <> %s
order by {key} limit %s
"""
_UPDATE = "update {table} set {column} = %s where {key} = %s and {column} = %s"
_COUNT = "select count(*) from {table} where tenant_id = %s and substring({column} from 2 for 8) <> %s"
_OLDER = """
select count(*) from pg_stat_activity
where datname = current_database() and usename = current_user and xact_start < %s and pid <> pg_backend_pid()
"""
