"""A process that waits half a second for the right to refresh, and says what became of it."""

from __future__ import annotations

import os
import sys
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlconnector.settings")


def main(tenant: str, connection: str) -> None:
    import django

    django.setup()
    from connectors.errors import TryLater
    from connectors.models import TokenRow

    try:
        with TokenRow(UUID(tenant), UUID(connection)).locked(0.5):
            sys.stdout.write("locked\n")
    except TryLater:
        sys.stdout.write("TryLater\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
