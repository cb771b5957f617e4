"""The database says again what scoping says: policies, grants and append-only tables, as migration operations.

The program's role owns nothing, so it can neither switch a policy off nor step around it; whoever migrates is the owner, for whom
the policies are forced too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.migrations import RunPython
from django.db.migrations.operations.base import Operation
from django.db.models import Q, QuerySet

from tenants.scoping import everywhere

TENANT = "(select nullif(current_setting('app.tenant', true), '')::uuid)"
EVERYWHERE = "(select current_setting('app.everywhere', true)) = 'on'"
PERSON = "(select nullif(current_setting('app.person', true), '')::uuid)"
PRESENTED = "(select nullif(current_setting('app.presented', true), ''))"
"""Each in a sub-select: PostgreSQL then evaluates it once per statement and not once per row."""


class Sql(Operation):
    """An operation that is SQL in both directions and touches no state."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, *_: Any) -> None:
        pass

    def database_forwards(self, _: str, schema_editor: Any, *__: Any) -> None:
        for statement in self.forwards():
            schema_editor.execute(statement, params=None)

    def database_backwards(self, _: str, schema_editor: Any, *__: Any) -> None:
        for statement in self.backwards():
            schema_editor.execute(statement, params=None)

    def forwards(self) -> list[str]:
        return []

    def backwards(self) -> list[str]:
        return []


class RowLevel(Sql):
    """Keep a table's rows to their tenant. Put it in the migration that creates the table, once per table.

    `person` is a condition on `{person}` under which a person may also read a row, `presented` the column whose value opens it.
    """

    def __init__(self, table: str, column: str = "tenant_id", person: str = "", presented: str = "") -> None:
        self.table, self.column, self.person, self.presented = table, column, person, presented

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs = {"column": self.column, "person": self.person, "presented": self.presented}
        return type(self).__name__, [self.table], {k: v for k, v in kwargs.items() if v}

    def describe(self) -> str:
        return f"Keep the rows of {self.table} to their tenant"

    def forwards(self) -> list[str]:
        inside = f"({self.column} = {TENANT} or {EVERYWHERE})"
        statements = [
            f"alter table {self.table} enable row level security",
            f"alter table {self.table} force row level security",
            f"create policy of_tenant on {self.table} using {inside} with check {inside}",
        ]
        if self.person:
            seen = self.person.format(person=PERSON)
            statements.append(f"create policy of_person on {self.table} for select using ({seen})")
        if self.presented:
            statements.append(
                f"create policy of_bearer on {self.table} for select using ({self.presented} = {PRESENTED})"
            )
        return statements

    def backwards(self) -> list[str]:
        drops = [
            f"drop policy if exists {p} on {self.table}" for p in ("of_tenant", "of_person", "of_bearer")
        ]
        return [
            *drops,
            f"alter table {self.table} no force row level security",
            f"alter table {self.table} disable row level security",
        ]


class SameTenant(Sql):
    """A foreign key that includes the tenant, for a `Within` field: a row of another tenant can be neither referred to nor
    guessed at, for to the key it is not there. (Foreign keys look past row security.)
    """

    def __init__(self, table: str, column: str, to: str, to_column: str = "id") -> None:
        self.table, self.column, self.to, self.to_column = table, column, to, to_column

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        more = {} if self.to_column == "id" else {"to_column": self.to_column}
        return type(self).__name__, [self.table, self.column, self.to], more

    def describe(self) -> str:
        return f"Let {self.table}.{self.column} refer to rows of its own tenant only"

    def forwards(self) -> list[str]:
        return [
            f"create unique index if not exists {self.to}_of_tenant on {self.to} (tenant_id, {self.to_column})",
            f"alter table {self.table} add constraint {self._name} foreign key (tenant_id, {self.column}) "
            f"references {self.to} (tenant_id, {self.to_column}) deferrable initially deferred",
        ]

    def backwards(self) -> list[str]:
        return [f"alter table {self.table} drop constraint if exists {self._name}"]

    @property
    def _name(self) -> str:
        return f"{self.table}_{self.column}_same_tenant"


