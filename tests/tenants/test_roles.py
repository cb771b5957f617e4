"""The role that the program works as: what the database refuses it."""

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection
from django.test import override_settings

from mlconnector import databases
from tenants.models import AuditEntry, Person, Tenant
from tenants.scoping import tenant_scope

Powerful = Callable[[str], str]


@pytest.fixture
def powerful(transactional_db: None) -> Iterator[Powerful]:
    """Logs the program in as a role of its own that was given one power too many; takes the role away afterwards."""
    user, before, at = f"too_powerful_{os.getpid()}", dict(connection.settings_dict), connection.settings_dict

    def log_in(power: str) -> str:
        chief.execute(f"create role {user} login password 'x'")
        if power:
            chief.execute(power.format(user))
        connection.close()
        at.update(USER=user, PASSWORD="x")
        return user

    with chief_connection() as chief:
        yield log_in
        connection.close()
        at.update(USER=before["USER"], PASSWORD=before["PASSWORD"])
        chief.execute(f"drop role {user}")


def chief_connection() -> psycopg.Connection:
    """Whoever may make a superuser: of the embedded server, or the owner that a given server names."""
    at = connection.settings_dict
    login = databases.role("", at["ROOT"], "postgres") if "ROOT" in at else settings.OWNER
    return psycopg.connect(
        host=at["HOST"],
        port=at["PORT"],
        dbname=at["NAME"],
        autocommit=True,
        user=login["USER"],
        password=login["PASSWORD"],
    )


@pytest.mark.django_db
def test_tests_run_as_a_role_that_neither_owns_tables_nor_bypasses_policies() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, "
            "exists(select from pg_class where relowner = pg_roles.oid and relname not like 'pg_%') "
            "from pg_roles where rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "truncate tenants_membership",
        "alter table tenants_membership add column x int",
        "alter table tenants_membership disable row level security",
        "alter table tenants_membership no force row level security",
        "drop policy of_tenant on tenants_membership",
        "create policy mine on tenants_membership using (true)",
        "alter table tenants_auditentry disable trigger all",
        "drop table tenants_membership",
        "set role owner",
        "set session authorization owner",
        "alter role current_user bypassrls",
        "set session_replication_role = replica",
        "update tenants_auditentry set what = 'nothing'",
        "delete from tenants_auditentry",
        "truncate tenants_auditentry",
        "update tenants_auditseal set number = 1",
        "delete from tenants_auditseal",
        "delete from tenants_crossing",
        "update tenants_auditpart set subject = 'nobody'",
        "create table mine (id int)",
    ],
)
def test_the_programs_role_is_refused(tenant: Tenant, statement: str) -> None:
    with pytest.raises(ProgrammingError) as refusal, tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(statement)
    said = str(refusal.value)
    assert any(
        words in said for words in ("permission denied", "must be owner", "must have", "must be superuser")
    ), said


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_begins_with_empty_tables(owner: Person) -> None:
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_owner_too_is_refused_by_the_trigger(tenant: Tenant, owner_db: psycopg.Connection) -> None:
    for statement in ("update tenants_auditentry set what = ''", "delete from tenants_auditentry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"), owner_db.transaction():
            owner_db.execute("select set_config('app.everywhere', 'on', true)")
            owner_db.execute(statement)
    with tenant_scope(tenant):
        assert AuditEntry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("power", "said"),
    [
        ("alter role {} superuser", "is a superuser"),
        ("alter role {} bypassrls", "has BYPASSRLS"),
        ("grant owner to {}", "owns tables or may become their owner"),
    ],
)
def test_a_role_that_policies_do_not_bind_is_not_let_in(power: str, said: str, powerful: Powerful) -> None:
    """What a start with such a DATABASE_URL would see."""
    user = powerful(power)
    with pytest.raises(ImproperlyConfigured, match=f"logs in as {user}, which {said}"):
        connection.ensure_connection()


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_not_let_in_as_the_programs_role(powerful: Powerful) -> None:
    powerful("")
    connection.settings_dict.update(settings.OWNER)
    with (
        override_settings(APP_ROLE=settings.OWNER["USER"]),
        pytest.raises(ImproperlyConfigured, match="owns tables"),
    ):
        connection.ensure_connection()
