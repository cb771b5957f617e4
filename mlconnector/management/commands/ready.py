"""Says whether a process may start here, and if not, the one thing to do about it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mlconnector import readiness


class Command(BaseCommand):
    help = "Checks the database's role, its schema and the keys, as every web and worker process does at its start."

    def handle(self, *args: Any, **options: Any) -> None:
        readiness.insist()
        self.stdout.write("ready")