class GrantToApp(Sql):
    """The program's role may read and write rows of every table, present and future, and nothing else."""

    def describe(self) -> str:
        return "Let the program's role read and write rows"

    def forwards(self) -> list[str]:
        may = "select, insert, update, delete"
        return [
            f"grant {may} on all tables in schema public to {app_role()}",
            f"grant usage, select on all sequences in schema public to {app_role()}",
            f"alter default privileges in schema public grant {may} on tables to {app_role()}",
            f"alter default privileges in schema public grant usage, select on sequences to {app_role()}",
        ]


class ChangeRows(RunPython):
    """A data migration over a tenant-owned table: it goes through `everywhere`, and fails if it did not reach each row it meant to.

    The policies bind the owner too, so an update that forgets this finds no rows and calls that success.
    """

    def __init__(self, model: str, reason: str, which: Q, change: Callable[[QuerySet], int]) -> None:
        self.model, self.reason, self.which, self.change = model, reason, which, change
        super().__init__(self._run, RunPython.noop, elidable=False)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model, self.reason, self.which, self.change], {}

    def describe(self) -> str:
        return f"Change rows of {self.model}: {self.reason}"

    def _run(self, apps: Any, schema_editor: Any) -> None:
        with everywhere(f"migration: {self.reason}"):
            rows = apps.get_model(self.model)._base_manager.using(schema_editor.connection.alias)
            meant = rows.filter(self.which).count()
            changed = self.change(rows.filter(self.which))
        if changed != meant:
            raise RuntimeError(f"{self.describe()}: {changed} of {meant} rows changed")


class AppendOnly(Sql):
    """Rows of a table are added and never changed: by grant for the program's role, by trigger for everybody.

    `delete` and `update` (columns) open one gap each for the program's role, where erasure and key rotation need it.
    """

    def __init__(self, table: str, delete: bool = False, update: tuple[str, ...] = ()) -> None:
        self.table, self.delete, self.update = table, delete, update

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {"delete": self.delete, "update": self.update}
        return type(self).__name__, [self.table], {k: v for k, v in kwargs.items() if v}

    def describe(self) -> str:
        return f"Refuse changes of what {self.table} holds"

    def forwards(self) -> list[str]:
        refused = ["truncate"]
        if not self.delete:
            refused.append("delete")
        if not self.update:
            refused.append("update")
        rows = " or ".join(r for r in refused if r != "truncate")
        statements = [
            f"revoke update, delete, truncate on {self.table} from {app_role()}",
            _REFUSE.format(table=self.table),
            f"create trigger append_only before truncate on {self.table} "
            f"for each statement execute function {self.table}_refuse()",
        ]
        if rows:
            statements.append(
                f"create trigger append_only_rows before {rows} on {self.table} "
                f"for each row execute function {self.table}_refuse()"
            )
        if self.delete:
            statements.append(f"grant delete on {self.table} to {app_role()}")
        if self.update:
            statements.append(f"grant update ({', '.join(self.update)}) on {self.table} to {app_role()}")
        return statements

    def backwards(self) -> list[str]:
        return [
            f"drop trigger if exists append_only on {self.table}",
            f"drop trigger if exists append_only_rows on {self.table}",
            f"drop function if exists {self.table}_refuse()",
            f"grant update, delete on {self.table} to {app_role()}",
        ]


_REFUSE = """
create function {table}_refuse() returns trigger language plpgsql as $$
begin
    raise exception '{table} is append-only' using errcode = 'insufficient_privilege';
end $$
"""


def app_role() -> str:
    """The role that the program connects as, as a quoted name."""
    name = settings.APP_ROLE
    return '"' + name.replace('"', '""') + '"'
