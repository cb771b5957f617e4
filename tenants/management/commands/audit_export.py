"""Writes one tenant's audit trail to a file, for `audit_checker.py` to verify anywhere."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import audit, export
from tenants.lookup import tenant_named
from tenants.scoping import tenant_scope


class Command(BaseCommand):
    help = "Export a tenant's audit trail; check it with: python3 tenants/audit_checker.py FILE"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="its id or slug")
        parser.add_argument("file", nargs="?", type=Path, help="default: standard output")
        parser.add_argument("--without-personal", action="store_true", help="leave personal data out")

    def handle(self, *_: Any, tenant: str, file: Path | None, without_personal: bool, **__: Any) -> None:
        found = tenant_named(tenant)
        with tenant_scope(found):
            audit.record("audit.exported", about=found, after={"personal": not without_personal})
        lines = export.lines(found.pk, personal=not without_personal)
        if file is None:
            sys.stdout.writelines(lines)
            return
        try:
            with file.open("w", encoding="utf-8", newline="\n") as out:
                out.writelines(lines)
        except OSError as trouble:
            raise CommandError(f"{file}: {trouble.strerror}") from None
        self.stdout.write(f"{file} written; check it with: python3 tenants/audit_checker.py {file}")
