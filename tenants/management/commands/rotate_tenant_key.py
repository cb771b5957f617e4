"""Gives one tenant a new key and re-encrypts its rows with it, in batches, while the product runs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import rotation
from tenants.lookup import tenant_named
from tenants.secrets import VaultError


class Command(BaseCommand):
    help = "Rotate one tenant's key. May be stopped at any moment and run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="its id or slug")

    def handle(self, *_: Any, tenant: str, **__: Any) -> None:
        done = 0
        try:
            found = tenant_named(tenant)
            for batch in rotation.rotate(found.pk):
                done += batch
                self.stdout.write(f"{done} values re-encrypted")
        except (VaultError, rotation.StillInUse) as trouble:
            raise CommandError(str(trouble)) from None
        self.stdout.write(f"{found.name} has a new key; the old one is dropped.")
