"""Start and readiness: a schema that does not fit, keys that do not open, a database that is away (asked over HTTP)."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from django.test import Client

from mlconnector import keys, readiness
from tenants.models import Tenant
from tests.conftest import owner_connection
from tests.house.processes import manage


@pytest.fixture(autouse=True)
def keys_asked_anew() -> None:
    readiness._keys_opened_at = float("-inf")


@pytest.fixture
def schema_change(transactional_db: None) -> Iterator[psycopg.Connection]:
    with owner_connection() as db:
        before = db.execute("select app, name, applied from django_migrations").fetchall()
        yield db
        db.execute("delete from django_migrations")
        with db.cursor() as cursor:
            cursor.executemany(
                "insert into django_migrations (app, name, applied) values (%s, %s, %s)", before
            )


@pytest.mark.django_db
def test_ready_when_database_schema_and_keys_are_fine(tenant: Tenant, client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.django_db
def test_a_probe_needs_no_known_host_and_is_not_cached(client: Client) -> None:
    answer = client.get("/healthz", headers={"host": "10.1.2.3"})
    assert answer.json() == {"status": "alive"}
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db(transaction=True)
def test_code_newer_than_the_database_says_run_migrate(
    schema_change: psycopg.Connection, client: Client
) -> None:
    schema_change.execute("delete from django_migrations where app = 'tenants' and name like '0002%'")
    assert "run migrate" in readiness.problems()[0]
    assert client.get("/readyz").status_code == 503
    refused = manage("ready")
    assert refused.returncode and refused.stderr.startswith("Start refused: the database has an older schema")
    assert "Traceback" not in refused.stderr


@pytest.mark.django_db(transaction=True)
def test_a_database_newer_than_the_code_says_so_and_nothing_is_written(
    schema_change: psycopg.Connection,
) -> None:
    schema_change.execute(
        "insert into django_migrations (app, name, applied) values ('tenants', '9999_later', now())"
    )
    before = contents(schema_change)
    for command in ("ready", "worker"):
        assert "newer schema" in manage(command).stderr
    assert contents(schema_change) == before


@pytest.mark.django_db(transaction=True)
def test_a_lost_key_refuses_the_start_by_its_fingerprint_and_changes_nothing(
    tenant: Tenant, owner_db: psycopg.Connection
) -> None:
    before = contents(owner_db)
    other = keys.fernet_key()
    refused = manage("ready", FERNET_KEYS=other)
    assert refused.returncode
    said = refused.stderr.splitlines()[-1]
    assert said.startswith("Start refused: FERNET_KEYS: tenants are sealed by deployment key ")
    assert other not in refused.stderr and "Traceback" not in refused.stderr
    assert contents(owner_db) == before


@pytest.mark.django_db
def test_no_key_in_production_refuses_the_start_by_name() -> None:
    refused = manage("ready", MODE="production")
    assert refused.returncode
    assert "FERNET_KEYS: missing" in refused.stderr and "Traceback" not in refused.stderr


@pytest.mark.django_db(transaction=True)
def test_a_database_out_of_reach_is_not_ready_and_tells_no_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = {"host": "127.0.0.1", "port": "1", "dbname": "away", "user": "app", "password": "x"}
    connection.close()
    with monkeypatch.context() as away:
        away.setattr(connection, "get_connection_params", lambda: nowhere)
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
    assert client.get("/readyz").status_code == 200, "and it recovers by itself"


def contents(db: psycopg.Connection) -> dict[str, int]:
    """A sum over each table that holds something of ours (the note that somebody looked across tenants is no change)."""
    tables = [
        t for (t,) in db.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    ]
    db.execute("select set_config('app.everywhere', 'on', false)")
    return {
        table: db.execute(f'select coalesce(sum(hashtext(t::text)), 0) from "{table}" t').fetchone()[0]  # type: ignore[index]
        for table in tables
        if table != "tenants_crossing"
    }
