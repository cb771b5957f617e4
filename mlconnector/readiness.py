"""What must be true before a process of this program may work: a safe database role, a schema that fits, keys that open.

Each check gives one sentence for the person who can mend it, changes nothing and tells no secret. The role is judged by
the database's backend whenever it connects.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader

from mlconnector.roles import first_line

Check = Callable[[], Iterator[str]]
KEYS_TRUSTED_SECONDS = 60


class OutOfReach(Exception):
    """The database does not answer. It may tomorrow; everything else here is for a person to mend."""


def problems() -> list[str]:
    """Empty when all is well. Later checks are not asked once an earlier one fails: they stand on it."""
    try:
        for check in (schema, keys):
            if found := list(check()):
                return found
    except ImproperlyConfigured as trouble:  # the database's backend: a role with too much power
        return [str(trouble)]
    except OperationalError as trouble:
        raise OutOfReach(f"the database is out of reach: {first_line(trouble)}") from None
    return []


def insist() -> None:
    """Ends the process with the reason. Called where a web or worker process begins."""
    try:
        found = problems()
    except OutOfReach as trouble:
        found = [str(trouble)]
    finally:
        connection.close()
    if found:
        raise SystemExit("Start refused: " + "; ".join(found))


def schema() -> Iterator[str]:
    applied = _applied()
    missing = sorted(_ours() - applied)
    newer = sorted(step for step in applied - _ours() if step[0] in _labels())
    if newer:
        yield f"the database has a newer schema than this code ({_named(newer)}): update the code"
    elif missing:
        yield f"the database has an older schema than this code ({_named(missing)}): run migrate"


def _applied() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('django_migrations')")
        if cursor.fetchone()[0] is None:
            return set()
        cursor.execute("select app, name from django_migrations")
        return set(cursor.fetchall())


@cache
def _ours() -> frozenset[tuple[str, str]]:
    """The steps that this code knows: they do not change while it runs."""
    loader = MigrationLoader(None)
    return frozenset(loader.disk_migrations)


@cache
def _labels() -> frozenset[str]:
    return frozenset(config.label for config in apps.get_app_configs())


def _named(steps: list[tuple[str, str]]) -> str:
    more = f" and {len(steps) - 1} more" if len(steps) > 1 else ""
    return f"{steps[0][0]} {steps[0][1]}{more}"


_keys_opened_at = 0.0


def keys() -> Iterator[str]:
    """Whether every deployment key that something is sealed with is among FERNET_KEYS."""
    from tenants.keyring import missing

    global _keys_opened_at
    if time.monotonic() - _keys_opened_at < KEYS_TRUSTED_SECONDS:
        return
    try:
        strange = missing()
    except DatabaseError as trouble:
        raise OperationalError(first_line(trouble)) from None
    if strange:
        yield (
            f"FERNET_KEYS: tenants are sealed by deployment key {', '.join(strange)}, which is not among the keys given; "
            "add it (nothing was changed)"
        )
    else:
        _keys_opened_at = time.monotonic()
