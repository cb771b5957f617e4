"""The deployment's keys: whether they fit this database, and how the first of them takes over from the others.

They seal the tenants' own keys and nothing else of a tenant, so a rotation touches two small values of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

from tenants.fields import Sealed, decrypt, deployment_keys, encrypt, mark
from tenants.models import DeploymentKey
from tenants.scoping import everywhere
from tenants.second_factors import reseal as reseal_second_factors
from tenants.secrets import fingerprint

BATCH_ROWS = 200
Column = tuple[type[models.Model], str]


def missing() -> list[str]:
    """Fingerprints of the keys that tenants are sealed by and that FERNET_KEYS does not hold; it changes nothing."""
    held = {fingerprint(key) for key in deployment_keys()}
    needed = set(DeploymentKey.objects.values_list("fingerprint", flat=True))
    return sorted(needed - held)


def claim() -> None:
    """Notes that the first key seals here from now on."""
    DeploymentKey.claim(fingerprint(deployment_keys()[0]))


def rotate() -> Iterator[tuple[str, int]]:
    """Re-seals under the first key, table by table in short transactions; yields what was done. Can be stopped and run again."""
    claim()
    for model, column in sealed_columns():
        done = 0
        while batch := _stale(model, column):
            done += _reseal(model, column, batch)
        yield f"{model._meta.db_table}.{column}", done
    yield "second factors", reseal_second_factors()
    DeploymentKey.objects.exclude(fingerprint=fingerprint(deployment_keys()[0])).delete()


def sealed_columns() -> list[Column]:
    """Every column under the deployment's keys, of whatever app."""
    return [
        (model, str(field.column))
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, Sealed)
    ]


def _stale(model: type[models.Model], column: str) -> list[tuple[Any, bytes]]:
    table, key = model._meta.db_table, model._meta.pk.column
    with everywhere("rotate the deployment's key"), connection.cursor() as cursor:
        cursor.execute(
            f"select {key}, {column} from {table} where substring({column} from 1 for 8) <> %s limit %s",  # noqa: S608
            [mark(deployment_keys()[0]), BATCH_ROWS],
        )
        return list(cursor.fetchall())


def _reseal(model: type[models.Model], column: str, batch: list[tuple[Any, bytes]]) -> int:
    """Only where the value is still the one that was read: whoever wrote meanwhile used the first key already, and wins."""
    table, key = model._meta.db_table, model._meta.pk.column
    fresh = [(encrypt(decrypt(bytes(old))), pk, old) for pk, old in batch]
    with everywhere("rotate the deployment's key"), connection.cursor() as cursor:
        cursor.executemany(f"update {table} set {column} = %s where {key} = %s and {column} = %s", fresh)  # noqa: S608
        return int(cursor.rowcount)
