"""Ends the tenants whose grace is over: their keys, and so all that was sealed with them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tenants.fields import deployment_keys
from tenants.models import Tenant
from tenants.secrets import fingerprint


class Command(BaseCommand):
    help = "Destroy the keys of tenants whose deletion is due. Run it daily."

    def handle(self, *_: Any, **__: Any) -> None:
        due = Tenant.destroy_due()
        for tenant in due:
            self.stdout.write(f"{tenant.slug}: key destroyed")
        if due:
            # A backup holds the tenant's key as the deployment's key sealed it.
            self.stdout.write(
                "Backups made before today open with deployment key "
                f"{fingerprint(deployment_keys()[0])} only: rotate_deployment_key and throw that key away "
                "to make these tenants unreadable there too."
            )
