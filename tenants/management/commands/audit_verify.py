"""Verifies the audit trail of one tenant, or of all, where it lies: chain, keyed hashes, anchors and changes without an entry."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import sealer, verification
from tenants.lookup import tenant_named
from tenants.models import Tenant
from tenants.scoping import everywhere


class Command(BaseCommand):
    help = "Verify audit trails in the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", nargs="?", help="its id or slug; default: every tenant")
        parser.add_argument("--anchors", type=Path, help="anchors noted by another machine, beside our own")

    def handle(self, *_: Any, tenant: str | None, anchors: Path | None, **__: Any) -> None:
        broken = 0
        for found in [tenant_named(tenant)] if tenant else _all():
            report = verification.verify(found.pk, anchors)
            for fault in report.faults:
                self.stdout.write(f"{found.slug}: {fault}")
            self.stdout.write(f"{found.slug}: {report}")
            broken += not report.is_whole
        if age := sealer.late():
            self.stderr.write(f"Entries have waited {age} to be sealed: is a sealer running?")
        if broken:
            raise CommandError(f"{broken} broken")


def _all() -> list[Tenant]:
    with everywhere("verify every audit trail"):
        return list(Tenant.objects.order_by("slug"))
