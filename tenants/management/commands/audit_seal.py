"""Seals waiting audit entries, once or for as long as it runs; a worker's sweep does the same."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants import sealer


class Command(BaseCommand):
    help = "Seal what waits in the audit trails of all tenants."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="keep running")

    def handle(self, *_: Any, every: float | None, **__: Any) -> None:
        while True:
            if done := sealer.seal_all():
                self.stdout.write(f"{done} entries sealed")
            if age := sealer.late():
                self.stderr.write(f"Entries have waited {age} to be sealed.")
            if not every:
                return
            time.sleep(every)
