"""What keeps a forgotten policy from reaching production: checks over the models and their migrations, and over the database.

`unguarded` asks PostgreSQL itself, so it also finds a table that no model knows of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.core import checks
from django.db import connections, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tenants.rowlevel import RowLevel, SameTenant
from tenants.scoping import TenantOwned, Within

Model = type[models.Model]


def every_tenant_table_is_guarded(
    app_configs: Iterable[AppConfig] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """Every model with a tenant is `TenantOwned`, has its policy in a migration, and cannot leak through a key."""
    models_seen = [m for app in app_configs or apps.get_app_configs() for m in app.get_models()]
    return list(_faults(models_seen, _operations()))


def policies_are_in_force(databases: Iterable[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """The same, asked of the database that is really there; runs with `check --database default`."""
    found: list[checks.CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            found += [checks.Error(said, id="tenants.E007") for said in unguarded(cursor)]
    return found


def unguarded(cursor: Any) -> list[str]:
    """Each table with a `tenant_id` that lacks a forced policy, and each link between two such tables that lacks the tenant."""
    cursor.execute(_UNFORCED)
    tables = [f"{table} has a tenant_id and {said}" for table, said in cursor.fetchall()]
    cursor.execute(_LOOSE)
    return tables + [
        f"{table}.{name} refers to another tenant's rows too" for table, name in cursor.fetchall()
    ]


def _faults(found: Iterable[Model], operations: list[Operation]) -> Iterator[checks.CheckMessage]:
    guarded = {op.table for op in operations if isinstance(op, RowLevel)}
    linked = {(op.table, op.column) for op in operations if isinstance(op, SameTenant)}
    for model in found:
        table = model._meta.db_table
        if not issubclass(model, TenantOwned):
            if any(f.column == "tenant_id" for f in model._meta.local_concrete_fields):
                yield checks.Error("has a tenant but is not TenantOwned", obj=model, id="tenants.E001")
            continue
        if table not in guarded:
            hint = f'add RowLevel("{table}") to the migration that creates it'
            yield checks.Error("has no row-level policy", hint=hint, obj=model, id="tenants.E002")
        for field in model._meta.local_concrete_fields:
            if isinstance(field.related_model, type) and issubclass(field.related_model, TenantOwned):
                yield from _link_faults(field, (table, field.column) in linked)
        yield from _key_faults(model)


def _link_faults(field: Any, linked: bool) -> Iterator[checks.CheckMessage]:
    if not isinstance(field, Within):
        hint = "use scoping.Within: a plain foreign key accepts, and so betrays, other tenants' rows"
        yield checks.Error("refers to a tenant's rows", hint=hint, obj=field, id="tenants.E003")
    elif not linked:
        hint = f'add SameTenant("{field.model._meta.db_table}", "{field.column}", …) to the migration'
        yield checks.Error("is not bound to its own tenant", hint=hint, obj=field, id="tenants.E004")


def _key_faults(model: type[TenantOwned]) -> Iterator[checks.CheckMessage]:
    """A unique key across tenants answers whether another tenant has the value; only what is drawn by lot may have one."""
    meta = model._meta
    for field in meta.local_concrete_fields:
        drawn = field.primary_key or field.name == model.through_digest
        if field.unique and not drawn and not isinstance(field, models.OneToOneField):
            yield checks.Error("is unique across tenants", obj=field, id="tenants.E005")
    keys = [tuple(c.fields) for c in meta.constraints if isinstance(c, models.UniqueConstraint) and c.fields]
    for fields in (*keys, *meta.unique_together):
        if "tenant" not in fields and "tenant_id" not in fields and not _within_one(model, fields):
            yield checks.Error(f"has a key across tenants: {fields}", obj=model, id="tenants.E005")
    indexed = [*keys, *(tuple(index.fields) for index in meta.indexes if index.fields)]
    if not any(fields[0] in ("tenant", "tenant_id") for fields in indexed):
        hint = 'the policy compares tenant_id in every query: add an index such as ("tenant", …)'
        yield checks.Warning(
            "has no index that begins with the tenant", hint=hint, obj=model, id="tenants.W006"
        )


def _within_one(model: type[TenantOwned], fields: tuple[str, ...]) -> bool:
    """A key that contains a link to a row of the same tenant is as good as one that names the tenant."""
    return any(isinstance(model._meta.get_field(name), Within) for name in fields)


def _operations() -> list[Operation]:
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [operation for migration in migrations.values() for operation in migration.operations]


_UNFORCED = """
select c.relname, case
    when not c.relrowsecurity then 'row-level security is off'
    when not c.relforcerowsecurity then 'its policy is not forced on its owner'
    else 'has no policy that reads app.tenant' end
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and (c.relname = 'tenants_tenant' or exists(
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped))
    and not (c.relrowsecurity and c.relforcerowsecurity and exists(
        select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*'
            and pg_get_expr(p.polqual, p.polrelid) like '%app.tenant%'
            and pg_get_expr(p.polwithcheck, p.polrelid) like '%app.tenant%'))
order by 1
"""

_LOOSE = """
select t.relname, string_agg(a.attname, ', ')
from pg_constraint k
join pg_class t on t.oid = k.conrelid
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
where k.contype = 'f' and k.connamespace = 'public'::regnamespace
    and exists(select from pg_attribute x where x.attrelid = k.conrelid and x.attname = 'tenant_id')
    and exists(select from pg_attribute x where x.attrelid = k.confrelid and x.attname = 'tenant_id')
group by k.oid, t.relname
having not bool_or(a.attname = 'tenant_id')
"""
