"""The backend that settings name. It differs from Django's in the compiler it uses and in whom it lets work."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "tenants.database.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def init_connection_state(self) -> None:
        super().init_connection_state()
        user = self.settings_dict["USER"]
        if user != settings.OWNER["USER"] or user == settings.APP_ROLE:
            self._refuse_too_much_power()

    def _refuse_too_much_power(self) -> None:
        """A superuser, an owner or a role with BYPASSRLS would see through every policy, and nobody would notice."""
        with self.connection.cursor() as cursor:
            user, powers = cursor.execute(_POWERS).fetchone()
        if powers:
            self.close()
            raise ImproperlyConfigured(
                f"DATABASE_URL logs in as {user}, which {' and '.join(powers)}: row-level security would not bind it. "
                "Give the program a role of its own with none of that, and the owner's in DATABASE_OWNER_URL."
            )


_POWERS = """
select current_user, array_remove(array[
    case when rolsuper then 'is a superuser' end,
    case when rolbypassrls then 'has BYPASSRLS' end,
    case when exists(select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname = 'public' and pg_has_role(current_user, c.relowner, 'member'))
        then 'owns tables or may become their owner' end
], null)
from pg_roles where rolname = current_user
"""
