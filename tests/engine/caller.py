"""One process of several: calls a connection so many times, then says how it went. Run by the tests beside it."""

from __future__ import annotations

import os
import sys
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlconnector.settings")


def main(tenant: str, connection: str, calls: str) -> None:
    import django

    django.setup()
    from connectors.canon.parties import Customer
    from connectors.engine.dial import dial
    from connectors.models import Connection
    from tenants.scoping import tenant_scope

    with tenant_scope(UUID(tenant)):
        row = Connection.objects.get(pk=connection)
    adapter = dial(row)
    for _ in range(int(calls)):
        adapter.fetch(Customer, "C1001")
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
