"""For every tenant-owned table, found by asking the database: what raw SQL as the program's role can do with another tenant's rows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import Error, connection, models, transaction
from django.test.utils import isolate_apps
from django.utils import timezone

from connectors.canon.parties import Customer
from connectors.models import (
    Attempt,
    Connection,
    Delivery,
    Event,
    Integration,
    Lane,
    Mapping,
    Record,
    Run,
    Status,
)
from connectors.system import Mode, Notice
from tenants import audit, checks
from tenants.ids import new_id
from tenants.models import (
    ApiToken,
    AuditEntry,
    AuditPart,
    AuditPending,
    AuditSeal,
    Invitation,
    Person,
    SupportAccess,
    Tenant,
)
from tenants.scoping import TenantOwned, tenant_scope

FOUND_HERE = (
    "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid "
    "where a.attname = 'tenant_id' and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace"
)
APPEND_ONLY = {"tenants_auditentry", "tenants_auditpart", "tenants_auditseal"}


Rows = dict[str, list[str]]


def run(sql: str, *params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def tenant_tables() -> list[str]:
    """From the models; the first test says that the database knows no others."""
    owned = (m for m in apps.get_models() if issubclass(m, TenantOwned))
    return sorted(m._meta.db_table for m in owned)


def fill(tenant: Tenant, person: Person) -> None:
    """At least one row in each tenant-owned table."""
    with tenant_scope(tenant):
        Invitation.send("new@example.com", "viewer", person)
        ApiToken.issue("script", "viewer", person, timezone.now() + timedelta(days=1))
        SupportAccess.begin(person, "asked for help", 1)
        fill_line()
        entry = audit.record("test.noted", about=tenant, personal={"person:1": {"name": "Jane"}})
        AuditSeal.objects.create(entry_id=entry, number=1, hash=b"", mac=b"")
        assert AuditPart.objects.exists() and AuditPending.objects.exists()


def fill_line() -> None:
    payments, books = (Connection.make(name, name, Mode.TEST, {}) for name in ("stripe", "qad"))
    made = Integration.make("Both", books, payments, {})
    record = Record.stating(books.pk, Customer(id="C1", name="Harbor"))
    record.save(force_insert=True)
    lane = Lane.objects.get(flow="customers_to_payments")
    one = Delivery.make(lane, record.source_id, Status.WAITING, record=record)
    Attempt.keep(payments, "write", [], delivery=one)
    Event.keep(payments, Notice("evt_1", "customer.updated", Customer, "cus_1"), b"{}")
    Mapping.suggest(made, payments, "gl_account", "bank", "1010")
    Run.objects.create(integration=made, why="person")


@pytest.fixture
def filled(tenant: Tenant, other_tenant: Tenant, owner: Person, stranger: Person) -> Rows:
    fill(tenant, owner)
    fill(other_tenant, stranger)
    with tenant_scope(other_tenant):
        return {
            table: [row for (row,) in run(f"select to_jsonb(t)::text from {table} t")]
            for table in tenant_tables()
        }


def key(table: str) -> str:
    model = next(m for m in apps.get_models() if m._meta.db_table == table)
    return str(model._meta.pk.column)


def ids(table: str, filled: Rows) -> list[str]:
    return [json.loads(row)[key(table)] for row in filled[table]]


@pytest.mark.django_db
def test_the_database_has_no_other_tenant_owned_table_than_the_models() -> None:
    assert sorted(table for (table,) in run(FOUND_HERE)) == tenant_tables()


@pytest.mark.django_db
def test_every_tenant_owned_table_has_a_forced_policy_and_tenant_bound_links() -> None:
    with connection.cursor() as cursor:
        assert checks.unguarded(cursor) == []


@pytest.mark.django_db
@pytest.mark.parametrize("table", tenant_tables())
def test_another_tenants_rows_cannot_be_read(table: str, tenant: Tenant, filled: Rows) -> None:
    assert filled[table], f"fill() puts no row into {table}"
    with tenant_scope(tenant):
        seen = run(f"select {key(table)}, tenant_id from {table}")
        assert seen and {owner for _, owner in seen} == {tenant.pk}
        assert run(f"select 1 from {table} where {key(table)} = any(%s::uuid[])", ids(table, filled)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("table", tenant_tables())
def test_without_a_tenant_raw_sql_sees_nothing_and_writes_nothing(table: str, filled: Rows) -> None:
    assert run(f"select * from {table}") == []
    with pytest.raises(Error), transaction.atomic():
        run(f"insert into {table} select * from jsonb_populate_record(null::{table}, %s)", filled[table][0])


@pytest.mark.django_db
@pytest.mark.parametrize("table", tenant_tables())
def test_a_row_cannot_be_inserted_for_another_tenant(table: str, tenant: Tenant, filled: Rows) -> None:
    with pytest.raises(Error, match="row-level security"), tenant_scope(tenant):
        run(f"insert into {table} select * from jsonb_populate_record(null::{table}, %s)", filled[table][0])


@pytest.mark.django_db
@pytest.mark.parametrize("table", tenant_tables())
def test_another_tenants_rows_cannot_be_changed_or_removed(
    table: str, tenant: Tenant, other_tenant: Tenant, filled: Rows
) -> None:
    for act in (f"update {table} set tenant_id = tenant_id", f"delete from {table}"):
        try:
            with tenant_scope(tenant):
                assert run(f"{act} where {key(table)} = any(%s::uuid[])", ids(table, filled)) == 0
        except Error as refusal:
            assert table in APPEND_ONLY and "permission denied" in str(refusal)
    with tenant_scope(other_tenant):
        assert len(run(f"select 1 from {table}")) == len(filled[table])


@pytest.mark.django_db
@pytest.mark.parametrize("table", tenant_tables())
def test_a_row_cannot_be_moved_to_another_tenant(
    table: str, tenant: Tenant, other_tenant: Tenant, filled: Rows
) -> None:
    with pytest.raises(Error, match=r"row-level security|permission denied"), tenant_scope(tenant):
        run(f"update {table} set tenant_id = %s", other_tenant.pk)


@pytest.mark.django_db
def test_the_tenants_table_itself_shows_only_the_tenant_in_scope(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    assert run("select id from tenants_tenant") == []
    with tenant_scope(tenant):
        assert run("select id from tenants_tenant") == [(tenant.pk,)]
        assert run("update tenants_tenant set name = 'x' where id = %s", other_tenant.pk) == 0
        assert run("delete from tenants_tenant where id = %s", other_tenant.pk) == 0


@pytest.mark.django_db
def test_a_link_to_another_tenants_row_is_answered_like_one_to_no_row(
    tenant: Tenant, other_tenant: Tenant, filled: Rows
) -> None:
    said = []
    for entry in (ids("tenants_auditentry", filled)[0], new_id()):
        with pytest.raises(Error) as refusal, tenant_scope(tenant):
            AuditPart.objects.create(entry_id=entry, at=timezone.now(), subject="", body=b"")
            run("set constraints all immediate")
        said.append(str(refusal.value).replace(str(entry), "…"))
    assert said[0] == said[1]


@pytest.mark.django_db(transaction=True)
def test_a_new_table_without_a_policy_is_named(owner_db: psycopg.Connection) -> None:
    owner_db.execute("create table forgotten (id int primary key, tenant_id uuid)")
    try:
        with connection.cursor() as cursor:
            assert checks.unguarded(cursor) == ["forgotten has a tenant_id and row-level security is off"]
        said = checks.policies_are_in_force(databases=["default"])
        assert [error.id for error in said] == ["tenants.E007"]
    finally:
        owner_db.execute("drop table forgotten")


@pytest.mark.parametrize(
    ("statement", "undo", "said"),
    [
        ("alter table {} disable row level security", "alter table {} enable row level security", "is off"),
        (
            "alter table {} no force row level security",
            "alter table {} force row level security",
            "not forced",
        ),
        (
            "alter policy of_tenant on {} using (true)",
            "alter policy of_tenant on {} using (tenant_id = (select nullif(current_setting('app.tenant', true), '')"
            "::uuid) or (select current_setting('app.everywhere', true)) = 'on')",
            "has no policy that reads",
        ),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_policy_that_is_off_or_lets_all_through_is_named(
    owner_db: psycopg.Connection, statement: str, undo: str, said: str
) -> None:
    owner_db.execute(statement.format("tenants_invitation"))
    try:
        with connection.cursor() as cursor:
            assert [said in fault for fault in checks.unguarded(cursor)] == [True]
    finally:
        owner_db.execute(undo.format("tenants_invitation"))


def test_a_model_without_a_policy_in_its_migrations_is_a_system_check_error() -> None:
    with isolate_apps("tenants"):

        class Forgotten(TenantOwned):
            name = models.CharField(max_length=10, unique=True)
            entry = models.ForeignKey(AuditEntry, models.PROTECT, related_name="+")

            class Meta:
                app_label = "tenants"

        class Stray(models.Model):
            tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+")

            class Meta:
                app_label = "tenants"

        said = [fault.id for fault in checks._faults([Forgotten, Stray], checks._operations())]
    assert said == ["tenants.E002", "tenants.E003", "tenants.E005", "tenants.W006", "tenants.E001"]


def test_the_models_there_are_pass() -> None:
    assert checks.every_tenant_table_is_guarded() == []
