"""Re-seals every tenant's key under the first of FERNET_KEYS, so that the others can be taken out of the setting."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import keyring
from tenants.fields import deployment_keys
from tenants.secrets import VaultError, fingerprint


class Command(BaseCommand):
    help = "Put a new key first in FERNET_KEYS everywhere, restart, run this, then take the old keys out."

    def handle(self, *_: Any, **__: Any) -> None:
        try:
            for column, done in keyring.rotate():
                self.stdout.write(f"{column}: {done} re-sealed")
        except VaultError as trouble:
            raise CommandError(str(trouble)) from None
        self.stdout.write(f"All is sealed by {fingerprint(deployment_keys()[0])}; no other key is needed.")
