"""Ends the companies whose days of grace are over: destroys their keys, and so all that was sealed with them.

Workers do the same every hour; a company that an owner took back meanwhile stays.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tenants.fields import deployment_keys
from tenants.models import Tenant
from tenants.secrets import fingerprint


class Command(BaseCommand):
    help = "Delete companies whose days of grace are over."

    def handle(self, *_: Any, **__: Any) -> None:
        gone = Tenant.destroy_due()
        self.stdout.write(f"{len(gone)} deleted")
        if gone:
            # A backup holds the tenant's key as the deployment's key sealed it.
            self.stdout.write(
                f"Backups made before now open with deployment key {fingerprint(deployment_keys()[0])} alone: "
                "rotate_deployment_key, and throw that key away, to make them unreadable there too."
            )
