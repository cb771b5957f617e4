"""Erases personal data from a tenant's audit trail: one person's, or all that is older than it may be kept."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tenants import erasure
from tenants.lookup import tenant_named
from tenants.scoping import tenant_scope


class Command(BaseCommand):
    help = "Erase personal data from an audit trail; the trail still verifies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="its id or slug")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--subject", help='such as "person:<id>"')
        which.add_argument("--older-than-days", type=int)
        parser.add_argument("--reason", required=True)

    def handle(
        self, *_: Any, tenant: str, subject: str | None, older_than_days: int | None, reason: str, **__: Any
    ) -> None:
        with tenant_scope(tenant_named(tenant)):
            if subject:
                count = erasure.erase_subject(subject, reason)
            else:
                count = erasure.erase_before(timezone.now() - timedelta(days=older_than_days or 0), reason)
        self.stdout.write(f"{count} personal parts erased")
