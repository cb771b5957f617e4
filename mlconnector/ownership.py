"""Who owns the tables and who works in them, as two database roles that never mix in one connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

# Said before the tables are made, so that what a migration takes away again (from the audit, say) stays taken.
# Truncate, references, triggers and every change of a table stay with the owner.
WORK = (
    "grant usage on schema public to {app}",
    "alter default privileges in schema public grant select, insert, update, delete on tables to {app}",
    "alter default privileges in schema public grant usage, select on sequences to {app}",
)


@contextmanager
def as_owner(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """The same connection object, logged in as the owner for the length of the block."""
    before = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    if before == settings.OWNER:
        yield
        return
    connection.close()
    connection.settings_dict.update(settings.OWNER)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def grant_work(connection: BaseDatabaseWrapper) -> None:
    """Lets the app's role work in every table that the owner makes from now on."""
    app = connection.ops.quote_name(settings.APP["USER"])
    with connection.cursor() as cursor:
        for statement in WORK:
            cursor.execute(statement.format(app=app))
