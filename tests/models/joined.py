"""Two accounts of one company, joined, for tests of rows that need no vendor."""

from __future__ import annotations

from datetime import date

from connectors.models import Connection, Integration
from connectors.system import Mode
from tenants.models import Tenant
from tenants.scoping import tenant_scope


def joined(tenant: Tenant, *, live: bool = True) -> Integration:
    with tenant_scope(tenant):
        books = Connection.make("qad", "Books", Mode.SANDBOX, {})
        payments = Connection.make("stripe", "Payments", Mode.SANDBOX, {})
        made = Integration.make("Books and payments", books, payments, {}, date(2026, 1, 1))
        if live:
            made.go_live()
    return made
