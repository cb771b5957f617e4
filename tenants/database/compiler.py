"""The loud half of isolation: a manager can be gone around (a join, a lazy queryset, a migration), compiling cannot.

Without it such a statement would see no rows, by the policies, and succeed: the worst kind of wrong.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import compiler

from tenants.scoping import insist


class Insisting:
    """Looks at the tables a statement really uses, which are known once it is compiled."""

    query: Any

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        compiled = super().as_sql(*args, **kwargs)  # type: ignore[misc]
        used = {self.query.get_meta().db_table} if self.query.model else set()
        insist(used | {source.table_name for source in self.query.alias_map.values()})
        return compiled


class SQLCompiler(Insisting, compiler.SQLCompiler):
    pass


class SQLInsertCompiler(Insisting, compiler.SQLInsertCompiler):
    pass


class SQLDeleteCompiler(Insisting, compiler.SQLDeleteCompiler):
    pass


class SQLUpdateCompiler(Insisting, compiler.SQLUpdateCompiler):
    pass


class SQLAggregateCompiler(Insisting, compiler.SQLAggregateCompiler):
    pass
