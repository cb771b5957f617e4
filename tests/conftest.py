"""The database as it is in production: made and migrated by the role that owns it, worked in by the role that owns nothing.

Every test runs as the program's role, so a test that passes has passed the row-level policies too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases

from mlconnector.ownership import as_owner
from tenants.models import Membership, Person, Role, Tenant
from tenants.scoping import tenant_scope
from tests.factories import PersonFactory, TenantFactory

_filled_by_migrations: set[str] = set()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    loud = request.config.option.verbose
    with django_db_blocker.unblock():
        with as_owner(connection):
            made = setup_databases(loud, interactive=False, keepdb=django_db_keepdb, serialized_aliases=set())
        with owner_connection() as db:
            _filled_by_migrations.update(t for t in _tables(db) if _has_rows(db, t))
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock(), as_owner(connection):
            teardown_databases(made, loud)


@pytest.fixture(autouse=True, scope="session")
def _empty_as_owner() -> None:
    """Django empties tables after a transactional test as whoever is logged in; the program's role may not."""
    TransactionTestCase._fixture_teardown = lambda self: _empty_tables()  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _anchors_of_these_tests_only(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.AUDIT_ANCHORS = str(tmp_path_factory.mktemp("audit") / "anchors")


def owner_connection() -> psycopg.Connection:
    """The role that owns the tables, beside the test: to forge what the program's role cannot."""
    at = connection.settings_dict
    if not at.get("HOST"):
        connection.ensure_connection()
    return psycopg.connect(
        host=at["HOST"],
        port=at["PORT"],
        dbname=at["NAME"],
        user=settings.OWNER["USER"],
        password=settings.OWNER["PASSWORD"],
        autocommit=True,
    )


@pytest.fixture
def owner_db(transactional_db: None) -> Iterator[psycopg.Connection]:
    with owner_connection() as db:
        yield db


@pytest.fixture
def tenant(owner: Person) -> Tenant:
    """A company with an owner and a teammate who is an operator there."""
    return TenantFactory(owner=owner)


@pytest.fixture
def owner(db: None) -> Person:
    return PersonFactory(name="Olive Owner")


@pytest.fixture
def teammate(tenant: Tenant) -> Person:
    person = PersonFactory(name="Tom Teammate")
    with tenant_scope(tenant):
        Membership.grant(person, Role.OPERATOR)
    return person


@pytest.fixture
def stranger(other_tenant: Tenant) -> Person:
    """Owns another company and has no business in `tenant`."""
    with tenant_scope(other_tenant):
        return Membership.objects.select_related("person").get().person


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    return TenantFactory(name="Rival", owner=PersonFactory(name="Sam Stranger"))


def _empty_tables() -> None:
    """What migrations put there stays; append-only triggers are the owner's to switch off."""
    with owner_connection() as db, db.transaction():
        tables = [table for table in _tables(db) if table not in _filled_by_migrations]
        guarded = [t for (t,) in db.execute(_GUARDED).fetchall()]
        for table in guarded:
            db.execute(f'alter table "{table}" disable trigger user')
        db.execute("truncate " + ", ".join(f'"{table}"' for table in tables) + " cascade")
        for table in guarded:
            db.execute(f'alter table "{table}" enable trigger user')


_GUARDED = """
select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
where not t.tgisinternal and c.relnamespace = 'public'::regnamespace
"""


def _tables(db: psycopg.Connection) -> list[str]:
    return [
        t for (t,) in db.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    ]


def _has_rows(db: psycopg.Connection, table: str) -> bool:
    return db.execute(f'select 1 from "{table}" limit 1').fetchone() is not None
