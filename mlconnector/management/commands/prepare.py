"""Everything the demo needs in its database, in one process: a second start finds it there and is done at once."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from mlconnector import readiness


class Command(BaseCommand):
    help = "Migrate if need be, and fill in the demo companies."

    def handle(self, *args: Any, **options: Any) -> None:
        if any(readiness.schema()):
            call_command("migrate", interactive=False, verbosity=0)
        call_command("seed_demo", stdout=self.stdout)
