"""Where a connection's tokens live: in its own row, and under a lock by which one caller at a time refreshes them.

The lock is the database's, so it ends with whoever held it, on whatever machine that was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection

from connectors.errors import TryLater
from connectors.models.connection import Connection
from connectors.transport.auth import Tokens
from tenants import vault
from tenants.scoping import tenant_scope


@dataclass(frozen=True)
class TokenRow:
    """The store of one connection's tokens; see `connectors.transport.auth.TokenStore`."""

    tenant: UUID
    connection: UUID

    @property
    def place(self) -> str:
        return f"connection:{self.connection}:tokens"

    def load(self) -> Tokens | None:
        with tenant_scope(self.tenant):
            sealed = Connection.objects.values_list("tokens", flat=True).get(pk=self.connection)
            return None if sealed is None else _read(vault.open_sealed(self.tenant, self.place, sealed))

    def save(self, tokens: Tokens) -> None:
        """Access and refresh token as one value, in the transaction that holds the lock: both change or none."""
        with tenant_scope(self.tenant):
            sealed = vault.seal(self.tenant, self.place, _written(tokens))
            Connection.objects.filter(pk=self.connection).update(tokens=sealed)

    @contextmanager
    def locked(self, within_seconds: float) -> Iterator[None]:
        """A lock of the database session and of no transaction: none is kept open over the call to the vendor."""
        if connection.in_atomic_block:
            raise RuntimeError(
                "tokens are refreshed outside of any other transaction: commit first, then call"
            )
        self._lock(within_seconds)
        try:
            yield
        finally:
            _ask("select pg_advisory_unlock(hashtextextended(%s, 0))", self.place)

    def _lock(self, within_seconds: float) -> None:
        try:
            _ask("select set_config('lock_timeout', %s, false)", f"{round(within_seconds * 1000)}ms")
            _ask("select pg_advisory_lock(hashtextextended(%s, 0))", self.place)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            raise TryLater("Another process is signing in for this connection.", after_seconds=1.0) from None
        finally:
            _ask("select set_config('lock_timeout', '0', false)")


def _ask(statement: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


LOCK_NOT_AVAILABLE = "55P03"


def _written(tokens: Tokens) -> dict[str, Any]:
    return {
        "access": str(tokens.access),
        "refresh": str(tokens.refresh),
        "issued": tokens.issued.isoformat(),
        "expires": tokens.expires.isoformat(),
        "refresh_expires": tokens.refresh_expires.isoformat() if tokens.refresh_expires else None,
    }


def _read(stored: dict[str, Any]) -> Tokens:
    ends = stored["refresh_expires"]
    return Tokens(
        access=stored["access"],
        refresh=stored["refresh"],
        issued=datetime.fromisoformat(stored["issued"]),
        expires=datetime.fromisoformat(stored["expires"]),
        refresh_expires=datetime.fromisoformat(ends) if ends else None,
    )
